using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>A checked view of a TCP header (RFC 9293 §3.1) over bytes it does not own.</summary>
/// <remarks>Checked once, in <see cref="Parse"/>; no accessor fails after that.</remarks>
public readonly ref struct TcpHeader
{
    /// <summary>Length without options, in bytes.</summary>
    public const int LengthMin = 20;

    private readonly ReadOnlySpan<byte> _bytes;

    private TcpHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks the header at the start of the bytes.</summary>
    /// <returns><see cref="ParseError.Truncated"/>, or <see cref="ParseError.BadLength"/> for a data offset under 5 words.</returns>
    public static ParseError Parse(ReadOnlySpan<byte> bytes, out TcpHeader header)
    {
        header = default;
        if (bytes.Length < LengthMin)
        {
            return ParseError.Truncated;
        }

        int length = (bytes[12] >> 4) * 4;
        if (length < LengthMin)
        {
            return ParseError.BadLength;
        }

        if (length > bytes.Length)
        {
            return ParseError.Truncated;
        }

        header = new TcpHeader(bytes);
        return ParseError.None;
    }

    /// <summary>Writes a header.</summary>
    /// <param name="bytes">At least 20 bytes and the options.</param>
    /// <param name="sourcePort">Source port.</param>
    /// <param name="destinationPort">Destination port.</param>
    /// <param name="sequence">Sequence number.</param>
    /// <param name="acknowledgement">Acknowledgement number.</param>
    /// <param name="flags">The 12 bits behind the data offset: four reserved, then CWR, ECE, URG, ACK, PSH, RST, SYN, FIN.</param>
    /// <param name="window">Window, unscaled.</param>
    /// <param name="checksum">Checksum over the pseudo-header, this header and the data.</param>
    /// <param name="urgentPointer">Urgent pointer.</param>
    /// <param name="options">Options, padded to a multiple of 4 bytes, at most 40.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The options' length is no such, or the bytes are too few.</exception>
    public static int Write(
        Span<byte> bytes,
        ushort sourcePort,
        ushort destinationPort,
        uint sequence = 0,
        uint acknowledgement = 0,
        ushort flags = 0,
        ushort window = 0,
        ushort checksum = 0,
        ushort urgentPointer = 0,
        ReadOnlySpan<byte> options = default)
    {
        if (options.Length > 40 || options.Length % 4 != 0)
        {
            throw new ArgumentException("options are 0 to 40 bytes in steps of 4", nameof(options));
        }

        int length = LengthMin + options.Length;
        BinaryPrimitives.WriteUInt16BigEndian(bytes, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], acknowledgement);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], (ushort)((length / 4 << 12) | (flags & 0xfff)));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[14..], window);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[16..], checksum);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[18..], urgentPointer);
        options.CopyTo(bytes[LengthMin..]);
        return length;
    }

    /// <summary>Source port.</summary>
    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_bytes);

    /// <summary>Destination port.</summary>
    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    /// <summary>Sequence number.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(_bytes[4..]);

    /// <summary>Acknowledgement number.</summary>
    public uint Acknowledgement => BinaryPrimitives.ReadUInt32BigEndian(_bytes[8..]);

    /// <summary>Length with options, in bytes: 20 to 60.</summary>
    public int HeaderLength => (_bytes[12] >> 4) * 4;

    /// <summary>The 12 bits behind the data offset: four reserved, then CWR, ECE, URG, ACK, PSH, RST, SYN, FIN.</summary>
    public ushort Flags => (ushort)(BinaryPrimitives.ReadUInt16BigEndian(_bytes[12..]) & 0xfff);

    /// <summary>Window, unscaled.</summary>
    public ushort Window => BinaryPrimitives.ReadUInt16BigEndian(_bytes[14..]);

    /// <summary>Checksum as it stands; not checked.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[16..]);

    /// <summary>Urgent pointer.</summary>
    public ushort UrgentPointer => BinaryPrimitives.ReadUInt16BigEndian(_bytes[18..]);

    /// <summary>Options, padding included.</summary>
    public ReadOnlySpan<byte> Options => _bytes[LengthMin..HeaderLength];

    /// <summary>The data, as far as there are bytes.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[HeaderLength..];
}
