using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Which;

/// <summary>The report of <c>trunkline which</c>.</summary>
public static class WhichReport
{
    private const int FlowRowsMax = 500;
    private const int FlowRowsOpenMax = 40;
    private const int PolicyColumnsMax = 6;

    /// <summary>Makes the page.</summary>
    public static ReportPage Create(WhichResult result, WhichDetail detail)
    {
        bool isCapture = result.Spread is not null;
        int policies = detail.Tables.Count;
        WhichAnswer[] first = [.. result.Results.Take(policies)];
        return new ReportPage
        {
            Title = isCapture ? $"Which link does each flow take, of {result.Links}?" : $"Which link does {WhichWords.Flow(first[0])} take?",
            Subtitle = policies == 1 ? $"By {detail.Tables[0].Policy}: {detail.Tables[0].Summary}" : $"By {policies} policies, side by side",
            Facts = FactsOf(result),
            Sections =
            [
                .. isCapture ? Many(result, policies) : [],
                new Section(isCapture ? "The way of the largest flow" : "The way of the flow", [.. OneWay(result, detail, first)]),
                .. isCapture ? (IEnumerable<Section>)[new Section("Each flow", [.. Flows(result, policies)])] : One(result, detail),
                .. result.Without is { Count: > 0 } losses ? (IEnumerable<Section>)[new Section("A link goes", [Losses(losses)])] : [],
                .. result.Tier2 is { } tier ? (IEnumerable<Section>)[new Section("A second tier", [.. SecondTier(tier)])] : [],
                new Section("What to know", [.. Notes(result)]),
                new Section("How to run it again", [new Paragraph("The same version with the same command gives the same answer, on any machine."), new Verbatim(detail.Command, "Command")]),
            ],
        };
    }

    private static IReadOnlyList<(string Name, string Value)> FactsOf(WhichResult result) =>
    [
        .. result.Device is string device ? (IEnumerable<(string, string)>)[("Device", device)] : [],
        ("Links", result.LinkNames.Count <= 8 ? string.Join(", ", result.LinkNames) : $"{result.LinkNames.Count}: {result.LinkNames[0]} to {result.LinkNames[^1]}"),
        .. result.Flows is long flows ? (IEnumerable<(string, string)>)[("Flows", Figures.Count(flows))] : [],
        .. result.OtherConversations > 0 ? (IEnumerable<(string, string)>)[("Conversations without IP", Figures.Count(result.OtherConversations))] : [],
    ];

    private static IEnumerable<IBlock> OneWay(WhichResult result, WhichDetail detail, WhichAnswer[] first)
    {
        if (first.Any(a => a.Hash is not null))
        {
            yield return new WayDrawing(result.LinkNames, first, detail.Tables);
        }

        if (first.Length > 1)
        {
            yield return SideBySide(first);
        }
        else if (first[0].Hash is null)
        {
            yield return new Note(WhyNot(first[0]), IsWarning: true);
        }
    }

    private static string WhyNot(WhichAnswer answer) => answer.Missing is { } missing
        ? $"{answer.Policy} needs {string.Join(", ", missing)}." : $"{answer.Policy} is not applicable: {answer.NotApplicable}.";

    private static DataTable SideBySide(WhichAnswer[] answers)
    {
        bool hasReverse = answers.Any(a => a.Reverse is not null);
        bool hasWithout = answers.Any(a => a.Without is not null);
        IEnumerable<Column> columns =
        [
            new Column("policy"), new Column("hash"), new Column("bucket", IsNumber: true), new Column("of", IsNumber: true), new Column("link"),
            .. hasReverse ? (IEnumerable<Column>)[new Column("return")] : [],
            .. hasWithout ? (IEnumerable<Column>)[new Column("when the link is gone")] : [],
        ];
        return new DataTable(
            "All policies side by side",
            [.. columns],
            [
                .. answers.Select(a => (IReadOnlyList<Cell>)
                [
                    a.Policy,
                    a.Hash ?? (a.Missing is { } missing ? $"needs {string.Join(", ", missing)}" : "–"),
                    a.Bucket is int bucket ? new Cell(Figures.Count(bucket), bucket) : new Cell("–"),
                    a.Buckets is int buckets ? new Cell(Figures.Count(buckets), buckets) : new Cell("–"),
                    a.Missing is null ? WhichWords.Link(a) : "–",
                    .. hasReverse ? (IEnumerable<Cell>)[a.Reverse is null ? "–" : WhichWords.Link(a.Reverse)] : [],
                    .. hasWithout ? (IEnumerable<Cell>)[a.Without is null ? "–" : WhichWords.Link(a.Without)] : [],
                ]),
            ]);
    }

    private static IEnumerable<Section> One(WhichResult result, WhichDetail detail)
    {
        if (detail.Sample is { Count: > 0 } sample)
        {
            yield return new Section(
                "How many flows spread",
                [
                    SpreadCharts.Shares(
                        result.LinkNames,
                        sample,
                        "Random flows over the links",
                        $"{Figures.Count(sample.Max(s => s.Links.Sum(l => l.Flows)))} random TCP flows, no two with the same addresses and ports but by chance. What flows of one host, or of neighbours"
                            + " in a subnet, make of a policy can be less even: give it a capture.",
                        hasBytes: false),
                ]);
        }
    }

    private static IEnumerable<Section> Many(WhichResult result, int policies)
    {
        yield return new Section(
            "How the flows spread",
            [
                .. policies == 1 ? (IEnumerable<IBlock>)[new Finding(Told(result.Spread![0]))] : [],
                SpreadCharts.Shares(
                    result.LinkNames, result.Spread!, "Flows over the links", "What part of the bytes, or of the flows, each policy puts on each link. An even share would part each bar alike.", hasBytes: true),
                SpreadCharts.Filling(result, policies),
            ]);
    }

    private static string Told(WhichSpread spread)
    {
        long all = spread.Links.Sum(l => l.Bytes);
        WhichLoad fullest = spread.Links.MaxBy(l => l.Bytes)!;
        return $"{fullest.LinkName} is the fullest, with {Figures.Percent(all == 0 ? 0 : (double)fullest.Bytes / all)} of the bytes of {Figures.Count(fullest.Flows)} flows;"
            + $" imbalance {Figures.Ratio(spread.Imbalance)}, where 1 is even and {spread.Links.Count} is all on one link.";
    }

    private static IEnumerable<IBlock> Flows(WhichResult result, int policies)
    {
        int flows = result.Results.Count / policies;
        int shown = Math.Min(flows, FlowRowsMax);
        int columns = Math.Min(policies, PolicyColumnsMax);
        if (shown < (result.Flows ?? 0) + (result.OtherConversations ?? 0))
        {
            yield return new Note($"The {Figures.Count(shown)} largest of {Figures.Count(result.Flows + (result.OtherConversations ?? 0))} are listed; --json has more.");
        }

        if (columns < policies)
        {
            yield return new Note($"The links are those of the first {columns} of {policies} policies; --json has all of them.");
        }

        var table = new DataTable(
            "Flows, the largest first",
            [
                new Column("flow"), new Column("frames", IsNumber: true), new Column("bytes", IsNumber: true),
                .. policies == 1 ? (IEnumerable<Column>)[new Column("hash"), new Column("bucket", IsNumber: true), new Column("link")]
                    : result.Results.Take(columns).Select(a => new Column(a.Policy)),
            ],
            [
                .. Enumerable.Range(0, shown).Select(i => result.Results[i * policies]).Select((a, i) => (IReadOnlyList<Cell>)
                [
                    WhichWords.Flow(a),
                    new Cell(Figures.Count(a.Frames), a.Frames),
                    new Cell(Figures.Count(a.Bytes), a.Bytes),
                    .. policies == 1
                        ? (IEnumerable<Cell>)[a.Hash ?? "–", a.Bucket is int bucket ? new Cell(Figures.Count(bucket), bucket) : new Cell("–"), WhichWords.Link(a)]
                        : Enumerable.Range(0, columns).Select(p => new Cell(WhichWords.Link(result.Results[(i * policies) + p]))),
                ]),
            ]);
        yield return shown <= FlowRowsOpenMax ? table : new Details("Flows as a table", [table]);
    }

    private static DataTable Losses(IReadOnlyList<WhichLoss> losses) => new(
        $"What moves when {losses[0].LinkName} goes: of {Figures.Count(losses[0].Flows)} flows ({losses[0].Sample})",
        [new Column("policy"), new Column("move", IsNumber: true), new Column("had to", IsNumber: true, "were on the link that goes")],
        [.. losses.Select(l => (IReadOnlyList<Cell>)[l.Policy, new Cell(Figures.Percent(l.Moved), l.Moved), new Cell(Figures.Percent(l.MustMove), l.MustMove)])]);

    private static IEnumerable<IBlock> SecondTier(WhichTierTwo tier)
    {
        yield return new Finding(
            $"Of the flows that {tier.First} sends to link {tier.FromLink}, {tier.Second} uses {tier.UsedLinks} of {tier.Links} links (fullest ÷ mean {Figures.Ratio(tier.Imbalance)})");
        if (tier.Remedies.Count > 0)
        {
            yield return new DataTable(
                $"What helps, tried on the same {Figures.Count(tier.Flows)} random flows",
                [
                    new Column("remedy"), new Column("second tier"), new Column("links used", IsNumber: true), new Column("fullest ÷ mean", IsNumber: true),
                    new Column("works"),
                ],
                [
                    .. tier.Remedies.Select(r => (IReadOnlyList<Cell>)
                    [
                        r.Change, r.Policy, new Cell($"{r.UsedLinks} of {tier.Links}", r.UsedLinks), new Cell(Figures.Ratio(r.Imbalance), r.Imbalance),
                        r.Works ? "yes" : "no",
                    ]),
                ]);
        }

        foreach (string warning in tier.Warnings)
        {
            yield return new Note(warning, IsWarning: true);
        }
    }

    private static IEnumerable<IBlock> Notes(WhichResult result)
    {
        if (result.About is { } about)
        {
            yield return new Paragraph(about.Remarks);
            yield return new Note($"Source: {about.Source}");
        }

        yield return new Bullets(
        [
            .. result.Notes,
            "Each end of a bundle decides for itself: packets that come back may take another link.",
            "An index is not a place in a display: boxes list their members in another order than they count them.",
            "How switch ASICs lay out what they hash is not public. Models with fields, function and seed show spread and polarization; the link of a certain flow on a certain switch they do not.",
        ]);
    }
}
