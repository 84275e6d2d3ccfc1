using System.Globalization;
using Trunkline.Cli.CommandLine;
using Trunkline.Core.Units;
using Trunkline.Results;
using Trunkline.Simulation;

namespace Trunkline.Cli.Compare;

/// <summary>Prints a comparison for people: one line a technique, then what the table says.</summary>
internal static class CompareTables
{
    private const int WidthMax = 120;
    private const double Micro = 1e6;
    private const double Giga = 1e-9;

    /// <summary>Prints everything.</summary>
    public static void Print(CompareResult result, TextWriter output)
    {
        PrintTitle(result, output);
        CompareTechnique[] ran = [.. result.Techniques.Where(t => t.NotApplicable is null)];
        if (ran.Length > 0)
        {
            Terminal.WriteColumns(output, [.. Columns(result, ran)], WidthMax);
        }

        foreach (CompareTechnique technique in result.Techniques.Where(t => t.NotApplicable is not null))
        {
            Terminal.WriteParagraph(output, $"{technique.Name}: not applicable: {technique.NotApplicable}");
        }

        PrintWords(result, ran, output);
    }

    private static void PrintTitle(CompareResult result, TextWriter output)
    {
        Terminal.WriteParagraph(output, $"{result.Scenario}{(result.Summary.Length > 0 ? $": {result.Summary}" : "")}");
        string seeds = result.Seeds.Count == 1 ? $"seed {result.Seeds[0]}" : $"{result.Seeds.Count} seeds";
        string warmUp = result.WarmUpSeconds > 0 ? $", the first {Figures.Seconds(result.WarmUpSeconds)} not counted" : "";
        output.WriteLine(
            $"{Figures.Seconds(result.DurationSeconds)} simulated{warmUp}; {seeds}; {new BitRate(result.CapacityBps)} measured at {string.Join(", ", result.Measured)}");
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
            Terminal.WriteParagraph(output, $"note: {part.Name} was run with {part.Runs} of {result.Seeds.Count} seeds");
        }

        if (ran.Any(t => t.Name == Comparison.OneFatLink))
        {
            Terminal.WriteParagraph(output, $"note: {Comparison.OneFatLink} is no technique: links that share traffic are one of their summed speed. * marks the best of the others.");
        }
    }

    /// <summary>What a narrow terminal can do without first has the highest number. A column that is 0 throughout is not shown.</summary>
    private static IEnumerable<(int Dispensable, string Head, string[] Cells)> Columns(CompareResult result, CompareTechnique[] ran)
    {
        var columns = new ColumnSet(ran);
        yield return (0, "technique", [.. ran.Select(t => t.Name)]);
        yield return (0, ">goodput|Gb/s", columns.Best(t => t.GoodputBps * Giga, "0.00", isMore: true));
        yield return (2, ">of|links", columns.Plain(t => t.GoodputFraction * 100, "0.0' %'"));
        if (result.Seeds.Count > 1)
        {
            yield return (4, ">±|95 %", columns.Plain(t => t.Ci95 * 100, "0.0' %'"));
        }

        if (ran.Any(t => t.Elephants?.Count > 0))
        {
            yield return (0, ">elephants|Gb/s", columns.Best(t => t.Elephants!.Sum(e => e.GoodputBps) * Giga, "0.00", isMore: true));
        }

        if (ran.Any(t => t.Fct!.Mice.Count > 0))
        {
            yield return (1, ">mice us|p50", columns.Best(t => t.Fct!.Mice.P50 * Micro, "#,0", isMore: false));
            yield return (0, ">mice us|p99", columns.Best(t => t.Fct!.Mice.P99 * Micro, "#,0", isMore: false));
        }

        if (ran.Any(t => t.Reads is not null))
        {
            yield return (0, ">reads|Gb/s", columns.Best(t => t.Reads?.GoodputBps * Giga, "0.00", isMore: true));
            yield return (3, ">reads us|p99", columns.Best(t => t.Reads?.Fct.P99 * Micro, "#,0", isMore: false));
        }

        if (ran.Any(t => t.Writes is not null))
        {
            yield return (0, ">writes|Gb/s", columns.Best(t => t.Writes?.GoodputBps * Giga, "0.00", isMore: true));
            yield return (3, ">writes us|p99", columns.Best(t => t.Writes?.Fct.P99 * Micro, "#,0", isMore: false));
        }

        yield return (1, ">imbal-|ance", columns.Best(t => t.Imbalance, "0.00", isMore: false));
        yield return (2, ">queue us|p99", columns.Best(t => t.Queue!.P99 * Micro, "#,0", isMore: false));
        foreach ((int dispensable, string head, string format, Func<CompareTechnique, double?> value) in ((int, string, string, Func<CompareTechnique, double?>)[])
        [
            (2, ">|drops", "#,0", t => t.Drops),
            (3, ">sent|again", "#,0", t => t.Retransmits),
            (1, ">out of|order", "0.00' %'", t => t.OutOfOrderFraction * 100),
        ])
        {
            if (ran.Any(t => value(t) > 0))
            {
                yield return (dispensable, head, columns.Best(value, format, isMore: false));
            }
        }

        if (ran.Any(t => t.SegmentsPerEvent is not null))
        {
            yield return (3, ">segments|per event", columns.Best(t => t.SegmentsPerEvent, "0.0", isMore: true));
        }

        if (ran.Any(t => t.UnsafeMoves > 0))
        {
            yield return (2, ">unsafe|moves", columns.Best(t => t.UnsafeMoves, "#,0", isMore: false));
        }

        if (ran.Any(t => t.UnfinishedFlows > 0))
        {
            yield return (3, ">un-|finished", columns.Best(t => t.UnfinishedFlows, "#,0", isMore: false));
        }
    }

    /// <summary>Writes values, the best marked; what is no technique is not among those that can be the best.</summary>
    private sealed class ColumnSet(CompareTechnique[] techniques)
    {
        private const string None = "–";

        public string[] Plain(Func<CompareTechnique, double?> value, string format) => [.. techniques.Select(t => Text(value(t), format))];

        public string[] Best(Func<CompareTechnique, double?> value, string format, bool isMore)
        {
            double[] rivals = [.. techniques.Where(t => t.Name != Comparison.OneFatLink).Select(value).OfType<double>()];
            string? best = rivals.Length < 2 ? null : Text(isMore ? rivals.Max() : rivals.Min(), format);

            // A mark at more than half of them would say nothing.
            bool isMarked = best is not null && rivals.Count(r => Text(r, format) == best) * 2 <= rivals.Length;
            return [.. techniques.Select(t => (Text: Text(value(t), format), t.Name)).Select(t =>
                t.Text + (!isMarked ? "" : t.Name != Comparison.OneFatLink && t.Text == best ? "*" : " "))];
        }

        private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? None;
    }
}
