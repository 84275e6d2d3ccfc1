using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>A checked view of a UDP header (RFC 768) over bytes it does not own.</summary>
/// <remarks>
/// Checked once, in <see cref="Parse"/>; no accessor fails after that. <see cref="IsWhole"/> says whether the data is all
/// there.
/// </remarks>
public readonly ref struct UdpHeader
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 8;

    private readonly ReadOnlySpan<byte> _bytes;

    private UdpHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks the header at the start of the bytes.</summary>
    /// <returns><see cref="ParseError.Truncated"/>, or <see cref="ParseError.BadLength"/> for a length of 1 to 7.</returns>
    public static ParseError Parse(ReadOnlySpan<byte> bytes, out UdpHeader header)
    {
        header = default;
        if (bytes.Length < Length)
        {
            return ParseError.Truncated;
        }

        var parsed = new UdpHeader(bytes);
        if (parsed.TotalLength is > 0 and < Length)
        {
            return ParseError.BadLength;
        }

        header = parsed;
        return ParseError.None;
    }

    /// <summary>Writes a header.</summary>
    /// <param name="bytes">At least <see cref="Length"/> bytes.</param>
    /// <param name="sourcePort">Source port.</param>
    /// <param name="destinationPort">Destination port.</param>
    /// <param name="totalLength">Length of header and data; 0 in a jumbogram (RFC 2675 §4).</param>
    /// <param name="checksum">Checksum over the pseudo-header, this header and the data; 0 for none.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public static int Write(Span<byte> bytes, ushort sourcePort, ushort destinationPort, ushort totalLength, ushort checksum = 0)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], totalLength);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], checksum);
        return Length;
    }

    /// <summary>Source port.</summary>
    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_bytes);

    /// <summary>Destination port.</summary>
    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);

    /// <summary>Length of header and data as announced; 0 in a jumbogram (RFC 2675 §4).</summary>
    public ushort TotalLength => BinaryPrimitives.ReadUInt16BigEndian(_bytes[4..]);

    /// <summary>Checksum as it stands; not checked.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_bytes[6..]);

    /// <summary>Whether the bytes hold all that <see cref="TotalLength"/> announces.</summary>
    public bool IsWhole => TotalLength <= _bytes.Length;

    /// <summary>The data, as far as there are bytes.</summary>
    public ReadOnlySpan<byte> Payload =>
        TotalLength == 0 || !IsWhole ? _bytes[Length..] : _bytes[Length..TotalLength];
}
