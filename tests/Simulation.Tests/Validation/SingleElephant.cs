using Trunkline.Scenarios.Model;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>One elephant from a host over four links to a NAS: what each technique makes of it.</summary>
internal sealed class SingleElephant : Experiment
{
    private const int Links = 4;
    private const int Mtu = 1500;

    // Techniques that stripe below TCP and put in order at the far end.
    private static readonly string[] Striped = ["spray/resequenced", "mlppp", "trunk"];

    // Sessions, each with a path of its own.
    private static readonly string[] Sessions =
    [
        "mpio", "mpio:policy=least-queue", "mpio:policy=round-robin", "smb-multichannel", "slicing:slices=4:placement=spread",
        "mptcp:subflows=4:by=address", "mptcp:subflows=4:by=address:coupling=olia", "mptcp:subflows=4:by=address:coupling=none",
    ];

    // Sessions that differ in their port alone, and how many they are.
    private static readonly (string Technique, int Count)[] Hashed =
    [
        ("mptcp:subflows=4", 4), ("mpio:by=port:sessions=4", 4), ("slicing:slices=4", 4), ("slicing:slices=8", 8), ("mptcp:subflows=8", 8),
        ("smb-multichannel:by=port:connections=2", 8),
    ];

    public override int Number => 10;

    public override string Title => "the ceiling of one elephant";

    public override string Expected =>
        "A hash gives one flow one link; so do flowlets, since a flow clocked by its acknowledgements has no gaps. Spraying uses all "
        + "links but "
        + "reorders as soon as their delays differ, and duplicate acknowledgements hold TCP below their sum; putting packets in order "
        + "at the far end, or never letting "
        + "one overtake (keep-order), gives the sum; but segments that a host offers at one instant would arrive over equal links at "
        + "one instant too, in "
        + "either order, so keep-order has to leave them on one link. Sessions, each on a link of its own, give the sum whatever the delays; hashed "
        + "ones fill the links that a hash hits: balls in bins.";

    public override string Source => "arithmetic: payload rate of a link × links in use; duplicate acknowledgements RFC 5681 §3.2";

    public override string Method =>
        "Host, four 10 Gb/s links with 5 us each, NAS; NewReno with SACK and three duplicate acknowledgements, one flow, 64 KB "
        + "bursts; 50 ms "
        + "of warm-up, 200 ms measured. Skewed: the links have 5, 15, 25 and 35 us. Payload goodput over that of one link. Seed 1; hashed "
        + "sessions: 20 ms behind 50, seeds 1 to 300.";

    public override string Misses =>
        "A hash of packets instead of flows (spraying exceeds 1x), a TCP that does not mind reordering, sessions that share a path. `CanMissTests.Elephant…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int milliseconds = effort == Effort.Quick ? 30 : 200;
        (string Technique, bool IsSkewed, Bound Bound)[] cases =
        [
            ("linux-bond/layer3+4", false, Bound.Percent(1, 3)),
            ("flowlet", false, Bound.Percent(1, 3)),
            ("random", true, Bound.AtMost(0.9 * Links)),
            ("round-robin", true, Bound.AtMost(0.9 * Links)),
            ("keep-order", true, Bound.Percent(Links, 3)),
        ];
        foreach (((string technique, bool isSkewed, Bound bound), Elephant elephant) in Trial.All(
            cases, c => (c, Measure(c.Technique, c.IsSkewed, milliseconds))))
        {
            string name = $"{technique}{(isSkewed ? ", skewed" : "")}";
            yield return new Row($"{name}: goodput, in links", bound, elephant.Links);
            yield return technique is "random" or "round-robin"
                ? new Row($"{name}: segments overtaken", Bound.AtLeast(1), elephant.Overtaken)
                : new Row($"{name}: segments overtaken", Bound.Exactly(0), elephant.Overtaken);
        }

        Elephant bursts = Measure("keep-order", false, milliseconds);
        yield return new Row(
            "keep-order on equal links of the host, offered in bursts: goodput, in links",
            Bound.Percent(1, 3),
            bursts.Links);
        yield return new Row(
            "keep-order on equal links of the host, offered in bursts: segments overtaken",
            Bound.Exactly(0),
            bursts.Overtaken);
        Elephant behind = MeasureSwitch("keep-order", milliseconds);
        yield return new Row(
            "keep-order on equal links of a switch behind a 40 Gb/s NIC: goodput, in links",
            Bound.Percent(Links, 3),
            behind.Links);
        yield return new Row(
            "keep-order on equal links of a switch behind a 40 Gb/s NIC: segments overtaken",
            Bound.Exactly(0),
            behind.Overtaken);
        yield return new Row(
            "flowlet/afs behind the host's own queues, which 16 us do not cover: segments overtaken",
            Bound.AtLeast(1),
            Measure("flowlet/afs", false, milliseconds).Overtaken);
        foreach ((string technique, Elephant elephant) in Trial.All(Striped, t => (t, Measure(t, true, milliseconds))))
        {
            yield return new Row($"{technique}, skewed: goodput, in links", Bound.Percent(Links, 3), elephant.Links);
            yield return new Row($"{technique}, skewed: segments overtaken", Bound.Exactly(0), elephant.Overtaken);
        }

        foreach (Row row in RunSessions(effort, milliseconds))
        {
            yield return row;
        }
    }

    private static IEnumerable<Row> RunSessions(Effort effort, int milliseconds)
    {
        foreach ((string technique, Elephant elephant) in Trial.All(Sessions, t => (t, Measure(t, true, milliseconds))))
        {
            yield return new Row($"{technique}, skewed: goodput, in links", Bound.Percent(Links, 3), elephant.Links);
        }

        yield return new Row(
            "mpio:policy=failover: goodput, in links", Bound.Percent(1, 3), Measure("mpio:policy=failover", false, milliseconds).Links);
        yield return new Row(
            "slicing:placement=packed: goodput, in links", Bound.Percent(1, 3), Measure("slicing:placement=packed", false, milliseconds).Links);

        // Links hit of 4 by so many balls: 4 (1 - (3/4)^n).
        int seeds = effort == Effort.Quick ? 24 : 300;
        foreach ((string technique, int count) in effort == Effort.Quick ? Hashed[..2] : Hashed)
        {
            double mean = Trial.All(Enumerable.Range(1, seeds), seed => Measure(technique, false, 20, (ulong)seed).Links).Average();
            yield return new Row(
                $"{technique}: goodput over all seeds, in links",
                Bound.Percent(Links * (1 - Math.Pow(1 - (1.0 / Links), count)), effort == Effort.Quick ? 15 : 4),
                mean);
        }
    }

    /// <summary>How fast the elephant is.</summary>
    public static Elephant Measure(string technique, bool isSkewed, int milliseconds, ulong seed = 1)
    {
        int[] delays = isSkewed ? [5, 15, 25, 35] : [5, 5, 5, 5];
        var scenario = new Scenario
        {
            Name = "elephant",
            Hosts = [new Host("host"), new Host("nas")],
            Bundles = [Bundle("uplinks", "host", [.. delays.Select(d => new BundleLink("nas", 10.Gbps, d.Us, Queue(1_000_000)))])],
            Measured = ["uplinks"],
            Duration = (milliseconds + 50).Ms,
            WarmUp = 50.Ms,
            Transport = new Settings { CongestionControl = CongestionControl.NewReno, LossDetection = LossDetection.DuplicateAcks },
            Traffic = [new ElephantTraffic { Name = "elephant", From = ["host"], To = ["nas"] }],
        };
        return Run(scenario, technique, seed);
    }

    /// <summary>The same with the links behind a switch, which sees the segments one by one.</summary>
    public static Elephant MeasureSwitch(string technique, int milliseconds) => Run(
        new Scenario
        {
            Name = "elephant",
            Hosts = [new Host("host"), new Host("nas")],
            Switches = [new Switch("s")],
            Bundles =
            [
                Bundle("nic", "host", Link("s", (10 * Links).Gbps, 1.Us)),
                Bundle("uplinks", "s", [.. Enumerable.Repeat(new BundleLink("nas", 10.Gbps, 5.Us, Queue(1_000_000)), Links)]),
            ],
            Measured = ["uplinks"],
            Duration = (milliseconds + 50).Ms,
            WarmUp = 50.Ms,
            Transport = new Settings { CongestionControl = CongestionControl.NewReno, LossDetection = LossDetection.DuplicateAcks },
            Traffic = [new ElephantTraffic { Name = "elephant", From = ["host"], To = ["nas"] }],
        },
        technique,
        1);

    private static Elephant Run(Scenario scenario, string technique, ulong seed)
    {
        RunResult result = Trial.Run(scenario, technique, seed);
        double linkBytes = 10e9 / 8 * result.MeasuredPs / 1e12
            * (Mtu - scenario.Transport.HeaderBytes) / (Mtu + scenario.FrameOverheadBytes);
        return new Elephant(result.DeliveredBytes[0] / linkBytes, result.Transport[0].OutOfOrder);
    }
}

/// <summary>What one flow reached.</summary>
/// <param name="Links">Goodput over that of one link.</param>
/// <param name="Overtaken">Segments that arrived after a later one.</param>
internal readonly record struct Elephant(double Links, long Overtaken);
