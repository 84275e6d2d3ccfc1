using System.Runtime.CompilerServices;

namespace Trunkline.Simulation.Transport;

/// <summary>What a receiver answers.</summary>
internal struct TcpAck
{
    /// <summary>The segment that it waits for: all before have arrived.</summary>
    public int Next;

    /// <summary>Stream bytes that all before have, modulo 2³².</summary>
    public uint NextOffset;

    /// <summary>The stamp of the segment that it answers, in picoseconds; 0 for none.</summary>
    public long EchoPs;

    /// <summary>Whether congestion was met on the way (ECN echo).</summary>
    public bool HasEcnEcho;

    /// <summary>Whether it answers the packet that opens the connection.</summary>
    public bool IsSynAck;

    /// <summary>Blocks in <see cref="Sack"/>.</summary>
    public byte SackCount;

    /// <summary>Whether the first block names what arrived twice (RFC 2883).</summary>
    public bool HasDuplicate;

    /// <summary>Segments beyond <see cref="Next"/> that have arrived, the latest block first (RFC 2018).</summary>
    public SackBlocks Sack;
}

/// <summary>Some segments: <see cref="First"/> up to, not including, <see cref="End"/>.</summary>
internal record struct SackBlock(int First, int End);

/// <summary>Room for as many blocks as fit beside a timestamp, and the one that arrived twice.</summary>
[InlineArray(Length)]
internal struct SackBlocks
{
    /// <summary>Most blocks.</summary>
    public const int Length = 3;

    private SackBlock _block;
}
