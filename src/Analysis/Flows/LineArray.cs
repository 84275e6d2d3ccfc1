using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Trunkline.Analysis.Flows;

/// <summary>A <see cref="ChunkedArray{T}"/> of elements of 64 bytes, each of which is one line of the caches.</summary>
/// <remarks>
/// Where an array begins is for the runtime to choose, and its elements mostly lie across two lines: twice the memory is fetched for
/// each. So the pieces are arrays of bytes that stay where they are, with the elements from the first whole line on.
/// </remarks>
internal sealed class LineArray<T>
    where T : unmanaged
{
    private const int LineBytes = 64;
    private const int ChunkBits = 14;
    private const int ChunkMask = (1 << ChunkBits) - 1;

    private readonly Chunk[] _chunks;

    /// <summary>Makes room for pointers to the pieces alone.</summary>
    /// <param name="lengthMax">One more than the largest index.</param>
    public LineArray(int lengthMax)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(Unsafe.SizeOf<T>(), LineBytes);
        _chunks = new Chunk[((lengthMax - 1) >> ChunkBits) + 1];
    }

    /// <summary>An element whose piece is there: it was reached before.</summary>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[index >> ChunkBits].At(index & ChunkMask);
    }

    /// <summary>An element, making its piece where it is missing.</summary>
    public ref T Reach(int index)
    {
        ref Chunk chunk = ref _chunks[index >> ChunkBits];
        if (!chunk.IsThere)
        {
            chunk = new Chunk((1 << ChunkBits) * LineBytes);
        }

        return ref chunk.At(index & ChunkMask);
    }

    private readonly struct Chunk
    {
        private readonly byte[] _bytes;
        private readonly int _start;

        public Chunk(int bytes)
        {
            _bytes = GC.AllocateArray<byte>(bytes + LineBytes, pinned: true);
            _start = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0) & (LineBytes - 1));
        }

        public bool IsThere => _bytes is not null;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ref T At(int index) =>
            ref Unsafe.As<byte, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes), (nint)(uint)(_start + (index * LineBytes))));
    }
}
