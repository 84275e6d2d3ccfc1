using Trunkline.Cli.CommandLine;
using Trunkline.Core.Units;
using Trunkline.Reports;
using Trunkline.Reports.Compare;
using Trunkline.Results;
using Trunkline.Simulation;

namespace Trunkline.Cli.Compare;

/// <summary>Prints a comparison for people: one line a technique, then what the table says.</summary>
internal static class CompareTables
{
    private const int WidthMax = 120;

    // More links than this are for reports and programs.
    private const int SparkLinksMax = 16;
    private const int SparkDispensable = 2;

    /// <summary>Prints everything.</summary>
    public static void Print(CompareResult result, TextWriter output)
    {
        PrintTitle(result, output);
        CompareTechnique[] ran = [.. result.Techniques.Where(t => t.NotApplicable is null)];
        if (ran.Length > 0)
        {
            Terminal.WriteColumns(output, Columns(result, ran), WidthMax);
        }

        foreach (CompareTechnique technique in result.Techniques.Where(t => t.NotApplicable is not null))
        {
            Terminal.WriteParagraph(output, $"{technique.Name}: not applicable: {technique.NotApplicable}");
        }

        foreach (string remark in ran.Select(t => t.Remark).OfType<string>().Distinct())
        {
            Terminal.WriteParagraph(output, remark);
        }

        PrintWords(result, ran, output);
    }

    private static void PrintTitle(CompareResult result, TextWriter output)
    {
        Terminal.WriteParagraph(output, $"{result.Scenario}{(result.Summary.Length > 0 ? $": {result.Summary}" : "")}");
        string seeds = result.Seeds.Count == 1 ? $"seed {result.Seeds[0]}" : $"{result.Seeds.Count} seeds";
        string warmUp = result.WarmUpSeconds > 0 ? $", the first {Figures.Seconds(result.WarmUpSeconds)} not counted" : "";
        Terminal.WriteParagraph(
            output,
            $"{Figures.Seconds(result.DurationSeconds)} simulated{warmUp}; {seeds}; {new BitRate(result.CapacityBps)} of links"
            + $" in {string.Join(", ", result.Measured)}");
        if (result.Interrupted is true)
        {
            output.WriteLine("interrupted: the figures are of the runs that were done until then");
        }

        output.WriteLine();
    }

    private static void PrintWords(CompareResult result, CompareTechnique[] ran, TextWriter output)
    {
        output.WriteLine();
        if (result.Finding is string finding)
        {
            Terminal.WriteParagraph(output, finding);
        }

        foreach (CompareTechnique part in ran.Where(t => t.Runs < result.Seeds.Count))
        {
            Terminal.WriteParagraph(output, $"note: of {part.Name} {part.Runs} of {result.Seeds.Count} seeds were done");
        }

        if (ran.Any(t => t.Name == Comparison.OneFatLink))
        {
            Terminal.WriteParagraph(
                output,
                $"note: {Comparison.OneFatLink} is no technique but a faster port: links that share traffic are one of their summed speed."
                + " * is the best of the others.");
        }
    }

    /// <summary>Columns as a terminal has them: the best is marked with a star, below which the others keep a blank.</summary>
    private static List<(int Dispensable, string Head, string[] Cells)> Columns(CompareResult result, CompareTechnique[] ran)
    {
        static string[] CellsOf(CompareShownColumn column) => column.Cells.Any(c => c.IsBest)
            ? [.. column.Cells.Select(c => c.IsBest ? $"{c.Text}*" : $"{c.Text} ")]
            : [.. column.Cells.Select(c => c.Text)];
        // A mean over seeds would make a link that is full under one of them look half full.
        bool hasSparks = result.Seeds.Count == 1 && ran.Max(t => t.Links?.Count ?? 0) is > 1 and <= SparkLinksMax;
        return
        [
            (0, "technique", [.. ran.Select(t => t.Name)]),
            .. hasSparks ? (IEnumerable<(int, string, string[])>)
                [(SparkDispensable, "link|use", [.. ran.Select(t => Sparkline.Of((t.Links ?? []).Select(l => l.Utilization)))])] : [],
            .. CompareColumns.Overview(result, ran).Select(c => (c.Dispensable, c.Head, CellsOf(c))),
        ];
    }
}
