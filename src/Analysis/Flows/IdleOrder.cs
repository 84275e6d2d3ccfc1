namespace Trunkline.Analysis.Flows;

/// <summary>Finds the instant before which so many of a multitude were last seen, in four passes and constant memory.</summary>
/// <remarks>
/// A radix search: each pass counts, by 16 bits of the instant from the highest down, those whose higher bits are the ones found,
/// and goes on with the bits in which the count is reached.
/// </remarks>
internal sealed class IdleOrder
{
    /// <summary>Passes to make over the multitude.</summary>
    public const int Passes = 4;

    private const int PassBits = 16;

    // Makes unsigned order out of signed.
    private const ulong SignBit = 1UL << 63;

    private readonly int[] _counts = new int[1 << PassBits];
    private ulong _found;
    private int _shift = 64;
    private int _left;

    /// <summary>Begins a search.</summary>
    /// <param name="count">How many are to be picked, 1 or more and no more than there are.</param>
    public IdleOrder(int count) => _left = count;

    /// <summary>In a pass: counts one.</summary>
    public void Add(long instant)
    {
        ulong order = (ulong)instant ^ SignBit;
        if (_shift == 64 || order >> _shift == _found)
        {
            _counts[(int)((order >> (_shift - PassBits)) & ((1 << PassBits) - 1))]++;
        }
    }

    /// <summary>Ends a pass.</summary>
    public void EndPass()
    {
        int bits = 0;
        while (_counts[bits] < _left)
        {
            _left -= _counts[bits++];
        }

        _shift -= PassBits;
        _found = (_found << PassBits) | (uint)bits;
        Array.Clear(_counts);
    }

    /// <summary>After the passes: whether one is picked. Among those of the instant found, the ones asked for first.</summary>
    public bool TryPick(long instant)
    {
        ulong order = (ulong)instant ^ SignBit;
        return order < _found || (order == _found && _left-- > 0);
    }
}
