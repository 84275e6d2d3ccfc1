using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>A checked view of an Ethernet header (IEEE 802.3 §3.2) over bytes it does not own.</summary>
/// <remarks>Checked once, in <see cref="Parse"/>; no accessor fails after that. Addresses in the low 48 bits.</remarks>
public readonly ref struct EthernetHeader
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 14;

    private readonly ReadOnlySpan<byte> _bytes;

    private EthernetHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks the header at the start of the bytes.</summary>
    /// <returns><see cref="ParseError.Truncated"/> for fewer than <see cref="Length"/> bytes.</returns>
    public static ParseError Parse(ReadOnlySpan<byte> bytes, out EthernetHeader header)
    {
        bool isWhole = bytes.Length >= Length;
        header = isWhole ? new EthernetHeader(bytes[..Length]) : default;
        return isWhole ? ParseError.None : ParseError.Truncated;
    }

    /// <summary>Writes a header.</summary>
    /// <param name="bytes">At least <see cref="Length"/> bytes.</param>
    /// <param name="destination">Destination MAC address, 48 bits.</param>
    /// <param name="source">Source MAC address, 48 bits.</param>
    /// <param name="typeOrLength">EtherType, or length of an 802.3 frame.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public static int Write(Span<byte> bytes, ulong destination, ulong source, ushort typeOrLength)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(destination >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)destination);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(source >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], (uint)source);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], typeOrLength);
        return Length;
    }

    /// <summary>Destination MAC address.</summary>
    public ulong Destination => BinaryPrimitives.ReadUInt64BigEndian(_bytes) >> 16;

    /// <summary>Source MAC address.</summary>
    public ulong Source => BinaryPrimitives.ReadUInt64BigEndian(_bytes[6..]) >> 16;

    /// <summary>EtherType; up to <see cref="EtherTypes.LengthMax"/> the length of an 802.3 frame.</summary>
    public ushort TypeOrLength => BinaryPrimitives.ReadUInt16BigEndian(_bytes[12..]);
}
