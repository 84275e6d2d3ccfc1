using System.Numerics;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Fabric;

/// <summary>A distribution of delays in buckets that are 1/32 wide: percentiles to 3 %, in fixed memory.</summary>
internal sealed class DelayHistogram
{
    private const int FineBits = 5;

    // Longer ones, above 8.7 s, count as this long.
    private const int DelayBits = 43;

    private const int Fine = 1 << FineBits;

    // As long as the longest delay so far needs.
    private uint[] _counts = [];

    /// <summary>Delays counted.</summary>
    public long Count { get; private set; }

    /// <summary>Their sum.</summary>
    public Int128 SumPs { get; private set; }

    /// <summary>Counts a delay.</summary>
    public void Add(long ps)
    {
        int index = IndexOf(Math.Min((ulong)ps, (1UL << DelayBits) - 1));
        if (index >= _counts.Length)
        {
            Grow(index + 1);
        }

        _counts[index]++;
        Count++;
        SumPs += ps;
    }

    /// <summary>Adds all that another one counted.</summary>
    public void Add(DelayHistogram other)
    {
        Grow(other._counts.Length);
        for (int i = 0; i < other._counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        SumPs += other.SumPs;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        (Count, SumPs) = (0, 0);
    }

    /// <summary>Mean in seconds; 0 for none.</summary>
    public double MeanSeconds => Count == 0 ? 0 : (double)SumPs / Count / SimTime.SecondPs;

    /// <summary>The delay that a share of all do not exceed, in seconds: the lower bound of its bucket.</summary>
    /// <param name="thousandths">0 to 1000.</param>
    public double QuantileSeconds(int thousandths)
    {
        long rank = (long)(((Int128)Count * thousandths + 999) / 1000);
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank && seen > 0)
            {
                return LowerBound(i) / (double)SimTime.SecondPs;
            }
        }

        return 0;
    }

    private void Grow(int length)
    {
        if (length > _counts.Length)
        {
            Array.Resize(ref _counts, (length + Fine - 1) & -Fine);
        }
    }

    private static int IndexOf(ulong value)
    {
        int shift = Math.Max(0, BitOperations.Log2(value | 1) - FineBits);
        return (shift << FineBits) + (int)(value >> shift);
    }

    private static ulong LowerBound(int index)
    {
        int shift = Math.Max(0, (index >> FineBits) - 1);
        return (ulong)(index - (shift << FineBits)) << shift;
    }
}
