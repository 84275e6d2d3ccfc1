using System.Numerics;
using Trunkline.Core.Units;

namespace Trunkline.Core.Flows;

/// <summary>From how many bytes on a flow is an elephant.</summary>
/// <remarks>Compare it with what a flow sent for certain, so that no flow is called an elephant by an error of the count.</remarks>
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
    /// Otsu's threshold (IEEE Trans. SMC 9(1), 1979) on the logarithm of the flow sizes: the cut with the largest variance
    /// between the two classes. A flow weighs the root of its bytes: by bytes the largest flow would decide alone, by number
    /// the mice. Bytes of flows without a counter, and those that a counter only may have, stand at the largest size that
    /// such a flow can have. Where all flows are of one size they are all elephants, if the counters vouch for them: with k
    /// counters, flows below 1/k of the bytes are never.
    /// </remarks>
    public static ByteCount Automatic<TKey>(HeavyHitters<TKey> flows)
        where TKey : struct, IEquatable<TKey>
    {
        var largest = new HeavyHitter<TKey>[flows.Count];
        flows.CopyLargest(largest);
        long unknownBytes = flows.TotalBytes;
        long unknownSize = Math.Max(1, flows.ErrorMax);
        double weights = 0;
        double logs = 0;
        int count = 0;
        for (; count < largest.Length && largest[count].BytesCertain > flows.ErrorMax; count++)
        {
            unknownBytes -= largest[count].BytesCertain;
            weights += Weight(largest[count].BytesCertain);
            logs += Weight(largest[count].BytesCertain) * Log2(largest[count].BytesCertain);
        }

        if (count == 0)
        {
            return new ByteCount(long.MaxValue);
        }

        double unknownWeight = unknownBytes / (double)unknownSize * Weight(unknownSize);
        weights += unknownWeight;
        logs += unknownWeight * Log2(unknownSize);
        return new ByteCount(largest[Elephants(largest.AsSpan(0, count), weights, logs) - 1].BytesCertain);
    }

    /// <summary>How many of the sorted flows are above the best cut; all of them when they are of one size and nothing else is.</summary>
    private static int Elephants<TKey>(ReadOnlySpan<HeavyHitter<TKey>> flows, double weights, double logs)
    {
        int elephants = flows.Length;
        double best = 0;
        double above = 0;
        double aboveLogs = 0;
        for (int i = 0; i < flows.Length; i++)
        {
            long size = flows[i].BytesCertain;
            above += Weight(size) / weights;
            aboveLogs += Weight(size) / weights * Log2(size);
            bool isStep = i + 1 == flows.Length || flows[i + 1].BytesCertain < size;
            double below = 1 - above;
            if (isStep && below > 1e-9)
            {
                double distance = aboveLogs - (logs / weights * above);
                double variance = distance * distance / (above * below);
                elephants = variance > best ? i + 1 : elephants;
                best = Math.Max(best, variance);
            }
        }

        return elephants;
    }

    // A root is rounded alike on every machine (IEEE 754), which a logarithm is not.
    private static double Weight(long bytes) => Math.Sqrt(bytes);

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
