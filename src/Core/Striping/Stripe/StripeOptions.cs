using Trunkline.Core.Units;

namespace Trunkline.Core.Striping.Stripe;

/// <summary>Times and bounds of a trunk; both ends may differ in all of them.</summary>
public sealed record StripeOptions
{
    /// <summary>Most bytes of a flow that wait for its reader or for others before them: 64 KiB and up.</summary>
    public long FlowWindowBytes { get; init; } = 32L << 20;

    /// <summary>Most flows of a trunk, 1 to 65,536.</summary>
    public int FlowsMax { get; init; } = 1024;

    /// <summary>A path that owes an acknowledgement and makes no progress for so long (and two round trips) is left.</summary>
    public Interval StallLimit { get; init; } = Interval.FromMilliseconds(200);

    /// <summary>A path that is left for so long is opened anew, again and again.</summary>
    public Interval RedialAfter { get; init; } = Interval.FromMilliseconds(500);

    /// <summary>How long flows outlive the last path.</summary>
    public Interval Hold { get; init; } = Interval.FromSeconds(30);

    /// <summary>A path that has carried nothing for so long is asked for an acknowledgement.</summary>
    public Interval PingInterval { get; init; } = Interval.FromMilliseconds(250);

    /// <summary>How much a path is given: what it carries in this time and two round trips.</summary>
    /// <remarks>Covers the far process's wait for a processor; a fifth of it is enough on an idle machine.</remarks>
    public Interval QueueTime { get; init; } = Interval.FromMilliseconds(40);

    /// <summary>How long an acknowledgement waits for more to acknowledge.</summary>
    public Interval AcknowledgeDelay { get; init; } = Interval.FromMilliseconds(2);

    /// <summary>Bytes that are acknowledged at once.</summary>
    public int AcknowledgeBytes { get; init; } = 32 << 10;

    /// <summary>What a frame carries: as much as its path does in this time, 8 KiB to 64 KiB.</summary>
    public Interval ChunkTime { get; init; } = Interval.FromMicroseconds(500);
}
