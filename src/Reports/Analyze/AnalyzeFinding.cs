using Trunkline.Results;

namespace Trunkline.Reports.Analyze;

/// <summary>What the figures say, in a sentence.</summary>
internal static class AnalyzeFinding
{
    private const double Slack = 1.05;

    /// <summary>The finding; null when nothing was replayed.</summary>
    public static string? Of(AnalyzeResult result, IReadOnlyList<AnalyzeTechnique> ran)
    {
        if (ran.Count == 0)
        {
            return null;
        }

        AnalyzeTechnique[] still = [.. ran.Where(t => t is { Moves: 0, OpenLoop: null, ReorderablePackets: 0 })];
        AnalyzeTechnique[] orderly = [.. ran.Where(t => t is { UnsafeMoves: 0, ReorderablePackets: 0 } && !still.Contains(t))];
        return string.Join("; ", (string[])[.. Points(result, ran, still, orderly)]) + ".";
    }

    private static IEnumerable<string> Points(
        AnalyzeResult result, IReadOnlyList<AnalyzeTechnique> ran, AnalyzeTechnique[] still, AnalyzeTechnique[] orderly)
    {
        if (result.Observed is { } observed && observed.Links.Sum(l => l.Bytes) is > 0 and long all)
        {
            AnalyzeLoad fullest = observed.Links.MaxBy(l => l.Bytes)!;
            yield return $"As captured, {fullest.Name} had {Figures.Percent((double)fullest.Bytes / all)} of the bytes (imbalance {Figures.Ratio(observed.Imbalance)})";
        }

        double floor = result.Floor.Imbalance;
        yield return $"No hash of flows gets below an imbalance of {Figures.Ratio(floor)}: the largest flow has {Figures.Percent(result.Floor.LargestFlowShare)} of the bytes";
        if (still.Length > 1)
        {
            AnalyzeTechnique best = still.MinBy(t => t.Imbalance)!;
            AnalyzeTechnique worst = still.MaxBy(t => t.Imbalance)!;
            string reach = best.Imbalance <= floor * Slack ? ", as good as a hash can be" : "";
            yield return $"Of the {still.Length} that never move a flow, {best.Name} is the most even ({Figures.Ratio(best.Imbalance)}{reach}), and {worst.Name} the least ({Figures.Ratio(worst.Imbalance)})";
        }

        if (orderly.MinBy(t => t.Imbalance) is { } mover && mover.Imbalance < (still.Min(t => t.Imbalance) ?? double.MaxValue))
        {
            yield return $"{mover.Name} gets to {Figures.Ratio(mover.Imbalance)} by moving buckets, without a packet that could be overtaken";
        }

        AnalyzeTechnique first = ran.MinBy(t => t.Imbalance)!;
        if (ran.Count > 1 && first.ReorderablePackets > 0)
        {
            yield return $"The most even of all, {first.Name} ({Figures.Ratio(first.Imbalance)}), could reorder {Figures.Count(first.ReorderablePackets)} of {Figures.Count(result.Capture.Frames)} packets";
        }
    }
}
