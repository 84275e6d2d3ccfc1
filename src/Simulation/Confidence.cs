namespace Trunkline.Simulation;

/// <summary>How far a mean over few seeds may be off.</summary>
internal static class Confidence
{
    // Student's t, two-sided 95 %, by degrees of freedom from 1 (NIST Handbook §1.3.6.7.2); between the last ones the smaller counts.
    private static readonly double[] Quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    private static readonly (int Freedom, double Quantile)[] Large = [(1000, 1.962), (100, 1.984), (60, 2.000), (40, 2.021), (30, 2.042)];

    /// <summary>Half the width of the 95 % interval around the mean; null for fewer than two values.</summary>
    public static double? HalfWidth(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
        {
            return null;
        }

        double mean = values.Sum() / values.Count;
        double squares = values.Sum(v => (v - mean) * (v - mean));
        int freedom = values.Count - 1;
        double quantile = freedom <= Quantiles.Length ? Quantiles[freedom - 1] : Large.First(l => l.Freedom <= freedom).Quantile;
        return quantile * Math.Sqrt(squares / freedom / values.Count);
    }
}
