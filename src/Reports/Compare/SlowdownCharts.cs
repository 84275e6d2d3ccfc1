using System.Globalization;
using Trunkline.Reports.Charts;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Compare;

/// <summary>How long flows take, held against the idle network.</summary>
internal static class SlowdownCharts
{
    /// <summary>More curves than this are shown only when asked for.</summary>
    private const int CurvesMax = 8;

    private static readonly string[] Classes = ["flows", "mice", "middle", "elephants", "reads", "writes"];

    /// <summary>The share of flows that were no slower than so many times the idle network's time; null when no flow ended.</summary>
    public static Chart? Curves(CompareDetail detail, IReadOnlyList<CompareTechnique> ran)
    {
        string[] classes = [.. Classes.Where(c => detail.Slowdowns.Any(s => s.Class == c))];
        if (classes.Length == 0)
        {
            return null;
        }

        // Where but one class has flows, all flows are that class.
        string[] ofFlows = [.. classes.Intersect(["mice", "middle", "elephants"])];
        if (ofFlows.Length == 1)
        {
            classes = [.. classes.Where(c => c != "flows")];
        }

        Dictionary<string, int> colours = ran.Where(t => t.Name != CompareTechnique.OneFatLink).Select((t, i) => (t.Name, i)).ToDictionary(p => p.Name, p => p.i);
        HashSet<string> first = [.. FirstShown(ran)];
        return new Chart
        {
            Title = "Slowdown of flows",
            Caption = "The share of flows that took at most so many times the time of the same flow alone on the idle network. Further left is better."
                + (first.Count < ran.Count ? $" Drawn at first are {first.Count} of {ran.Count}: press a name to show or hide its curve." : ""),
            Description = "Cumulative distributions of the slowdown of flows, a curve for each technique. The table below has their percentiles.",
            X = new Axis("slowdown", Unit.Ratio) { IsLog = true },
            Y = new Axis("share of flows", Unit.Percent) { Min = 0, Max = 1 },
            Views = [.. classes.Select(CompareSizes.TitleOf)],
            ViewLabel = "Flows",
            Panels =
            [
                new Panel("", [.. classes.Select(c => (IReadOnlyList<Series>)
                [
                    .. detail.Slowdowns.Where(s => s.Class == c).Select(s => new Series(s.Technique, SeriesKind.Step, colours.GetValueOrDefault(s.Technique, -1))
                    {
                        X = [.. s.Points.Select(p => p.Slowdown)],
                        Y = [.. s.Points.Select(p => p.Share)],
                        IsHidden = !first.Contains(s.Technique),
                    }),
                ])]),
            ],
            Table = new DataTable(
                "Percentiles of the slowdown",
                [
                    new Column("technique"), new Column("flows"), new Column("count", IsNumber: true), new Column("p50", IsNumber: true),
                    new Column("p90", IsNumber: true), new Column("p99", IsNumber: true), new Column("most", IsNumber: true),
                ],
                [
                    .. detail.Slowdowns.Where(s => classes.Contains(s.Class)).Select(s => (IReadOnlyList<Cell>)
                    [
                        s.Technique, s.Class, new Cell(Figures.Count(s.Count), s.Count), At(s, 0.5), At(s, 0.9), At(s, 0.99), At(s, 1),
                    ]),
                ]),
        };
    }

    /// <summary>Median and 99th percentile of completion times and slowdowns, by size; null when no flow ended.</summary>
    public static Chart? Percentiles(IReadOnlyList<CompareTechnique> ran)
    {
        (string Name, Func<CompareTechnique, CompareDistribution?> Of)[] classes =
        [
            .. ((string Name, Func<CompareTechnique, CompareDistribution?> Of)[])
            [
                .. CompareSizes.All.Select(size => (size.Name, (Func<CompareTechnique, CompareDistribution?>)(t => size.Of(t.Fct)))),
                ("Reads", t => t.Reads?.Fct),
                ("Writes", t => t.Writes?.Fct),
            ],
        ];
        classes = [.. classes.Where(c => ran.Any(t => c.Of(t)?.P50 > 0))];
        if (classes.Length == 0)
        {
            return null;
        }

        Series Points(string name, int colour, Func<CompareTechnique, CompareDistribution?> of, Func<CompareDistribution, double?> value)
        {
            int[] rows = [.. Enumerable.Range(0, ran.Count).Where(i => of(ran[i]) is { } d && value(d) > 0)];
            return new Series(name, SeriesKind.Scatter, colour)
            {
                X = [.. rows.Select(i => value(of(ran[i])!)!.Value)],
                Y = [.. rows.Select(i => (double)i)],
            };
        }

        IReadOnlyList<Series> SeriesOf(Func<CompareTechnique, CompareDistribution?> of)
        {
            int[] rows = [.. Enumerable.Range(0, ran.Count).Where(i => of(ran[i])?.P50 > 0)];
            return
            [
                new Series("from p50 to p99", SeriesKind.Range, 0)
                {
                    X = [.. rows.Select(i => of(ran[i])!.P50!.Value)],
                    Y = [.. rows.Select(i => (double)i)],
                    Z = [.. rows.Select(i => of(ran[i])!.P99!.Value)],
                },
                Points("p50", 0, of, d => d.P50),
                Points("p99", 9, of, d => d.P99),
            ];
        }

        return new Chart
        {
            Title = "Completion times by size",
            Caption = "From the median (circle) to what 99 of 100 flows do not exceed (diamond), of those that ended.",
            Description = "For each technique a line from the median completion time to the 99th percentile.",
            X = new Axis("completion time", Unit.Seconds) { IsLog = true },
            Y = new Axis("technique") { Categories = [.. ran.Select(t => t.Name)] },
            Views = [.. classes.Select(c => CompareSizes.TitleOf(c.Name))],
            ViewLabel = "Flows",
            Panels = [new Panel("", [.. classes.Select(c => SeriesOf(c.Of))])],
            Table = new DataTable(
                "Completion times by size",
                [
                    new Column("technique"), new Column("flows"), new Column("count", IsNumber: true), new Column("mean", IsNumber: true), new Column("p50", IsNumber: true),
                    new Column("p99", IsNumber: true), new Column("p99.9", IsNumber: true),
                ],
                [
                    .. classes.SelectMany(c => ran.Where(t => c.Of(t)?.Count > 0).Select(t => (IReadOnlyList<Cell>)
                    [
                        t.Name, c.Name.ToLowerInvariant(), new Cell(Figures.Count(c.Of(t)!.Count), c.Of(t)!.Count), TimeOf(c.Of(t)!.Mean), TimeOf(c.Of(t)!.P50),
                        TimeOf(c.Of(t)!.P99), TimeOf(c.Of(t)!.P999),
                    ])),
                ]),
        };
    }

    /// <summary>One fat link, then those with the best tail of what there is most of, and the worst for contrast.</summary>
    private static IEnumerable<string> FirstShown(IReadOnlyList<CompareTechnique> ran)
    {
        if (ran.Count <= CurvesMax)
        {
            return ran.Select(t => t.Name);
        }

        CompareTechnique[] byTail = [.. ran.Where(t => t.Name != CompareTechnique.OneFatLink).OrderBy(TailOf)];
        return [CompareTechnique.OneFatLink, .. byTail.Take(CurvesMax - 3).Select(t => t.Name), .. byTail.TakeLast(2).Select(t => t.Name)];
    }

    private static double TailOf(CompareTechnique technique) =>
        technique.Slowdown?.Mice.P99 ?? technique.Reads?.Slowdown.P99 ?? technique.Writes?.Slowdown.P99 ?? technique.Slowdown?.Middle.P99 ?? double.MaxValue;

    private static Cell TimeOf(double? seconds) => seconds is double value ? new Cell(Rounded(value), value) : new Cell(Figures.Ratio(null));

    /// <summary>A time in the unit of the terminal's tables where that leaves it readable.</summary>
    private static string Rounded(double seconds) =>
        seconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:#,0} us") : Figures.Seconds(seconds);

    private static Cell At(CompareSlowdowns slowdowns, double share)
    {
        double value = slowdowns.Points.First(p => p.Share >= share - 1e-9).Slowdown;
        return new Cell(Figures.Ratio(value), value);
    }
}
