using Trunkline.Core.Wire;

namespace Trunkline.Core.Lacp;

/// <summary>The Ethernet frame around LACPDUs and marker PDUs (IEEE 802.3 annex 57A, IEEE 802.1AX-2014 §6.2.10).</summary>
public static class SlowFrame
{
    /// <summary>Slow_Protocols_Multicast: bridges do not pass it on.</summary>
    public const ulong Destination = 0x0180_c200_0002;

    /// <summary>Length of either PDU, from its subtype on.</summary>
    public const int PduLength = 110;

    /// <summary>Length of the frame without its check sequence.</summary>
    public const int Length = EthernetHeader.Length + PduLength;

    /// <summary>Subtype of LACPDUs.</summary>
    public const byte LacpSubtype = 1;

    /// <summary>Subtype of marker PDUs.</summary>
    public const byte MarkerSubtype = 2;

    /// <summary>Finds the PDU in a frame.</summary>
    /// <param name="frame">From the destination address on; bytes behind the PDU are ignored, those that a later version may put there.</param>
    /// <param name="pdu">The bytes from the subtype on, at least <see cref="PduLength"/> of them.</param>
    public static SlowPduError Parse(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> pdu)
    {
        pdu = default;
        if (EthernetHeader.Parse(frame, out EthernetHeader header) != ParseError.None)
        {
            return SlowPduError.Truncated;
        }

        if (header.Destination != Destination || header.TypeOrLength != EtherTypes.SlowProtocols)
        {
            return SlowPduError.NotSlowProtocol;
        }

        if (frame.Length > EthernetHeader.Length && frame[EthernetHeader.Length] is not (LacpSubtype or MarkerSubtype))
        {
            return SlowPduError.UnknownSubtype;
        }

        if (frame.Length < Length)
        {
            return SlowPduError.Truncated;
        }

        pdu = frame[EthernetHeader.Length..];
        return SlowPduError.None;
    }

    /// <summary>Writes the Ethernet header.</summary>
    /// <param name="frame">At least <see cref="Length"/> bytes.</param>
    /// <param name="source">Address of the port, 48 bits.</param>
    /// <returns>Where the PDU goes: <see cref="PduLength"/> bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public static Span<byte> WriteHeader(Span<byte> frame, ulong source) =>
        frame.Slice(EthernetHeader.Write(frame, Destination, source, EtherTypes.SlowProtocols), PduLength);
}
