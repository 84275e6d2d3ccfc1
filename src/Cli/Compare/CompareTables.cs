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
    private const double Cent = 100;

    // Above 99,999 in thousands: a table is for comparing.
    private const string Compact = "#,0";
    private const double CompactMax = 99_999.5;

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

    /// <summary>What a narrow terminal can do without first has the highest number.</summary>
    private static List<(int Dispensable, string Head, string[] Cells)> Columns(CompareResult result, CompareTechnique[] ran)
    {
        var columns = new ColumnList(ran);
        columns.Add(0, ">goodput|Gb/s", t => t.GoodputBps * Giga, "0.00", Wanted.More);

        // The links' speed is that of one direction: what goes both ways can be more.
        if (ran.All(t => t.GoodputFraction <= 1))
        {
            columns.Add(4, ">of|links", t => t.GoodputFraction * Cent, "0.0' %'", Wanted.Nothing);
        }

        if (result.Seeds.Count > 1)
        {
            columns.Add(6, ">±|95 %", t => t.Ci95 * Cent, "0.0' %'", Wanted.Nothing);
        }

        columns.Add(0, ">eleph.|Gb/s", ElephantsOf, "0.00", Wanted.More);
        columns.Add(2, ">mice us|p50", t => t.Fct!.Mice.P50 * Micro, "#,0", Wanted.Less);
        columns.Add(0, ">mice us|p99", t => t.Fct!.Mice.P99 * Micro, "#,0", Wanted.Less);
        columns.Add(0, ">reads|Gb/s", t => t.Reads?.GoodputBps * Giga, "0.00", Wanted.More);
        columns.Add(6, ">reads us|p99", t => t.Reads?.Fct.P99 * Micro, "#,0", Wanted.Less);
        columns.Add(0, ">writes|Gb/s", t => t.Writes?.GoodputBps * Giga, "0.00", Wanted.More);
        columns.Add(6, ">writes us|p99", t => t.Writes?.Fct.P99 * Micro, "#,0", Wanted.Less);
        columns.Add(1, ">imbal-|ance", t => t.Imbalance, "0.00", Wanted.Less);
        columns.Add(3, ">queue|p99 us", t => t.Queue!.P99 * Micro, "#,0", Wanted.Less);
        columns.AddUnlessZero(4, ">|drops", t => t.Drops, Compact);
        columns.AddUnlessZero(7, ">sent|again", t => t.Retransmits, Compact);
        columns.AddUnlessZero(1, ">out of|order", t => t.OutOfOrderFraction * Cent, "0.0' %'");
        columns.Add(2, ">seg./|event", t => t.SegmentsPerEvent, "0.0", Wanted.More);
        columns.AddUnlessZero(3, ">unsafe|moves", t => t.UnsafeMoves, Compact);
        columns.AddUnlessZero(5, ">unfin-|ished", t => t.UnfinishedFlows, "#,0");
        return columns.All;
    }

    private static double? ElephantsOf(CompareTechnique technique) =>
        CompareFigures.TrafficOfElephants(technique)?.Sum(t => t.GoodputBps) * Giga;

    private enum Wanted
    {
        Nothing,
        More,
        Less,
    }

    /// <summary>Writes columns, the best value marked; what is no technique is not among those that can be the best.</summary>
    private sealed class ColumnList(CompareTechnique[] techniques)
    {
        private const string None = "–";

        public List<(int Dispensable, string Head, string[] Cells)> All { get; } = [(0, "technique", [.. techniques.Select(t => t.Name)])];

        /// <summary>Adds a column, unless there is nothing in it.</summary>
        public void Add(int dispensable, string head, Func<CompareTechnique, double?> value, string format, Wanted wanted)
        {
            if (!techniques.Any(t => value(t) is not null))
            {
                return;
            }

            string[] texts = [.. techniques.Select(t => Text(value(t), format))];
            string? best = wanted == Wanted.Nothing ? null : Best(texts, value, wanted);
            All.Add((dispensable, head, best is null ? texts : [.. texts.Select((text, i) => IsRival(i) && text == best ? $"{text}*" : $"{text} ")]));
        }

        /// <summary>Adds a column of what one would rather not have, unless nobody has it.</summary>
        public void AddUnlessZero(int dispensable, string head, Func<CompareTechnique, double?> value, string format)
        {
            if (techniques.Any(t => value(t) > 0))
            {
                Add(dispensable, head, value, format, Wanted.Less);
            }
        }

        private static string Text(double? value, string format) => value switch
        {
            null => None,
            > CompactMax when format == Compact => (value.Value / 1000).ToString("#,0k", CultureInfo.InvariantCulture),
            _ => value.Value.ToString(format, CultureInfo.InvariantCulture),
        };

        private string? Best(string[] texts, Func<CompareTechnique, double?> value, Wanted wanted)
        {
            int[] rivals = [.. Enumerable.Range(0, techniques.Length).Where(i => IsRival(i) && value(techniques[i]) is not null)];
            if (rivals.Length < 2)
            {
                return null;
            }

            string best = texts[wanted == Wanted.More ? rivals.MaxBy(i => value(techniques[i])) : rivals.MinBy(i => value(techniques[i]))];

            // A mark at more than half of them would say nothing.
            return rivals.Count(i => texts[i] == best) * 2 <= rivals.Length ? best : null;
        }

        private bool IsRival(int i) => techniques[i].Name != Comparison.OneFatLink;
    }
}
