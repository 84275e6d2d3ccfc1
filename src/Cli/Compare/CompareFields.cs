using Trunkline.Cli.CommandLine;
using Trunkline.Results;

namespace Trunkline.Cli.Compare;

/// <summary>The fields of a technique's result that a condition may ask for.</summary>
internal static class CompareFields
{
    /// <summary>The fields.</summary>
    public static ConditionFields<CompareTechnique> All { get; } = new(t => t.Name, new Dictionary<string, Func<CompareTechnique, double?>>(CompareFigures.All) { ["ci95"] = t => t.Ci95 });

    /// <summary>Their names in short: those that differ in one word only are one.</summary>
    public static string Summary { get; } = string.Join(
        ", ",
        [
            .. All.Names.Where(n => !n.Contains(".p", StringComparison.Ordinal) && !n.Contains(".mean", StringComparison.Ordinal)),
            "{queue,queueBack}.{mean,p99}", "{fct,slowdown}.{mice,middle,elephants}.{mean,p50,p99,p999}", "{reads,writes}.{fct,slowdown}.{mean,p50,p99,p999}",
        ]);
}
