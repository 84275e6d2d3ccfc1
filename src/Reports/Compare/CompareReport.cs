using Trunkline.Core.Units;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Compare;

/// <summary>The report of <c>trunkline compare</c>.</summary>
public static class CompareReport
{
    private const int LinkRowsMax = 400;

    /// <summary>Makes the page.</summary>
    public static ReportPage Create(CompareResult result, CompareDetail detail)
    {
        CompareTechnique[] ran = [.. result.Techniques.Where(t => t.NotApplicable is null)];
        return new ReportPage
        {
            Title = $"{result.Scenario}: balancing techniques compared",
            Subtitle = result.Summary,
            Facts = FactsOf(result),
            Sections =
            [
                .. ran.Length > 0 ? Figured(result, detail, ran) : [new Section("What came of it", [.. Outcome(result, ran)])],
                new Section("How to run it again", [.. Again(detail)]),
            ],
        };
    }

    private static IReadOnlyList<(string Name, string Value)> FactsOf(CompareResult result) =>
    [
        ("Simulated", Figures.Seconds(result.DurationSeconds)),
        .. result.WarmUpSeconds > 0 ? (IEnumerable<(string, string)>)[("Not counted at first", Figures.Seconds(result.WarmUpSeconds))] : [],
        (result.Seeds.Count == 1 ? "Seed" : "Seeds", result.Seeds.Count <= 5 ? string.Join(", ", result.Seeds) : $"{result.Seeds.Count}, from {result.Seeds[0]}"),
        ("Measured", $"{new BitRate(result.CapacityBps)} of links in {NamesOf(result.Measured)}"),
    ];

    private static string NamesOf(IReadOnlyList<string> names) =>
        names.Count <= 6 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(5))} and {names.Count - 5} more bundles";

    private static IEnumerable<Section> Figured(CompareResult result, CompareDetail detail, CompareTechnique[] ran)
    {
        yield return new Section("What came of it", [.. Outcome(result, ran)]);
        yield return new Section("Goodput and order", [GoodputCharts.Bars(result, ran), GoodputCharts.AgainstOrder(ran)]);
        IBlock?[] times = [SlowdownCharts.Curves(detail, ran), SlowdownCharts.Percentiles(ran)];
        yield return new Section("Completion times", times.OfType<IBlock>().ToList() is { Count: > 0 } charts ? charts : [new Note("No flow that was to end began and ended in the measured time.")]);
        yield return new Section("The network", [new TopologyDrawing(detail.Topology, ran), .. EventsOf(detail)]);
        if (detail.Series.Count > 0)
        {
            var loads = new LoadCharts(result, detail);
            yield return new Section("Links over time", [loads.Use(), loads.Backlog()]);
        }

        yield return new Section("Every figure", [.. Everything(ran)]);
    }

    private static IEnumerable<IBlock> EventsOf(CompareDetail detail) => detail.Events.Count == 0 ? [] :
    [
        new DataTable(
            "What happens to links",
            [new Column("event"), new Column("at", IsNumber: true)],
            [.. detail.Events.Select(e => (IReadOnlyList<Cell>)[e.What, new Cell(Figures.Seconds(e.Seconds), e.Seconds)])]),
    ];

    private static IEnumerable<IBlock> Outcome(CompareResult result, CompareTechnique[] ran)
    {
        if (result.Interrupted is true)
        {
            yield return new Note("Interrupted: the figures are of the runs that were done until then.", IsWarning: true);
        }

        if (result.Finding is string finding)
        {
            yield return new Finding(finding);
        }

        if (ran.Length > 0)
        {
            yield return TableOf("Techniques in short", CompareColumns.Overview(result, ran), ran);
        }

        foreach (CompareTechnique part in ran.Where(t => t.Runs < result.Seeds.Count))
        {
            yield return new Note($"Of {part.Name} {part.Runs} of {result.Seeds.Count} seeds were done.", IsWarning: true);
        }

        if (ran.Any(t => t.Name == CompareTechnique.OneFatLink))
        {
            yield return new Note(
                $"{CompareTechnique.OneFatLink} is no technique but a faster port: links that share traffic are one of their summed speed."
                + " * is the best of the others. A column's head says more when pointed at, and sorts when pressed.");
        }

        CompareTechnique[] others = [.. result.Techniques.Where(t => t.NotApplicable is not null)];
        if (others.Length > 0)
        {
            yield return new DataTable(
                "Not applicable here",
                [new Column("technique"), new Column("why")],
                [.. others.Select(t => (IReadOnlyList<Cell>)[t.Name, t.NotApplicable!])]);
        }
    }

    private static IEnumerable<IBlock> Everything(CompareTechnique[] ran)
    {
        IReadOnlyList<CompareShownColumn> intervals = CompareColumns.Intervals(ran);
        if (intervals.Count > 0)
        {
            yield return TableOf("95 % intervals over the seeds: the mean, and half the interval's width; counts are of one seed", intervals, ran) with { IsForScreens = true };
        }

        IReadOnlyList<CompareShownColumn> columns = CompareColumns.All(ran);
        yield return TableOf("All figures of all techniques", columns, ran) with { IsForScreens = true };
        int rows = ran.Sum(t => (t.Links?.Count ?? 0) + (t.LinksBack?.Count ?? 0));
        if (rows > LinkRowsMax)
        {
            yield return new Note($"The {rows:#,0} rows of links are left out here; --json has them.");
            yield break;
        }

        yield return new Details("Links, each by itself", [new DataTable(
            "Links: means and sums over the seeds",
            [
                new Column("technique"), new Column("link"), new Column("direction"), new Column("speed", IsNumber: true), new Column("use", IsNumber: true),
                new Column("bytes", IsNumber: true), new Column("drops", IsNumber: true), new Column("queue mean", IsNumber: true), new Column("queue p99", IsNumber: true),
            ],
            [.. ran.SelectMany(t => RowsOf(t, t.Links, "forth").Concat(RowsOf(t, t.LinksBack, "back")))])]);
    }

    private static IEnumerable<IReadOnlyList<Cell>> RowsOf(CompareTechnique technique, IReadOnlyList<CompareLink>? links, string direction) =>
        (links ?? []).Select(l => (IReadOnlyList<Cell>)
        [
            technique.Name,
            l.Name,
            direction,
            new Cell(new BitRate(l.SpeedBps).ToString(), l.SpeedBps),
            new Cell(Figures.Percent(l.Utilization), l.Utilization),
            new Cell(Figures.Bytes(l.Bytes), l.Bytes),
            new Cell(Figures.Count(l.Drops), l.Drops),
            new Cell(Figures.Seconds(l.Queue.Mean), l.Queue.Mean),
            new Cell(Figures.Seconds(l.Queue.P99), l.Queue.P99),
        ]);

    private static DataTable TableOf(string caption, IReadOnlyList<CompareShownColumn> columns, CompareTechnique[] ran) => new(
        caption,
        [new Column("technique"), .. columns.Select(c => new Column(c.Title, IsNumber: true, c.Meaning))],
        [.. ran.Select((t, row) => (IReadOnlyList<Cell>)[t.Name, .. columns.Select(c => new Cell(c.Cells[row].Text, c.Cells[row].Value, c.Cells[row].IsBest))])]);

    private static IEnumerable<IBlock> Again(CompareDetail detail)
    {
        yield return new Paragraph("The same version with the same command gives the same figures to the byte, on any machine.");
        yield return new Verbatim(detail.Command, "Command");
        yield return new Details("The scenario", [new Verbatim(detail.ScenarioText, "Scenario")]);
        yield return new Paragraph("A scenario is a model: what it leaves out, and what the simulator was held against, is in docs/validation.md and"
            + " docs/formats/compare.md of Trunkline. Percentiles are values that occurred; completion times are of flows that began after the warm-up and ended.");
    }
}
