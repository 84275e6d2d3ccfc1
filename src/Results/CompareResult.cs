namespace Trunkline.Results;

/// <summary>What <c>trunkline compare</c> reports: what each technique gives on a topology, by simulation.</summary>
public sealed record CompareResult
{
    /// <summary>Name and version of this document's form.</summary>
    public string Schema { get; } = "trunkline.compare/1";

    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>What it shows, in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>Simulated time of each run, warm-up included, in seconds.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>What is left out of every rate, count and flow's time, at the beginning, in seconds.</summary>
    public required double WarmUpSeconds { get; init; }

    /// <summary>The seeds, each of which is a run of each technique.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>The bundles that the figures are about.</summary>
    public required IReadOnlyList<string> Measured { get; init; }

    /// <summary>Their rates from their near ends, summed, in bits per second: what <c>goodputFraction</c> is a fraction of.</summary>
    public required long CapacityBps { get; init; }

    /// <summary>True when it was interrupted: <see cref="CompareTechnique.Runs"/> says how many seeds of each were done.</summary>
    public bool? Interrupted { get; init; }

    /// <summary>Every technique: first one fat link, then in the order asked for.</summary>
    public required IReadOnlyList<CompareTechnique> Techniques { get; init; }

    /// <summary>What the figures say, in a sentence; null when no technique could run.</summary>
    public string? Finding { get; init; }

    /// <summary>What it cost. Nothing else in this document differs from one time to the next.</summary>
    public required CompareCost Run { get; init; }
}

/// <summary>What the simulation cost.</summary>
/// <param name="PacketHops">Packets that finished transmission on a link, over all links and runs.</param>
/// <param name="CpuSeconds">User time of the run loops, summed; elapsed time where the system does not tell it.</param>
/// <param name="WallSeconds">Time that passed.</param>
/// <param name="PeakBytes">The most memory that the process had.</param>
/// <param name="Threads">Runs at a time.</param>
public sealed record CompareCost(long PacketHops, double CpuSeconds, double WallSeconds, long PeakBytes, int Threads);

/// <summary>One technique: rates, ratios and times are means over the seeds, or of all seeds' flows together; counts are sums.</summary>
public sealed record CompareTechnique
{
    /// <summary>The name of the first row, which is no technique but a faster port.</summary>
    public const string OneFatLink = "one-fat-link";

    /// <summary>Its name as written.</summary>
    public required string Name { get; init; }

    /// <summary>Why it cannot be used here; then there are no figures.</summary>
    public string? NotApplicable { get; init; }

    /// <summary>What it lacks here to do what it is for, and what to write; null for nothing.</summary>
    public string? Remark { get; init; }

    /// <summary>Seeds that were run to their end.</summary>
    public int? Runs { get; init; }

    /// <summary>Payload of all flows ÷ what the measured links could carry.</summary>
    public double? GoodputFraction { get; init; }

    /// <summary>Payload of all flows, in bits per second.</summary>
    public double? GoodputBps { get; init; }

    /// <summary>Half the width of the 95 % interval of <see cref="GoodputFraction"/> over the seeds; null for one seed.</summary>
    public double? Ci95 { get; init; }

    /// <summary>
    /// The same for every figure that differs from seed to seed, by its name in <see cref="CompareFigures"/>: half the width of the 95 %
    /// interval of the figure of one seed. Counts are sums over the seeds, their intervals those of one seed's count. Null for one seed.
    /// </summary>
    public IReadOnlyDictionary<string, double>? Confidence { get; init; }

    /// <summary>The most loaded link ÷ mean, in units of each link's speed, from the near ends; 1 is even.</summary>
    public double? Imbalance { get; init; }

    /// <summary>The same of the direction back.</summary>
    public double? ImbalanceBack { get; init; }

    /// <summary>Packets for which there was no room.</summary>
    public long? Drops { get; init; }

    /// <summary>Packets that links lost.</summary>
    public long? Losses { get; init; }

    /// <summary>Packets marked (ECN).</summary>
    public long? Marks { get; init; }

    /// <summary>Segments sent again.</summary>
    public long? Retransmits { get; init; }

    /// <summary>Retransmission timeouts.</summary>
    public long? Timeouts { get; init; }

    /// <summary>Reductions of the window that proved needless and were undone.</summary>
    public long? SpuriousUndos { get; init; }

    /// <summary>Segments and datagrams that arrived.</summary>
    public long? Segments { get; init; }

    /// <summary>Of those, the ones that arrived after a later one of their flow, those sent again left out.</summary>
    public long? OutOfOrder { get; init; }

    /// <summary>The same as a share of all that arrived.</summary>
    public double? OutOfOrderFraction { get; init; }

    /// <summary>Later segments that came before one out of order, on average; null when none was.</summary>
    public double? ReorderDepthMean { get; init; }

    /// <summary>Later segments that came before one, at most.</summary>
    public long? ReorderDepthMax { get; init; }

    /// <summary>Segments that a receiver was handed at once, after coalescing, on average.</summary>
    public double? SegmentsPerEvent { get; init; }

    /// <summary>Changes of a bucket's link.</summary>
    public long? Moves { get; init; }

    /// <summary>Of those, the ones after which a packet could overtake one sent before.</summary>
    public long? UnsafeMoves { get; init; }

    /// <summary>Flows and requests that ended, of those that began after the warm-up.</summary>
    public long? Flows { get; init; }

    /// <summary>Flows and requests that were to end and did not.</summary>
    public long? UnfinishedFlows { get; init; }

    /// <summary>Time that frames waited before the measured links, from the near ends.</summary>
    public CompareQueue? Queue { get; init; }

    /// <summary>The same of the direction back.</summary>
    public CompareQueue? QueueBack { get; init; }

    /// <summary>Jain's index of the elephants' goodput; 1 is even. Null without two.</summary>
    public double? JainElephants { get; init; }

    /// <summary>Jain's index of finished flows' goodput (bytes ÷ time). Null without two.</summary>
    public double? JainFlows { get; init; }

    /// <summary>Large flows, each by itself.</summary>
    public IReadOnlyList<CompareElephant>? Elephants { get; init; }

    /// <summary>Goodput of each sort of traffic.</summary>
    public IReadOnlyList<CompareTraffic>? Traffic { get; init; }

    /// <summary>Flow completion times in seconds, by size.</summary>
    public CompareClasses? Fct { get; init; }

    /// <summary>Completion time ÷ that of the same flow alone on the idle network, by size.</summary>
    public CompareClasses? Slowdown { get; init; }

    /// <summary>Storage reads; left out when there were none.</summary>
    public CompareRequests? Reads { get; init; }

    /// <summary>Storage writes; left out when there were none.</summary>
    public CompareRequests? Writes { get; init; }

    /// <summary>The measured links from their near ends.</summary>
    public IReadOnlyList<CompareLink>? Links { get; init; }

    /// <summary>The measured links towards their near ends.</summary>
    public IReadOnlyList<CompareLink>? LinksBack { get; init; }
}

/// <summary>How long frames waited.</summary>
/// <param name="Mean">Mean in seconds.</param>
/// <param name="P99">What 99 % of them did not exceed, in seconds, to 3 %.</param>
public sealed record CompareQueue(double Mean, double P99);

/// <summary>One large flow.</summary>
/// <param name="Name">Its traffic and its number in that.</param>
/// <param name="From">The host that sends; null when seeds differ.</param>
/// <param name="To">The host that receives; null when seeds differ.</param>
/// <param name="GoodputBps">Payload in bits per second, from its start (or the end of the warm-up) to its end (or the run's).</param>
/// <param name="GoodputFraction">The same ÷ what the measured links could carry.</param>
public sealed record CompareElephant(string Name, string? From, string? To, double GoodputBps, double GoodputFraction);

/// <summary>One sort of traffic.</summary>
/// <param name="Name">Its name.</param>
/// <param name="GoodputBps">Payload in bits per second.</param>
/// <param name="GoodputFraction">The same ÷ what the measured links could carry.</param>
public sealed record CompareTraffic(string Name, double GoodputBps, double GoodputFraction);

/// <summary>A distribution by the size of flows; storage requests are not among them.</summary>
/// <param name="Mice">Less than 100 KB.</param>
/// <param name="Middle">What is neither.</param>
/// <param name="Elephants">More than 10 MB.</param>
public sealed record CompareClasses(CompareDistribution Mice, CompareDistribution Middle, CompareDistribution Elephants);

/// <summary>A distribution over the flows of all seeds. Without a flow there is only the count.</summary>
/// <param name="Count">Flows.</param>
/// <param name="Mean">Mean.</param>
/// <param name="P50">Median.</param>
/// <param name="P99">What 99 % do not exceed.</param>
/// <param name="P999">What 99.9 % do not exceed.</param>
public sealed record CompareDistribution(long Count, double? Mean, double? P50, double? P99, double? P999);

/// <summary>Storage requests of one kind.</summary>
/// <param name="GoodputBps">Blocks of those that ended after the warm-up, in bits per second: those that began before it too.</param>
/// <param name="Fct">From the request to the last byte of the answer, in seconds, of those that began after the warm-up.</param>
/// <param name="Slowdown">The same ÷ that on the idle network.</param>
public sealed record CompareRequests(double GoodputBps, CompareDistribution Fct, CompareDistribution Slowdown);

/// <summary>One direction of a measured link.</summary>
/// <param name="Name">Bundle and index.</param>
/// <param name="SpeedBps">Its speed at the start, in bits per second.</param>
/// <param name="Utilization">What it sent ÷ what it could have sent at the speeds that it had.</param>
/// <param name="Bytes">Bytes as they occupy the wire.</param>
/// <param name="Drops">Frames for which there was no room.</param>
/// <param name="Queue">How long frames waited.</param>
public sealed record CompareLink(string Name, long SpeedBps, double Utilization, long Bytes, long Drops, CompareQueue Queue);
