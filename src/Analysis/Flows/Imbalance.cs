using Trunkline.Core.Links;

namespace Trunkline.Analysis.Flows;

/// <summary>How uneven loads are: the most loaded link ÷ mean, in units of each link's speed.</summary>
internal static class Imbalance
{
    /// <summary>1 is even, or nothing at all.</summary>
    /// <param name="bytes">One per link.</param>
    /// <param name="links">The links; what one without speed carries does not count.</param>
    public static double Of(ReadOnlySpan<long> bytes, IReadOnlyList<Link> links)
    {
        Span<double> speeds = stackalloc double[Bundle.LinksMax];
        for (int i = 0; i < bytes.Length; i++)
        {
            speeds[i] = links[i].Rate.BitsPerSecond;
        }

        return Of(bytes, speeds);
    }

    /// <summary>1 is even, or nothing at all.</summary>
    /// <param name="bytes">One per link.</param>
    /// <param name="speeds">One per link or more; 0 or less for those that do not count.</param>
    public static double Of(ReadOnlySpan<long> bytes, ReadOnlySpan<double> speeds)
    {
        double most = 0;
        double sum = 0;
        double all = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            double speed = speeds[i];
            if (speed > 0)
            {
                most = Math.Max(most, bytes[i] / speed);
                sum += bytes[i];
                all += speed;
            }
        }

        return sum == 0 ? 1 : Math.Max(1, most / (sum / all));
    }
}
