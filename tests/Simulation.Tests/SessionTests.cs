using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Tests.Validation;
using Trunkline.Simulation.Transport;
using Trunkline.Testing;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests;

/// <summary>What hosts with several sessions make of links: closed forms, and what tells each technique from its neighbour.</summary>
public sealed class SessionTests
{
    // Payload of a full link, per bit of its rate.
    private const double Efficiency = 1448.0 / 1538;

    private static readonly Settings Reno = new() { CongestionControl = CongestionControl.NewReno, RtoMin = 10.Ms };

    [Theory]
    [InlineData("lia")]
    [InlineData("olia")]
    [InlineData("none")]
    public void Mptcp_OverDisjointPaths_IsTheSumOfTheirRates(string coupling)
    {
        double[] goodput = Goodput(Uplinks([1000, 400], 600), $"mptcp:subflows=2:by=address:coupling={coupling}");
        Assert.InRange(goodput[0], 0.97 * 1.4e9 * Efficiency, 1.41e9 * Efficiency);
    }

    [Theory]
    [InlineData("lia", 0.75, 1.3)]
    [InlineData("none", 3.2, 4.8)]
    public void Mptcp_OnABottleneckWithOneTcp_TakesOneShareWhenLinked_AndOnePerSubflowWhenNot(string coupling, double low, double high)
    {
        // Two senders, one with subflows and one without, through one link: ratio 1, and n. Over several starts, since a drop-tail queue
        // favours whoever is in phase with it.
        double[][] runs = Trial.All(Enumerable.Range(1, 6), start =>
        {
            Scenario scenario = Shared() with
            {
                Hosts = [new Host("a") { Technique = $"mptcp:subflows=4:coupling={coupling}" }, new Host("b"), new Host("c")],
            };
            Traffic[] traffic = [scenario.Traffic[0], scenario.Traffic[1] with { Start = (7 * start).Ms }];
            return Goodput(scenario with { Traffic = traffic }, "linux-ecmp/l4");
        });
        double ratio = runs.Sum(r => r[0]) / runs.Sum(r => r[1]);
        TestContext.Current.TestOutputHelper!.WriteLine($"{ratio}: {string.Join(' ', runs.Select(r => r[0] / r[1]))}");
        Assert.InRange(ratio, low, high);
        Assert.All(runs, r => Assert.InRange(r.Sum(), 0.9e8 * Efficiency, 1.001e8 * Efficiency));
    }

    [Theory]
    [InlineData("lia", 0.9, 1.2)]
    [InlineData("olia", 0.9, 1.1)]
    [InlineData("none", 3.6, 4.4)]
    public void Mptcp_UnderTheLossOfATcp_IsAsFastAsThat_OrAsFastAsItsSubflows(string coupling, double low, double high)
    {
        // A link that loses a packet in a thousand, and is never full: what windows alone decide.
        Scenario scenario = Shared(10_000, 10_000) with { Duration = 12_000.Ms, WarmUp = 1000.Ms };
        LinkBundle lossy = scenario.Bundles[0] with { Links = [scenario.Bundles[0].Links[0] with { LossPpm = 1000 }] };
        scenario = scenario with
        {
            Hosts = [new Host("a") { Technique = $"mptcp:subflows=4:coupling={coupling}" }, new Host("b"), new Host("c")],
            Bundles = [lossy, .. scenario.Bundles.Skip(1)],
        };
        double[] goodput = Goodput(scenario, "linux-ecmp/l4");
        TestContext.Current.TestOutputHelper!.WriteLine($"{goodput[0] / goodput[1]}");
        Assert.InRange(goodput[0] / goodput[1], low, high);
    }

    [Fact]
    public void Mpio_ByPolicy_OverUnequalLinks()
    {
        // 1000, 500, 250 and 100 Mb/s: the sum, four times the slowest, and the first.
        Scenario scenario = Uplinks([1000, 500, 250, 100], 900);
        Assert.InRange(One("mpio") / 1.85e9, 0.96, 1.001);
        Assert.InRange(One("mpio:policy=least-queue") / 1.85e9, 0.96, 1.001);
        Assert.InRange(One("mpio:policy=round-robin") / 0.4e9, 0.97, 1.05);
        Assert.InRange(One("mpio:policy=failover") / 1e9, 0.97, 1.001);
        Assert.InRange(One("smb-multichannel") / 1e9, 0.97, 1.001);
        double One(string technique) => Goodput(scenario, technique)[0] / Efficiency;
    }

    [Fact]
    public void SmbMultichannel_AddsEqualInterfaces_ButNotSlowerOnes()
    {
        double smb = Goodput(Uplinks([1000, 1000, 400], 600), "smb-multichannel")[0] / Efficiency;
        double mpio = Goodput(Uplinks([1000, 1000, 400], 600), "mpio")[0] / Efficiency;
        Assert.InRange(smb / 2e9, 0.97, 1.001);
        Assert.InRange(mpio / 2.4e9, 0.96, 1.001);
    }

    [Theory]
    [InlineData("slicing:slices=4:placement=spread", 0.25)]
    [InlineData("slicing:slices=4:placement=spread:skew=70%", 0.7)]
    [InlineData("slicing:slices=4:placement=packed", 1)]
    [InlineData("mpio", 0.25)]
    public void Slices_EndWithTheLargest_WhichNothingHelps(string technique, double largest)
    {
        // 50 MB over four links of 1 Gb/s: what the fullest link carries, at its rate.
        RunResult result = Trial.Run(Uplinks([1000, 1000, 1000, 1000], 900, bytes: 50_000_000), technique, 1);
        FlowRecord flow = Assert.Single(result.Flows);
        double seconds = 50e6 * 8 * largest / (1e9 * Efficiency);
        Assert.InRange((flow.EndPs - flow.StartPs) / 1e12, seconds, seconds * 1.05);
        Assert.Equal(50_000_000, flow.Bytes);
        Assert.Equal(50_000_000, result.DeliveredBytes[0]);
    }

    [Fact]
    public void Storage_OverMpio_UsesAllLinksWithOneSession_WholeRequestsEach()
    {
        Scenario scenario = Storage(new ByteCount(65_536), 1000, 1000, 1000, 1000);
        RunResult one = Trial.Run(scenario, "linux-bond/layer3+4", 1);
        RunResult mpio = Trial.Run(scenario, "mpio", 1);
        Assert.InRange(Ended(mpio) / (double)Ended(one), 3.7, 4.1);
        Assert.All(mpio.Flows, f => Assert.Equal(65_536, f.Bytes));

        // Hashed by port, sessions collide: with seed 1, four of them use two links.
        Assert.True(Ended(Trial.Run(scenario, "mpio:by=port:sessions=4", 1)) < 0.8 * Ended(mpio));
    }

    [Fact]
    public void Storage_OfSmallRequests_DoesNotWaitForOtherPaths_WhereAStreamDoes()
    {
        // 4 KiB at a depth of 32 over links of which one is slow: requests end in any order, a stream only in its own.
        Scenario scenario = Storage(new ByteCount(4096), 1000, 1000, 1000, 50);
        long mpio = Ended(Trial.Run(scenario, "mpio", 1));
        long mptcp = Ended(Trial.Run(scenario, "mptcp:subflows=4:by=address", 1));
        Assert.True(mpio > 1.3 * mptcp, $"{mpio} against {mptcp}");
    }

    [Fact]
    public void Mptcp_WhenAPathDies_SendsWhatWasOnItOverTheOthers()
    {
        // Silent from 200 ms to the end: nobody is told. A timer of 10 ms, then three links of four.
        Scenario scenario = Uplinks([1000, 1000, 1000, 1000], 600) with
        {
            Events = [new LinkEvent(200.Ms, "uplinks", 1, LinkEventKind.Silent) { Directions = LinkDirections.Both }],
            WarmUp = 250.Ms,
        };
        double goodput = Goodput(scenario, "mptcp:subflows=4:by=address")[0];
        Assert.InRange(goodput / (3e9 * Efficiency), 0.95, 1.001);

        // One flow on a dead link is over; slices lose theirs, and only theirs.
        Assert.InRange(Goodput(scenario, "slicing:slices=4:placement=spread")[0] / (3e9 * Efficiency), 0.95, 1.001);
    }

    [Theory]
    [InlineData("mptcp")]
    [InlineData("mptcp:subflows=3:coupling=olia")]
    [InlineData("pacing:burst=3KB")]
    [InlineData("sender-flowlets:pause=50us:burst=20KB over flowlet:gap=40us")]
    public void Mice_OverLossyLinks_AllArrive_ToTheByte(string technique)
    {
        // An opening that is lost is tried again after 1, 2, 4 s.
        Scenario scenario = Uplinks([1000, 1000], 30_000) with
        {
            Bundles =
            [
                Bundle("uplinks", "host", [.. Enumerable.Repeat(new BundleLink("nas", 1.Gbps, 20.Us, Queue(60_000)) { LossPpm = 10_000 }, 2)]),
            ],
            WarmUp = Interval.Zero,
            Traffic =
            [
                new MiceTraffic
                {
                    Name = "mice",
                    From = ["host"],
                    To = ["nas"],
                    LoadPpm = 200_000,
                    Sizes = new SizeTable("sizes", [new SizePoint(1, 0), new SizePoint(20_000, 800_000_000), new SizePoint(400_000, 1_000_000_000)]),
                    Stop = 300.Ms,
                },
            ],
        };
        Simulator simulator = null!;
        RunResult result = Trial.Run(scenario, technique, 3, s => simulator = s);
        Assert.Equal(0, result.UnfinishedFlows);
        Assert.NotEmpty(result.Flows);
        Assert.Equal(result.Flows.Sum(f => f.Bytes), result.DeliveredBytes[0]);
        Assert.True(simulator.Connections.All(c => c.IsFree), "a flow that ended left something open");
    }

    [Fact]
    public void Reopening_FindsTheLinkThatNoSubflowWasHashedTo()
    {
        // Where four subflows share three links, the two that share carry half of what the others do. In pairs they are alike, and
        // nobody can tell; so over all seeds it is better, and never worse.
        double[] fixedPorts = [.. Seeds("mptcp:subflows=4")];
        double[] reopening = [.. Seeds("mptcp/reopening:subflows=4")];
        Assert.True(reopening.Zip(fixedPorts).All(p => p.First > p.Second - 0.15), $"{string.Join(' ', reopening)} against {string.Join(' ', fixedPorts)}");
        Assert.True(reopening.Average() > fixedPorts.Average() + 0.3, $"{reopening.Average()} against {fixedPorts.Average()}");

        IEnumerable<double> Seeds(string technique) => Trial.All(
            Enumerable.Range(1, 12), seed => Goodput(Uplinks([100, 100, 100, 100], 8000, warmUp: 6000), technique, (ulong)seed)[0] / (1e8 * Efficiency));
    }

    [Fact]
    public void SenderFlowlets_LetABulkFlowChangeItsPath_WhichItNeverDoesByItself()
    {
        // Nothing is lost, after which a window that halves would pause too; and half of what waits before the NIC leaves within the gap.
        Scenario scenario = Uplinks([10_000, 10_000], 300) with { Transport = Reno with { ReceiveWindow = new ByteCount(150_000) } };
        RunResult plain = Trial.Run(scenario, "flowlet/letflow", 1);
        RunResult made = Trial.Run(scenario, "sender-flowlets over flowlet/letflow", 1);
        Assert.Single(plain.Links.Take(2), l => l.Utilization > 0.01);
        Assert.All(made.Links.Take(2), l => Assert.InRange(l.Utilization, 0.05, 0.5));
        Assert.Equal(0, made.Counts.OutOfOrder);

        // Half of the time is pauses, and no path is faster to make up for them; a flow without a pause of its own keeps one link busy.
        Assert.InRange(made.DeliveredBytes[0] / (double)plain.DeliveredBytes[0], 0.45, 0.65);
    }

    [Fact]
    public void SenderFlowlets_KeepTheirRate_WhereThePathHasRoom()
    {
        // Four flows through a bottleneck of 1 Gb/s behind faster NICs: while one pauses the others use its part.
        Scenario scenario = Shared(10_000, 1000, flows: 4);
        double plain = Goodput(scenario, "linux-ecmp/l4").Sum();
        double made = Goodput(scenario, "sender-flowlets").Sum();
        Assert.InRange(made / plain, 0.9, 1.01);
    }

    [Fact]
    public void Pacing_KeepsTheQueueShorter_AndTheLinkAsBusy()
    {
        Scenario scenario = Shared(10_000, 1000, flows: 1) with { Transport = Reno with { ReceiveWindow = new ByteCount(100_000), Tso = new ByteCount(65_536) } };
        RunResult plain = Trial.Run(scenario, "linux-ecmp/l4", 1);
        RunResult paced = Trial.Run(scenario, "pacing:burst=3KB", 1);
        Assert.InRange(paced.DeliveredBytes[0] / (double)plain.DeliveredBytes[0], 0.95, 1.05);
        Assert.True(Wait(paced) <= Wait(plain), $"{Wait(paced)} against {Wait(plain)}");
        Assert.NotEqual(plain.Links[0].Delays.SumPs, paced.Links[0].Delays.SumPs);
        static double Wait(RunResult run) => (double)run.Links[0].Delays.SumPs / run.Links[0].Delays.Count;
    }

    [Fact]
    public void Handshake_OfAConnectionWithSubflows_OpensTheOthersBehindTheFirst()
    {
        // A mouse of one segment is over before a second subflow could be of use, and costs no more than one of TCP.
        Scenario scenario = Uplinks([1000, 1000], 100, bytes: 1000) with { WarmUp = Interval.Zero };
        FlowRecord tcp = Assert.Single(Trial.Run(scenario, "linux-ecmp/l4", 1).Flows);
        FlowRecord mptcp = Assert.Single(Trial.Run(scenario, "mptcp:subflows=2", 1).Flows);
        Assert.Equal(tcp.EndPs, mptcp.EndPs);
    }

    [Theory]
    [InlineData("mptcp:subflows=4:by=address")]
    [InlineData("mptcp:subflows=4:coupling=olia")]
    [InlineData("mpio")]
    [InlineData("slicing")]
    [InlineData("sender-flowlets")]
    public void Packets_OfALongFlow_TakeNoMemory(string technique)
    {
        Scenario scenario = Uplinks([1000, 400, 1000, 700], 600);
        Simulator simulator = Trial.Prepare(scenario, technique, 1);
        Trial.Start(simulator, new TransferSource(new TcpOptions(Reno, 1500), Reno.HeaderBytes) { Traffic = 0, Simulator = simulator, Kind = FlowUse.Bulk });
        long nowPs = SimTime.ToPs(2000.Ms);
        Trial.RunTo(simulator, nowPs);
        long before = simulator.Books.DeliveredBytes[0];
        AllocationAssert.None(() => Trial.RunTo(simulator, nowPs += SimTime.ToPs(5.Ms)));
        Assert.True(simulator.Books.DeliveredBytes[0] > before + 1_000_000);
    }

    [Fact]
    public void StorageSession_OverSubflows_AnswersOverTheSubflowsOfItsRequests()
    {
        // A TCP connection is one both ways: the ports of what goes back are those of what goes forth, the other way round.
        Simulator simulator = null!;
        Trial.Run(Storage(new ByteCount(4096), 1000, 1000), "mptcp:subflows=3", 1, s => simulator = s);
        Connection[] ends = [.. simulator.Connections.Where(c => c.Sessions is not null)];
        Assert.Equal(2, ends.Length);
        for (int i = 0; i < 3; i++)
        {
            (FlowAddress forth, FlowAddress back) = (ends[0].Sessions!.AddressOf(i), ends[1].Sessions!.AddressOf(i));
            Assert.Equal((forth.Source, forth.SourcePort, forth.DestinationPort), (back.Destination, back.DestinationPort, back.SourcePort));
        }

        Assert.Equal(3, Enumerable.Range(0, 3).Select(i => ends[0].Sessions!.AddressOf(i).SourcePort).Distinct().Count());
    }

    private static long Ended(RunResult run) => run.EndedBytes.Sum();

    private static double[] Goodput(Scenario scenario, string technique, ulong seed = 1) =>
        [.. Trial.Run(scenario, technique, seed).Elephants.Select(e => e.BitsPerSecond)];

    private static Scenario Uplinks(int[] mbps, int milliseconds, long? bytes = null, int warmUp = 200) => new()
    {
        Name = "uplinks",
        Hosts = [new Host("host"), new Host("nas")],
        Bundles = [Bundle("uplinks", "host", [.. mbps.Select(r => new BundleLink("nas", r.Mbps, 20.Us, Queue(200_000)))])],
        Measured = ["uplinks"],
        Duration = milliseconds.Ms,
        WarmUp = bytes is null ? warmUp.Ms : Interval.Zero,
        Transport = Reno,
        Traffic =
        [
            new ElephantTraffic { Name = "elephant", From = ["host"], To = ["nas"], Bytes = bytes is { } size ? new ByteCount(size) : null },
        ],
    };

    private static Scenario Shared(int nicMbps = 1000, int mbps = 100, int flows = 0) => new()
    {
        Name = "shared",
        Hosts = [new Host("a"), new Host("b"), new Host("c")],
        Switches = [new Switch("s")],
        Bundles =
        [
            Bundle("bottleneck", "s", new BundleLink("c", mbps.Mbps, 500.Us, Queue(150_000))),
            Bundle("nic-a", "a", Link("s", nicMbps.Mbps, 20.Us)),
            Bundle("nic-b", "b", Link("s", nicMbps.Mbps, 20.Us)),
        ],
        Measured = ["bottleneck"],
        Duration = flows > 0 ? 1000.Ms : 25_000.Ms,
        WarmUp = flows > 0 ? 200.Ms : 5000.Ms,
        Transport = Reno with { Tso = ByteCount.Zero },
        Traffic = flows > 0
            ? [new ElephantTraffic { Name = "elephants", From = ["a"], To = ["c"], Count = flows, Stagger = 1.Ms }]
            : [new ElephantTraffic { Name = "a", From = ["a"], To = ["c"] }, new ElephantTraffic { Name = "b", From = ["b"], To = ["c"], Start = 3.Ms }],
    };

    private static Scenario Storage(ByteCount block, params int[] mbps) => Uplinks(mbps, 400) with
    {
        Traffic =
        [
            new StorageTraffic { Name = "storage", From = ["host"], To = ["nas"], Sessions = 1, QueueDepth = 32, Block = block, ReadPpm = 1_000_000 },
        ],
    };
}
