using System.Runtime.CompilerServices;

namespace Trunkline.Simulation.Engine;

/// <summary>Where the packets of all lines are: in blocks that a line takes as it grows, and gives back as it shrinks.</summary>
/// <remarks>So memory follows what is under way, not the longest that each line ever was, and what was used last is used next.</remarks>
internal sealed class PacketPool
{
    /// <summary>Packets of a block, as a power of two.</summary>
    internal const int BlockBits = 3;

    /// <summary>Packets of a block.</summary>
    internal const int BlockSize = 1 << BlockBits;

    private const int StartBlocks = 64;

    // Packets of a chunk, of which there come more when all are taken: nothing is copied, and no more taken than needed.
    private const int ChunkBits = 13;

    private Packet[][] _chunks = [new Packet[1 << ChunkBits]];
    private int[] _next = new int[StartBlocks];
    private int _blocks = 1;
    private int _free;

    /// <summary>A packet by its place.</summary>
    internal ref Packet this[int place]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[place >> ChunkBits][place & ((1 << ChunkBits) - 1)];
    }

    /// <summary>The block that follows another in its line.</summary>
    internal ref int NextOf(int block) => ref _next[block];

    /// <summary>Takes a block; never number 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Take()
    {
        int block = _free;
        if (block == 0)
        {
            return TakeNew();
        }

        _free = _next[block];
        return block;
    }

    /// <summary>Gives a block back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Give(int block)
    {
        _next[block] = _free;
        _free = block;
    }

    private int TakeNew()
    {
        if (_blocks == _next.Length)
        {
            Array.Resize(ref _next, _blocks * 2);
        }

        if ((_blocks << BlockBits) == (_chunks.Length << ChunkBits))
        {
            _chunks = [.. _chunks, new Packet[1 << ChunkBits]];
        }

        return _blocks++;
    }
}

/// <summary>A line of packets, first in first out, in blocks of a pool.</summary>
internal struct PacketLine
{
    private int _first;
    private int _end;

    /// <summary>Packets in line.</summary>
    public int Count { get; private set; }

    /// <summary>The first; there must be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref Packet First(PacketPool pool) => ref pool[_first];

    /// <summary>The last; there must be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref Packet Last(PacketPool pool) => ref pool[_end - 1];

    /// <summary>Makes room behind the last and returns it, for the caller to fill.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Packet Add(PacketPool pool)
    {
        if ((_end & (PacketPool.BlockSize - 1)) == 0)
        {
            AddBlock(pool);
        }

        Count++;
        return ref pool[_end++];
    }

    /// <summary>Takes the first away; what <see cref="First"/> referred to stays readable until the next packet joins a line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RemoveFirst(PacketPool pool)
    {
        int removed = _first++;
        if (--Count == 0)
        {
            pool.Give(removed >> PacketPool.BlockBits);
            _end = 0;
        }
        else if ((_first & (PacketPool.BlockSize - 1)) == 0)
        {
            int block = removed >> PacketPool.BlockBits;
            _first = pool.NextOf(block) << PacketPool.BlockBits;
            pool.Give(block);
        }
    }

    /// <summary>The place behind another, from the first on: to walk the line.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="place">A place; −1 for that before the first.</param>
    public readonly int PlaceAfter(PacketPool pool, int place)
    {
        if (place < 0)
        {
            return _first;
        }

        return (++place & (PacketPool.BlockSize - 1)) != 0 ? place : pool.NextOf((place - 1) >> PacketPool.BlockBits) << PacketPool.BlockBits;
    }

    private void AddBlock(PacketPool pool)
    {
        int block = pool.Take();
        if (Count > 0)
        {
            pool.NextOf((_end - 1) >> PacketPool.BlockBits) = block;
        }
        else
        {
            _first = block << PacketPool.BlockBits;
        }

        _end = block << PacketPool.BlockBits;
    }
}
