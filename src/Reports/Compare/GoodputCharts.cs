using Trunkline.Reports.Charts;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Compare;

/// <summary>What techniques deliver, and what it costs in order.</summary>
internal static class GoodputCharts
{
    /// <summary>Goodput of each technique, the most first, with the interval that its mean is known to.</summary>
    public static Chart Bars(CompareResult result, IReadOnlyList<CompareTechnique> ran)
    {
        CompareTechnique[] sorted = [.. ran.OrderByDescending(t => t.GoodputBps)];
        bool hasIntervals = sorted.Any(t => t.Ci95 is not null);
        Series Bar(int colour, Func<CompareTechnique, bool> isOf)
        {
            int[] rows = [.. Enumerable.Range(0, sorted.Length).Where(i => isOf(sorted[i]))];
            return new Series("goodput", SeriesKind.Bar, colour) { X = [.. rows.Select(i => sorted[i].GoodputBps ?? 0)], Y = [.. rows.Select(i => (double)i)] };
        }

        int[] known = [.. Enumerable.Range(0, sorted.Length).Where(i => sorted[i].Ci95 is not null)];
        double WidthOf(int i) => sorted[i].Ci95!.Value * result.CapacityBps;
        return new Chart
        {
            Title = "Goodput",
            Caption = "Payload delivered, of all flows."
                + (hasIntervals ? " The thin lines are 95 % intervals over the seeds: where they overlap, the difference may be chance." : ""),
            Description = "Bars of the goodput of each technique, the most first.",
            X = new Axis("goodput", Unit.Rate) { Min = 0 },
            Y = new Axis("technique") { Categories = [.. sorted.Select(t => t.Name)] },
            Panels =
            [
                new Panel(
                    "",
                    [
                        Bar(0, t => t.Name != CompareTechnique.OneFatLink),
                        Bar(-1, t => t.Name == CompareTechnique.OneFatLink),
                        .. known.Length == 0 ? (IEnumerable<Series>)[] :
                        [
                            new Series("", SeriesKind.Range, -1)
                            {
                                X = [.. known.Select(i => Math.Max(0, sorted[i].GoodputBps!.Value - WidthOf(i)))],
                                Y = [.. known.Select(i => (double)i)],
                                Z = [.. known.Select(i => sorted[i].GoodputBps!.Value + WidthOf(i))],
                            },
                        ],
                    ]),
            ],
            Table = new DataTable(
                "Goodput of each technique",
                [new Column("technique"), new Column("goodput", IsNumber: true), new Column("of the links", IsNumber: true), new Column("± 95 %", IsNumber: true)],
                [
                    .. sorted.Select(t => (IReadOnlyList<Cell>)
                    [
                        t.Name, new Cell(Figures.Rate(t.GoodputBps), t.GoodputBps), new Cell(Figures.Percent(t.GoodputFraction), t.GoodputFraction),
                        new Cell(Figures.Percent(t.Ci95), t.Ci95),
                    ]),
                ]),
        };
    }

    /// <summary>Goodput against the share of segments out of order.</summary>
    public static Chart AgainstOrder(IReadOnlyList<CompareTechnique> ran)
    {
        Series Points(int colour, CompareTechnique[] of) => new("goodput", SeriesKind.Scatter, colour)
        {
            X = [.. of.Select(t => t.OutOfOrderFraction ?? 0)],
            Y = [.. of.Select(t => t.GoodputBps ?? 0)],
            Labels = [.. of.Select(t => t.Name)],
        };
        return new Chart
        {
            Title = "Reordering against goodput",
            Caption = "Best is the upper left: much delivered, little out of order. Each segment out of order is work for the receiver, which can coalesce less.",
            Description = "A point for each technique: segments out of order across, goodput up.",
            X = new Axis("segments out of order", Unit.Percent) { Min = 0 },
            Y = new Axis("goodput", Unit.Rate) { Min = 0 },
            Panels =
            [
                new Panel(
                    "",
                    [
                        Points(0, [.. ran.Where(t => t.Name != CompareTechnique.OneFatLink)]),
                        Points(-1, [.. ran.Where(t => t.Name == CompareTechnique.OneFatLink)]),
                    ]),
            ],
            Table = new DataTable(
                "Order and goodput of each technique",
                [
                    new Column("technique"), new Column("out of order", IsNumber: true), new Column("segments/event", IsNumber: true),
                    new Column("goodput", IsNumber: true),
                ],
                [
                    .. ran.Select(t => (IReadOnlyList<Cell>)
                    [
                        t.Name, new Cell(Figures.Percent(t.OutOfOrderFraction), t.OutOfOrderFraction),
                        new Cell(Figures.Ratio(t.SegmentsPerEvent), t.SegmentsPerEvent), new Cell(Figures.Rate(t.GoodputBps), t.GoodputBps),
                    ]),
                ]),
        };
    }
}
