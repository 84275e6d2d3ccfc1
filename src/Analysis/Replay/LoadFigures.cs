namespace Trunkline.Analysis.Replay;

/// <summary>How even loads are.</summary>
/// <param name="Imbalance">The most loaded link ÷ mean, 1 or more.</param>
/// <param name="Cov">Standard deviation of the loads ÷ their mean, 0 or more.</param>
/// <param name="Jain">(Σ load)² ÷ (links × Σ load²), 1 ÷ links to 1.</param>
/// <remarks>
/// A load is bytes in units of the link's speed; links that may not be chosen do not count. Jain, Chiu and Hawe, DEC-TR-301, 1984.
/// </remarks>
internal readonly record struct LoadFigures(double Imbalance, double Cov, double Jain)
{
    /// <summary>The figures of loads; nothing at all is even.</summary>
    /// <param name="bytes">One per link.</param>
    /// <param name="speeds">One per link; 0 for those that may not be chosen.</param>
    public static LoadFigures Of(ReadOnlySpan<long> bytes, ReadOnlySpan<double> speeds)
    {
        double sum = 0;
        double squares = 0;
        int links = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            double load = speeds[i] > 0 ? bytes[i] / speeds[i] : 0;
            links += speeds[i] > 0 ? 1 : 0;
            sum += load;
            squares += load * load;
        }

        if (sum == 0)
        {
            return new LoadFigures(1, 0, 1);
        }

        double mean = sum / links;
        double deviations = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            double deviation = speeds[i] > 0 ? (bytes[i] / speeds[i]) - mean : 0;
            deviations += deviation * deviation;
        }

        return new LoadFigures(
            Flows.Imbalance.Of(bytes, speeds), Math.Sqrt(deviations / links) / mean, Math.Min(1, sum * sum / (links * squares)));
    }
}
