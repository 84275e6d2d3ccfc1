using Trunkline.Reports.Charts;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Analyze;

/// <summary>How evenly techniques spread the traffic: as a whole, over time, on other links, and what the box did.</summary>
internal static class EvennessCharts
{
    private const int TableLinksMax = 600;
    private const int PoliciesMax = 20;

    /// <summary>Imbalance of each technique, the most even first, with the floor.</summary>
    public static Chart Ranking(AnalyzeResult result, AnalyzeTechnique[] ran)
    {
        int[] rows = [.. Enumerable.Range(0, ran.Length)];
        Series Bars(string name, int colour, Func<AnalyzeTechnique, bool> isOf)
        {
            int[] of = [.. rows.Where(i => isOf(ran[i]))];
            return new Series(name, SeriesKind.Bar, colour) { X = [.. of.Select(i => ran[i].Imbalance ?? 1)], Y = [.. of.Select(i => (double)i)] };
        }

        int[] windows = [.. rows.Where(i => ran[i].ImbalanceP99 is not null)];
        return new Chart
        {
            Title = "Imbalance",
            Caption = "The fullest link ÷ the mean over the whole capture (bar), and what 99 of 100 windows do not exceed (diamond). Left is better; no hash of flows"
                + " gets left of the floor. What moves buckets may; what could reorder packets by that has a colour of its own.",
            Description = "Bars of the imbalance of each technique, the most even first.",
            X = new Axis("imbalance") { Min = 0 },
            Y = new Axis("technique") { Categories = [.. ran.Select(t => t.Name)] },
            Marks =
            [
                new Mark(result.Floor.Imbalance, "the floor of every hash of flows"),
                .. result.Observed is { } observed ? (IEnumerable<Mark>)[new Mark(observed.Imbalance, "as captured")] : [],
            ],
            Panels =
            [
                new Panel(
                    "",
                    [
                        Bars("keeps order", 0, t => t.ReorderablePackets is null or 0),
                        Bars("could reorder", 1, t => t.ReorderablePackets > 0),
                        new Series("99 % of windows", SeriesKind.Scatter, 15) { X = [.. windows.Select(i => ran[i].ImbalanceP99!.Value)], Y = [.. windows.Select(i => (double)i)] },
                    ]),
            ],
            Table = new DataTable(
                "Imbalance of each technique",
                [
                    new Column("technique"), new Column("imbalance", IsNumber: true), new Column("÷ floor", IsNumber: true), new Column("99 % of windows", IsNumber: true),
                    new Column("reorderable", IsNumber: true),
                ],
                [
                    .. ran.Select(t => (IReadOnlyList<Cell>)
                    [
                        t.Name, new Cell(Figures.Ratio(t.Imbalance), t.Imbalance), new Cell(Figures.Ratio(t.Imbalance / result.Floor.Imbalance), t.Imbalance / result.Floor.Imbalance),
                        new Cell(Figures.Ratio(t.ImbalanceP99), t.ImbalanceP99), new Cell(Figures.Count(t.ReorderablePackets), t.ReorderablePackets),
                    ]),
                ]),
        };
    }

    /// <summary>Load of each link over time, a view for each technique; null without windows.</summary>
    public static Chart? OverTime(AnalyzeResult result, AnalyzeDetail detail, AnalyzeTechnique[] ran)
    {
        Dictionary<string, AnalyzeSeries> byName = detail.Loads.Series.ToDictionary(s => s.Name);
        AnalyzeSeries[] shown = [.. ran.Where(t => byName.ContainsKey(t.Name)).Select(t => byName[t.Name])];
        if (shown.Length == 0 || shown[0].Lines[0].Values.Count == 0)
        {
            return null;
        }

        double length = detail.Loads.IntervalSeconds;
        int count = shown[0].Lines[0].Values.Count;
        bool areMany = shown[0].Lines.Count < result.Links.Count;
        return new Chart
        {
            Title = "Load of each link",
            Caption = $"What each link would have carried under the technique that you choose, in intervals of {Figures.Seconds(length)}."
                + (areMany ? " There are too many links for a line each: drawn are the most, the mean and the least of them." : " Stacked, the height of all is what the capture had.")
                + " Drag the handles below the chart, hold Ctrl and turn the wheel, or press the buttons to zoom.",
            Description = "Load of each link over time, for the technique chosen. The table below has the mean and the most of each link.",
            X = new Axis("time", Unit.Seconds) { Min = 0, Max = Math.Max(count * length, double.Epsilon) },
            Y = new Axis("load", Unit.Rate) { Min = 0 },
            Views = [.. shown.Select(s => s.Name)],
            ViewLabel = "Technique",
            CanZoom = true,
            CanStack = !areMany,
            Panels =
            [
                new Panel(
                    "",
                    [
                        .. shown.Select(s => (IReadOnlyList<Series>)
                        [
                            .. s.Lines.Select((line, i) => new Series(areMany ? line.Name : AnalyzeReport.LinkName(line.Name), areMany ? SeriesKind.Line : SeriesKind.Area, i)
                            {
                                Y = [.. line.Values.Select(v => v ?? double.NaN)],
                            }),
                        ]),
                    ])
                {
                    X = [.. Enumerable.Range(0, count).Select(i => (i + 0.5) * length)],
                },
            ],
            Table = LoadTable(shown),
        };
    }

    private static DataTable LoadTable(AnalyzeSeries[] shown)
    {
        bool isShort = shown.Sum(s => s.Lines.Count) > TableLinksMax;
        return new DataTable(
            isShort ? "The most loaded link of each technique: mean and most of the intervals" : "Load of each link: mean and most of the intervals",
            [new Column("technique"), new Column("link"), new Column("mean", IsNumber: true), new Column("most", IsNumber: true)],
            [
                .. shown.SelectMany(s => (isShort ? [s.Lines.MaxBy(l => l.Values.Sum())!] : s.Lines).Select(l => (IReadOnlyList<Cell>)
                [
                    s.Name, l.Name, new Cell(Figures.Rate(l.Values.Average()), l.Values.Average()), new Cell(Figures.Rate(l.Values.Max()), l.Values.Max()),
                ])),
            ]);
    }

    /// <summary>What each member carried, and which policy explains it.</summary>
    public static IEnumerable<IBlock> Observed(AnalyzeObserved observed)
    {
        long all = observed.Links.Sum(l => l.Bytes);
        double ShareOf(AnalyzeLoad link) => all == 0 ? 0 : (double)link.Bytes / all;
        yield return new Chart
        {
            Title = "What each member carried",
            Caption = $"As captured: imbalance {Figures.Ratio(observed.Imbalance)}; {Figures.Count(observed.SplitFlows)} flows were seen on more than one member. An even share is marked.",
            Description = "A bar for each member: its share of the bytes.",
            X = new Axis("share of the bytes", Unit.Percent) { Min = 0 },
            Y = new Axis("member") { Categories = [.. observed.Links.Select(l => l.Name)] },
            Marks = [new Mark(1.0 / observed.Links.Count, "an even share")],
            Panels =
            [
                new Panel("", [new Series("share", SeriesKind.Bar, 0) { X = [.. observed.Links.Select(ShareOf)], Y = [.. observed.Links.Select((_, i) => (double)i)] }]),
            ],
            Table = new DataTable(
                "What each member carried",
                [new Column("member"), new Column("frames", IsNumber: true), new Column("bytes", IsNumber: true), new Column("share", IsNumber: true)],
                [
                    .. observed.Links.Select(l => (IReadOnlyList<Cell>)
                    [
                        l.Name, new Cell(Figures.Count(l.Frames), l.Frames), new Cell(Figures.Bytes(l.Bytes), l.Bytes), new Cell(Figures.Percent(ShareOf(l)), ShareOf(l)),
                    ]),
                ]),
        };
        if (observed.Policies.Count == 0)
        {
            yield break;
        }

        AnalyzeAgreement[] first = [.. observed.Policies.Take(PoliciesMax)];
        yield return new Chart
        {
            Title = "Which policy is the box running?",
            Caption = "The share of the flows that each policy puts where they were seen (bar), beside what a policy that has nothing to do with it would reach by chance"
                + " (diamond). One that explains all of them is it.",
            Description = "A bar for each policy: the share of the flows that it explains.",
            X = new Axis("share of the flows", Unit.Percent) { Min = 0, Max = 1 },
            Y = new Axis("policy") { Categories = [.. first.Select(p => p.Policy)] },
            Panels =
            [
                new Panel(
                    "",
                    [
                        new Series("explained", SeriesKind.Bar, 0) { X = [.. first.Select(p => p.Agreement)], Y = [.. first.Select((_, i) => (double)i)] },
                        new Series("by chance", SeriesKind.Scatter, 9) { X = [.. first.Select(p => p.ByChance)], Y = [.. first.Select((_, i) => (double)i)] },
                    ]),
            ],
            Table = new DataTable(
                "How much each policy explains",
                [new Column("policy"), new Column("agreement", IsNumber: true), new Column("by chance", IsNumber: true)],
                [
                    .. observed.Policies.Select(p => (IReadOnlyList<Cell>)
                        [p.Policy, new Cell(Figures.Percent(p.Agreement), p.Agreement), new Cell(Figures.Percent(p.ByChance), p.ByChance)]),
                ]),
        };
    }

    /// <summary>The techniques on other links; null when nothing was asked.</summary>
    public static Chart? WhatIf(AnalyzeResult result, AnalyzeTechnique[] ran)
    {
        if (result.WhatIf is not { Count: > 0 } answers)
        {
            return null;
        }

        string[] changes = [.. answers.Select(a => a.Change).Distinct()];
        Dictionary<(string Change, string Technique), AnalyzeWhatIf> by = answers.ToDictionary(a => (a.Change, a.Technique));
        IReadOnlyList<Series> SeriesOf(string change)
        {
            int[] rows = [.. Enumerable.Range(0, ran.Length).Where(i => by.ContainsKey((change, ran[i].Name)))];
            double[] places = [.. rows.Select(i => (double)i)];
            double[] before = [.. rows.Select(i => ran[i].Imbalance ?? 1)];
            double[] after = [.. rows.Select(i => by[(change, ran[i].Name)].Imbalance)];
            return
            [
                new Series("from before to then", SeriesKind.Range, 0) { X = before, Y = places, Z = after },
                new Series("as it is", SeriesKind.Scatter, 0) { X = before, Y = places },
                new Series("then", SeriesKind.Scatter, 9) { X = after, Y = places },
            ];
        }

        return new Chart
        {
            Title = "Imbalance on other links",
            Caption = "From the imbalance on the links as they are (circle) to that on the others (diamond). The table has the share of the flows that change their link.",
            Description = "For each technique a line from its imbalance now to that with other links.",
            X = new Axis("imbalance") { Min = 0 },
            Y = new Axis("technique") { Categories = [.. ran.Select(t => t.Name)] },
            Views = changes,
            ViewLabel = "Change",
            Panels = [new Panel("", [.. changes.Select(SeriesOf)])],
            Table = new DataTable(
                "What if: imbalance, and flows that change their link",
                [
                    new Column("technique"), new Column("change"), new Column("imbalance now", IsNumber: true), new Column("then", IsNumber: true),
                    new Column("flows that move", IsNumber: true),
                ],
                [
                    .. answers.Select(a => (IReadOnlyList<Cell>)
                    [
                        a.Technique, a.Change, Now(a.Technique), new Cell(Figures.Ratio(a.Imbalance), a.Imbalance),
                        new Cell(a.FlowsMoved is null ? "moves anyway" : Figures.Percent(a.FlowsMoved), a.FlowsMoved),
                    ]),
                ]),
        };

        Cell Now(string technique)
        {
            double? now = ran.FirstOrDefault(t => t.Name == technique)?.Imbalance;
            return new Cell(Figures.Ratio(now), now);
        }
    }
}
