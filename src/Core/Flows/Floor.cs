using Trunkline.Core.Units;

namespace Trunkline.Core.Flows;

/// <summary>What no hash can do better: a flow that goes over one link loads that link with all of it.</summary>
/// <remarks>Imbalance is the load of the most loaded link over the mean, in units of each link's speed; 1 is even.</remarks>
public static class Floor
{
    /// <summary>The least imbalance over equal links: the largest flow ÷ the fair share, at least 1.</summary>
    /// <param name="largestBytes">Bytes of the largest flow.</param>
    /// <param name="totalBytes">Bytes of all flows.</param>
    /// <param name="links">Links, at least 1.</param>
    public static double Imbalance(long largestBytes, long totalBytes, int links)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(links, 1);
        return totalBytes <= 0 ? 1 : Math.Max(1, (double)largestBytes * links / totalBytes);
    }

    /// <summary>The least imbalance over links of any speeds: the largest flow goes over the fastest link.</summary>
    /// <param name="largestBytes">Bytes of the largest flow.</param>
    /// <param name="totalBytes">Bytes of all flows.</param>
    /// <param name="speeds">One per link; at least one above 0.</param>
    public static double Imbalance(long largestBytes, long totalBytes, ReadOnlySpan<BitRate> speeds)
    {
        double fastest = 0;
        double sum = 0;
        foreach (BitRate speed in speeds)
        {
            fastest = Math.Max(fastest, speed.BitsPerSecond);
            sum += speed.BitsPerSecond;
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(fastest, 0, nameof(speeds));
        return totalBytes <= 0 ? 1 : Math.Max(1, largestBytes / fastest / (totalBytes / sum));
    }

    /// <summary>How many flows of one size would spread as well: (sum of sizes)² ÷ sum of squares.</summary>
    /// <param name="flowBytes">One per flow.</param>
    /// <returns>1 to the number of flows; 0 when there is none.</returns>
    /// <remarks>With flows thrown at random on n links, the variance of a link's share is (n − 1) ÷ n² ÷ this number.</remarks>
    public static double EffectiveFlows(ReadOnlySpan<long> flowBytes)
    {
        double sum = 0;
        double squares = 0;
        foreach (long bytes in flowBytes)
        {
            sum += bytes;
            squares += (double)bytes * bytes;
        }

        return squares == 0 ? 0 : sum * sum / squares;
    }
}
