using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>A checked view of an IPv4 header (RFC 791 §3.1) over bytes it does not own.</summary>
/// <remarks>
/// Checked once, in <see cref="Parse"/>; no accessor fails after that. Addresses in host order. Of the total length
/// only what concerns the header is checked: <see cref="IsWhole"/> says whether the payload is all there.
/// </remarks>
public readonly ref struct Ipv4Header
{
    /// <summary>Length without options, in bytes.</summary>
    public const int LengthMin = 20;

    private const ushort MoreFragmentsAndOffset = 0x3fff;

    private readonly ReadOnlySpan<byte> _bytes;

    private Ipv4Header(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks the header at the start of the bytes.</summary>
    /// <returns>
    /// <see cref="ParseError.Truncated"/>, <see cref="ParseError.BadVersion"/>, or <see cref="ParseError.BadLength"/>
    /// for a header length under 20 or a total length under the header's.
    /// </returns>
    public static ParseError Parse(ReadOnlySpan<byte> bytes, out Ipv4Header header)
    {
        header = default;
        if (bytes.Length < LengthMin)
        {
            return ParseError.Truncated;
        }

        var parsed = new Ipv4Header(bytes);
        if (bytes[0] >> 4 != 4)
        {
            return ParseError.BadVersion;
        }

        if (parsed.HeaderLength < LengthMin || (parsed.TotalLength < parsed.HeaderLength && parsed.TotalLength != 0))
        {
            return ParseError.BadLength;
        }

        if (parsed.HeaderLength > bytes.Length)
        {
            return ParseError.Truncated;
        }

        header = parsed;
        return ParseError.None;
    }

    /// <summary>Writes a header with its checksum.</summary>
    /// <param name="bytes">At least 20 bytes and the options.</param>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="protocol">Protocol.</param>
    /// <param name="totalLength">Length of header and payload; 0 for more than 16 bits can say (Linux BIG TCP).</param>
    /// <param name="ttl">TTL.</param>
    /// <param name="trafficClass">DSCP and ECN.</param>
    /// <param name="identification">Identification.</param>
    /// <param name="flagsAndOffset">Three flag bits, then the fragment offset in 8-byte units.</param>
    /// <param name="options">Options, padded to a multiple of 4 bytes, at most 40.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The options' length is no such, or the bytes are too few.</exception>
    public static int Write(
        Span<byte> bytes,
        uint source,
        uint destination,
        byte protocol,
        ushort totalLength,
        byte ttl = 64,
        byte trafficClass = 0,
        ushort identification = 0,
        ushort flagsAndOffset = 0,
        ReadOnlySpan<byte> options = default)
    {
        if (options.Length > 40 || options.Length % 4 != 0)
        {
            throw new ArgumentException("options are 0 to 40 bytes in steps of 4", nameof(options));
        }

        int length = LengthMin + options.Length;
        bytes = bytes[..length];
        bytes[0] = (byte)(0x40 | (length / 4));
        bytes[1] = trafficClass;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], totalLength);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], identification);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], flagsAndOffset);
        bytes[8] = ttl;
        bytes[9] = protocol;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], destination);
        options.CopyTo(bytes[LengthMin..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], InternetChecksum.Compute(bytes));
        return length;
    }

    /// <summary>Length with options, in bytes: 20 to 60.</summary>
    public int HeaderLength => (_bytes[0] & 0xf) * 4;

    /// <summary>DSCP and ECN.</summary>
    public byte TrafficClass => _bytes[1];

    /// <summary>Length of header and payload as announced; 0 for more than 16 bits can say (Linux BIG TCP).</summary>
    public ushort TotalLength => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    /// <summary>Identification.</summary>
    public ushort Identification => BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    /// <summary>Three flag bits, then the fragment offset in 8-byte units.</summary>
    public ushort FlagsAndOffset => BinaryPrimitives.ReadUInt16BigEndian(_bytes[6..]);

    /// <summary>Whether this is a fragment, the first one included.</summary>
    public bool IsFragment => (FlagsAndOffset & MoreFragmentsAndOffset) != 0;

    /// <summary>TTL.</summary>
    public byte Ttl => _bytes[8];

    /// <summary>Protocol.</summary>
    public byte Protocol => _bytes[9];

    /// <summary>Header checksum as it stands; not checked.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[10..]);

    /// <summary>Source address.</summary>
    public uint SourceAddress => BinaryPrimitives.ReadUInt32BigEndian(_bytes[12..]);

    /// <summary>Destination address.</summary>
    public uint DestinationAddress => BinaryPrimitives.ReadUInt32BigEndian(_bytes[16..]);

    /// <summary>Options, padding included.</summary>
    public ReadOnlySpan<byte> Options => _bytes[LengthMin..HeaderLength];

    /// <summary>Whether the bytes hold all that <see cref="TotalLength"/> announces.</summary>
    public bool IsWhole => TotalLength <= _bytes.Length;

    /// <summary>What the packet carries, as far as there are bytes; what stands behind the total length is padding.</summary>
    public ReadOnlySpan<byte> Payload =>
        TotalLength == 0 || TotalLength > _bytes.Length ? _bytes[HeaderLength..] : _bytes[HeaderLength..TotalLength];
}
