using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Two paths of unequal delay: what a flowlet rule reorders with gaps around the skew.</summary>
internal sealed class ReorderingSafety : Experiment
{
    private const int SkewUs = 10;
    private const int PacketsPerSkew = 10;

    public override int Number => 8;

    public override string Title => "reordering safety";

    public override string Expected =>
        "With gap g ≥ skew d and no queues, no packet overtakes another; with a shorter gap more and more do. Of Poisson packets of "
        + "rate λ, "
        + "each flowlet on a random path, ½ (1 − N(d)) are overtaken: N, the chance that none of the packets within x took the fast "
        + "path, is 1 up "
        + "to g, and then N'(x) = −½ λ e^(−λg) N(x − g). For g = 0 that is ½ (1 − e^(−λd/2)).";

    public override string Source =>
        "Sinha, Kandula and Katabi, HotNets 2004 (the theorem); the renewal equation above, as its series; Juniper AFS, 16 us";

    public override string Method =>
        "A Poisson stream of 100 B datagrams, 1 million a second, over two 100 Gb/s links of 1 us and 11 us, fed by one of the same "
        + "speed, so that no "
        + "queue forms; gaps of 0, 0.2, 0.4, 0.6, 0.8, 1 and 2 skews, 8 million packets each; flowlet:choice=random. AFS: two 10 Gb/s "
        + "links with 2 and 5 us, "
        + "flowlet/afs, datagrams and TCP behind a NIC of the same speed. keep-order: unequal delays and queues. Seeds 1 to 3.";

    public override string Misses =>
        "A gap below the skew, a gap measured from the start of a packet on another clock, a receiver that does not notice. "
        + "`CanMissTests.Reordering…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int packets = effort == Effort.Quick ? 200_000 : 8_000_000;
        int[] thousandths = [0, 200, 400, 600, 800, 1000, 2000];
        Late[] late = Trial.All(thousandths, t => Sweep(new Interval(SkewUs * t), packets));
        double[] percent = effort == Effort.Quick ? [2, 5, 10, 30, 70] : [2, 2, 2, 5, 15];
        for (int i = 0; i < thousandths.Length; i++)
        {
            double gap = thousandths[i] / 1000.0;
            yield return thousandths[i] >= 1000
                ? new Row($"packets overtaken, gap {gap:0.###} skew", Bound.Exactly(0), late[i].Packets)
                : new Row($"share overtaken, gap {gap:0.###} skew", Bound.Percent(ShareLate(gap), percent[i]), late[i].Share);
        }

        int falls = Enumerable.Range(1, 4).Count(i => late[i].Packets < late[i - 1].Packets);
        yield return new Row("steps of the sweep below the skew at which it falls, of 4", Bound.Exactly(4), falls);
        yield return new Row(
            "AFS, skew 3 us, gap 16 us, datagrams: packets overtaken",
            Bound.Exactly(0),
            Afs("flowlet/afs", 2, 5, isTcp: false, packets));
        yield return new Row(
            "AFS, skew 3 us, gap 16 us, TCP: segments overtaken",
            Bound.Exactly(0),
            Afs("flowlet/afs", 2, 5, isTcp: true, packets));
        yield return new Row(
            "keep-order, skew 3 us, datagrams with queues: packets overtaken",
            Bound.Exactly(0),
            KeepOrder("keep-order", packets));
    }

    /// <summary>Datagrams that a flowlet rule with a gap lets be overtaken.</summary>
    public static Late Sweep(Interval gap, int packets)
    {
        string technique = gap == Interval.Zero ? "random" : $"flowlet:gap={gap.Nanoseconds}ns";
        Scenario scenario = TwoPaths(
            100.Gbps,
            1,
            1 + SkewUs,
            packets,
            new UdpTraffic
            {
                Name = "poisson",
                From = ["a"],
                To = ["b"],
                PacketBytes = 100,
                Rate = new BitRate(100L * 8 * 1_000_000 * PacketsPerSkew / SkewUs),
                IsPoisson = true,
            });
        RunResult result = Trial.Run(scenario, technique, 1);
        return new Late(result.Transport[0].OutOfOrder, (double)result.Transport[0].OutOfOrder / result.Links.Sum(l => l.Frames));
    }

    /// <summary>Packets that the 16 us of AFS let be overtaken.</summary>
    public static long Afs(string technique, int fastUs, int slowUs, bool isTcp, int packets)
    {
        Traffic traffic = isTcp
            ? new MiceTraffic
            {
                Name = "mice",
                From = ["a"],
                To = ["b"],
                LoadPpm = 500_000,
                Sizes = new SizeTable("mice", [new SizePoint(500, 0), new SizePoint(1_000_000, 1_000_000_000)]),
            }
            : new UdpTraffic
            {
                Name = "bursts",
                From = ["a"],
                To = ["b"],
                Count = 20,
                PacketBytes = 1000,
                Rate = 200.Mbps,
                IsPoisson = true,
            };
        return Trial.Run(TwoPaths(10.Gbps, fastUs, slowUs, packets, traffic), technique, 2).Transport[0].OutOfOrder;
    }

    /// <summary>Packets overtaken where the links have queues of their own, since their host feeds them faster than they drain.</summary>
    public static long KeepOrder(string technique, int packets)
    {
        var scenario = new Scenario
        {
            Name = "unequal",
            Hosts = [new Host("a"), new Host("b")],
            Bundles = [Bundle("paths", "a", Link("b", 10.Gbps, 2.Us), Link("b", 4.Gbps, 5.Us), Link("b", 1.Gbps, 1.Us))],
            Measured = ["paths"],
            Duration = new Interval(packets * 1000L),
            Traffic =
            [
                new UdpTraffic
                {
                    Name = "streams",
                    From = ["a"],
                    To = ["b"],
                    Count = 3,
                    PacketBytes = 1400,
                    Rate = 4.Gbps,
                    IsPoisson = true,
                    IsSizeExponential = true,
                },
            ],
        };
        return Trial.Run(scenario, technique, 3).Transport[0].OutOfOrder;
    }

    /// <summary>The share of packets overtaken, from the renewal equation.</summary>
    /// <param name="gap">The gap, in skews.</param>
    public static double ShareLate(double gap)
    {
        const int TermsMax = 100;
        double rate = 0.5 * PacketsPerSkew * Math.Exp(-PacketsPerSkew * gap);
        (double never, double factorial) = (1, 1);
        for (int k = 1; k <= TermsMax && k * gap < 1; k++)
        {
            factorial *= k;
            never += Math.Pow(-rate * (1 - (k * gap)), k) / factorial;
        }

        return 0.5 * (1 - never);
    }

    private static Scenario TwoPaths(BitRate rate, int fastUs, int slowUs, int packets, Traffic traffic) => new()
    {
        Name = "skewed",
        Hosts = [new Host("a"), new Host("b")],
        Switches = [new Switch("s"), new Switch("t")],
        Bundles =
        [
            Bundle("nic", "a", Link("s", rate, 1.Us)),
            Bundle("paths", "s", Link("t", rate, fastUs.Us), Link("t", rate, slowUs.Us)),
            Bundle("last", "t", Link("b", 400.Gbps, 1.Us)),
        ],
        Measured = ["paths"],
        Duration = new Interval(packets * 1000L),
        FrameOverheadBytes = 0,
        FrameBytesMin = 1,
        Transport = new Settings { CongestionControl = CongestionControl.NewReno },
        Traffic = [traffic],
    };
}

/// <summary>Packets that arrived after a later one.</summary>
/// <param name="Packets">How many.</param>
/// <param name="Share">Of all.</param>
internal readonly record struct Late(long Packets, double Share);
