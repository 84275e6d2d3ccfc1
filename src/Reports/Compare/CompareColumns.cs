using System.Globalization;
using Trunkline.Results;

namespace Trunkline.Reports.Compare;

/// <summary>The columns of a comparison: what a terminal shows, and what else a report does.</summary>
public static class CompareColumns
{
    private const double Micro = 1e6;
    private const double Giga = 1e-9;
    private const double Cent = 100;

    // Above 99,999 in thousands: a table is for comparing.
    private const string Compact = "#,0k";
    private const double CompactMax = 99_999.5;
    private const string None = "–";
    private const string Whole = "#,0";
    private const string Percent = "0.0' %'";
    private const string Hundredths = "0.00";
    private const string Tenths = "0.0";

    private static readonly string[] Counts = ["drops", "retransmits", "unsafeMoves", "unfinishedFlows"];

    private static readonly CompareColumn[] Definitions = [.. Define()];

    /// <summary>The columns of a terminal's table, in its order; those with nothing to say are left out.</summary>
    /// <param name="result">The comparison.</param>
    /// <param name="ran">The techniques that ran: the rows.</param>
    public static IReadOnlyList<CompareShownColumn> Overview(CompareResult result, IReadOnlyList<CompareTechnique> ran) =>
        [.. Definitions.Where(d => d.Head is not null && d.IsWorth(result, ran)).Select(d => Show(d, ran))];

    /// <summary>Every column of which a technique has a figure.</summary>
    /// <param name="ran">The techniques that ran: the rows.</param>
    public static IReadOnlyList<CompareShownColumn> All(IReadOnlyList<CompareTechnique> ran) =>
        [.. Definitions.Where(d => ran.Any(t => d.Value(t) is not null)).Select(d => Show(d, ran))];

    /// <summary>The columns of a terminal's table that have 95 % intervals: mean and half the interval's width, in the column's unit.</summary>
    /// <param name="ran">The techniques that ran: the rows.</param>
    /// <remarks>Of counts both are of one seed.</remarks>
    public static IReadOnlyList<CompareShownColumn> Intervals(IReadOnlyList<CompareTechnique> ran) =>
    [
        .. Definitions.Where(d => d.Figure is not null && ran.Any(t => IntervalOf(d, t) > 0)).Select(d => new CompareShownColumn(
            0, "", d.Title, d.Meaning, [.. ran.Select(t => new CompareShownCell(Interval(d, t), d.Value(t), IsBest: false))])),
    ];

    private static double? IntervalOf(CompareColumn column, CompareTechnique technique) =>
        technique.Confidence?.TryGetValue(column.Figure!, out double half) is true ? half : null;

    private static string Interval(CompareColumn column, CompareTechnique technique)
    {
        // Counts are sums over the seeds.
        double? value = column.Value(technique) * column.Scale / (Counts.Contains(column.Figure!) ? Math.Max(1, technique.Runs ?? 1) : 1);
        double? half = IntervalOf(column, technique) * column.Scale;
        return half is null ? Text(value, column.Format) : $"{Text(value, column.Format)} ± {Text(half, column.Format)}";
    }

    private static IEnumerable<CompareColumn> Define()
    {
        yield return new("goodput, Gb/s", t => t.GoodputBps, Giga, Hundredths)
        {
            Figure = "goodputBps",
            Head = ">goodput|Gb/s",
            Wanted = Wanted.More,
            Meaning = "payload delivered, of all flows",
        };

        // The links' speed is that of one direction: what goes both ways can be more.
        yield return new("of the links", t => t.GoodputFraction, Cent, Percent)
        {
            Figure = "goodputFraction",
            Head = ">of|links",
            Dispensable = 4,
            Meaning = "goodput ÷ the measured links' speed one way",
            IsWorthIf = (_, ran) => ran.All(t => t.GoodputFraction <= 1),
        };
        yield return new("± 95 %", t => t.Ci95, Cent, Percent)
        {
            Head = ">±|95 %",
            Dispensable = 6,
            Meaning = "half the 95 % interval of the goodput's part of the links, over the seeds",
            IsWorthIf = (result, _) => result.Seeds.Count > 1,
        };
        yield return new("elephants, Gb/s", t => CompareFigures.TrafficOfElephants(t)?.Sum(s => s.GoodputBps), Giga, Hundredths)
        {
            Head = ">eleph.|Gb/s",
            Wanted = Wanted.More,
            Meaning = "goodput of the large flows together",
        };
        yield return Time("mice p50, us", t => t.Fct?.Mice.P50) with { Figure = "fct.mice.p50", Head = ">mice us|p50", Dispensable = 2, Meaning = "completion time of flows below 100 KB, median" };
        yield return Time("mice p99, us", t => t.Fct?.Mice.P99) with { Figure = "fct.mice.p99", Head = ">mice us|p99", Meaning = "what 99 of 100 of them do not exceed" };
        yield return new("reads, Gb/s", t => t.Reads?.GoodputBps, Giga, Hundredths) { Figure = "reads.goodputBps", Head = ">reads|Gb/s", Wanted = Wanted.More };
        yield return Time("reads p99, us", t => t.Reads?.Fct.P99) with { Figure = "reads.fct.p99", Head = ">reads us|p99", Dispensable = 6 };
        yield return new("writes, Gb/s", t => t.Writes?.GoodputBps, Giga, Hundredths) { Figure = "writes.goodputBps", Head = ">writes|Gb/s", Wanted = Wanted.More };
        yield return Time("writes p99, us", t => t.Writes?.Fct.P99) with { Figure = "writes.fct.p99", Head = ">writes us|p99", Dispensable = 6 };
        yield return new("imbalance", t => t.Imbalance, 1, Hundredths)
        {
            Figure = "imbalance",
            Head = ">imbal-|ance",
            Dispensable = 1,
            Wanted = Wanted.Less,
            Meaning = "the fullest link ÷ the mean, in units of each link's speed",
        };
        yield return Time("queue p99, us", t => t.Queue?.P99) with { Figure = "queue.p99", Head = ">queue|p99 us", Dispensable = 3, Meaning = "what 99 of 100 frames waited at most" };
        yield return Unwanted("drops", t => t.Drops) with { Figure = "drops", Head = ">|drops", Dispensable = 4, Meaning = "packets for which there was no room" };
        yield return Unwanted("sent again", t => t.Retransmits) with { Figure = "retransmits", Head = ">sent|again", Dispensable = 7, Meaning = "segments sent again" };
        yield return Unwanted("out of order", t => t.OutOfOrderFraction, Cent, Percent) with
        {
            Figure = "outOfOrderFraction",
            Head = ">out of|order",
            Dispensable = 1,
            Meaning = "segments that arrived after a later one of their flow",
        };
        yield return new("segments/event", t => t.SegmentsPerEvent, 1, Tenths)
        {
            Figure = "segmentsPerEvent",
            Head = ">seg./|event",
            Dispensable = 2,
            Wanted = Wanted.More,
            Meaning = "segments that a receiver is handed at once, after coalescing",
        };
        yield return Unwanted("unsafe moves", t => t.UnsafeMoves) with
        {
            Figure = "unsafeMoves",
            Head = ">unsafe|moves",
            Dispensable = 3,
            Meaning = "moves of a bucket after which a packet could overtake one sent before",
        };
        yield return Unwanted("unfinished", t => t.UnfinishedFlows, 1, Whole) with { Figure = "unfinishedFlows", Head = ">unfin-|ished", Dispensable = 5, Meaning = "flows that had not ended" };

        yield return new("runs", t => t.Runs, 1, Whole) { Meaning = "seeds that were run to their end" };
        yield return new("imbalance back", t => t.ImbalanceBack, 1, Hundredths) { Wanted = Wanted.Less };
        yield return Time("queue mean, us", t => t.Queue?.Mean, Tenths);
        yield return Time("queue back mean, us", t => t.QueueBack?.Mean, Tenths);
        yield return Time("queue back p99, us", t => t.QueueBack?.P99);
        yield return new("lost", t => t.Losses, 1, Whole) { Meaning = "packets that links lost" };
        yield return new("marks", t => t.Marks, 1, Whole) { Meaning = "packets marked (ECN)" };
        yield return new("timeouts", t => t.Timeouts, 1, Whole) { Meaning = "retransmission timeouts" };
        yield return new("spurious undos", t => t.SpuriousUndos, 1, Whole) { Meaning = "reductions of the window that proved needless" };
        yield return new("segments", t => t.Segments, 1, Whole) { Meaning = "segments and datagrams that arrived" };
        yield return new("out of order, segments", t => t.OutOfOrder, 1, Whole);
        yield return new("reorder depth mean", t => t.ReorderDepthMean, 1, Tenths) { Meaning = "later segments that came before one out of order" };
        yield return new("reorder depth most", t => t.ReorderDepthMax, 1, Whole);
        yield return new("moves", t => t.Moves, 1, Whole) { Meaning = "changes of a bucket's link" };
        yield return new("flows", t => t.Flows, 1, Whole) { Meaning = "flows and requests that ended" };
        yield return new("Jain, elephants", t => t.JainElephants, 1, "0.000") { Wanted = Wanted.More, Meaning = "Jain's index of the elephants' goodput; 1 is even" };
        yield return new("Jain, flows", t => t.JainFlows, 1, "0.000") { Wanted = Wanted.More, Meaning = "Jain's index of finished flows' goodput" };
        foreach ((string name, Func<CompareClasses?, CompareDistribution?> of) in CompareSizes.All)
        {
            foreach (CompareColumn column in Distribution($"{name.ToLowerInvariant()} time", t => of(t.Fct), Micro, Whole, ", us"))
            {
                yield return column;
            }

            foreach (CompareColumn column in Distribution($"{name.ToLowerInvariant()} slowdown", t => of(t.Slowdown), 1, Hundredths, ""))
            {
                yield return column;
            }
        }

        foreach ((string name, Func<CompareTechnique, CompareRequests?> of) in ((string, Func<CompareTechnique, CompareRequests?>)[])
            [("reads", t => t.Reads), ("writes", t => t.Writes)])
        {
            foreach (CompareColumn column in (CompareColumn[])
                [.. Distribution($"{name} time", t => of(t)?.Fct, Micro, Whole, ", us"), .. Distribution($"{name} slowdown", t => of(t)?.Slowdown, 1, Hundredths, "")])
            {
                yield return column;
            }
        }
    }

    private static CompareColumn Time(string title, Func<CompareTechnique, double?> value, string format = Whole) =>
        new(title, value, Micro, format) { Wanted = Wanted.Less };

    private static CompareColumn Unwanted(string title, Func<CompareTechnique, double?> value, double scale = 1, string format = Compact) =>
        new(title, value, scale, format) { Wanted = Wanted.Less, IsWorthIf = (_, ran) => ran.Any(t => value(t) > 0) };

    private static IEnumerable<CompareColumn> Distribution(
        string name, Func<CompareTechnique, CompareDistribution?> of, double scale, string format, string unit)
    {
        yield return new($"{name} mean{unit}", t => of(t)?.Mean, scale, format) { Wanted = Wanted.Less };
        yield return new($"{name} p50{unit}", t => of(t)?.P50, scale, format) { Wanted = Wanted.Less };
        yield return new($"{name} p99{unit}", t => of(t)?.P99, scale, format) { Wanted = Wanted.Less };
        yield return new($"{name} p99.9{unit}", t => of(t)?.P999, scale, format) { Wanted = Wanted.Less };
    }

    private static CompareShownColumn Show(CompareColumn column, IReadOnlyList<CompareTechnique> ran)
    {
        string[] texts = [.. ran.Select(t => Text(column.Value(t) * column.Scale, column.Format))];
        string? best = Best(column, ran, texts);
        return new CompareShownColumn(
            column.Dispensable,
            column.Head ?? "",
            column.Title,
            column.Meaning,
            [.. ran.Select((t, i) => new CompareShownCell(texts[i], column.Value(t), IsRival(t) && texts[i] == best))]);
    }

    private static string Text(double? value, string format) => value switch
    {
        null => None,
        <= CompactMax when format == Compact => value.Value.ToString(Whole, CultureInfo.InvariantCulture),
        _ when format == Compact => (value.Value / 1000).ToString(Compact, CultureInfo.InvariantCulture),
        _ => value.Value.ToString(format, CultureInfo.InvariantCulture),
    };

    /// <summary>The best value as written, of those that can be the best; what is no technique is not among them.</summary>
    private static string? Best(CompareColumn column, IReadOnlyList<CompareTechnique> ran, string[] texts)
    {
        int[] rivals = [.. Enumerable.Range(0, ran.Count).Where(i => IsRival(ran[i]) && column.Value(ran[i]) is not null)];
        if (column.Wanted == Wanted.Nothing || rivals.Length < 2)
        {
            return null;
        }

        Func<int, double?> of = i => column.Value(ran[i]);
        string best = texts[column.Wanted == Wanted.More ? rivals.MaxBy(of) : rivals.MinBy(of)];

        // A mark at more than half of them would say nothing.
        return rivals.Count(i => texts[i] == best) * 2 <= rivals.Length ? best : null;
    }

    private static bool IsRival(CompareTechnique technique) => technique.Name != CompareTechnique.OneFatLink;

    private enum Wanted
    {
        Nothing,
        More,
        Less,
    }

    /// <summary>What a column holds: a field of the document, times a scale, in a format.</summary>
    private sealed record CompareColumn(string Title, Func<CompareTechnique, double?> Value, double Scale, string Format)
    {
        /// <summary>Its head on a terminal; null when it is not shown there.</summary>
        public string? Head { get; init; }

        /// <summary>The figure's name, by which its interval is kept; null where none is shown.</summary>
        public string? Figure { get; init; }

        /// <summary>The higher, the sooner a narrow terminal does without.</summary>
        public int Dispensable { get; init; }

        public Wanted Wanted { get; init; }

        public string? Meaning { get; init; }

        /// <summary>What must hold beside that there is a figure.</summary>
        public Func<CompareResult, IReadOnlyList<CompareTechnique>, bool>? IsWorthIf { get; init; }

        public bool IsWorth(CompareResult result, IReadOnlyList<CompareTechnique> ran) =>
            ran.Any(t => Value(t) is not null) && (IsWorthIf is null || IsWorthIf(result, ran));
    }
}

/// <summary>A column with its cells, one a technique.</summary>
/// <param name="Dispensable">The higher, the sooner a narrow terminal does without; 0 always stays.</param>
/// <param name="Head">Its head on a terminal, as <c>Terminal.Table</c> reads it; empty when it is not shown there.</param>
/// <param name="Title">Its head in a report.</param>
/// <param name="Meaning">What it means; null where the title says it.</param>
/// <param name="Cells">Its cells.</param>
public sealed record CompareShownColumn(int Dispensable, string Head, string Title, string? Meaning, IReadOnlyList<CompareShownCell> Cells);

/// <summary>A cell.</summary>
/// <param name="Text">As it is read.</param>
/// <param name="Value">The figure, as in the JSON document.</param>
/// <param name="IsBest">Whether it is the best of its column.</param>
public sealed record CompareShownCell(string Text, double? Value, bool IsBest);
