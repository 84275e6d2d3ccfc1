using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>A checked view of an IPv6 header (RFC 8200 §3) over bytes it does not own, extension headers not included.</summary>
/// <remarks>Checked once, in <see cref="Parse"/>; no accessor fails after that. Addresses in host order.</remarks>
public readonly ref struct Ipv6Header
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 40;

    private readonly ReadOnlySpan<byte> _bytes;

    private Ipv6Header(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks the header at the start of the bytes.</summary>
    /// <returns><see cref="ParseError.Truncated"/> or <see cref="ParseError.BadVersion"/>.</returns>
    public static ParseError Parse(ReadOnlySpan<byte> bytes, out Ipv6Header header)
    {
        header = default;
        if (bytes.Length < Length)
        {
            return ParseError.Truncated;
        }

        if (bytes[0] >> 4 != 6)
        {
            return ParseError.BadVersion;
        }

        header = new Ipv6Header(bytes);
        return ParseError.None;
    }

    /// <summary>Writes a header.</summary>
    /// <param name="bytes">At least <see cref="Length"/> bytes.</param>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="nextHeader">Protocol or extension header behind.</param>
    /// <param name="payloadLength">Bytes behind this header; 0 for a jumbogram.</param>
    /// <param name="hopLimit">Hop limit.</param>
    /// <param name="trafficClass">DSCP and ECN.</param>
    /// <param name="flowLabel">Flow label, 20 bits.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public static int Write(
        Span<byte> bytes,
        UInt128 source,
        UInt128 destination,
        byte nextHeader,
        ushort payloadLength,
        byte hopLimit = 64,
        byte trafficClass = 0,
        uint flowLabel = 0)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, 0x6000_0000u | ((uint)trafficClass << 20) | (flowLabel & 0xfffff));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], payloadLength);
        bytes[6] = nextHeader;
        bytes[7] = hopLimit;
        BinaryPrimitives.WriteUInt128BigEndian(bytes[8..], source);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[24..], destination);
        return Length;
    }

    /// <summary>DSCP and ECN.</summary>
    public byte TrafficClass => (byte)(BinaryPrimitives.ReadUInt16BigEndian(_bytes) >> 4);

    /// <summary>Flow label, 20 bits.</summary>
    public uint FlowLabel => BinaryPrimitives.ReadUInt32BigEndian(_bytes) & 0xfffff;

    /// <summary>Bytes behind this header as announced; 0 for a jumbogram (RFC 2675), and for nothing.</summary>
    public ushort PayloadLength => BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    /// <summary>Protocol or extension header behind.</summary>
    public byte NextHeader => _bytes[6];

    /// <summary>Hop limit.</summary>
    public byte HopLimit => _bytes[7];

    /// <summary>Source address.</summary>
    public UInt128 SourceAddress => BinaryPrimitives.ReadUInt128BigEndian(_bytes[8..]);

    /// <summary>Destination address.</summary>
    public UInt128 DestinationAddress => BinaryPrimitives.ReadUInt128BigEndian(_bytes[24..]);

    /// <summary>Whether the bytes hold all that <see cref="PayloadLength"/> announces.</summary>
    public bool IsWhole => Length + PayloadLength <= _bytes.Length;

    /// <summary>What stands behind this header, extension headers first, as far as there are bytes.</summary>
    public ReadOnlySpan<byte> Payload =>
        PayloadLength == 0 || !IsWhole ? _bytes[Length..] : _bytes[Length..(Length + PayloadLength)];
}
