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

    /// <summary>The longest time in a scenario.</summary>
    public static readonly Interval Time = Interval.FromSeconds(86_400);

    /// <summary>Sorts of traffic.</summary>
    public const int Traffic = 250;

    /// <summary>Flows that one sort of traffic has by itself: of all its pairs together.</summary>
    public const int FlowsOfTraffic = 300_000;

    /// <summary>The longest IP packet, so that a frame around it fits 16 bits.</summary>
    public const int Mtu = 65_000;

    /// <summary>The longest delay of a link: with the time of its longest frame below the simulator's horizon of 4 s.</summary>
    public static readonly Interval Delay = Interval.FromSeconds(2);

    /// <summary>The slowest link: its longest frame takes half a second.</summary>
    public static readonly BitRate LinkRateMin = new(1_000_000);

    /// <summary>The largest amount of data.</summary>
    public static readonly ByteCount Bytes = new(1_000_000_000_000);

    /// <summary>The slowest flow.</summary>
    public static readonly BitRate RateMin = new(1_000);

    /// <summary>The fastest link or flow.</summary>
    public static readonly BitRate RateMax = new(1_600_000_000_000);
}
