using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation;

/// <summary>What one technique did in one run. All but the last few members are the same wherever it runs.</summary>
internal sealed record RunResult
{
    /// <summary>Why the technique cannot run here; null when it did.</summary>
    public string? NotApplicable { get; init; }

    /// <summary>Time over which rates are counted: from the end of the warm-up to the end.</summary>
    public long MeasuredPs { get; init; }

    /// <summary>Payload delivered in that time, by traffic.</summary>
    public long[] DeliveredBytes { get; init; } = [];

    /// <summary>Links of the measured bundles from their near ends, then those back.</summary>
    public LinkRun[] Links { get; init; } = [];

    /// <summary>Flows that began after the warm-up and ended.</summary>
    public FlowRecord[] Flows { get; init; } = [];

    /// <summary>Payload of flows and requests that ended in the measured time, whenever they began, by <see cref="FlowKind"/>.</summary>
    public long[] EndedBytes { get; init; } = [];

    /// <summary>Flows that were to end, and did not.</summary>
    public long UnfinishedFlows { get; init; }

    /// <summary>Flows without an end, or of a size given for each.</summary>
    public ElephantRun[] Elephants { get; init; } = [];

    /// <summary>What TCP did in the whole run, by traffic.</summary>
    public TransportTotals[] Transport { get; init; } = [];

    /// <summary>Packets and segments counted in the measured time.</summary>
    public RunCounts Counts { get; init; } = new();

    /// <summary>Loads over time.</summary>
    public LoadSample[] Samples { get; init; } = [];

    /// <summary>Packets that arrived at the far end of a link.</summary>
    public long PacketHops { get; init; }

    /// <summary>User time that the run loop took, where it can be told; else the time that passed.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>Time that passed.</summary>
    public double WallSeconds { get; init; }
}

/// <summary>One direction of a measured link.</summary>
/// <param name="Name">Bundle and index.</param>
/// <param name="IsBack">Whether it leads towards the bundle's near end.</param>
/// <param name="BitsPerSecond">Its speed at the start.</param>
/// <param name="Bytes">Bytes accepted in the measured time, as they occupy the wire.</param>
/// <param name="Frames">Frames accepted in that time.</param>
/// <param name="Drops">Frames dropped in that time.</param>
/// <param name="Utilization">What it accepted ÷ what it could have sent in that time at the speeds that it had.</param>
/// <param name="Delays">How long frames waited.</param>
/// <param name="MeanBitsPerSecond">The mean of its speeds over the measured time; a link that is down keeps its speed.</param>
internal sealed record LinkRun(
    string Name, bool IsBack, long BitsPerSecond, long Bytes, long Frames, long Drops, double Utilization, DelayHistogram Delays,
    double MeanBitsPerSecond)
{
    /// <summary>Its bundle.</summary>
    public string Bundle => Name[..Name.LastIndexOf('/')];
}

/// <summary>One large flow.</summary>
/// <param name="Traffic">Index of its traffic.</param>
/// <param name="Source">The host that sends.</param>
/// <param name="Destination">The host that receives.</param>
/// <param name="Bytes">Payload delivered in the measured time.</param>
/// <param name="FromPs">When it began to count: its start, or the end of the warm-up when that is later.</param>
/// <param name="ToPs">When it had delivered its size; the end of the run when it has none, or had not.</param>
internal sealed record ElephantRun(int Traffic, string Source, string Destination, long Bytes, long FromPs, long ToPs)
{
    /// <summary>Its goodput while it was there; 0 when that was before the measured time.</summary>
    public double BitsPerSecond => ToPs <= FromPs ? 0 : Bytes * 8 / SimTime.ToSeconds(ToPs - FromPs);
}

/// <summary>What the measured links carried in one interval.</summary>
/// <param name="EndPs">Its end.</param>
/// <param name="Bytes">Bytes that each link accepted in it, in the order of <see cref="RunResult.Links"/>.</param>
/// <param name="BacklogBytes">Bytes that waited at each at its end.</param>
internal sealed record LoadSample(long EndPs, long[] Bytes, int[] BacklogBytes);
