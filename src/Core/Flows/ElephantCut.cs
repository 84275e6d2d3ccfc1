using System.Numerics;
using Trunkline.Core.Units;

namespace Trunkline.Core.Flows;

/// <summary>From how many bytes on a flow is an elephant.</summary>
/// <remarks>Every cut compares with what a flow sent for certain, so that a flow is never called an elephant by an error of the count.</remarks>
public static class ElephantCut
{
    private const int LogBits = 16;

    /// <summary>Flows with at least a share of all bytes.</summary>
    /// <param name="flows">What was counted.</param>
    /// <param name="millionths">The share, 1 to 1 000 000 (DevoFlow, Hedera: 10 % of a link).</param>
    public static ByteCount ByShare<TKey>(HeavyHitters<TKey> flows, long millionths)
        where TKey : struct, IEquatable<TKey> =>
        new(Math.Max(1, (long)(((Int128)flows.TotalBytes * millionths) + 999_999) / 1_000_000));

    /// <summary>Flows with at least an average rate over the time that was counted.</summary>
    public static ByteCount ByRate(BitRate rate, Interval counted) =>
        new(Math.Max(1, (long)((((Int128)rate.BitsPerSecond * counted.Nanoseconds) + 7_999_999_999) / 8_000_000_000)));

    /// <summary>
    /// The cut that best parts the bytes into those of small and of large flows, without any number being set.
    /// </summary>
    /// <param name="flows">What was counted.</param>
    /// <returns>
    /// The size of the smallest elephant; <see cref="long.MaxValue"/> bytes when there is none: nothing was counted, or no
    /// flow is certain to exceed what the counters can tell apart.
    /// </returns>
    /// <remarks>
    /// Otsu's threshold (IEEE Trans. SMC 9(1), 1979) on the logarithm of the flow sizes, each flow weighing as much as it
    /// sent: the cut with the largest variance between the two classes. The bytes of flows that have no counter, and those
    /// that a counter only may have, stand at the largest size that such a flow can have. Where all flows are of one size they
    /// are all elephants, if the counters vouch for them: with k counters, flows below 1/k of the bytes are never.
    /// </remarks>
    public static ByteCount Automatic<TKey>(HeavyHitters<TKey> flows)
        where TKey : struct, IEquatable<TKey>
    {
        var largest = new HeavyHitter<TKey>[flows.Count];
        flows.CopyLargest(largest);
        long unknownSize = flows.ErrorMax;
        long certain = 0;
        int count = 0;
        Int128 logs = 0;
        while (count < largest.Length && largest[count].BytesCertain > unknownSize)
        {
            certain += largest[count].BytesCertain;
            logs += (Int128)largest[count].BytesCertain * Log2(largest[count].BytesCertain);
            count++;
        }

        if (count == 0)
        {
            return new ByteCount(long.MaxValue);
        }

        long total = flows.TotalBytes;
        logs += (Int128)(total - certain) * Log2(Math.Max(1, unknownSize));
        double mean = (double)logs / total;
        double best = 0;
        int elephants = count;
        double above = 0;
        double aboveLogs = 0;
        for (int i = 0; i < count; i++)
        {
            above += largest[i].BytesCertain;
            aboveLogs += (double)largest[i].BytesCertain * Log2(largest[i].BytesCertain);
            bool isStep = i + 1 == count || largest[i + 1].BytesCertain < largest[i].BytesCertain;
            double share = above / total;
            if (isStep && share < 1)
            {
                double distance = (aboveLogs / total) - (mean * share);
                double variance = distance * distance / (share * (1 - share));
                if (variance > best)
                {
                    best = variance;
                    elephants = i + 1;
                }
            }
        }

        return new ByteCount(largest[elephants - 1].BytesCertain);
    }

    /// <summary>The logarithm to base 2 in 2⁻¹⁶, exact and alike on every machine: by squaring, bit by bit.</summary>
    private static long Log2(long value)
    {
        int whole = BitOperations.Log2((ulong)value);
        long log = (long)whole << LogBits;

        // A number from 1 to 2 with 30 bits behind the point.
        ulong rest = whole > 30 ? (ulong)value >> (whole - 30) : (ulong)value << (30 - whole);
        for (int bit = LogBits - 1; bit >= 0; bit--)
        {
            rest = (rest * rest) >> 30;
            if (rest >= 2UL << 30)
            {
                rest >>= 1;
                log |= 1L << bit;
            }
        }

        return log;
    }
}
