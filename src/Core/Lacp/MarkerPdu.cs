using System.Buffers.Binary;

namespace Trunkline.Core.Lacp;

/// <summary>A marker or its response (IEEE 802.1AX-2014 §6.5.3.3): "all that I sent before this has arrived" once it comes back.</summary>
/// <param name="IsResponse">TLV type 2, else 1.</param>
/// <param name="Version">1, or later.</param>
/// <param name="RequesterPort">The number of the port that sent the marker.</param>
/// <param name="RequesterSystem">The MAC address of its system, 48 bits.</param>
/// <param name="TransactionId">Chosen by the requester; the response repeats it.</param>
public readonly record struct MarkerPdu(bool IsResponse, byte Version, ushort RequesterPort, ulong RequesterSystem, uint TransactionId)
{
    private const byte MarkerType = 1;
    private const byte ResponseType = 2;
    private const byte TlvLength = 16;

    /// <summary>Reads a marker PDU.</summary>
    /// <param name="bytes">From the subtype on; what follows the first <see cref="SlowFrame.PduLength"/> bytes is ignored.</param>
    /// <param name="pdu">What it says.</param>
    /// <returns>
    /// <see cref="SlowPduError.Truncated"/>, <see cref="SlowPduError.UnknownSubtype"/>, <see cref="SlowPduError.UnknownMarker"/> or
    /// <see cref="SlowPduError.BadLength"/>.
    /// </returns>
    public static SlowPduError Parse(ReadOnlySpan<byte> bytes, out MarkerPdu pdu)
    {
        pdu = default;
        if (bytes.Length < SlowFrame.PduLength)
        {
            return SlowPduError.Truncated;
        }

        if (bytes[0] != SlowFrame.MarkerSubtype)
        {
            return SlowPduError.UnknownSubtype;
        }

        if (bytes[2] is not (MarkerType or ResponseType))
        {
            return SlowPduError.UnknownMarker;
        }

        if (bytes[3] != TlvLength)
        {
            return SlowPduError.BadLength;
        }

        pdu = new MarkerPdu(
            bytes[2] == ResponseType,
            bytes[1],
            BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]) & 0xffff_ffff_ffff,
            BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]));
        return SlowPduError.None;
    }

    /// <summary>Writes the PDU, pad and reserved bytes 0.</summary>
    /// <param name="bytes">At least <see cref="SlowFrame.PduLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public int Write(Span<byte> bytes)
    {
        bytes = bytes[..SlowFrame.PduLength];
        bytes[0] = SlowFrame.MarkerSubtype;
        bytes[1] = Version;
        bytes[2] = IsResponse ? ResponseType : MarkerType;
        bytes[3] = TlvLength;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[4..], ((ulong)RequesterPort << 48) | (RequesterSystem & 0xffff_ffff_ffff));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], TransactionId);
        bytes[16..].Clear();
        return bytes.Length;
    }
}
