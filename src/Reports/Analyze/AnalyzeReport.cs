using Trunkline.Core.Units;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Analyze;

/// <summary>The report of <c>trunkline analyze</c>.</summary>
public static class AnalyzeReport
{
    private const int LinkColumnsMax = 16;
    private const int FilesMax = 4;

    /// <summary>Makes the page.</summary>
    public static ReportPage Create(AnalyzeResult result, AnalyzeDetail detail)
    {
        AnalyzeTechnique[] ran = [.. result.Techniques.Where(t => t.NotApplicable is null)];
        bool hasTraffic = result.Capture.Frames > 0;
        return new ReportPage
        {
            Title = $"{NamesOf(result.Capture.Files)}: what it does to {result.Links.Count} link{(result.Links.Count == 1 ? "" : "s")}",
            Subtitle = "What this traffic does to links, and what other techniques would do",
            Facts = FactsOf(result),
            Sections =
            [
                new Section("What came of it", [.. Outcome(result, ran)]),
                .. hasTraffic && ran.Length > 0 ? Techniques(result, detail, ran) : [],
                .. hasTraffic ? TrafficSections.Of(result, detail) : [],
                new Section("What this cannot tell", [.. Limits(result)]),
                new Section("How to run it again", [.. Again(detail)]),
            ],
        };
    }

    private static string NamesOf(IReadOnlyList<string> files)
    {
        string[] names = [.. files.Select(f => f == "-" ? "standard input" : Path.GetFileName(f))];
        return names.Length <= FilesMax ? string.Join(", ", names) : $"{string.Join(", ", names.Take(FilesMax - 1))} and {names.Length - FilesMax + 1} more files";
    }

    private static IReadOnlyList<(string Name, string Value)> FactsOf(AnalyzeResult result)
    {
        AnalyzeCapture capture = result.Capture;
        return
        [
            ("Frames", Figures.Count(capture.Frames)),
            ("Bytes on the wire", Figures.Bytes(capture.Bytes)),
            ("Flows", $"{(capture.Approximate is null ? "" : "about ")}{Figures.Count(capture.Flows)}"),
            .. capture.NonIpFrames > 0 ? (IEnumerable<(string, string)>)[("Frames without IP", Figures.Count(capture.NonIpFrames))] : [],
            ("Time", Figures.Seconds(capture.Seconds)),
            ("Links", $"{result.Links.Count} of {Speeds(result.Links)}"),
            ("Skew", Figures.Seconds(result.SkewSeconds)),
            ("Windows", Figures.Seconds(result.WindowSeconds)),
        ];
    }

    private static string Speeds(IReadOnlyList<AnalyzeLink> links)
    {
        string[] speeds = [.. links.Select(l => new BitRate(l.SpeedBps).ToString()).Distinct()];
        return speeds.Length <= 4 ? string.Join(", ", speeds) : $"{string.Join(", ", speeds.Take(3))}, …";
    }

    private static IEnumerable<IBlock> Outcome(AnalyzeResult result, AnalyzeTechnique[] ran)
    {
        if (result.Capture.Interrupted is true)
        {
            yield return new Note("Interrupted: the figures are of what was read until then.", IsWarning: true);
        }

        foreach (string broken in result.Capture.Broken ?? [])
        {
            yield return new Note(broken, IsWarning: true);
        }

        if (result.Capture.Approximate is true)
        {
            yield return new Note("So many flows lived at once that idle ones were given up: counts of flows are not exact.", IsWarning: true);
        }

        if (result.Capture.Frames == 0)
        {
            yield return new Note("The capture has no whole frame: there is nothing to say of its traffic.", IsWarning: true);
            yield break;
        }

        if (AnalyzeFinding.Of(result, ran) is string finding)
        {
            yield return new Finding(finding);
        }

        if (ran.Length > 0)
        {
            yield return TableOf(result, ran);
            yield return new Note(
                "Imbalance is the fullest link ÷ the mean, by the links' speeds: 1 is even. A column's head says more when pointed at, and sorts when pressed."
                + (ran.Any(t => t.OpenLoop is true)
                    ? " Of techniques that look at load or queues the replay is open loop: the senders of the capture do not react to what they do." : ""));
        }

        AnalyzeTechnique[] others = [.. result.Techniques.Where(t => t.NotApplicable is not null)];
        if (others.Length > 0)
        {
            yield return new DataTable(
                "Not applicable here",
                [new Column("technique"), new Column("why")],
                [.. others.Select(t => (IReadOnlyList<Cell>)[t.Name, t.NotApplicable!])]);
        }
    }

    private static DataTable TableOf(AnalyzeResult result, AnalyzeTechnique[] ran)
    {
        bool hasMoves = ran.Any(t => t.Moves > 0);
        bool hasLinks = result.Links.Count <= LinkColumnsMax;
        string? best = ran.Length < 2 ? null : Figures.Ratio(ran.Min(t => t.Imbalance));
        bool tellsBest = ran.Count(t => Figures.Ratio(t.Imbalance) == best) * 2 <= ran.Length;
        IEnumerable<Column> columns =
        [
            new Column("technique"),
            new Column("imbalance", IsNumber: true, "the fullest link ÷ the mean, over the whole capture"),
            new Column("99 % of windows", IsNumber: true, "the same within windows: what 99 of 100 windows with traffic do not exceed"),
            new Column("CoV", IsNumber: true, "coefficient of variation of the links' loads; 0 is even"),
            new Column("Jain", IsNumber: true, "Jain's index of the links' loads; 1 is even"),
            .. hasMoves ? (IEnumerable<Column>)
            [
                new Column("moves", IsNumber: true, "changes of a bucket's link"),
                new Column("unsafe", IsNumber: true, "moves after which a packet could overtake one sent before, by virtual queues"),
                new Column("reorderable", IsNumber: true, "packets that follow one of their flow on another link within the skew"),
            ] : [],
            new Column("looks at load", Meaning: "whether it looks at load or queues: its replay is open loop"),
            .. hasLinks ? result.Links.Select(l => new Column(LinkName(l.Name), IsNumber: true, "share of all bytes")) : [],
        ];
        return new DataTable(
            "Techniques, the most even first",
            [.. columns],
            [
                .. ran.Select(t => (IReadOnlyList<Cell>)
                [
                    t.Name,
                    new Cell(Figures.Ratio(t.Imbalance), t.Imbalance, tellsBest && Figures.Ratio(t.Imbalance) == best),
                    new Cell(Figures.Ratio(t.ImbalanceP99), t.ImbalanceP99),
                    new Cell(Figures.Ratio(t.Cov), t.Cov),
                    new Cell(Figures.Ratio(t.Jain), t.Jain),
                    .. hasMoves ? (IEnumerable<Cell>)
                    [
                        new Cell(Figures.Count(t.Moves), t.Moves), new Cell(Figures.Count(t.UnsafeMoves), t.UnsafeMoves),
                        new Cell(Figures.Count(t.ReorderablePackets), t.ReorderablePackets),
                    ] : [],
                    t.OpenLoop is true ? "yes" : "no",
                    .. hasLinks ? SharesOf(t).Select(share => new Cell(Figures.Percent(share), share)) : [],
                ]),
            ]);
    }

    /// <summary>A number needs a word before it.</summary>
    internal static string LinkName(string name) => name.All(char.IsAsciiDigit) ? $"link {name}" : name;

    /// <summary>What part of the bytes each link has.</summary>
    internal static IEnumerable<double> SharesOf(AnalyzeTechnique technique)
    {
        long all = technique.Links!.Sum(l => l.Bytes);
        return technique.Links!.Select(l => all == 0 ? 0 : (double)l.Bytes / all);
    }

    private static IEnumerable<Section> Techniques(AnalyzeResult result, AnalyzeDetail detail, AnalyzeTechnique[] ran)
    {
        yield return new Section("How even each technique is", [EvennessCharts.Ranking(result, ran)]);
        if (EvennessCharts.OverTime(result, detail, ran) is { } loads)
        {
            yield return new Section("Links over time", [loads]);
        }

        if (result.Observed is { } observed)
        {
            yield return new Section("What the box did", [.. EvennessCharts.Observed(observed)]);
        }

        if (EvennessCharts.WhatIf(result, ran) is { } whatIf)
        {
            yield return new Section("What if the links were others", [whatIf]);
        }
    }

    private static IEnumerable<IBlock> Limits(AnalyzeResult result)
    {
        if (result.Limits.Count > 0)
        {
            yield return new Bullets([.. result.Limits]);
        }

        yield return new Paragraph(
            "A replay is open loop: the frames come when they came, whatever a technique does to them. What TCP would make of a technique, a simulation"
            + " tells (trunkline compare). A capture in a host sees frames before the card cuts them or after it has joined them, and what is hashed in"
            + " switches whose layout is not published can only be modelled: shares and imbalances hold, the link of a certain flow does not.");
    }

    private static IEnumerable<IBlock> Again(AnalyzeDetail detail)
    {
        yield return new Paragraph("The same version with the same command and capture gives the same figures to the byte, on any machine.");
        yield return new Verbatim(detail.Command, "Command");
    }
}
