using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>A checked view of what follows a VLAN EtherType (IEEE 802.1Q §9.6): the tag's TCI and the next EtherType.</summary>
/// <remarks>Checked once, in <see cref="Parse"/>; no accessor fails after that.</remarks>
public readonly ref struct VlanTag
{
    /// <summary>Length in bytes, without the EtherType in front.</summary>
    public const int Length = 4;

    private readonly ReadOnlySpan<byte> _bytes;

    private VlanTag(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>Checks the tag at the start of the bytes.</summary>
    /// <returns><see cref="ParseError.Truncated"/> for fewer than <see cref="Length"/> bytes.</returns>
    public static ParseError Parse(ReadOnlySpan<byte> bytes, out VlanTag tag)
    {
        bool isWhole = bytes.Length >= Length;
        tag = isWhole ? new VlanTag(bytes[..Length]) : default;
        return isWhole ? ParseError.None : ParseError.Truncated;
    }

    /// <summary>Writes a tag.</summary>
    /// <param name="bytes">At least <see cref="Length"/> bytes.</param>
    /// <param name="tci">Priority, DEI and VLAN id.</param>
    /// <param name="typeOrLength">What follows.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public static int Write(Span<byte> bytes, ushort tci, ushort typeOrLength)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes, tci);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], typeOrLength);
        return Length;
    }

    /// <summary>Tag control information: priority (3 bits), drop eligible (1), VLAN id (12).</summary>
    public ushort Tci => BinaryPrimitives.ReadUInt16BigEndian(_bytes);

    /// <summary>The EtherType behind the tag, or an 802.3 length.</summary>
    public ushort TypeOrLength => BinaryPrimitives.ReadUInt16BigEndian(_bytes[2..]);
}
