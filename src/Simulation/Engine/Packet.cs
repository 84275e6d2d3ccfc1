using System.Runtime.InteropServices;

namespace Trunkline.Simulation.Engine;

/// <summary>What a packet is.</summary>
[Flags]
internal enum PacketFlags : byte
{
    /// <summary>A segment of TCP data.</summary>
    None = 0,

    /// <summary>A TCP acknowledgement: goes from the receiver of a connection to its sender.</summary>
    Ack = 1,

    /// <summary>Neither: nobody answers it.</summary>
    Datagram = 2,

    /// <summary>Sent before.</summary>
    Retransmission = 4,

    /// <summary>The last for now; or in an acknowledgement, one that answers the opening of a connection.</summary>
    Push = 8,

    /// <summary>May be marked instead of dropped (ECT).</summary>
    EcnCapable = 16,

    /// <summary>Met congestion (CE).</summary>
    Marked = 32,

    /// <summary>In an acknowledgement: the receiver saw a mark (ECE).</summary>
    EcnEcho = 64,

    /// <summary>To a group; <see cref="Packet.Destination"/> is a tree.</summary>
    Multicast = 128,
}

/// <summary>A packet on its way: a value of 48 bytes, copied from line to line.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Packet
{
    /// <summary>The <see cref="Index"/> of the packets that close a connection: the receiver's FIN, and the answer to it.</summary>
    public const int ClosingIndex = -2;

    /// <summary>The <see cref="Index"/> of a probe between switches.</summary>
    public const int ProbeIndex = -3;

    /// <summary>The <see cref="Index"/> of a LACPDU; <see cref="Offset"/> says which.</summary>
    public const int LacpduIndex = -4;

    /// <summary>When its last bit arrives at the far end of the link that it is on.</summary>
    public long ArrivalPs;

    /// <summary>When the segment was sent; in an acknowledgement, the stamp that it answers.</summary>
    public long StampPs;

    /// <summary>The connection or stream.</summary>
    public int Flow;

    /// <summary>The segment or datagram, counted from 0; in an acknowledgement, the segment waited for.</summary>
    public int Index;

    /// <summary>Where the payload begins in its stream, modulo 2³²; in an acknowledgement, what is acknowledged.</summary>
    public uint Offset;

    /// <summary>Where the blocks of a selective acknowledgement are kept; 0 for none.</summary>
    public int Sack;

    /// <summary>Its number in the stripe that it is part of.</summary>
    public uint Sequence;

    /// <summary>What its sender wrote into it to choose a path: <see cref="Core.Balancing.Hosts.PathLabel.Value"/>.</summary>
    public ushort Label;

    /// <summary>What the fabric's overlay header says; of a fragment, the length of the whole on the wire.</summary>
    public ushort Tag;

    /// <summary>Payload.</summary>
    public ushort Bytes;

    /// <summary>All that it occupies a wire with, in bytes.</summary>
    public ushort WireBytes;

    /// <summary>The host that it goes to, or the tree.</summary>
    public ushort Destination;

    /// <summary>What it is.</summary>
    public PacketFlags Flags;

    /// <summary>Priority class.</summary>
    public byte Class;

    /// <summary>Whether it has one of these flags.</summary>
    public readonly bool Is(PacketFlags flags) => (Flags & flags) != 0;
}
