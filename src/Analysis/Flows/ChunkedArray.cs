namespace Trunkline.Analysis.Flows;

/// <summary>An array that grows by equal pieces, so that growing copies nothing and leaves no holes in memory.</summary>
/// <remarks>Elements start as default and keep their places. No thread but the caller's.</remarks>
internal sealed class ChunkedArray<T>
    where T : struct
{
    private const int ChunkBits = 14;
    private const int ChunkMask = (1 << ChunkBits) - 1;

    private readonly T[]?[] _chunks;

    /// <summary>Makes room for pointers to the pieces alone.</summary>
    /// <param name="lengthMax">One more than the largest index.</param>
    public ChunkedArray(int lengthMax) => _chunks = new T[]?[((lengthMax - 1) >> ChunkBits) + 1];

    /// <summary>An element whose piece is there: it was reached before.</summary>
    public ref T this[int index] => ref _chunks[index >> ChunkBits]![index & ChunkMask];

    /// <summary>An element, making its piece where it is missing.</summary>
    public ref T Reach(int index)
    {
        ref T[]? chunk = ref _chunks[index >> ChunkBits];
        chunk ??= new T[1 << ChunkBits];
        return ref chunk[index & ChunkMask];
    }

    /// <summary>An element's value; default where its piece is missing.</summary>
    public T ValueOrDefault(int index) => _chunks[index >> ChunkBits] is T[] chunk ? chunk[index & ChunkMask] : default;
}
