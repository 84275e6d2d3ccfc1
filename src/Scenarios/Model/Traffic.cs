using Trunkline.Core.Units;

namespace Trunkline.Scenarios.Model;

/// <summary>One sort of traffic. The kinds are the records below.</summary>
public abstract record Traffic
{
    /// <summary>Its name, for results.</summary>
    public required string Name { get; init; }

    /// <summary>Hosts that begin: clients, initiators, sources. Never empty.</summary>
    public required IReadOnlyList<string> From { get; init; }

    /// <summary>Hosts that they turn to. Empty only where the kind says so.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>When it begins.</summary>
    public Interval Start { get; init; }

    /// <summary>When nothing new begins any more; null for the end of the run.</summary>
    public Interval? Stop { get; init; }

    /// <summary>How TCP works here; null for the scenario's.</summary>
    public Transport? Transport { get; init; }

    /// <summary>Priority class, 0 first.</summary>
    public int Class { get; init; }

    /// <summary>Destination port of its flows.</summary>
    public int DestinationPort { get; init; } = 5001;
}

/// <summary>Large TCP flows, pair by pair: the i-th of From to the i-th of To (the shorter list is repeated).</summary>
public sealed record ElephantTraffic : Traffic
{
    /// <summary>Flows of each pair.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Bytes of each; null for one that never ends.</summary>
    public ByteCount? Bytes { get; init; }

    /// <summary>Time between the starts of one flow and the next.</summary>
    public Interval Stagger { get; init; }

    /// <summary>The most that each sends, as an application with so much to say; null for no bound.</summary>
    public BitRate? Rate { get; init; }
}

/// <summary>TCP flows of sizes from a table, arriving open loop (Poisson) from each of From to a random one of To, never to itself.</summary>
public sealed record MiceTraffic : Traffic
{
    /// <summary>Sizes.</summary>
    public required SizeTable Sizes { get; init; }

    /// <summary>Payload offered, in parts per million of <see cref="LoadOf"/>.</summary>
    public required int LoadPpm { get; init; }

    /// <summary>What the load is a part of.</summary>
    public LoadBasis LoadOf { get; init; }

    /// <summary>Sizes above are cut to this; null for none. Heavy tails do not finish in short runs.</summary>
    public ByteCount? Cap { get; init; }
}

/// <summary>What a load is a part of.</summary>
public enum LoadBasis
{
    /// <summary>The rate of all NICs of each sending host.</summary>
    Nic,

    /// <summary>The summed rate of the measured bundles, shared by all senders.</summary>
    Uplink,
}

/// <summary>Storage sessions: each one TCP connection from an initiator to a target, with requests and answers in both directions.</summary>
/// <remarks>A read is a small request and a large answer, a write a large request and a small answer. Pairs as of elephants.</remarks>
public sealed record StorageTraffic : Traffic
{
    /// <summary>Sessions of each pair.</summary>
    public int Sessions { get; init; } = 1;

    /// <summary>Requests that a session has under way.</summary>
    public int QueueDepth { get; init; } = 32;

    /// <summary>Share of reads, in parts per million.</summary>
    public int ReadPpm { get; init; } = 500_000;

    /// <summary>Bytes read or written by one request.</summary>
    public ByteCount Block { get; init; } = new(65_536);

    /// <summary>Bytes of the small message: a request's or an answer's header.</summary>
    public int HeaderBytes { get; init; } = 48;

    /// <summary>What the target takes before it answers.</summary>
    public Interval ServiceTime { get; init; }

    /// <summary>Requests per second that each session offers; null for as many as its depth allows.</summary>
    public int? RequestsPerSecond { get; init; }
}

/// <summary>From each of From, the same amount is pulled from all of To at once, again and again.</summary>
public sealed record IncastTraffic : Traffic
{
    /// <summary>Bytes of one round, divided among the servers.</summary>
    public required ByteCount Bytes { get; init; }

    /// <summary>Rounds; 0 for as many as there is time for.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Time between the end of a round and the next; the servers' answers start at the same instant.</summary>
    public Interval Pause { get; init; }
}

/// <summary>Every host of From sends endless TCP to one other of them, drawn by the seed so that each receives once. To is empty.</summary>
public sealed record PermutationTraffic : Traffic
{
    /// <summary>Flows of each pair.</summary>
    public int Count { get; init; } = 1;
}

/// <summary>Packets at a constant rate, whatever happens to them. Pairs as of elephants.</summary>
public sealed record UdpTraffic : Traffic
{
    /// <summary>Flows of each pair.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Payload rate of each flow.</summary>
    public required BitRate Rate { get; init; }

    /// <summary>Payload of each packet.</summary>
    public int PacketBytes { get; init; } = 1400;

    /// <summary>Intervals drawn from an exponential distribution instead of all equal.</summary>
    public bool IsPoisson { get; init; }

    /// <summary>Payloads drawn from an exponential distribution with that mean, up to the MTU, instead of all equal.</summary>
    public bool IsSizeExponential { get; init; }

    /// <summary>Whether packets are of one burst each and the time between bursts; 1 for evenly spaced packets.</summary>
    public int Burst { get; init; } = 1;
}

/// <summary>Multicast: each source sends at a constant rate to each group; every host of To receives all groups.</summary>
public sealed record MulticastTraffic : Traffic
{
    /// <summary>Groups.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Payload rate of each source and group.</summary>
    public required BitRate Rate { get; init; }

    /// <summary>Payload of each packet.</summary>
    public int PacketBytes { get; init; } = 1316;
}

/// <summary>The frames of a capture, sent as recorded, whatever happens to them; each hashed by its own headers.</summary>
public sealed record ReplayTraffic : Traffic
{
    /// <summary>The capture, as a path that the reader made absolute.</summary>
    public required string Path { get; init; }

    /// <summary>Times between frames are divided by this, in thousandths: 2000 is twice as fast.</summary>
    public int SpeedThousandths { get; init; } = 1000;
}
