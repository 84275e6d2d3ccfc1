namespace Trunkline.Analysis.Replay;

/// <summary>How many entries may live at once, so that the process stays below 200 MB of private memory.</summary>
/// <remarks>
/// <para>The one place of this arithmetic. An entry takes <see cref="TableBytes"/> in the flow table, index and counters included,
/// and what the replay keeps of it; a flow over IPv6 takes <see cref="AddressBytes"/> more. What is left when entries are given
/// half of that too is for addresses, so that half of the flows may be IPv6, or more where less is asked. Beyond either number idle
/// entries are retired, and counts are approximate.</para>
/// <para>The default techniques over four links take 40 bytes of an entry: 10 for the links of some 40 policies, 4 for those of
/// rules, 16 for hashes by four policies and 8 for the time of the last packet.</para>
/// </remarks>
/// <param name="EntriesMax">Entries that live at once.</param>
/// <param name="AddressPairsMax">Flows over IPv6 among them.</param>
internal readonly record struct EntryBudget(int EntriesMax, int AddressPairsMax)
{
    /// <summary>What the flow table takes for a flow of one entry over IPv4, its index included.</summary>
    public const int TableBytes = 124;

    /// <summary>What a flow over IPv6 takes beside.</summary>
    public const int AddressBytes = 32;

    // Of 200 MB, 20 are for the runtime and the program and for what does not grow with entries.
    private const long BytesMax = 180_000_000;

    private const int EntriesMin = 1 << 14;

    /// <summary>No more than the flow table alone allows.</summary>
    public static EntryBudget Unlimited => new(FlowTable.EntriesMaxDefault, FlowTable.EntriesMaxDefault);

    /// <summary>The budget of a run.</summary>
    /// <param name="bytesPerEntry">What statistics keep of each entry.</param>
    /// <param name="fixedBytes">What they keep whatever the entries.</param>
    public static EntryBudget Of(int bytesPerEntry, long fixedBytes)
    {
        long bytes = BytesMax - fixedBytes;
        int entryBytes = TableBytes + bytesPerEntry;
        int entries = (int)Math.Clamp(bytes / (entryBytes + (AddressBytes / 2)), EntriesMin, FlowTable.EntriesMaxDefault);
        long pairs = (bytes - ((long)entries * entryBytes)) / AddressBytes;
        return new EntryBudget(entries, (int)Math.Clamp(pairs, EntriesMin, entries));
    }
}
