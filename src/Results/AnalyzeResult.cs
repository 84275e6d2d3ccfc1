namespace Trunkline.Results;

/// <summary>What <c>trunkline analyze</c> reports: what traffic does to links, and what other techniques would do.</summary>
public sealed record AnalyzeResult
{
    /// <summary>Name and version of this document's form.</summary>
    public string Schema { get; } = "trunkline.analyze/1";

    /// <summary>What was read.</summary>
    public required AnalyzeCapture Capture { get; init; }

    /// <summary>The links that the replay used.</summary>
    public required IReadOnlyList<AnalyzeLink> Links { get; init; }

    /// <summary>Difference in delay between the links that moves are judged by, in seconds.</summary>
    public required double SkewSeconds { get; init; }

    /// <summary>Length of a window of the series, in seconds.</summary>
    public required double WindowSeconds { get; init; }

    /// <summary>Every technique, the most even first.</summary>
    public required IReadOnlyList<AnalyzeTechnique> Techniques { get; init; }

    /// <summary>What no hash can beat.</summary>
    public required AnalyzeFloor Floor { get; init; }

    /// <summary>Whether the assumptions of hashing hold for this traffic.</summary>
    public required AnalyzeAssumptions Assumptions { get; init; }

    /// <summary>How many of so many buckets are idle.</summary>
    public required IReadOnlyList<AnalyzeBuckets> Buckets { get; init; }

    /// <summary>Bursts between gaps.</summary>
    public required IReadOnlyList<AnalyzeFlowlets> Flowlets { get; init; }

    /// <summary>The smallest gap of those asked for that is at least the skew, in seconds; null when none is.</summary>
    public double? SmallestSafeGapSeconds { get; init; }

    /// <summary>The flows that weigh, the largest first.</summary>
    public required IReadOnlyList<AnalyzeElephant> Elephants { get; init; }

    /// <summary>Everything that is no elephant.</summary>
    public required AnalyzeMice Mice { get; init; }

    /// <summary>Traffic whose headers hardly differ (RoCE queue pairs, or few flows with most bytes); null where there is none.</summary>
    public AnalyzeLowEntropy? LowEntropy { get; init; }

    /// <summary>How the box spread the traffic, when the capture has one interface or file for each member.</summary>
    public AnalyzeObserved? Observed { get; init; }

    /// <summary>Each technique with other links.</summary>
    public IReadOnlyList<AnalyzeWhatIf>? WhatIf { get; init; }

    /// <summary>Tunnelled traffic by its outer and by its inner headers.</summary>
    public IReadOnlyList<AnalyzeTunnel>? Tunnels { get; init; }

    /// <summary>What the capture cannot tell, in sentences.</summary>
    public required IReadOnlyList<string> Limits { get; init; }
}

/// <summary>What was read.</summary>
public sealed record AnalyzeCapture
{
    /// <summary>Frames.</summary>
    public required long Frames { get; init; }

    /// <summary>Bytes, as long as they were on the wire.</summary>
    public required long Bytes { get; init; }

    /// <summary>Directional 5-tuples of outer headers.</summary>
    public required long Flows { get; init; }

    /// <summary>From the first frame to the last.</summary>
    public required double Seconds { get; init; }

    /// <summary>Frames without IP: in frames and bytes, balanced as layer 2, no flows.</summary>
    public required long NonIpFrames { get; init; }

    /// <summary>Frames whose headers are cut or wrong; what could be read of them was used.</summary>
    public required long UnreadFrames { get; init; }

    /// <summary>True when so many flows lived at once that idle ones were retired and counts are not exact.</summary>
    public bool? Approximate { get; init; }

    /// <summary>True when reading was interrupted: the figures are of what came before.</summary>
    public bool? Interrupted { get; init; }

    /// <summary>Files as named.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Names of the interfaces that captured, over all files; left out when there is one.</summary>
    public IReadOnlyList<string>? Interfaces { get; init; }

    /// <summary>Where files broke; left out when all were whole.</summary>
    public IReadOnlyList<string>? Broken { get; init; }
}

/// <summary>A link of the replay.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SpeedBps">Its speed in bits per second.</param>
/// <param name="Weight">Its weight.</param>
public sealed record AnalyzeLink(string Name, long SpeedBps, int Weight);

/// <summary>One technique over the whole capture.</summary>
public sealed record AnalyzeTechnique
{
    /// <summary>Its name, with policy.</summary>
    public required string Name { get; init; }

    /// <summary>Why it cannot be used here; then there are no figures.</summary>
    public string? NotApplicable { get; init; }

    /// <summary>What each link carries, in index order.</summary>
    public IReadOnlyList<AnalyzeLoad>? Links { get; init; }

    /// <summary>The most loaded link ÷ mean, in units of each link's speed; 1 is even.</summary>
    public double? Imbalance { get; init; }

    /// <summary>The same within windows: what 99 % of the windows with traffic do not exceed.</summary>
    public double? ImbalanceP99 { get; init; }

    /// <summary>Coefficient of variation of the links' loads; 0 is even.</summary>
    public double? Cov { get; init; }

    /// <summary>Jain's fairness index of the links' loads; 1 is even, 1 ÷ links is all on one.</summary>
    public double? Jain { get; init; }

    /// <summary>Changes of a bucket's link.</summary>
    public long? Moves { get; init; }

    /// <summary>Of those, the ones after which a packet could overtake one sent before.</summary>
    public long? UnsafeMoves { get; init; }

    /// <summary>Packets that follow one of their flow on another link within the skew, and so could overtake it.</summary>
    public long? ReorderablePackets { get; init; }

    /// <summary>True for a rule that looks at load or queue: in a replay its choice does not slow the senders down.</summary>
    public bool? OpenLoop { get; init; }
}

/// <summary>What one link carries.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Bytes.</param>
/// <param name="Frames">Frames.</param>
public sealed record AnalyzeLoad(string Name, long Bytes, long Frames);

/// <summary>What no hash can beat.</summary>
/// <param name="Imbalance">The largest flow ÷ fair share, at least 1; of frames without IP, those that no policy can tell apart.</param>
/// <param name="LargestFlowShare">The share of the bytes that this flow has.</param>
public sealed record AnalyzeFloor(double Imbalance, double LargestFlowShare);

/// <summary>Whether the assumptions of hashing hold: many flows, none of which weighs.</summary>
public sealed record AnalyzeAssumptions
{
    /// <summary>1 ÷ Σ share²: as many equal flows would spread as well.</summary>
    public required double EffectiveFlows { get; init; }

    /// <summary>Random assignments tried.</summary>
    public required int Seeds { get; init; }

    /// <summary>For each excess over the fair share, how likely and how often.</summary>
    public required IReadOnlyList<AnalyzeExcess> Excess { get; init; }
}

/// <summary>How likely the fullest link exceeds its fair share by so much.</summary>
/// <param name="Over">The excess: 0.1 for 10 %.</param>
/// <param name="Probability">Share of random assignments in which it does, over the whole capture.</param>
/// <param name="WindowShare">Share of windows in which it did, under the first technique asked for that is a static hash.</param>
/// <param name="EqualSessions">So many equal sessions or more make it happen in less than one assignment of twenty; null when no number does, because weights do not follow speeds.</param>
public sealed record AnalyzeExcess(double Over, double Probability, double? WindowShare, int? EqualSessions);

/// <summary>Idle buckets of a table.</summary>
/// <param name="Buckets">Buckets in the table.</param>
/// <param name="IdleShare">Mean share of buckets without a frame, over the windows.</param>
/// <param name="IdleShareMin">The same in the busiest window.</param>
public sealed record AnalyzeBuckets(int Buckets, double IdleShare, double IdleShareMin);

/// <summary>Flowlets for one gap.</summary>
/// <param name="GapSeconds">The gap: idle for longer splits.</param>
/// <param name="Count">Flowlets of all flows.</param>
/// <param name="MeanBytes">Mean size.</param>
/// <param name="MovableShare">Share of all bytes that is in flowlets that may take another link: all but each flow's first, when the gap is at least the skew.</param>
public sealed record AnalyzeFlowlets(double GapSeconds, long Count, double MeanBytes, double MovableShare);

/// <summary>One flow that weighs.</summary>
public sealed record AnalyzeElephant
{
    /// <summary>Source address.</summary>
    public required string Src { get; init; }

    /// <summary>Destination address.</summary>
    public required string Dst { get; init; }

    /// <summary>IP protocol, a name or a number.</summary>
    public required string Proto { get; init; }

    /// <summary>Source port; 0 where there is none.</summary>
    public required int Sport { get; init; }

    /// <summary>Destination port; 0 where there is none.</summary>
    public required int Dport { get; init; }

    /// <summary>Bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Frames.</summary>
    public required long Frames { get; init; }

    /// <summary>Share of all bytes.</summary>
    public required double Share { get; init; }

    /// <summary>From its first frame to its last.</summary>
    public required double Seconds { get; init; }

    /// <summary>Mean rate over that time; null for a flow of one instant.</summary>
    public double? RateBps { get; init; }
}

/// <summary>Everything that is no elephant.</summary>
/// <param name="Flows">Flows.</param>
/// <param name="Bytes">Bytes.</param>
/// <param name="Share">Share of all bytes.</param>
public sealed record AnalyzeMice(long Flows, long Bytes, double Share);

/// <summary>Traffic whose headers hardly differ.</summary>
/// <param name="Kind">What it is: <c>RoCEv2</c>; or <c>few flows</c>, no more than there are links, that carry 90 % of the bytes.</param>
/// <param name="Bytes">Bytes.</param>
/// <param name="Flows">5-tuples.</param>
/// <param name="QueuePairs">Destination queue pairs; 0 where it is not RoCE.</param>
/// <param name="FlowFloor">The imbalance floor by 5-tuples.</param>
/// <param name="QueuePairFloor">The imbalance floor when queue pairs are hashed too.</param>
public sealed record AnalyzeLowEntropy(string Kind, long Bytes, long Flows, long QueuePairs, double FlowFloor, double QueuePairFloor);

/// <summary>How the box spread the traffic.</summary>
public sealed record AnalyzeObserved
{
    /// <summary>What each interface or file carried.</summary>
    public required IReadOnlyList<AnalyzeLoad> Links { get; init; }

    /// <summary>The most loaded ÷ mean.</summary>
    public required double Imbalance { get; init; }

    /// <summary>Flows seen on more than one member.</summary>
    public required long SplitFlows { get; init; }

    /// <summary>How well each policy explains what was seen, the best first.</summary>
    public required IReadOnlyList<AnalyzeAgreement> Policies { get; init; }
}

/// <summary>How well a policy explains what was seen. Every flow counts alike, whatever its bytes.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Agreement">Share of the flows on the member that the policy would choose, members matched in the best way.</param>
/// <param name="ByChance">What a policy that has nothing to do with it would reach on these flows.</param>
public sealed record AnalyzeAgreement(string Policy, double Agreement, double ByChance);

/// <summary>One technique with other links.</summary>
/// <param name="Change">What is different: <c>without eth2</c>, <c>5 links</c>.</param>
/// <param name="Technique">The technique.</param>
/// <param name="Imbalance">The most loaded link ÷ mean then, of the links that are left.</param>
/// <param name="FlowsMoved">Share of flows on another link than before, by the links' places; null for techniques that move flows anyway.</param>
public sealed record AnalyzeWhatIf(string Change, string Technique, double Imbalance, double? FlowsMoved);

/// <summary>Tunnelled traffic of one kind.</summary>
/// <param name="Kind">The tunnel: vxlan, gre, ….</param>
/// <param name="Frames">Frames.</param>
/// <param name="Bytes">Bytes.</param>
/// <param name="OuterFlows">5-tuples outside.</param>
/// <param name="InnerFlows">5-tuples inside.</param>
/// <param name="OuterImbalance">The most loaded link ÷ mean when CRC-32 hashes the outer 5-tuple.</param>
/// <param name="InnerImbalance">The same by the inner 5-tuple.</param>
public sealed record AnalyzeTunnel(
    string Kind,
    long Frames,
    long Bytes,
    long OuterFlows,
    long InnerFlows,
    double OuterImbalance,
    double InnerImbalance);
