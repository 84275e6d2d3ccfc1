namespace Trunkline.Cli.CommandLine;

/// <summary>Shares as bars of one character each.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>A character for each share, 0 to 1, from the lowest bar to the highest.</summary>
    public static string Of(IEnumerable<double> shares) =>
        string.Concat(shares.Select(share => Bars[Math.Clamp((int)(share * Bars.Length), 0, Bars.Length - 1)]));
}
