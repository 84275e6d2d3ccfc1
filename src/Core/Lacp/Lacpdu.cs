using System.Buffers.Binary;

namespace Trunkline.Core.Lacp;

/// <summary>A LACPDU (IEEE 802.1AX-2014 §6.4.2): what its sender is and what it knows of the receiver.</summary>
/// <param name="Version">1, or later: later versions put more TLVs behind the collector's, which are not read.</param>
/// <param name="Actor">The sender.</param>
/// <param name="Partner">The receiver, as the sender knows it.</param>
/// <param name="CollectorMaxDelay">The longest that the sender's collector holds a frame, in units of 10 µs.</param>
public readonly record struct Lacpdu(byte Version, LacpParticipant Actor, LacpParticipant Partner, ushort CollectorMaxDelay)
{
    /// <summary>The version that is sent.</summary>
    public const byte SentVersion = 1;

    private const int ActorAt = 2;
    private const int PartnerAt = ActorAt + LacpParticipant.TlvLength;
    private const int CollectorAt = PartnerAt + LacpParticipant.TlvLength;
    private const int CollectorLength = 16;
    private const int TerminatorAt = CollectorAt + CollectorLength;

    /// <summary>Reads a LACPDU.</summary>
    /// <param name="bytes">From the subtype on; what follows the first <see cref="SlowFrame.PduLength"/> bytes is ignored.</param>
    /// <param name="pdu">What it says.</param>
    /// <returns>
    /// <see cref="SlowPduError.Truncated"/>, <see cref="SlowPduError.UnknownSubtype"/> or <see cref="SlowPduError.BadLength"/>. As §6.4.12
    /// asks, neither the version nor the types of TLVs nor reserved fields are looked at, so that later versions are understood.
    /// </returns>
    public static SlowPduError Parse(ReadOnlySpan<byte> bytes, out Lacpdu pdu)
    {
        pdu = default;
        if (bytes.Length < SlowFrame.PduLength)
        {
            return SlowPduError.Truncated;
        }

        if (bytes[0] != SlowFrame.LacpSubtype)
        {
            return SlowPduError.UnknownSubtype;
        }

        if (bytes[ActorAt + 1] != LacpParticipant.TlvLength || bytes[PartnerAt + 1] != LacpParticipant.TlvLength
            || bytes[CollectorAt + 1] != CollectorLength)
        {
            return SlowPduError.BadLength;
        }

        pdu = new Lacpdu(
            bytes[1],
            LacpParticipant.Read(bytes[ActorAt..]),
            LacpParticipant.Read(bytes[PartnerAt..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[(CollectorAt + 2)..]));
        return SlowPduError.None;
    }

    /// <summary>Writes the LACPDU, with the terminator behind the collector's TLV and every reserved byte 0.</summary>
    /// <param name="bytes">At least <see cref="SlowFrame.PduLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public int Write(Span<byte> bytes)
    {
        bytes = bytes[..SlowFrame.PduLength];
        bytes[0] = SlowFrame.LacpSubtype;
        bytes[1] = Version;
        Actor.Write(bytes[ActorAt..], 1);
        Partner.Write(bytes[PartnerAt..], 2);
        bytes[CollectorAt] = 3;
        bytes[CollectorAt + 1] = CollectorLength;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[(CollectorAt + 2)..], CollectorMaxDelay);
        bytes[(CollectorAt + 4)..TerminatorAt].Clear();
        bytes[TerminatorAt..].Clear();
        return bytes.Length;
    }
}
