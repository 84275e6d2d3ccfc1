namespace Trunkline.Analysis.Replay;

/// <summary>How uneven windows were, in bounded memory whatever their number.</summary>
/// <remarks>
/// An imbalance is counted in bins that reach from one 1024th of a power of two to the next, 0.05 to 0.1 % of the value, and is
/// told by its bin's upper end; 1 is exact, and so is every multiple of 1/1024 up to 2. What is above 2¹⁶ counts as that.
/// </remarks>
internal sealed class WindowHistogram
{
    // Of the 52 bits of a fraction the upper ten number the bin.
    private const int ShiftBits = 42;
    private const int BinsMax = 16 << (52 - ShiftBits);

    private static readonly long One = BitConverter.DoubleToInt64Bits(1);

    private long[] _bins = new long[1 << (52 - ShiftBits)];

    /// <summary>Windows so far.</summary>
    public long Count { get; private set; }

    /// <summary>Counts a window.</summary>
    /// <param name="imbalance">1 or more.</param>
    public void Add(double imbalance)
    {
        int bin = BinOf(imbalance);
        if (bin >= _bins.Length)
        {
            Array.Resize(ref _bins, Math.Max(bin + 1, 2 * _bins.Length));
        }

        _bins[bin]++;
        Count++;
    }

    /// <summary>What a share of the windows does not exceed: the least such value; null without windows.</summary>
    /// <param name="percent">1 to 100.</param>
    public double? Percentile(int percent)
    {
        long rest = ((Count / 100) * percent) + (((Count % 100 * percent) + 99) / 100);
        for (int bin = 0; bin < _bins.Length && Count > 0; bin++)
        {
            rest -= _bins[bin];
            if (rest <= 0)
            {
                return BitConverter.Int64BitsToDouble(One + ((long)bin << ShiftBits));
            }
        }

        return null;
    }

    /// <summary>Share of the windows above a value, to the bin; 0 without windows.</summary>
    public double ShareOver(double imbalance)
    {
        long over = 0;
        for (int bin = BinOf(imbalance) + 1; bin < _bins.Length; bin++)
        {
            over += _bins[bin];
        }

        return Count == 0 ? 0 : (double)over / Count;
    }

    /// <summary>The bin whose upper end is the first that is not below.</summary>
    private static int BinOf(double imbalance)
    {
        long above = BitConverter.DoubleToInt64Bits(imbalance > 1 ? imbalance : 1) - One;
        return (int)Math.Min((above + (1L << ShiftBits) - 1) >> ShiftBits, BinsMax);
    }
}
