namespace Trunkline.Analysis.Replay;

/// <summary>How many entries may live at once, so that the process stays below 200 MB of private memory.</summary>
/// <remarks>
/// <para>The one place of this arithmetic. Of 200 MB, <see cref="BytesMaxDefault"/> are for what grows with entries and for the
/// rules' tables; the rest is the runtime, the program, and what the analyzer has in any case: 50 MB with a single frame, 28 of them
/// pages of the runtime's files. An entry takes <see cref="TableBytes"/> in the flow table, its index included, and what the
/// replay keeps of it; a flow over IPv6 takes <see cref="AddressBytes"/> more: measured at a million flows. Places once used are
/// never given back, so it is the most there ever were that counts. When no more fit, idle entries are retired, and counts are
/// approximate; to remember the largest of those, and to report many techniques on many links, takes <see cref="RetirementBytes"/>.</para>
/// <para>The default techniques over four links take 30 bytes of an entry (10 for the links of some 40 techniques that never move,
/// 4 for those of 16 rules, 16 for hashes by four policies) and 6 MB for tables: that leaves room for a million flows, over IPv6 too. What
/// if: each other set of four links takes 14 bytes more. What tunnelled entries keep is not in it, 8 bytes each.</para>
/// </remarks>
/// <param name="EntriesMax">Entries that live at once.</param>
/// <param name="EntryBytes">What an entry takes.</param>
/// <param name="BytesMax">What all of them and their addresses may take.</param>
internal readonly record struct EntryBudget(int EntriesMax, int EntryBytes, long BytesMax)
{
    /// <summary>What the flow table takes for a flow of one entry over IPv4, its index included.</summary>
    public const int TableBytes = 79;

    /// <summary>What a flow over IPv6 takes beside.</summary>
    public const int AddressBytes = 33;

    private const long BytesMaxDefault = 150_000_000;
    private const long RetirementBytes = 12_000_000;
    private const int EntriesMin = 1 << 14;

    /// <summary>No less than the flow table has room for.</summary>
    public static EntryBudget Unlimited => new(FlowTable.EntriesMaxDefault, 0, long.MaxValue);

    /// <summary>The budget of a run.</summary>
    /// <param name="bytesPerEntry">What statistics keep of each entry.</param>
    /// <param name="fixedBytes">What they keep whatever the entries.</param>
    public static EntryBudget Of(int bytesPerEntry, long fixedBytes)
    {
        int entryBytes = TableBytes + bytesPerEntry;
        long bytesMax = Math.Max(BytesMaxDefault - fixedBytes, (long)EntriesMin * (entryBytes + AddressBytes));
        if (bytesMax / entryBytes < FlowTable.EntriesMaxDefault)
        {
            bytesMax = Math.Max(bytesMax - RetirementBytes, (long)EntriesMin * (entryBytes + AddressBytes));
        }

        return new EntryBudget((int)Math.Min(bytesMax / entryBytes, FlowTable.EntriesMaxDefault), entryBytes, bytesMax);
    }

    /// <summary>Whether so many places fit in.</summary>
    public bool Fits(int entries, int addressPairs) => ((long)entries * EntryBytes) + ((long)addressPairs * AddressBytes) <= BytesMax;
}
