using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Tests.Validation;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Techniques;

/// <summary>What hosts do with the label, the class and the header of their packets, in a whole network.</summary>
public class HostTechniqueTests
{
    private const int Paths = 4;

    [Fact]
    public void Presto_WithOrderAtTheReceiver_ShowsTcpHardlyAnythingOfIt()
    {
        RunCounts bare = LeafSpine("presto/bare").Counts;
        RunCounts ordered = LeafSpine("presto").Counts;
        Assert.True(bare.OutOfOrder > 0.05 * bare.Segments, $"{bare}");
        Assert.True(ordered.OutOfOrder < 0.001 * ordered.Segments, $"{ordered}");
        Assert.True(ordered.Retransmissions * 10 < bare.Retransmissions, $"{ordered}");
    }

    [Theory]
    [InlineData("presto")]
    [InlineData("hermes")]
    [InlineData("clove")]
    [InlineData("edge-flowlets/udp-port:gap=50us")]
    [InlineData("elephants/cut")]
    public void Technique_OfHosts_GivesTheSameAgain(string technique)
    {
        RunResult first = LeafSpine(technique);
        RunResult second = LeafSpine(technique);
        Assert.Equal(first.Flows, second.Flows);
        Assert.Equal(first.Counts, second.Counts);
    }

    /// <summary>Without marks it would be a hash by another name.</summary>
    [Theory]
    [InlineData("flowbender")]
    [InlineData("plb")]
    [InlineData("clove")]
    [InlineData("hermes")]
    public void Technique_ThatNeedsMarks_SaysWhatIsMissing(string technique)
    {
        Scenario deaf = FourPaths([new ElephantTraffic { Name = "flow", From = ["a"], To = ["b"] }]) with { Transport = new Settings() };
        Assert.Contains("set transport.congestion-control: dctcp", Why(deaf), StringComparison.Ordinal);
        Assert.Contains("no queue marks here", Why(deaf with { Transport = new Settings { Ecn = true } }), StringComparison.Ordinal);
        Assert.Null(LeafSpine(technique).Remark);

        string? Why(Scenario scenario) => Trial.Run(scenario, technique, 1).Remark;
    }

    [Theory]
    [InlineData("linux-ecmp/l4", 3, Paths)]
    [InlineData("edge-entropy", 3, Paths)]
    [InlineData("edge-entropy/ipv6-flow-label", 3, Paths)]
    [InlineData("edge-entropy:values=2", 1, 2)]
    [InlineData("edge-entropy/none", 1, 1)]
    public void EdgeEntropy_OfFewValues_LeavesPathsEmpty(string technique, int least, int most) =>
        Assert.InRange(UsedPaths(technique), least, most);

    [Fact]
    public void Presto_WhenALinkGoes_UsesThePathsThatAreLeftAlike()
    {
        Scenario scenario = FourPaths([new ElephantTraffic { Name = "flow", From = ["a"], To = ["b"] }]) with
        {
            Events = [new LinkEvent(5.Ms, "paths", 1, LinkEventKind.Down)],
            WarmUp = 10.Ms,
        };
        long[] bytes = [.. Trial.Run(scenario, "presto", 1).Links.Take(Paths).Select(l => l.Bytes)];
        Assert.Equal(0, bytes[1]);
        Assert.All(new[] { bytes[2], bytes[3] }, b => Assert.InRange((double)b / bytes[0], 0.97, 1.03));
    }

    [Fact]
    public void Hermes_WithAPathThatDropsEverything_EndsWhatEcmpDoesNot()
    {
        Scenario scenario = FourPaths([Mice(40)]) with
        {
            Events = [new LinkEvent(0.Ms, "paths", 2, LinkEventKind.Silent) { Directions = LinkDirections.Forth }],
            Duration = 4000.Ms,
        };
        Assert.NotEqual(0, Trial.Run(scenario, "linux-ecmp/l4", 1).UnfinishedFlows);
        Assert.Equal(0, Trial.Run(scenario, "hermes", 1).UnfinishedFlows);
    }

    [Fact]
    public void Elephants_Marked_ChangeTheirClassAtTheThreshold()
    {
        var classes = new SortedSet<(bool IsBeyond, int Class)>();
        Trial.Run(FourPaths([new ElephantTraffic { Name = "flow", From = ["a"], To = ["b"], Bytes = new ByteCount(3_000_000) }]), "elephants/mark", 1, simulator =>
            Trial.Watch(simulator, Trial.Forth(simulator, "nic-a")[0], (packet, _) => classes.Add((packet.Offset >= 1_000_000, packet.Class))));
        Assert.Equal([(false, 0), (true, 1)], classes);
    }

    [Fact]
    public void Probes_OfHermes_AreInTheBooks()
    {
        long probes = 0;
        Trial.Run(FourPaths([Mice(10)]), "hermes:probe=100us", 1, simulator =>
            Trial.Watch(simulator, Trial.Forth(simulator, "nic-a")[0], (packet, _) => probes += packet.Index == Packet.HostProbeIndex ? 1 : 0));

        // 200 times in 20 ms two paths or three, from the first flow on.
        Assert.InRange(probes, 300, 600);
    }

    private static int UsedPaths(string technique)
    {
        Scenario scenario = FourPaths([new ElephantTraffic { Name = "flows", From = ["a"], To = ["b"], Count = 24 }]);
        return Trial.Run(scenario, technique, 1).Links.Take(Paths).Count(l => l.Bytes > 0);
    }

    private static MiceTraffic Mice(int loadPercent) => new()
    {
        Name = "mice",
        From = ["a"],
        To = ["b"],
        Sizes = Scenarios.Workloads.SizeTables.Find("websearch")!,
        LoadPpm = loadPercent * 10_000,
        Cap = new ByteCount(1_000_000),
        Stop = 20.Ms,
    };

    private static RunResult LeafSpine(string technique) =>
        Trial.Run(TestScenario.BuiltIn("leaf-spine", "transport.congestion-control=dctcp", "duration=20ms", "warm-up=2ms"), technique, 1);

    private static Scenario FourPaths(Traffic[] traffic) => new()
    {
        Name = "four",
        Hosts = [new Host("a"), new Host("b")],
        Switches = [new Switch("s"), new Switch("t")],
        Bundles =
        [
            Bundle("nic-a", "a", Link("s", 10.Gbps, 1.Us)),
            Bundle("paths", "s", [.. Enumerable.Repeat(new BundleLink("t", 10.Gbps, 10.Us, Queue(500_000)), Paths)]),
            Bundle("nic-b", "t", Link("b", 10.Gbps, 1.Us)),
        ],
        Measured = ["paths"],
        Duration = 20.Ms,
        Transport = new Settings { CongestionControl = CongestionControl.Dctcp, Handshake = false, RtoMin = 5.Ms },
        Traffic = traffic,
    };
}
