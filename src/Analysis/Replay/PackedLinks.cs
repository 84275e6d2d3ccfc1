using System.Runtime.CompilerServices;
using Trunkline.Core.Links;

namespace Trunkline.Analysis.Replay;

/// <summary>A link for each entry under each technique, packed into rows of bytes.</summary>
/// <remarks>
/// A link takes 1, 2, 4 or 8 bits, so that it lies in one byte. Rows start with links 0 and keep their places; an array that
/// grows by pieces of some ten kilobytes.
/// </remarks>
internal sealed class PackedLinks
{
    private const int ChunkBits = 10;
    private const int ChunkMask = (1 << ChunkBits) - 1;

    private readonly byte[]?[] _chunks;

    /// <summary>Makes room for pointers to the pieces alone.</summary>
    /// <param name="entriesMax">One more than the largest entry.</param>
    /// <param name="techniques">Techniques, 0 or more.</param>
    /// <param name="links">Links, 1 to <see cref="Bundle.LinksMax"/>.</param>
    public PackedLinks(int entriesMax, int techniques, int links)
    {
        Bits = BitsOf(links);
        PerByte = 8 / Bits;
        RowBytes = RowBytesOf(techniques, links);
        _chunks = new byte[]?[((entriesMax - 1) >> ChunkBits) + 1];
    }

    /// <summary>Bits of a link.</summary>
    public int Bits { get; }

    /// <summary>Links in a byte, the first in its lowest bits.</summary>
    public int PerByte { get; }

    /// <summary>Bytes of an entry.</summary>
    public int RowBytes { get; }

    /// <summary>An entry's links; it was reached before.</summary>
    public Span<byte> this[int entry] => _chunks[entry >> ChunkBits].AsSpan((entry & ChunkMask) * RowBytes, RowBytes);

    /// <summary>Bits that tell so many links apart.</summary>
    public static int BitsOf(int links) => links switch
    {
        <= 2 => 1,
        <= 4 => 2,
        <= 16 => 4,
        _ => 8,
    };

    /// <summary>Bytes that an entry takes.</summary>
    public static int RowBytesOf(int techniques, int links)
    {
        int perByte = 8 / BitsOf(links);
        return (techniques + perByte - 1) / perByte;
    }

    /// <summary>An entry's links, making their piece where it is missing.</summary>
    public Span<byte> Reach(int entry)
    {
        _chunks[entry >> ChunkBits] ??= new byte[RowBytes << ChunkBits];
        return this[entry];
    }

    /// <summary>The byte that holds a technique's link of an entry that was reached before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte ByteAt(int entry, int place) => ref _chunks[entry >> ChunkBits]![((entry & ChunkMask) * RowBytes) + place];

    /// <summary>A technique's link of an entry that was reached before.</summary>
    public int LinkOf(int technique, int entry) =>
        (ByteAt(entry, technique / PerByte) >> (technique % PerByte * Bits)) & ((1 << Bits) - 1);
}
