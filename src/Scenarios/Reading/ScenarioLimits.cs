using Trunkline.Core.Units;

namespace Trunkline.Scenarios.Reading;

/// <summary>The most that a scenario may ask for, so that no file can exhaust the machine while it is read.</summary>
internal static class ScenarioLimits
{
    /// <summary>Hosts and switches.</summary>
    public const int Nodes = 20_000;

    /// <summary>Links.</summary>
    public const int Links = 100_000;

    /// <summary>Links of one bundle.</summary>
    public const int BundleLinks = 64;

    /// <summary>Items of a list in the file.</summary>
    public const int Items = 10_000;

    /// <summary>Flows, sessions or groups of each pair.</summary>
    public const int Flows = 100_000;

    /// <summary>Seeds, each of which is a run of each technique.</summary>
    public const int Seeds = 10_000;

    /// <summary>Items of traffic: timers tell them apart by eight bits.</summary>
    public const int Traffic = 250;

    /// <summary>Flows of all pairs of an item of traffic; a storage session counts for <see cref="FlowsPerSession"/>.</summary>
    public const int FlowsOfAllPairs = 500_000;

    /// <summary>What a storage session counts for: its connection, and the requests of each way.</summary>
    public const int FlowsPerSession = 3;

    /// <summary>The longest frame on the wire: its length is a number of 16 bits.</summary>
    public const int FrameBytes = 65_535;

    /// <summary>The longest that a link may take to send a frame, in seconds.</summary>
    public const int FrameSeconds = 1;

    /// <summary>The longest that a full queue may take to drain, in seconds.</summary>
    public const int DrainSeconds = 100;

    /// <summary>The longest time in a scenario.</summary>
    public static readonly Interval Time = Interval.FromSeconds(86_400);

    /// <summary>The longest delay of a link, cable included; with a frame's time it must fit the event queue's horizon of 4.4 s.</summary>
    public static readonly Interval Delay = Interval.FromSeconds(2);

    /// <summary>The largest amount of data.</summary>
    public static readonly ByteCount Bytes = new(1_000_000_000_000);

    /// <summary>The slowest link or flow.</summary>
    public static readonly BitRate RateMin = new(1_000);

    /// <summary>The fastest link or flow.</summary>
    public static readonly BitRate RateMax = new(1_600_000_000_000);
}
