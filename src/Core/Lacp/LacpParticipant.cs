using System.Buffers.Binary;

namespace Trunkline.Core.Lacp;

/// <summary>What a LACPDU says of one end of a link: the value of an actor or partner TLV (IEEE 802.1AX-2014 §6.4.2.3).</summary>
/// <param name="SystemPriority">The lower, the more that system decides; compared before the address.</param>
/// <param name="System">Its MAC address, 48 bits.</param>
/// <param name="Key">Ports with one key may be aggregated.</param>
/// <param name="PortPriority">The lower, the sooner the port is used; compared before the number.</param>
/// <param name="Port">The port's number in its system, from 1.</param>
/// <param name="State">The state octet.</param>
public readonly record struct LacpParticipant(
    ushort SystemPriority, ulong System, ushort Key, ushort PortPriority, ushort Port, LacpState State)
{
    /// <summary>Length of the TLV, type and length included, as its length field says it.</summary>
    internal const int TlvLength = 20;

    /// <summary>The port's identifier (§6.3.4): priority above number, so that the lower comes first.</summary>
    public uint PortId => ((uint)PortPriority << 16) | Port;

    /// <summary>The system's identifier (§6.3.2): priority above address, so that the lower comes first.</summary>
    public ulong SystemId => ((ulong)SystemPriority << 48) | System;

    /// <summary>Whether all of some bits of the state are set.</summary>
    public bool Has(LacpState bits) => (State & bits) == bits;

    /// <summary>Whether the other says the same of who the port is and whether it may be aggregated: all but the rest of its state.</summary>
    internal bool IsSamePort(in LacpParticipant other) =>
        SystemId == other.SystemId && PortId == other.PortId && Key == other.Key && ((State ^ other.State) & LacpState.Aggregation) == 0;

    internal static LacpParticipant Read(ReadOnlySpan<byte> tlv) => new(
        BinaryPrimitives.ReadUInt16BigEndian(tlv[2..]),
        BinaryPrimitives.ReadUInt64BigEndian(tlv[2..]) & 0xffff_ffff_ffff,
        BinaryPrimitives.ReadUInt16BigEndian(tlv[10..]),
        BinaryPrimitives.ReadUInt16BigEndian(tlv[12..]),
        BinaryPrimitives.ReadUInt16BigEndian(tlv[14..]),
        (LacpState)tlv[16]);

    internal void Write(Span<byte> tlv, byte type)
    {
        tlv[0] = type;
        tlv[1] = TlvLength;
        BinaryPrimitives.WriteUInt64BigEndian(tlv[2..], SystemId);
        BinaryPrimitives.WriteUInt16BigEndian(tlv[10..], Key);
        BinaryPrimitives.WriteUInt16BigEndian(tlv[12..], PortPriority);
        BinaryPrimitives.WriteUInt16BigEndian(tlv[14..], Port);
        tlv[16] = (byte)State;
        tlv[17..TlvLength].Clear();
    }
}
