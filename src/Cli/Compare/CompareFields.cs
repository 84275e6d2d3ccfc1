using Trunkline.Cli.CommandLine;
using Trunkline.Reports.Compare;
using Trunkline.Results;

namespace Trunkline.Cli.Compare;

/// <summary>The fields of a technique's result that a condition may ask for.</summary>
internal static class CompareFields
{
    /// <summary>The fields.</summary>
    public static ConditionFields<CompareTechnique> All { get; } = new(t => t.Name, Fields());

    /// <summary>Their names in short: those that differ in one word only are one.</summary>
    public static string Summary { get; } = string.Join(
        ", ",
        [
            .. All.Names.Where(n => !n.Contains(".p", StringComparison.Ordinal) && !n.Contains(".mean", StringComparison.Ordinal)),
            "queue.{mean,p99}", "{fct,slowdown}.{mice,middle,elephants}.{mean,p50,p99,p999}", "{reads,writes}.{fct,slowdown}.{mean,p50,p99,p999}",
        ]);

    private static Dictionary<string, Func<CompareTechnique, double?>> Fields()
    {
        var fields = new Dictionary<string, Func<CompareTechnique, double?>>
        {
            ["goodputFraction"] = t => t.GoodputFraction,
            ["goodputBps"] = t => t.GoodputBps,
            ["ci95"] = t => t.Ci95,
            ["imbalance"] = t => t.Imbalance,
            ["imbalanceBack"] = t => t.ImbalanceBack,
            ["drops"] = t => t.Drops,
            ["losses"] = t => t.Losses,
            ["marks"] = t => t.Marks,
            ["retransmits"] = t => t.Retransmits,
            ["timeouts"] = t => t.Timeouts,
            ["spuriousUndos"] = t => t.SpuriousUndos,
            ["segments"] = t => t.Segments,
            ["outOfOrder"] = t => t.OutOfOrder,
            ["outOfOrderFraction"] = t => t.OutOfOrderFraction,
            ["reorderDepthMean"] = t => t.ReorderDepthMean,
            ["reorderDepthMax"] = t => t.ReorderDepthMax,
            ["segmentsPerEvent"] = t => t.SegmentsPerEvent,
            ["moves"] = t => t.Moves,
            ["unsafeMoves"] = t => t.UnsafeMoves,
            ["flows"] = t => t.Flows,
            ["unfinishedFlows"] = t => t.UnfinishedFlows,
            ["jainElephants"] = t => t.JainElephants,
            ["jainFlows"] = t => t.JainFlows,
            ["queue.mean"] = t => t.Queue?.Mean,
            ["queue.p99"] = t => t.Queue?.P99,
            ["elephants.goodputFraction"] = t => CompareColumns.TrafficOfElephants(t)?.Sum(s => s.GoodputFraction),
            ["reads.goodputBps"] = t => t.Reads?.GoodputBps,
            ["writes.goodputBps"] = t => t.Writes?.GoodputBps,
        };
        AddClasses(fields, "fct", t => t.Fct);
        AddClasses(fields, "slowdown", t => t.Slowdown);
        Add(fields, "reads.fct", t => t.Reads?.Fct);
        Add(fields, "reads.slowdown", t => t.Reads?.Slowdown);
        Add(fields, "writes.fct", t => t.Writes?.Fct);
        Add(fields, "writes.slowdown", t => t.Writes?.Slowdown);
        return fields;
    }

    private static void AddClasses(
        Dictionary<string, Func<CompareTechnique, double?>> fields, string name, Func<CompareTechnique, CompareClasses?> classes)
    {
        Add(fields, $"{name}.mice", t => classes(t)?.Mice);
        Add(fields, $"{name}.middle", t => classes(t)?.Middle);
        Add(fields, $"{name}.elephants", t => classes(t)?.Elephants);
    }

    private static void Add(
        Dictionary<string, Func<CompareTechnique, double?>> fields, string name, Func<CompareTechnique, CompareDistribution?> distribution)
    {
        fields[$"{name}.mean"] = t => distribution(t)?.Mean;
        fields[$"{name}.p50"] = t => distribution(t)?.P50;
        fields[$"{name}.p99"] = t => distribution(t)?.P99;
        fields[$"{name}.p999"] = t => distribution(t)?.P999;
    }
}
