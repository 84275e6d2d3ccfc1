using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Two uplinks alike, behind one of them a hop of half the speed: what is known locally makes it worse.</summary>
internal sealed class TwoPathAsymmetry : Experiment
{
    private const int Sessions = 400;
    private const int HostCount = 200;
    private const int Block = 65_536;
    private const int Header = 48;
    private const int SegmentBytes = 1448;
    private const int SegmentOverhead = 90;
    private const int Segments = (Block + Header + SegmentBytes - 1) / SegmentBytes;

    // Deep enough that nothing is dropped: what is sent twice would count as load.
    private static readonly PortQueue Marked = new()
    {
        Bound = new ByteCount(8_000_000),
        Marking = new EcnMarking(new ByteCount(200_000), new ByteCount(200_000)),
    };

    public override int Number => 2;

    public override string Title => "two-path asymmetry";

    public override string Expected =>
        "Demand 100, two uplinks of 80, behind one a hop of 40. Static hash sends half each way: 50 + 40 = 90. A switch that evens "
        + "out the load of "
        + "its own uplinks sends 40 each way, since TCP slows down on the narrow path: 80. One that knows the whole path sends two thirds over the wide one: all 100.";

    public override string Source => "CONGA, SIGCOMM 2014, figure 2; arithmetic";

    public override string Method =>
        "8 Gb/s uplinks, a hop of 4 Gb/s, 10 Gb/s offered by 400 storage sessions of 200 hosts, each writing 64 KB at a constant rate "
        + "over a NIC of 100 Mb/s, or as fast as the "
        + "path allows (a tenth of scale); DCTCP, marks from 200 KB, so that no drop counts as load. "
        + "Static: linux-ecmp/l4. Local: flowlet:choice=quality on load only in 256 bands, gap "
        + "500 us; and conga/local. CONGA with its estimates ten times as long, as the speeds are lower: conga:dre-interval=200us. "
        + "100 ms of warm-up, 400 ms measured; mean of seeds 1 to 5.";

    public override string Misses =>
        "A rule that does not follow its links' load (random flowlets keep the 90), traffic that does not slow down. "
        + "`CanMissTests.TwoPaths…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int runs = effort == Effort.Quick ? 2 : 5;
        TwoPaths hash = Measure("linux-ecmp/l4", runs, effort);
        TwoPaths local = Measure(Local, runs, effort);
        TwoPaths congaLocal = Measure("conga/local:dre-interval=200us", runs, effort);
        TwoPaths conga = Measure("conga:dre-interval=200us", runs, effort);
        yield return new Row("static hash: goodput, % of demand", Bound.Near(90, 3), hash.Demand);
        yield return new Row("flowlets by local load: goodput, % of demand", Bound.Near(80, 6), local.Demand);
        yield return new Row("CONGA's estimates of the own ports alone: goodput, % of demand", Bound.Near(80, 6), congaLocal.Demand);
        yield return new Row("CONGA: goodput, % of demand", Bound.Near(100, 3), conga.Demand);
        yield return new Row("CONGA: bytes on the wide path over those on the narrow", Bound.Near(2, 0.3), conga.Split);
        yield return new Row("own ports alone less static hash, % of demand", Bound.AtMost(-1), congaLocal.Demand - hash.Demand);
        yield return new Row("static hash less CONGA, % of demand", Bound.AtMost(-1), hash.Demand - conga.Demand);
    }

    /// <summary>A rule that evens out the load of its own links.</summary>
    public const string Local =
        "flowlet:choice=quality:load-weight=100%:bands=256:minimum=0%:maximum=100%:load-average=8:sampling=20us:buckets=65536";

    /// <summary>What a technique gives, as the mean of several seeds.</summary>
    public static TwoPaths Measure(string technique, int runs, Effort effort)
    {
        TwoPaths[] each = Trial.All(Enumerable.Range(1, runs), seed => Once(technique, (ulong)seed, effort));
        return new TwoPaths(each.Average(t => t.Demand), each.Average(t => t.Split));
    }

    private static TwoPaths Once(string technique, ulong seed, Effort effort)
    {
        Host[] left = Hosts("a", HostCount);
        Host[] right = Hosts("b", HostCount);
        var scenario = new Scenario
        {
            Name = "two-path",
            Hosts = [.. left, .. right],
            Switches = [new Switch("leaf0"), new Switch("leaf1"), new Switch("spine0"), new Switch("spine1")],
            Bundles =
            [
                .. left.Select(h => Bundle($"nic-{h.Name}", h.Name, Link("leaf0", 100.Mbps, 1.Us))),
                .. right.Select(h => Bundle($"nic-{h.Name}", "leaf1", Link(h.Name, 10.Gbps, 1.Us))),
                Bundle("uplinks", "leaf0", new BundleLink("spine0", 8.Gbps, 5.Us, Marked), new BundleLink("spine1", 8.Gbps, 5.Us, Marked)),
                Bundle("wide", "spine0", new BundleLink("leaf1", 8.Gbps, 5.Us, Marked)),
                Bundle("narrow", "spine1", new BundleLink("leaf1", 4.Gbps, 5.Us, Marked)),
            ],
            Measured = ["uplinks"],
            Duration = effort == Effort.Quick ? 200.Ms : 500.Ms,
            WarmUp = 100.Ms,
            Transport = new Settings { CongestionControl = CongestionControl.Dctcp, RtoMin = 10.Ms, Handshake = false },
            Traffic =
            [
                new StorageTraffic
                {
                    Name = "writes",
                    From = [.. left.Select(h => h.Name)],
                    To = [.. right.Select(h => h.Name)],
                    Sessions = Sessions / HostCount,
                    ReadPpm = 0,
                    Block = new ByteCount(Block),
                    HeaderBytes = Header,
                    QueueDepth = 1,
                    RequestsPerSecond = RequestsPerSecond,
                },
            ],
        };
        RunResult result = Trial.Run(scenario, technique, seed);

        // The answers, of a header each, are not what is asked about; that they are counted adds 0.3 %, as to the demand.
        double offered = (double)Sessions * RequestsPerSecond * (Block + (2 * Header)) * result.MeasuredPs / 1e12;
        return new TwoPaths(100 * result.DeliveredBytes[0] / offered, (double)result.Links[0].Bytes / result.Links[1].Bytes);
    }

    // So that all sessions together offer 10 Gb/s on the wire.
    private static int RequestsPerSecond => (int)(10e9 / 8 / Sessions / (Block + Header + (Segments * SegmentOverhead)));
}

/// <summary>What came of two paths.</summary>
/// <param name="Demand">Goodput in percent of the demand.</param>
/// <param name="Split">Bytes on the first uplink over those on the second.</param>
internal readonly record struct TwoPaths(double Demand, double Split);
