namespace Trunkline.Analysis.Flows;

/// <summary>What the table keeps of a flow: its 5-tuple, its counters, and what tells its first entry. 64 bytes.</summary>
/// <remarks>All that a frame of that entry needs stands here, for the sake of the caches.</remarks>
internal struct FlowRecord
{
    /// <summary>IPv4: source and destination address, the source high; IPv6: where the table keeps the pair.</summary>
    public ulong Addresses;

    /// <summary>The first entry's steady fields besides the 5-tuple, mixed.</summary>
    public ulong Signature;

    /// <summary>When its last frame came.</summary>
    public long LastNs;

    /// <summary>When its first frame came.</summary>
    public long FirstNs;

    /// <summary>Bytes on the wire, of all its entries.</summary>
    public long Bytes;

    /// <summary>Frames of all its entries.</summary>
    public long Frames;

    /// <summary>Source and destination port, the source high.</summary>
    public uint Ports;

    /// <summary>Its first entry; −1 when that one was retired before others. In a free place: the next free one, or −1.</summary>
    public int Entry;

    /// <summary>Entries that belong to it; 0 for a free place.</summary>
    public int EntryCount;

    /// <summary>IP version and protocol, the version high.</summary>
    public ushort Protocol;

    /// <summary>So many of the gaps asked for, the shortest first, split this flow already.</summary>
    public byte GapsExceeded;

    /// <summary>4 or 6.</summary>
    public readonly int IpVersion => Protocol >> 8;
}

/// <summary>What the table keeps of an entry that is not its flow's first, or that has no flow. 24 bytes.</summary>
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
}

/// <summary>Where to look for an entry. 8 bytes.</summary>
internal struct EntryOwner
{
    /// <summary><see cref="Other"/> of an entry that is its flow's first.</summary>
    public const int First = -1;

    /// <summary><see cref="Other"/> of a free place.</summary>
    public const int Free = -2;

    /// <summary>Its flow; −1 without IP. In a free place: the next free one, or −1.</summary>
    public int Flow;

    /// <summary>Its place among the others, or one of the above.</summary>
    public int Other;
}

/// <summary>The addresses of an IPv6 flow.</summary>
internal struct AddressPair
{
    /// <summary>Source; the next free place in a free one.</summary>
    public UInt128 Source;

    /// <summary>Destination.</summary>
    public UInt128 Destination;
}
