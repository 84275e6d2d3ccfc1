using Trunkline.Cli.CommandLine;
using Trunkline.Results;

namespace Trunkline.Cli.Analyze;

/// <summary>The fields of a technique's result that a condition may ask for.</summary>
internal static class TechniqueFields
{
    /// <summary>The fields.</summary>
    public static ConditionFields<AnalyzeTechnique> All { get; } = new(t => t.Name, new Dictionary<string, Func<AnalyzeTechnique, double?>>
    {
        ["imbalance"] = t => t.Imbalance,
        ["imbalanceP99"] = t => t.ImbalanceP99,
        ["cov"] = t => t.Cov,
        ["jain"] = t => t.Jain,
        ["moves"] = t => t.Moves,
        ["unsafeMoves"] = t => t.UnsafeMoves,
        ["reorderablePackets"] = t => t.ReorderablePackets,
    });
}
