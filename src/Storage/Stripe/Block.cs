namespace Trunkline.Storage.Stripe;

/// <summary>Memory for a chunk of a flow: kept until it is acknowledged and no session sends it, or until it is read.</summary>
internal sealed class Block(byte[] bytes, int size)
{
    /// <summary>The memory, pinned.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <summary>Which list of the pool it belongs to.</summary>
    public int Size { get; } = size;

    /// <summary>How many use it.</summary>
    public int Uses { get; set; }

    /// <summary>Place of the chunk in its stream.</summary>
    public long Start { get; set; }

    /// <summary>The first byte that counts.</summary>
    public int From { get; set; }

    /// <summary>Behind the last.</summary>
    public int To { get; set; }
}

/// <summary>Blocks of a few sizes, used again and again. One thread.</summary>
/// <remarks>Sizes are close enough together that memory is at most half again what it holds, beside very small chunks.</remarks>
internal sealed class BlockPool
{
    private const long FreeBytesMax = 16 << 20;

    private static readonly int[] Sizes = [512, 1024, 2048, 4160, 6208, 8256, 12_352, 16_448, 24_640, 32_832, 49_216, 65_536];

    private readonly Stack<Block>[] _free = [.. Sizes.Select(_ => new Stack<Block>())];
    private long _freeBytes;

    /// <summary>Bytes of all blocks that are in use.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>A block with one user.</summary>
    /// <param name="bytes">At least so large; at most 64 KiB.</param>
    public Block Take(int bytes)
    {
        int size = 0;
        while (Sizes[size] < bytes)
        {
            size++;
        }

        if (_free[size].TryPop(out Block? block))
        {
            _freeBytes -= Sizes[size];
        }
        else
        {
            block = new Block(GC.AllocateUninitializedArray<byte>(Sizes[size], pinned: true), size);
        }

        UsedBytes += Sizes[size];
        block.Uses = 1;
        return block;
    }

    /// <summary>A user less.</summary>
    public void Release(Block block)
    {
        if (--block.Uses == 0)
        {
            UsedBytes -= Sizes[block.Size];
            if (_freeBytes + Sizes[block.Size] <= FreeBytesMax)
            {
                _freeBytes += Sizes[block.Size];
                _free[block.Size].Push(block);
            }
        }
    }
}
