using System.Runtime.CompilerServices;

namespace Trunkline.Analysis.Flows;

/// <summary>What the table keeps of a flow: its 5-tuple, what tells its first entry, and what that one carried.</summary>
/// <remarks>All that a frame of it needs stands in these 64 bytes, which are one line of the caches.</remarks>
internal struct FlowRecord
{
    /// <summary><see cref="Entry"/> of a flow that has none yet.</summary>
    public const int None = int.MinValue;

    /// <summary>IPv4: source and destination address, the source high; IPv6: where the table keeps the pair.</summary>
    public ulong Addresses;

    /// <summary>Source and destination port, the source high.</summary>
    public uint Ports;

    /// <summary>The lower half of the first entry's signature: two ways of one flow are taken for one once in four thousand million.</summary>
    public uint Signature;

    /// <summary>When its last frame came, of whichever entry.</summary>
    public long LastNs;

    /// <summary>Its only entry. Of a flow with several, where the table keeps <see cref="OtherEntries"/>, as a complement. In a free place:
    /// the next free one, or −1.</summary>
    public int Entry;

    /// <summary>IP version and protocol, the version high.</summary>
    public ushort Protocol;

    /// <summary>So many of the gaps asked for, the shortest first, split this flow already.</summary>
    public byte GapsExceeded;

    /// <summary>Whether the place is in use.</summary>
    public bool IsLive;

    /// <summary>What its first entry carries.</summary>
    public EntryCounters Counters;

    /// <summary>When its first frame came.</summary>
    public long FirstNs;

    /// <summary>4 or 6.</summary>
    public readonly int IpVersion => Protocol >> 8;
}

/// <summary>What an entry carries. 24 bytes.</summary>
/// <remarks>A frame costs one addition; what came of them is told apart when somebody asks, which must be before a bound.</remarks>
internal struct EntryCounters
{
    /// <summary>So many frames may be counted before <see cref="Take"/>, of all entries together.</summary>
    public const long FramesMax = 1 << 22;

    /// <summary>And so many bytes.</summary>
    public const long BytesMax = 1L << 40;

    private const int FramesAt = 41;

    // Bytes since they were asked for, and above them frames.
    private ulong _recent;
    private long _bytes;
    private long _frames;

    /// <summary>Bytes on the wire.</summary>
    public readonly long Bytes => _bytes + RecentBytes;

    /// <summary>Frames.</summary>
    public readonly long Frames => _frames + (long)(_recent >> FramesAt);

    private readonly long RecentBytes => (long)(_recent & ((1UL << FramesAt) - 1));

    /// <summary>Counts a frame.</summary>
    /// <returns>1 for the first since <see cref="Take"/>, else 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(int bytes)
    {
        ulong recent = _recent;
        _recent = recent + ((1UL << FramesAt) | (uint)bytes);
        return recent == 0 ? 1 : 0;
    }

    /// <summary>Bytes since this was last asked, from when on it is active no more.</summary>
    public long Take()
    {
        long bytes = RecentBytes;
        _bytes += bytes;
        _frames += (long)(_recent >> FramesAt);
        _recent = 0;
        return bytes;
    }
}

/// <summary>What a flow carried, all its entries together.</summary>
/// <param name="Bytes">Bytes on the wire.</param>
/// <param name="Frames">Frames.</param>
/// <param name="FirstNs">When its first frame came.</param>
/// <param name="LastNs">When its last frame came.</param>
/// <param name="GapsExceeded">So many of the gaps asked for, the shortest first, split it.</param>
internal readonly record struct FlowTotals(long Bytes, long Frames, long FirstNs, long LastNs, byte GapsExceeded);

/// <summary>What a flow of several entries carried besides its first, those that were retired among them. 32 bytes.</summary>
internal struct OtherEntries
{
    /// <summary>Bytes on the wire.</summary>
    public long Bytes;

    /// <summary>Frames.</summary>
    public long Frames;

    /// <summary>Entries that live, the first among them. In a free place: the next free one, or −1.</summary>
    public int Count;

    /// <summary>The first entry; −1 when that one was retired before others.</summary>
    public int First;

    /// <summary>When the last frame of the first entry came.</summary>
    public long FirstLastNs;
}

/// <summary>What the table keeps of an entry that is not its flow's first, or that has no flow. 48 bytes.</summary>
internal struct OtherEntry
{
    /// <summary>The steady fields besides the 5-tuple, mixed.</summary>
    public ulong Signature;

    /// <summary>When its last frame came.</summary>
    public long LastNs;

    /// <summary>Its flow; −1 without IP.</summary>
    public int Flow;

    /// <summary>Which entry it is. In a free place: the next free one, or −1.</summary>
    public int Entry;

    /// <summary>What it carries.</summary>
    public EntryCounters Counters;
}

/// <summary>Where to look for an entry. 4 bytes.</summary>
internal readonly struct EntryOwner
{
    private const int FreeBase = 1 << 24;

    // A flow; or the complement of a place among the others; or, above the base, the next free place.
    private readonly int _word;

    private EntryOwner(int word) => _word = word;

    /// <summary>Whether the place is free.</summary>
    public bool IsFree => _word >= FreeBase;

    /// <summary>In a free place: the next free one, or −1.</summary>
    public int NextFree => _word - FreeBase - 1;

    /// <summary>Whether it is its flow's first.</summary>
    public bool IsFirst => (uint)_word < FreeBase;

    /// <summary>The flow of one that is its first.</summary>
    public int Flow => _word;

    /// <summary>The place among the others of one that is not.</summary>
    public int Other => ~_word;

    /// <summary>A flow's first.</summary>
    public static EntryOwner FirstOf(int flow) => new(flow);

    /// <summary>One among the others.</summary>
    public static EntryOwner At(int other) => new(~other);

    /// <summary>A free place.</summary>
    public static EntryOwner Free(int next) => new(FreeBase + 1 + next);
}

/// <summary>The addresses of an IPv6 flow.</summary>
internal struct AddressPair
{
    /// <summary>Source; the next free place in a free one.</summary>
    public UInt128 Source;

    /// <summary>Destination.</summary>
    public UInt128 Destination;
}
