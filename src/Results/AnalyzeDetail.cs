namespace Trunkline.Results;

/// <summary>What a report of <c>trunkline analyze</c> shows beside the result. Its size is bounded, whatever the capture.</summary>
public sealed record AnalyzeDetail
{
    /// <summary>The command line that gives the same figures again.</summary>
    public required string Command { get; init; }

    /// <summary>Loads over time, technique by technique as asked for; empty without traffic.</summary>
    public required AnalyzeTimeline Loads { get; init; }

    /// <summary>Idle buckets over time, table by table; intervals without traffic have none.</summary>
    public required AnalyzeTimeline Idle { get; init; }

    /// <summary>What each bucket of the smallest table carried over time, in bits per second; 0 is idle.</summary>
    public required AnalyzeTimeline Buckets { get; init; }
}

/// <summary>Values over time.</summary>
/// <param name="IntervalSeconds">Length of an interval; the first begins at the first frame.</param>
/// <param name="Series">What there is of each.</param>
public sealed record AnalyzeTimeline(double IntervalSeconds, IReadOnlyList<AnalyzeSeries> Series);

/// <summary>Values over time of one technique or table.</summary>
/// <param name="Name">The technique as written, or the number of buckets.</param>
/// <param name="Lines">A line for each link or bucket; of very many links their most, mean and least.</param>
public sealed record AnalyzeSeries(string Name, IReadOnlyList<AnalyzeLine> Lines);

/// <summary>One line of values.</summary>
/// <param name="Name">The link or bucket.</param>
/// <param name="Values">A value for each interval; null where there is none.</param>
public sealed record AnalyzeLine(string Name, IReadOnlyList<double?> Values);
