using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Analyze;

/// <summary>Whether what techniques rest on holds for this traffic: many flows, idle buckets, gaps.</summary>
internal static class AssumptionTables
{
    // A hash is trusted when less than one random one in twenty exceeds the fair share by so much.
    private const double Rare = 0.05;
    private const double FewMove = 0.1;
    private const double ManyMove = 0.5;
    private const int Buckets = 256;

    /// <summary>The verdicts, and the figures that they come from.</summary>
    public static IEnumerable<IBlock> Of(AnalyzeResult result)
    {
        yield return new DataTable(
            "What each sort of technique rests on, and whether it holds here",
            [new Column("it needs"), new Column("for"), new Column("holds"), new Column("because")],
            [.. Verdicts(result)]);
        AnalyzeAssumptions assumptions = result.Assumptions;
        yield return new DataTable(
            $"How likely a hash is uneven: {Figures.Count(assumptions.Seeds)} random ones tried on these flows, which spread like {Figures.Ratio(assumptions.EffectiveFlows)} equal ones",
            [
                new Column("fullest link exceeds its fair share by", IsNumber: true), new Column("probability", IsNumber: true, "share of random assignments in which it does, over the whole capture"),
                new Column("share of windows", IsNumber: true, "windows in which it did, under the first technique asked for that never moves"),
                new Column("equal sessions to avoid it", IsNumber: true, "so many equal sessions make it happen in less than one assignment of twenty"),
            ],
            [
                .. assumptions.Excess.Select(e => (IReadOnlyList<Cell>)
                [
                    new Cell(Figures.Percent(e.Over), e.Over), new Cell(Figures.Percent(e.Probability), e.Probability), new Cell(Figures.Percent(e.WindowShare), e.WindowShare),
                    new Cell(Figures.Count(e.EqualSessions), e.EqualSessions),
                ]),
            ]);
    }

    private static IEnumerable<IReadOnlyList<Cell>> Verdicts(AnalyzeResult result)
    {
        AnalyzeAssumptions assumptions = result.Assumptions;
        AnalyzeExcess? rarely = assumptions.Excess.OrderBy(e => e.Over).FirstOrDefault(e => e.Probability < Rare);
        AnalyzeExcess? least = assumptions.Excess.MinBy(e => e.Over);
        yield return
        [
            "many flows, none of which weighs",
            "every static hash",
            rarely is null ? "no" : rarely == least ? "yes" : "in part",
            rarely is null
                ? $"they spread like {assumptions.EffectiveFlows:0.#} equal flows; of random hashes {Figures.Percent(least?.Probability)} exceed a fair share by {Figures.Percent(least?.Over)}"
                : $"less than one random hash in twenty exceeds a fair share by {Figures.Percent(rarely.Over)}",
        ];
        AnalyzeBuckets? buckets = result.Buckets.FirstOrDefault(b => b.Buckets == Buckets) ?? (result.Buckets.Count > 0 ? result.Buckets[0] : null);
        if (buckets is not null)
        {
            yield return
            [
                $"idle ones among {Figures.Count(buckets.Buckets)} buckets",
                "rebalancing, resilient groups",
                buckets.IdleShareMin > 0 ? "yes" : buckets.IdleShare > 0 ? "in part" : "no",
                $"{Figures.Percent(buckets.IdleShare)} carry nothing in a window of {Figures.Seconds(result.WindowSeconds)} on average, {Figures.Percent(buckets.IdleShareMin)} in the busiest;"
                    + " those of flows that never pause are not among them",
            ];
        }

        AnalyzeFlowlets? safe = result.Flowlets.FirstOrDefault(f => f.GapSeconds == result.SmallestSafeGapSeconds);
        double movable = safe?.MovableShare ?? 0;
        yield return
        [
            "pauses longer than the skew",
            "flowlets",
            movable >= ManyMove ? "yes" : movable >= FewMove ? "in part" : "no",
            safe is null
                ? $"no gap asked for is at least the skew of {Figures.Seconds(result.SkewSeconds)}"
                : $"{Figures.Percent(movable)} of the bytes follow a pause of more than {Figures.Seconds(safe.GapSeconds)}",
        ];
    }
}
