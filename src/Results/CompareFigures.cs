namespace Trunkline.Results;

/// <summary>The figures of a technique by their names: those of the JSON, with a point between an object and its field.</summary>
public static class CompareFigures
{
    /// <summary>All figures that are one number; null from those that a technique has not.</summary>
    public static IReadOnlyDictionary<string, Func<CompareTechnique, double?>> All { get; } = Fields();

    /// <summary>The sorts of traffic that have elephants, over the whole measured time; null when there are none.</summary>
    /// <remarks>Elephants may be there one after the other: what they reach meanwhile does not add up.</remarks>
    public static IEnumerable<CompareTraffic>? TrafficOfElephants(CompareTechnique technique)
    {
        HashSet<string> names = [.. (technique.Elephants ?? []).Select(e => e.Name[..e.Name.LastIndexOf('/')])];
        return names.Count == 0 ? null : technique.Traffic!.Where(t => names.Contains(t.Name));
    }

    private static Dictionary<string, Func<CompareTechnique, double?>> Fields()
    {
        var fields = new Dictionary<string, Func<CompareTechnique, double?>>
        {
            ["goodputFraction"] = t => t.GoodputFraction,
            ["goodputBps"] = t => t.GoodputBps,
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
            ["queueBack.mean"] = t => t.QueueBack?.Mean,
            ["queueBack.p99"] = t => t.QueueBack?.P99,
            ["elephants.goodputFraction"] = t => TrafficOfElephants(t)?.Sum(s => s.GoodputFraction),
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
