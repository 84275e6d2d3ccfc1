using Trunkline.Reports.Charts;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Analyze;

/// <summary>Which buckets carry what, and how many carry nothing.</summary>
internal static class BucketCharts
{
    /// <summary>The heat map and the idle share over time; tables alone where no window had traffic.</summary>
    public static IEnumerable<IBlock> Of(AnalyzeResult result, AnalyzeDetail detail)
    {
        var sizes = new DataTable(
            "Share of buckets without a frame, over the windows",
            [new Column("buckets", IsNumber: true), new Column("mean", IsNumber: true), new Column("busiest window", IsNumber: true)],
            [
                .. result.Buckets.Select(b => (IReadOnlyList<Cell>)
                    [new Cell(Figures.Count(b.Buckets), b.Buckets), new Cell(Figures.Percent(b.IdleShare), b.IdleShare), new Cell(Figures.Percent(b.IdleShareMin), b.IdleShareMin)]),
            ]);
        yield return new Paragraph(
            "A flow's bucket is the low bits of a hash of its 5-tuple (CRC-32). A bucket that is idle can change its link without overtaking anything; one that never pauses cannot.");
        if (detail.Buckets.Series is [{ Lines: { Count: > 0 } buckets }] && buckets[0].Values.Count > 0)
        {
            yield return Heat(detail.Buckets.IntervalSeconds, buckets);
        }

        if (detail.Idle.Series.Count > 0 && detail.Idle.Series[0].Lines[0].Values.Count > 0)
        {
            yield return Idle(detail.Idle, sizes);
        }
        else
        {
            yield return sizes;
        }
    }

    private static Chart Heat(double length, IReadOnlyList<AnalyzeLine> buckets)
    {
        int count = buckets[0].Values.Count;
        (int Interval, int Bucket, double Rate)[] cells =
            [.. buckets.SelectMany((line, b) => line.Values.Select((v, i) => (i, b, v ?? 0)).Where(cell => cell.Item3 > 0))];
        double IdleOf(AnalyzeLine line) => (double)line.Values.Count(v => v is null or 0) / count;
        double idle = buckets.Average(IdleOf);
        return new Chart
        {
            Title = $"{buckets.Count} buckets over time",
            Caption = $"Each row is a bucket, each cell an interval of {Figures.Seconds(length)}; the warmer, the more it carried, in steps of one scale of logarithms. Blank is idle:"
                + $" {Figures.Percent(idle)} of the cells. A row without blanks is a flow that never pauses.",
            Description = "A heat map of buckets by time. The table below has the bytes and the idle share of each bucket.",
            X = new Axis("time", Unit.Seconds) { Min = 0, Max = count * length },
            Y = new Axis("bucket", Unit.Count) { Min = 0, Max = buckets.Count },
            CanZoom = true,
            IsTall = true,
            Panels =
            [
                new Panel(
                    "",
                    [
                        new Series("load", SeriesKind.Heat, 0)
                        {
                            X = [.. cells.Select(c => (c.Interval + 0.5) * length)],
                            Y = [.. cells.Select(c => (double)c.Bucket)],
                            Z = [.. cells.Select(c => c.Rate)],
                            Width = length,
                        },
                    ]),
            ],
            Table = new DataTable(
                "Buckets: load, and share of the intervals without a frame",
                [new Column("bucket", IsNumber: true), new Column("mean load", IsNumber: true), new Column("most", IsNumber: true), new Column("idle", IsNumber: true)],
                [
                    .. buckets.Select((line, b) => (IReadOnlyList<Cell>)
                    [
                        new Cell(Figures.Count(b), b), new Cell(Figures.Rate(line.Values.Average()), line.Values.Average()), new Cell(Figures.Rate(line.Values.Max()), line.Values.Max()),
                        new Cell(Figures.Percent(IdleOf(line)), IdleOf(line)),
                    ]),
                ]),
        };
    }

    private static Chart Idle(AnalyzeTimeline idle, DataTable sizes)
    {
        int count = idle.Series[0].Lines[0].Values.Count;
        return new Chart
        {
            Title = "Idle buckets",
            Caption = "The share of the buckets that carry nothing in a window, for tables of several sizes.",
            Description = "A line for each size of table: its share of idle buckets over time.",
            X = new Axis("time", Unit.Seconds) { Min = 0, Max = count * idle.IntervalSeconds },
            Y = new Axis("idle", Unit.Percent) { Min = 0, Max = 1 },
            CanZoom = true,
            Panels =
            [
                new Panel("", [.. idle.Series.Select((s, i) => new Series(s.Lines[0].Name, SeriesKind.Line, i) { Y = [.. s.Lines[0].Values.Select(v => v ?? double.NaN)] })])
                {
                    X = [.. Enumerable.Range(0, count).Select(i => (i + 0.5) * idle.IntervalSeconds)],
                },
            ],
            Table = sizes,
        };
    }
}
