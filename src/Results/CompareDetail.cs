namespace Trunkline.Results;

/// <summary>What a report of <c>trunkline compare</c> shows beside the result. Its size is bounded, whatever the scenario.</summary>
public sealed record CompareDetail
{
    /// <summary>The command line that gives the same figures again.</summary>
    public required string Command { get; init; }

    /// <summary>The scenario as written.</summary>
    public required string ScenarioText { get; init; }

    /// <summary>Hosts, switches and links.</summary>
    public required CompareTopology Topology { get; init; }

    /// <summary>What happens to links, in the order of time.</summary>
    public required IReadOnlyList<CompareEvent> Events { get; init; }

    /// <summary>Loads over time, of the first seed of each technique that ran.</summary>
    public required IReadOnlyList<CompareSeries> Series { get; init; }

    /// <summary>How slowdowns are distributed, of each technique and class of flows that has any.</summary>
    public required IReadOnlyList<CompareSlowdowns> Slowdowns { get; init; }
}

/// <summary>A network.</summary>
/// <param name="Nodes">Hosts, then switches.</param>
/// <param name="Links">Links, bundle by bundle.</param>
public sealed record CompareTopology(IReadOnlyList<CompareNode> Nodes, IReadOnlyList<CompareWire> Links);

/// <summary>A host or a switch.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsHost">Whether it is a host.</param>
public sealed record CompareNode(string Name, bool IsHost);

/// <summary>A link between two nodes.</summary>
/// <param name="Name">Bundle and index.</param>
/// <param name="From">Index of the node at the bundle's near end.</param>
/// <param name="To">Index of the node at the far end.</param>
/// <param name="SpeedBps">Its speed at the start, in bits per second.</param>
public sealed record CompareWire(string Name, int From, int To, long SpeedBps);

/// <summary>What happens to a link, or several at once.</summary>
/// <param name="Seconds">When, since the start of the run.</param>
/// <param name="What">Link and change: <c>uplinks/1 down</c>.</param>
public sealed record CompareEvent(double Seconds, string What);

/// <summary>Loads over time of one technique.</summary>
/// <param name="Technique">Its name.</param>
/// <param name="Seed">The seed.</param>
/// <param name="EndSeconds">Ends of the intervals, since the start of the run; the first begins at the end of the warm-up.</param>
/// <param name="Links">The measured links, or if these are many their least, mean and most.</param>
public sealed record CompareSeries(string Technique, ulong Seed, IReadOnlyList<double> EndSeconds, IReadOnlyList<CompareLinkSeries> Links);

/// <summary>One direction of a link over time.</summary>
/// <param name="Name">Bundle and index; <c>least</c>, <c>mean</c> or <c>most</c> of many.</param>
/// <param name="IsBack">Whether towards the bundle's near end.</param>
/// <param name="Use">Share of its speed at the start that it sent, in each interval.</param>
/// <param name="BacklogBytes">Bytes that waited, the most at the ends of the samples in the interval.</param>
public sealed record CompareLinkSeries(string Name, bool IsBack, IReadOnlyList<double> Use, IReadOnlyList<long> BacklogBytes);

/// <summary>A distribution of slowdowns.</summary>
/// <param name="Technique">The technique's name.</param>
/// <param name="Class"><c>flows</c> for all that are no storage requests; of these <c>mice</c>, <c>middle</c>, <c>elephants</c>; <c>reads</c>, <c>writes</c>.</param>
/// <param name="Count">Flows of all seeds.</param>
/// <param name="Points">Points of the curve, from the least to the greatest slowdown.</param>
public sealed record CompareSlowdowns(string Technique, string Class, long Count, IReadOnlyList<CompareSlowdownPoint> Points);

/// <summary>A point of a distribution.</summary>
/// <param name="Slowdown">A slowdown that occurred.</param>
/// <param name="Share">The share of flows that were as slow or less, 0 to 1.</param>
public sealed record CompareSlowdownPoint(double Slowdown, double Share);
