using Trunkline.Analysis.Flows;
using Trunkline.Results;

namespace Trunkline.Analysis.Assumptions;

/// <summary>Whether hashing's assumptions hold: many flows, none of which weighs.</summary>
internal static class AssumptionReport
{
    private static readonly double[] Excesses = [0.1, 0.25, 0.5];

    /// <summary>Finds out.</summary>
    /// <param name="sizes">Bytes of all that no policy can split.</param>
    /// <param name="options">Links and seed.</param>
    /// <param name="windows">Knows how even the windows were; null when nobody does.</param>
    public static AnalyzeAssumptions Of(FlowSizes sizes, AnalysisOptions options, IWindowExcess? windows)
    {
        var shares = new LinkShares(options.Links);
        double[] probabilities = new RandomAssignments(sizes, shares).Try(Excesses, options.Seed);
        return new AnalyzeAssumptions
        {
            EffectiveFlows = sizes.Effective,
            Seeds = RandomAssignments.Count,
            Excess =
            [
                .. Excesses.Select((over, i) => new AnalyzeExcess(
                    over, probabilities[i], windows?.ShareOver(over), EqualSessions.Find(shares, over))),
            ],
        };
    }
}
