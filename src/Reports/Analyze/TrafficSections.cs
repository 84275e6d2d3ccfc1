using System.Globalization;
using Trunkline.Reports.Charts;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Analyze;

/// <summary>What the traffic is like: who weighs, what could move, and whether what techniques rest on holds.</summary>
internal static class TrafficSections
{
    private const int ElephantsDrawnMax = 16;

    /// <summary>All of them.</summary>
    public static IEnumerable<Section> Of(AnalyzeResult result, AnalyzeDetail detail)
    {
        yield return new Section("What techniques rest on", [.. AssumptionTables.Of(result)]);
        yield return new Section("Flows that weigh", [.. Elephants(result)]);
        yield return new Section("Bursts and gaps", [.. Flowlets(result)]);
        yield return new Section("Buckets over time", [.. BucketCharts.Of(result, detail)]);
        if (result.Tunnels is { Count: > 0 } tunnels)
        {
            yield return new Section("Tunnels", [Tunnels(tunnels)]);
        }
    }

    private static IEnumerable<IBlock> Elephants(AnalyzeResult result)
    {
        yield return new Paragraph(
            $"{Figures.Count(result.Elephants.Count)} flows weigh, with {Figures.Percent(result.Elephants.Sum(e => e.Share))} of the bytes; the other"
            + $" {Figures.Count(result.Mice.Flows)} flows have {Figures.Percent(result.Mice.Share)}.");
        if (result.LowEntropy is { } few)
        {
            string pairs = few.QueuePairs > 0 ? $" and {Figures.Count(few.QueuePairs)} queue pairs" : "";
            string gain = few.QueuePairs > 0 ? $"; {Figures.Ratio(few.QueuePairFloor)} when queue pairs are hashed too" : "";
            yield return new Note(
                $"Low entropy ({few.Kind}): {Figures.Bytes(few.Bytes)} in {Figures.Count(few.Flows)} flows{pairs}. No hash of 5-tuples gets below an imbalance of {Figures.Ratio(few.FlowFloor)}{gain}.",
                IsWarning: true);
        }

        if (result.Elephants.Count == 0)
        {
            yield break;
        }

        AnalyzeElephant[] drawn = [.. result.Elephants.Take(ElephantsDrawnMax)];
        int usable = Math.Max(1, result.Links.Count(l => l.Weight > 0 && l.SpeedBps > 0));
        yield return new Chart
        {
            Title = "Elephants",
            Caption = "The share of all bytes that each of the largest flows has. One that reaches past the mark is more than a fair share of the links by itself: wherever a"
                + " hash puts it, that link is the fullest.",
            Description = "A bar for each of the largest flows: its share of the bytes.",
            X = new Axis("share of the bytes", Unit.Percent) { Min = 0 },
            Y = new Axis("flow") { Categories = [.. drawn.Select(NameOf)] },
            Marks = [new Mark(1.0 / usable, $"a fair share of {usable} links")],
            Panels =
            [
                new Panel("", [new Series("share", SeriesKind.Bar, 0) { X = [.. drawn.Select(e => e.Share)], Y = [.. drawn.Select((_, i) => (double)i)] }]),
            ],
            Table = new DataTable(
                "Flows that weigh, the largest first",
                [
                    new Column("flow"), new Column("protocol"), new Column("bytes", IsNumber: true), new Column("frames", IsNumber: true), new Column("share", IsNumber: true),
                    new Column("time", IsNumber: true), new Column("rate", IsNumber: true),
                ],
                [
                    .. result.Elephants.Select(e => (IReadOnlyList<Cell>)
                    [
                        NameOf(e), e.Proto, new Cell(Figures.Bytes(e.Bytes), e.Bytes), new Cell(Figures.Count(e.Frames), e.Frames), new Cell(Figures.Percent(e.Share), e.Share),
                        new Cell(Figures.Seconds(e.Seconds), e.Seconds), new Cell(Figures.Rate(e.RateBps), e.RateBps),
                    ]),
                ]),
        };
    }

    /// <summary>A flow as people write it.</summary>
    public static string NameOf(AnalyzeElephant flow) => $"{End(flow.Src, flow.Sport)} → {End(flow.Dst, flow.Dport)}";

    private static string End(string address, int port)
    {
        string host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        return port == 0 ? address : string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
    }

    private static IEnumerable<IBlock> Flowlets(AnalyzeResult result)
    {
        yield return new Paragraph(result.SmallestSafeGapSeconds is double safe
            ? $"A flow that was idle for longer than the delays of the links differ may take another link without overtaking itself. Of the gaps asked for,"
                + $" {Figures.Seconds(safe)} is the smallest that is safe for a skew of {Figures.Seconds(result.SkewSeconds)}."
            : $"None of the gaps asked for is safe for a skew of {Figures.Seconds(result.SkewSeconds)}.");
        AnalyzeFlowlets[] sorted = [.. result.Flowlets.OrderBy(f => f.GapSeconds)];
        var table = new DataTable(
            "Flowlets for each gap",
            [
                new Column("gap", IsNumber: true), new Column("flowlets", IsNumber: true), new Column("mean size", IsNumber: true),
                new Column("bytes that could move safely", IsNumber: true),
            ],
            [
                .. sorted.Select(f => (IReadOnlyList<Cell>)
                [
                    new Cell(Figures.Seconds(f.GapSeconds), f.GapSeconds), new Cell(Figures.Count(f.Count), f.Count), new Cell(Figures.Bytes(f.MeanBytes), f.MeanBytes),
                    new Cell(Figures.Percent(f.MovableShare), f.MovableShare),
                ]),
            ]);
        AnalyzeFlowlets[] drawn = [.. sorted.Where(f => f is { GapSeconds: > 0, MeanBytes: > 0 })];
        if (drawn.Length == 0)
        {
            yield return table;
            yield break;
        }

        double[] gaps = [.. drawn.Select(f => f.GapSeconds)];
        Mark[] marks = result.SkewSeconds >= gaps[0] ? [new Mark(result.SkewSeconds, "the skew: a shorter gap is not safe")] : [];
        yield return new Chart
        {
            Title = "Size of flowlets against the gap",
            Caption = "The mean size of a burst for each gap that parts bursts, both in steps of ten times. The smaller the bursts that a safe gap makes, the better flowlets spread.",
            Description = "A line of the mean size of flowlets against the gap, both logarithmic.",
            X = new Axis("gap", Unit.Seconds) { IsLog = true },
            Y = new Axis("mean size", Unit.Bytes) { IsLog = true },
            Marks = marks,
            Panels =
            [
                new Panel("", [new Series("mean size", SeriesKind.Line, 0) { Y = [.. drawn.Select(f => f.MeanBytes)] }, new Series("", SeriesKind.Scatter, 0) { Y = [.. drawn.Select(f => f.MeanBytes)] }]) { X = gaps },
            ],
            Table = table,
        };
        yield return new Chart
        {
            Title = "Bytes that could move safely",
            Caption = "The share of all bytes in bursts that may take another link: all but the first of each flow, where the gap is at least the skew.",
            Description = "A line of the share of the bytes that could move against the gap.",
            X = new Axis("gap", Unit.Seconds) { IsLog = true },
            Y = new Axis("share of the bytes", Unit.Percent) { Min = 0, Max = 1 },
            Marks = marks,
            Panels =
            [
                new Panel("", [new Series("could move", SeriesKind.Line, 2) { Y = [.. drawn.Select(f => f.MovableShare)] }, new Series("", SeriesKind.Scatter, 2) { Y = [.. drawn.Select(f => f.MovableShare)] }]) { X = gaps },
            ],
            Table = table,
        };
    }

    private static Chart Tunnels(IReadOnlyList<AnalyzeTunnel> tunnels)
    {
        double[] rows = [.. tunnels.Select((_, i) => (double)i)];
        double[] outer = [.. tunnels.Select(t => t.OuterImbalance)];
        double[] inner = [.. tunnels.Select(t => t.InnerImbalance)];
        return new Chart
        {
            Title = "Tunnelled traffic",
            Caption = "Imbalance when CRC-32 hashes the outer 5-tuple (circle) and the inner one (diamond). Where they differ, the tunnel hides its flows from the hash.",
            Description = "For each sort of tunnel a line from the imbalance by outer headers to that by inner ones.",
            X = new Axis("imbalance") { Min = 0 },
            Y = new Axis("tunnel") { Categories = [.. tunnels.Select(t => t.Kind)] },
            Panels =
            [
                new Panel(
                    "",
                    [
                        new Series("from outer to inner", SeriesKind.Range, 0) { X = outer, Y = rows, Z = inner },
                        new Series("by outer headers", SeriesKind.Scatter, 0) { X = outer, Y = rows },
                        new Series("by inner headers", SeriesKind.Scatter, 9) { X = inner, Y = rows },
                    ]),
            ],
            Table = new DataTable(
                "Tunnels, hashed by CRC-32 of the outer and of the inner 5-tuple",
                [
                    new Column("tunnel"), new Column("frames", IsNumber: true), new Column("bytes", IsNumber: true), new Column("outer flows", IsNumber: true),
                    new Column("inner flows", IsNumber: true), new Column("imbalance by outer", IsNumber: true), new Column("by inner", IsNumber: true),
                ],
                [
                    .. tunnels.Select(t => (IReadOnlyList<Cell>)
                    [
                        t.Kind, new Cell(Figures.Count(t.Frames), t.Frames), new Cell(Figures.Bytes(t.Bytes), t.Bytes), new Cell(Figures.Count(t.OuterFlows), t.OuterFlows),
                        new Cell(Figures.Count(t.InnerFlows), t.InnerFlows), new Cell(Figures.Ratio(t.OuterImbalance), t.OuterImbalance),
                        new Cell(Figures.Ratio(t.InnerImbalance), t.InnerImbalance),
                    ]),
                ]),
        };
    }
}
