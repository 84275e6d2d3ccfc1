using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Tests.Validation;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Techniques;

/// <summary>Techniques of hosts, of the fabric, LACP and those of bundles, one over the other: each stack runs, or says why not.</summary>
public class StackTests
{
    private const long FlowBytes = 3_000_000;

    // Two leaves, two spines, hosts with two links to their leaf: several small flows, large ones, requests of a storage session, all
    // over after 10 ms or a size. Queues have room for all first windows: an opening that is lost is tried again after a second.
    private const string Fabric = """
        scenario: stacks
        duration: 400ms
        seeds: 1
        hosts: [a1, a2, b1, b2]
        switches: [la, lb, s1, s2]
        bundles:
          nic-a1: {between: [a1, la], links: 2, rate: 1Gb/s, delay: 2us}
          nic-a2: {between: [a2, la], links: 2, rate: 1Gb/s, delay: 2us}
          nic-b1: {between: [b1, lb], links: 2, rate: 1Gb/s, delay: 2us}
          nic-b2: {between: [b2, lb], links: 2, rate: 1Gb/s, delay: 2us}
          up-a: {between: [la, [s1, s2]], rate: 1Gb/s, delay: 2us, queue: {bound: 2MB, ecn: 30KB}}
          up-b: {between: [lb, [s1, s2]], rate: 1Gb/s, delay: 2us, queue: {bound: 2MB, ecn: 30KB}}
        measure: up-a
        transport: {congestion-control: dctcp, rto-min: 5ms}
        traffic:
          - {name: flows, kind: elephants, from: [a1, a2], to: [b1, b2], count: 2, bytes: 300KB}
          - {name: mice, kind: mice, from: [a1, b2], to: [a2, b1], sizes: fb_cachefollower, load: 10%, cap: 200KB, stop: 10ms}
          - {name: disk, kind: storage, from: a2, to: b1, sessions: 1, queue-depth: 4, block: 64KiB, stop: 10ms}
        """;

    private static readonly string?[] Fabrics = [null, .. FabricCatalog.All.Select(f => f.Descriptor.Name)];
    private static readonly string?[] Hosts = [null, .. HostCatalog.All.Select(h => h.Descriptor.Name), "mptcp:by=address", "slicing:placement=spread"];
    private static readonly string?[] Lacp = [null, "lacp"];
    private static readonly string?[] Bundles = [null, "linux-bond/layer3+4", "flowlet/letflow:gap=50us", "round-robin", "drill"];

    // What chooses the whole way of its packets at the host leaves nothing to choose.
    private static readonly string[] WholeWay = ["presto", "hermes", "clove"];

    [Fact]
    public void Hosts_OverEachFabric_DeliverAllOrSayWhyNot() => AssertAll(from host in Hosts from fabric in Fabrics select (host, fabric, (string?)null, (string?)null));

    [Fact]
    public void Hosts_OverLacpOverEachBundle_DeliverAll() =>
        AssertAll(from host in Hosts from lacp in Lacp from bundle in Bundles select (host, (string?)null, lacp, bundle));

    [Fact]
    public void Fabrics_OverLacpOverEachBundle_DeliverAll() =>
        AssertAll(from fabric in Fabrics from lacp in Lacp from bundle in Bundles select ((string?)null, fabric, lacp, bundle));

    [Theory]
    [InlineData("mptcp:subflows=3:coupling=olia over conga over lacp over linux-bond/layer3+4")]
    [InlineData("mpio:sessions=4 over hula over lacp:timeout=long over netapp/sfh-port")]
    [InlineData("edge-entropy over afs-weighted over lacp over linux-bond/layer2+3")]
    [InlineData("elephants/mark over dscp-steer over lacp over flowlet/afs")]
    [InlineData("plb over hedera:interval=2ms:install=100us over lacp over resilient")]
    [InlineData("sender-flowlets over sdn:table=4 over lacp over round-robin")]
    public void Stack_OfFour_DeliversAll(string stack) => Assert.Equal("", Outcome(stack));

    [Theory]
    [InlineData("mptcp over mpio", "mpio does not go below what stands before it; write host over fabric over lacp over bundle, or some of these")]
    [InlineData("conga over mptcp", "mptcp does not go below what stands before it; write host over fabric over lacp over bundle, or some of these")]
    [InlineData("conga over hula", "hula does not go below what stands before it; write host over fabric over lacp over bundle, or some of these")]
    [InlineData("drill over lacp", "lacp does not go below what stands before it; write host over fabric over lacp over bundle, or some of these")]
    [InlineData("mptcp@ovs/tcp over conga", "mptcp asks no policy; write mptcp over ovs/tcp")]
    [InlineData("presto over conga", "presto chooses the whole way of its packets and leaves conga nothing to choose; write presto or conga without the other")]
    [InlineData("hermes over hedera over lacp over drill", "hermes chooses the whole way of its packets and leaves hedera nothing to choose; write hermes or hedera without the other")]
    public void Stack_ThatMakesNoSense_SaysWhatToWrite(string stack, string expected)
    {
        Assert.EndsWith(expected, Simulation.Techniques.TechniqueCheck.Judge(stack), StringComparison.Ordinal);
        Assert.Equal(expected, Outcome(stack));
    }

    /// <summary>One host cuts into flowcells and puts in order what it receives; the others send it connections of several sessions.</summary>
    [Fact]
    public void Host_WithATechniqueOfItsOwn_WorksBesideThatOfAll_AndIsJudgedUnderTheFabric()
    {
        Scenario scenario = TestScenario.Read(Fabric);
        scenario = scenario with { Hosts = [.. scenario.Hosts.Select((h, i) => i == 2 ? h with { Technique = "presto" } : h)] };
        Assert.Equal("", Outcome(scenario, "mptcp:subflows=3"));
        Assert.Equal("presto chooses the whole way of its packets and leaves conga nothing to choose; write presto or conga without the other", Outcome(scenario, "mptcp over conga"));
    }

    /// <summary>Four interfaces are four paths; a LAG of four links is one interface, to which sessions are flows to hash.</summary>
    [Theory]
    [InlineData("mpio", 3.9, 4)]
    [InlineData("mpio over lacp", 0.97, 1)]
    [InlineData("mpio:sessions=4 over lacp over linux-bond/layer2", 0.97, 1)]
    [InlineData("mpio:by=port:sessions=32 over lacp over linux-bond/layer3+4", 3.4, 4)]
    [InlineData("mpio:sessions=32 over lacp over linux-bond/layer3+4", 3.4, 4)]
    [InlineData("mptcp:subflows=4:by=address", 3.8, 4)]
    [InlineData("mptcp:subflows=16 over lacp", 3.4, 4)]
    [InlineData("smb-multichannel:rss=false", 3.8, 4)]
    [InlineData("smb-multichannel:rss=false over lacp", 0.97, 1)]
    [InlineData("slicing:placement=spread:slices=4", 3.8, 4)]
    [InlineData("slicing:placement=packed:slices=4", 0.97, 1)]
    [InlineData("presto", 3.4, 4)]
    [InlineData("presto over lacp", 0.97, 1)]
    public void Elephant_OverFourLinks_HasAsManyAsItsSessionsAreToldApart(string stack, double least, double most)
    {
        var scenario = new Scenario
        {
            Name = "four",
            Hosts = [new Host("host"), new Host("nas")],
            Switches = [new Switch("switch")],
            Bundles =
            [
                Bundle("up", "host", [.. Enumerable.Repeat(new BundleLink("switch", 1.Gbps, 5.Us, Queue(100_000)), 4)]),
                Bundle("nas", "switch", new BundleLink("nas", 10.Gbps, 5.Us, Queue(1_000_000))),
            ],
            Measured = ["up"],
            Duration = 300.Ms,
            WarmUp = 100.Ms,
            Transport = new Settings { CongestionControl = CongestionControl.NewReno, Handshake = false, RtoMin = 10.Ms },
            Traffic = [new ElephantTraffic { Name = "flow", From = ["host"], To = ["nas"] }],
        };
        RunResult result = Trial.Run(scenario, stack, 1);
        double links = result.DeliveredBytes[0] / (1e9 / 8 * result.MeasuredPs / 1e12 * 1448 / 1538);
        Assert.InRange(links, least, most + 0.01);
    }

    /// <summary>Two large flows that hash to one of two uplinks: the marks alone, or the switches that read them alone, do nothing; both part the flows.</summary>
    [Fact]
    public void ElephantsThatAreMarked_OverSwitchesThatReadMarks_HaveALinkEach()
    {
        ulong[] seeds = [.. Enumerable.Range(1, 64).Select(s => (ulong)s).Where(s => LastOf("linux-ecmp/l4", s) > 0.048).Take(4)];
        Assert.Equal(4, seeds.Length);
        foreach (ulong seed in seeds)
        {
            double together = LastOf("linux-ecmp/l4", seed);
            Assert.Equal(together, LastOf("elephants/mark", seed));
            Assert.Equal(together, LastOf("dscp-steer", seed));

            // The first megabyte of each is sent before it is marked, at half a link; the other two at a whole one.
            Assert.InRange(LastOf("elephants/mark over dscp-steer", seed), 0.028, 0.036);
        }
    }

    // Three megabytes each over 1 Gb/s: 51 ms when they share a link, 25.5 when not. Seconds until the later ends.
    private static double LastOf(string stack, ulong seed)
    {
        var scenario = new Scenario
        {
            Name = "pair",
            Hosts = [new Host("a"), new Host("b"), new Host("c"), new Host("d")],
            Switches = [new Switch("la"), new Switch("lb"), new Switch("s1"), new Switch("s2")],
            Bundles =
            [
                .. new[] { ("a", "la"), ("b", "la"), ("c", "lb"), ("d", "lb") }.Select(p => Bundle($"nic-{p.Item1}", p.Item1, new BundleLink(p.Item2, 2.Gbps, 2.Us, Queue(300_000)))),
                Bundle("up-a", "la", new BundleLink("s1", 1.Gbps, 2.Us, Queue(300_000)), new BundleLink("s2", 1.Gbps, 2.Us, Queue(300_000))),
                Bundle("up-b", "lb", new BundleLink("s1", 1.Gbps, 2.Us, Queue(300_000)), new BundleLink("s2", 1.Gbps, 2.Us, Queue(300_000))),
            ],
            Measured = ["up-a"],
            Duration = 1000.Ms,
            Transport = new Settings { CongestionControl = CongestionControl.Cubic, Handshake = false, RtoMin = 10.Ms },
            Traffic =
            [
                new ElephantTraffic { Name = "first", From = ["a"], To = ["c"], Bytes = new ByteCount(FlowBytes) },
                new ElephantTraffic { Name = "second", From = ["b"], To = ["d"], Bytes = new ByteCount(FlowBytes) },
            ],
        };
        RunResult result = Trial.Run(scenario, stack, seed);
        Assert.Equal(2 * FlowBytes, result.DeliveredBytes.Sum());
        return result.Elephants.Max(e => e.ToPs) / 1e12;
    }

    private static void AssertAll(IEnumerable<(string? Host, string? Fabric, string? Lacp, string? Bundle)> stacks)
    {
        string[] names = [.. stacks.Where(s => s != default).Select(s => string.Join(" over ", new[] { s.Host, s.Fabric, s.Lacp, s.Bundle }.OfType<string>())).Distinct()];
        string[] outcomes = Trial.All(names, name => $"{name}: {Outcome(name)}");
        Assert.Equal(names.Select(n => $"{n}: {Expected(n)}"), outcomes);
    }

    private static string Expected(string stack)
    {
        string[] parts = stack.Split(" over ");
        return WholeWay.Contains(parts[0]) && parts.Length > 1 && Fabrics.Contains(parts[1])
            ? $"{parts[0]} chooses the whole way of its packets and leaves {parts[1]} nothing to choose; write {parts[0]} or {parts[1]} without the other"
            : "";
    }

    // Why not; or which bytes did not arrive; empty when all is well. A run that loses count of packets throws.
    private static string Outcome(string stack) => Outcome(TestScenario.Read(Fabric), stack);

    private static string Outcome(Scenario scenario, string stack)
    {
        RunResult result = ScenarioRun.Run(scenario, stack, 1, new RunControl())!;
        if (result.NotApplicable is { } why)
        {
            return why;
        }

        long requested = result.Flows.Sum(f => f.Bytes);
        return (result.UnfinishedFlows, result.DeliveredBytes[0], result.DeliveredBytes.Skip(1).All(b => b > 0), requested > 0) switch
        {
            (0, 4 * 300_000, true, true) => "",
            var (unfinished, bytes, all, _) => $"{unfinished} flows unfinished, {bytes} bytes of elephants, {(all ? "all" : "not all")} traffic delivers",
        };
    }
}
