namespace Trunkline.Scenarios.Model;

/// <summary>A distribution of flow sizes by points of its cumulative distribution, straight lines between.</summary>
/// <param name="Name">Its name: <c>websearch</c>, or the file.</param>
/// <param name="Points">Bytes and the share of flows up to that size in billionths; both non-decreasing, the last 10⁹.</param>
/// <remarks>Integers, so that sizes are the same on every machine.</remarks>
public sealed record SizeTable(string Name, IReadOnlyList<SizePoint> Points)
{
    private const long Billion = 1_000_000_000;
    private const int FractionBits = 40;

    /// <summary>The mean size in bytes, of the straight lines.</summary>
    public decimal Mean => MeanCutAt(long.MaxValue);

    /// <summary>The size of a flow drawn at random.</summary>
    /// <param name="random">A random word, of which the upper 40 bits count.</param>
    /// <returns>At least 1.</returns>
    public long SizeAt(ulong random)
    {
        // The share of flows below, in billionths with a fraction of 40 bits.
        UInt128 share = (UInt128)(random >> (64 - FractionBits)) * Billion;
        long whole = (long)(share >> FractionBits);
        int low = 0, high = Points.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Points[middle].Billionths > whole)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        SizePoint upper = Points[low];
        if (low == 0)
        {
            return Math.Max(1, upper.Bytes);
        }

        SizePoint lower = Points[low - 1];
        UInt128 width = (UInt128)(upper.Billionths - lower.Billionths) << FractionBits;
        UInt128 into = share - ((UInt128)lower.Billionths << FractionBits);
        UInt128 more = ((into * (UInt128)(upper.Bytes - lower.Bytes)) + (width >> 1)) / width;
        return Math.Max(1, lower.Bytes + (long)more);
    }

    /// <summary>The mean size in bytes when longer flows are cut.</summary>
    /// <param name="cap">The longest flow, in bytes.</param>
    public decimal MeanCutAt(long cap)
    {
        decimal sum = Math.Min(Points[0].Bytes, cap) * (decimal)Points[0].Billionths;
        for (int i = 1; i < Points.Count; i++)
        {
            (SizePoint lower, SizePoint upper) = (Points[i - 1], Points[i]);
            decimal share = upper.Billionths - lower.Billionths;
            if (upper.Bytes <= cap)
            {
                sum += share * (lower.Bytes + upper.Bytes) / 2;
            }
            else if (lower.Bytes >= cap)
            {
                sum += share * cap;
            }
            else
            {
                decimal below = share * (cap - lower.Bytes) / (upper.Bytes - lower.Bytes);
                sum += (below * (lower.Bytes + cap) / 2) + ((share - below) * cap);
            }
        }

        return sum / Billion;
    }
}

/// <summary>A point of a distribution.</summary>
/// <param name="Bytes">A size.</param>
/// <param name="Billionths">Share of flows of at most that size, 0 to 10⁹.</param>
public readonly record struct SizePoint(long Bytes, long Billionths);
