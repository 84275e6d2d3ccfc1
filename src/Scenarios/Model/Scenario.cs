using Trunkline.Core.Units;

namespace Trunkline.Scenarios.Model;

/// <summary>What is to be simulated, or built in a lab: hosts, switches, bundles, traffic, events, techniques. Checked and expanded.</summary>
/// <remarks>
/// The reader makes it from a file, in which patterns and generators stand for many hosts; here each has its own entry. Names are
/// unique over hosts and switches, and over bundles; what refers to a name refers to one that exists.
/// </remarks>
public sealed record Scenario
{
    /// <summary>A short name: <c>nas</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it shows, in a sentence.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Simulated time, warm-up included.</summary>
    public Interval Duration { get; init; } = Interval.FromMilliseconds(200);

    /// <summary>What is left out of every rate, at the beginning; flows that start in it are not counted.</summary>
    public Interval WarmUp { get; init; }

    /// <summary>Seeds, each of which is a run of each technique.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [1, 2, 3];

    /// <summary>Longest IP packet.</summary>
    public int MtuBytes { get; init; } = 1500;

    /// <summary>Bytes on the wire beside an IP packet: Ethernet's header, check sequence, preamble and gap are 38.</summary>
    public int FrameOverheadBytes { get; init; } = 38;

    /// <summary>The shortest frame on the wire, overhead included; an Ethernet frame of 64 bytes with preamble and gap is 84.</summary>
    public int FrameBytesMin { get; init; } = 84;

    /// <summary>All that an IP packet occupies a wire with.</summary>
    public long WireBytes(long packetBytes) => Math.Max(FrameBytesMin, packetBytes + FrameOverheadBytes);

    /// <summary>Hosts.</summary>
    public required IReadOnlyList<Host> Hosts { get; init; }

    /// <summary>Switches.</summary>
    public IReadOnlyList<Switch> Switches { get; init; } = [];

    /// <summary>Bundles: all links belong to one, be it alone.</summary>
    public required IReadOnlyList<LinkBundle> Bundles { get; init; }

    /// <summary>Traffic.</summary>
    public required IReadOnlyList<Traffic> Traffic { get; init; }

    /// <summary>What happens to links, in time order.</summary>
    public IReadOnlyList<LinkEvent> Events { get; init; } = [];

    /// <summary>How TCP works where the traffic does not say otherwise.</summary>
    public Transport Transport { get; init; } = new();

    /// <summary>Techniques to compare, as they are written: <c>rule[/preset][:parameter=value][@policy]</c>.</summary>
    public IReadOnlyList<string> Techniques { get; init; } = [];

    /// <summary>
    /// The bundles that the figures are about: their rates in the direction from <see cref="LinkBundle.From"/> are what goodput is
    /// measured against. Never empty.
    /// </summary>
    public required IReadOnlyList<string> Measured { get; init; }

    /// <summary>Speed of the measured bundles from their near ends, summed, in bits per second.</summary>
    public long MeasuredBitsPerSecond =>
        Bundles.Where(b => Measured.Contains(b.Name)).SelectMany(b => b.Links).Sum(l => l.Rate.BitsPerSecond);
}

/// <summary>A machine that sends and receives. It has one NIC for each end of a bundle at it.</summary>
/// <param name="Name">Its name.</param>
public sealed record Host(string Name)
{
    /// <summary>Virtual machines behind it, each with an address of its own; 0 for a host that speaks for itself.</summary>
    public int Guests { get; init; }

    /// <summary>The technique that it always uses; null for the one under comparison.</summary>
    public string? Technique { get; init; }
}

/// <summary>A switch or router.</summary>
/// <param name="Name">Its name.</param>
public sealed record Switch(string Name)
{
    /// <summary>The technique that it always uses; null for the one under comparison.</summary>
    public string? Technique { get; init; }

    /// <summary>Memory that all its ports share; null where each port has its own queue only.</summary>
    /// <remarks>A port may then take up to its queue's length, or its dynamic share of what is free (alpha), whichever is less.</remarks>
    public ByteCount? SharedBuffer { get; init; }

    /// <summary>The share of the free shared memory that one port may hold (Choudhury and Hahne 1998), in thousandths.</summary>
    public int SharedAlphaThousandths { get; init; } = 1000;
}

/// <summary>Links between one node and one or more others that it may spread traffic over.</summary>
public sealed record LinkBundle
{
    /// <summary>Its name; link i is written <c>name/i</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The node at the near end of every link.</summary>
    public required string From { get; init; }

    /// <summary>The links, in the order that gives them their indices.</summary>
    public required IReadOnlyList<BundleLink> Links { get; init; }

    /// <summary>
    /// Whether its near end takes the links for one, wherever they lead: a LAG, to which routing sees no members. A miswired link then gets
    /// its share. Else each link is a way of its own, and those that lead nowhere are not taken.
    /// </summary>
    public bool IsLag { get; init; }

    /// <summary>Techniques of ends that have their own, by node; the others use the node's, or that under comparison.</summary>
    public IReadOnlyDictionary<string, string> Techniques { get; init; } = new Dictionary<string, string>();
}

/// <summary>One link, both directions alike.</summary>
/// <param name="To">The node at its far end: of an ordinary LAG always the same, of a host on two top-of-rack switches not.</param>
/// <param name="Rate">Its speed.</param>
/// <param name="Delay">Propagation delay, one way.</param>
/// <param name="Queue">The queue before each direction of it.</param>
public sealed record BundleLink(string To, BitRate Rate, Interval Delay, PortQueue Queue)
{
    /// <summary>Share of frames that are lost at random, in parts per million, each direction.</summary>
    public int LossPpm { get; init; }

    /// <summary>Length of cable in metres, from which trunks measure what to equalise; added to the delay at 5 ns/m.</summary>
    public int CableMetres { get; init; }

    /// <summary>The queue before the direction back, where that differs; null for the same.</summary>
    public PortQueue? QueueBack { get; init; }
}

/// <summary>How frames queue before a link: the bound, the marks, the classes.</summary>
public sealed record PortQueue
{
    /// <summary>Longest backlog, the frame being sent counted as far as it is not sent yet.</summary>
    public ByteCount Bound { get; init; } = new(500_000);

    /// <summary>ECN marking; null for none, where a congested queue drops.</summary>
    public EcnMarking? Marking { get; init; }

    /// <summary>Weights of the priority classes, class 0 first; a weight of 0 is strict priority over all that follow. Empty for one class.</summary>
    public IReadOnlyList<int> ClassWeights { get; init; } = [];
}

/// <summary>Marks packets that meet a backlog: all above one threshold (both equal), or more and more between two (RED).</summary>
/// <param name="Minimum">No mark below.</param>
/// <param name="Maximum">Every packet is marked above.</param>
public sealed record EcnMarking(ByteCount Minimum, ByteCount Maximum)
{
    /// <summary>The chance of a mark just below the maximum, in thousandths.</summary>
    public int ProbabilityThousandths { get; init; } = 1000;

    /// <summary>Weight of a new sample in the average of the backlog, as a power of two: 0 looks at the backlog itself, 9 weighs 1/512.</summary>
    public int AverageShift { get; init; }
}
