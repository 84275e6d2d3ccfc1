using Trunkline.Reports.Charts;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Which;

/// <summary>How flows spread over links.</summary>
internal static class SpreadCharts
{
    private const int FlowsDrawnMax = 8;

    /// <summary>A bar for each policy, parted by links.</summary>
    /// <param name="linkNames">The links.</param>
    /// <param name="spreads">What each policy makes of the flows.</param>
    /// <param name="title">The title.</param>
    /// <param name="caption">How to read it.</param>
    /// <param name="hasBytes">Whether flows differ in bytes.</param>
    public static Chart Shares(IReadOnlyList<string> linkNames, IReadOnlyList<WhichSpread> spreads, string title, string caption, bool hasBytes)
    {
        WhichSpread[] sorted = [.. spreads.OrderBy(s => s.Imbalance)];
        double[] rows = [.. sorted.Select((_, i) => (double)i)];
        IReadOnlyList<Series> Parts(Func<WhichLoad, long> of) =>
        [
            .. linkNames.Select((name, link) => new Series(Analyze.AnalyzeReport.LinkName(name), SeriesKind.Stack, link)
            {
                X = [.. sorted.Select(s => Share(of(s.Links[link]), s.Links.Sum(of)))],
                Y = rows,
            }),
        ];
        double Share(long part, long all) => all == 0 ? 0 : (double)part / all;
        return new Chart
        {
            Title = title,
            Caption = caption,
            Description = "A bar for each policy, parted by the shares of the links.",
            X = new Axis(hasBytes ? "share" : "share of the flows", Unit.Percent) { Min = 0, Max = 1 },
            Y = new Axis("policy") { Categories = [.. sorted.Select(s => s.Policy)] },
            Views = hasBytes ? ["bytes", "flows"] : [""],
            ViewLabel = "Share of the",
            Panels = [new Panel("", hasBytes ? [Parts(l => l.Bytes), Parts(l => l.Flows)] : [Parts(l => l.Flows)])],
            Table = new DataTable(
                hasBytes ? "Share of the bytes on each link" : "Share of the flows on each link",
                [new Column("policy"), new Column("imbalance", IsNumber: true), .. linkNames.Select(n => new Column(Analyze.AnalyzeReport.LinkName(n), IsNumber: true))],
                [
                    .. sorted.Select(s => (IReadOnlyList<Cell>)
                    [
                        s.Policy, new Cell(Figures.Ratio(s.Imbalance), s.Imbalance),
                        .. s.Links.Select(l => hasBytes ? Share(l.Bytes, s.Links.Sum(o => o.Bytes)) : Share(l.Flows, s.Links.Sum(o => o.Flows)))
                            .Select(share => new Cell(Figures.Percent(share), share)),
                    ]),
                ]),
        };
    }

    /// <summary>What fills each link: its bar is parted by the largest flows and all the others.</summary>
    public static Chart Filling(WhichResult result, int policies)
    {
        int drawn = Math.Min(FlowsDrawnMax, result.Results.Count / policies);
        WhichAnswer[] large = [.. Enumerable.Range(0, drawn).Select(i => result.Results[i * policies])];
        double[] rows = [.. result.LinkNames.Select((_, i) => (double)i)];
        IReadOnlyList<Series> Parts(int policy)
        {
            long[] rest = [.. result.Spread![policy].Links.Select(l => l.Bytes)];
            var parts = new List<Series>();
            for (int flow = 0; flow < drawn; flow++)
            {
                WhichAnswer answer = result.Results[(flow * policies) + policy];
                var bytes = new double[rest.Length];
                if (answer.Link is int link)
                {
                    // A flow that was set aside while reading is counted in parts.
                    long part = Math.Min(answer.Bytes ?? 0, rest[link]);
                    bytes[link] = part;
                    rest[link] -= part;
                }

                parts.Add(new Series(WhichWords.Flow(large[flow]), SeriesKind.Stack, flow) { X = bytes, Y = rows });
            }

            parts.Add(new Series("all other flows", SeriesKind.Stack, -1) { X = [.. rest.Select(bytes => (double)bytes)], Y = rows });
            return parts;
        }

        return new Chart
        {
            Title = "What fills each link",
            Caption = $"Bytes on each link, parted by the {drawn} largest flows and all others together. A flow is never parted by a hash: the link that it falls on has all of it.",
            Description = "A bar for each link, parted by the largest flows.",
            X = new Axis("bytes", Unit.Bytes) { Min = 0 },
            Y = new Axis("link") { Categories = [.. result.LinkNames.Select(Analyze.AnalyzeReport.LinkName)] },
            Views = [.. result.Spread!.Select(s => s.Policy)],
            ViewLabel = "Policy",
            Panels = [new Panel("", [.. Enumerable.Range(0, policies).Select(Parts)])],
            Table = new DataTable(
                "What each link carries",
                [new Column("policy"), new Column("link"), new Column("flows", IsNumber: true), new Column("frames", IsNumber: true), new Column("bytes", IsNumber: true)],
                [
                    .. result.Spread!.SelectMany(s => s.Links.Select(l => (IReadOnlyList<Cell>)
                        [s.Policy, l.LinkName, new Cell(Figures.Count(l.Flows), l.Flows), new Cell(Figures.Count(l.Frames), l.Frames), new Cell(Figures.Bytes(l.Bytes), l.Bytes)])),
                ]),
        };
    }
}
