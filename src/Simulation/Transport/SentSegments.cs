using System.Runtime.CompilerServices;

namespace Trunkline.Simulation.Transport;

/// <summary>What is known of a segment in flight.</summary>
internal struct SentSegment
{
    /// <summary>When it was sent last.</summary>
    public long SentPs;

    /// <summary>Where it begins in the stream, modulo 2³².</summary>
    public uint Offset;

    /// <summary>Its payload.</summary>
    public int Bytes;
}

/// <summary>The segments in flight of one connection, by their numbers, which go up by one.</summary>
/// <remarks>In blocks of a pool. The one before the first in flight is kept, too. A struct that changes: keep it in a field.</remarks>
internal struct SentSegments(TransportPool pool)
{
    private static readonly SentSegment[] Nothing = new SentSegment[1 << TransportPool.BlockBits];

    private readonly TransportPool _pool = pool;

    // The blocks from the first to the last, each at its number modulo the length; elsewhere one that holds nothing.
    private SentSegment[][] _blocks = [Nothing, Nothing];
    private int _firstBlock;
    private int _endBlock;

    /// <summary>Segments for which there is room without a larger table: a power of two.</summary>
    public readonly int Capacity => _blocks.Length << TransportPool.BlockBits;

    /// <summary>A segment in flight, or the one before.</summary>
    public readonly ref SentSegment this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            SentSegment[][] blocks = _blocks;
            SentSegment[] block = blocks[(index >> TransportPool.BlockBits) & (blocks.Length - 1)];
            return ref block[index & (block.Length - 1)];
        }
    }

    /// <summary>Makes room for the next segment.</summary>
    /// <returns>Whether <see cref="Capacity"/> grew.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Reserve(int index) => index >> TransportPool.BlockBits == _endBlock && AddBlock();

    /// <summary>Lets go of segments up to one, which itself and the one before are kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release(int first)
    {
        if ((first - 1) >> TransportPool.BlockBits > _firstBlock)
        {
            ReleaseBlocks((first - 1) >> TransportPool.BlockBits);
        }
    }

    /// <summary>Lets go of all; numbers begin at 0 again.</summary>
    public void Clear()
    {
        ReleaseBlocks(_endBlock);
        _firstBlock = _endBlock = 0;
    }

    private void ReleaseBlocks(int end)
    {
        for (; _firstBlock < end; _firstBlock++)
        {
            ref SentSegment[] block = ref _blocks[_firstBlock & (_blocks.Length - 1)];
            _pool.GiveBlock(block);
            block = Nothing;
        }
    }

    private bool AddBlock()
    {
        bool isFull = _endBlock - _firstBlock == _blocks.Length;
        if (isFull)
        {
            var blocks = new SentSegment[2 * _blocks.Length][];
            Array.Fill(blocks, Nothing);
            for (int block = _firstBlock; block < _endBlock; block++)
            {
                blocks[block & (blocks.Length - 1)] = _blocks[block & (_blocks.Length - 1)];
            }

            _blocks = blocks;
        }

        _blocks[_endBlock & (_blocks.Length - 1)] = _pool.TakeBlock();
        _endBlock++;
        return isFull;
    }
}
