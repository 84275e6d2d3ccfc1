using Trunkline.Scenarios.Model;
using static Trunkline.Scenarios.Tests.Reading.TestReader;

namespace Trunkline.Scenarios.Tests.Reading;

public sealed class GeneratorTests
{
    [Theory]
    [InlineData(2, 2, 5, 6)]
    [InlineData(4, 16, 20, 48)]
    [InlineData(8, 128, 80, 384)]
    [InlineData(16, 1024, 320, 3072)]
    public void FatTree_OfSwitchesWithKPorts_HasTheKnownCounts(int k, int hosts, int switches, int links)
    {
        Scenario scenario = Topology($"fat-tree: {{k: {k}}}");

        Assert.Equal((hosts, switches, links), (scenario.Hosts.Count, scenario.Switches.Count, scenario.Bundles.Sum(b => b.Links.Count)));
        Assert.All(PortsOf(scenario).Where(p => scenario.Switches.Any(s => s.Name == p.Key)), p => Assert.Equal(k, p.Value));
        Assert.Equal(k * k / 2, scenario.Measured.Count);
    }

    [Fact]
    public void FatTree_OfFour_ConnectsEachCoreWithEachPod()
    {
        Scenario scenario = Topology("fat-tree: {k: 4}");

        Assert.Equal(["h1-up:edge1", "h3-up:edge2", "edge3-up:agg3,agg4", "agg3-up:core1,core2", "agg4-up:core3,core4"], Links(scenario, "h1-up", "h3-up", "edge3-up", "agg3-up", "agg4-up"));
    }

    [Fact]
    public void LeafSpine_WithEveryKey_SetsLinksAndQueues()
    {
        Scenario scenario = Topology("leaf-spine: {leaves: 2, spines: 3, hosts-per-leaf: 2, host-rate: 25Gb/s, host-links: 2, uplink-rate: 100Gb/s, links-per-uplink: 2, delay: 3us, queue: {bound: 100KB, ecn: 30KB}, host-queue: 1MB}");

        Assert.Equal(["h1-up:leaf1,leaf1", "h4-up:leaf2,leaf2", "leaf2-up:spine1,spine1,spine2,spine2,spine3,spine3"], Links(scenario, "h1-up", "h4-up", "leaf2-up"));
        Assert.Equal(["leaf1-up", "leaf2-up"], scenario.Measured);
        BundleLink access = scenario.Bundles[0].Links[0], uplink = scenario.Bundles[^1].Links[0];
        Assert.Equal(("25Gb/s", "100Gb/s", "3us"), (access.Rate.ToString(), uplink.Rate.ToString(), uplink.Delay.ToString()));
        Assert.Equal((1_000_000, 100_000, 100_000), (access.Queue.Bound.Bytes, access.QueueBack!.Bound.Bytes, uplink.Queue.Bound.Bytes));
        Assert.Equal(30_000, access.Queue.Marking!.Maximum.Bytes);
        Assert.Null(uplink.QueueBack);
    }

    [Fact]
    public void Dumbbell_OfFourPairs_HasTheBottleneckBetween()
    {
        Scenario scenario = Topology("dumbbell: {pairs: 4, bottleneck-rate: 40Gb/s, bottleneck-links: 2}");

        Assert.Equal(["sender4-up:left", "receiver1-up:right", "bottleneck:right,right"], Links(scenario, "sender4-up", "receiver1-up", "bottleneck"));
        Assert.Equal(["bottleneck"], scenario.Measured);
        Assert.Equal("40Gb/s", scenario.Bundles[^1].Links[0].Rate.ToString());
    }

    [Fact]
    public void Bundles_BesideAGenerator_ChangeSingleLinks()
    {
        Scenario scenario = Topology("leaf-spine: {leaves: 2, spines: 3, hosts-per-leaf: 1}", "bundles: {leaf1-up: {overrides: {spine2: {rate: 1Gb/s}}}, leaf*-up: {delay: 9us}, h1-up..h2-up: {loss: 1%}, bypass: {between: [h1, h2]}}");

        Assert.Equal(["10Gb/s", "1Gb/s", "10Gb/s"], scenario.Bundles.Single(b => b.Name == "leaf1-up").Links.Select(l => l.Rate.ToString()));
        Assert.All(scenario.Bundles.Where(b => b.Name.StartsWith("leaf", StringComparison.Ordinal)).SelectMany(b => b.Links), l => Assert.Equal("9us", l.Delay.ToString()));
        Assert.Equal([10_000, 10_000], scenario.Bundles.Take(2).Select(b => b.Links[0].LossPpm));
        Assert.Equal("bypass", scenario.Bundles[^1].Name);
    }

    [Fact]
    public void Switches_BesideAGenerator_ChangeATierOrOne()
    {
        Scenario scenario = Topology("leaf-spine: {leaves: 2, spines: 2, hosts-per-leaf: 1}", "switches: {own: , leaf: {shared-buffer: 1MB, shared-alpha: 50%}, leaf2: {shared-buffer: 2MB}}");

        Assert.Equal(["own", "leaf1", "leaf2", "spine1", "spine2"], scenario.Switches.Select(s => s.Name));
        Assert.Equal([null, 1_000_000, 2_000_000, null, null], scenario.Switches.Select(s => s.SharedBuffer?.Bytes));
        Assert.Equal([1000, 500, 500, 1000, 1000], scenario.Switches.Select(s => s.SharedAlphaThousandths));
    }

    [Theory]
    [InlineData(9_000)]
    [InlineData(64_000)]
    [InlineData(65_497)]
    public void Frames_AsLongAsTheyMayBe_AreTaken(int mtu) =>
        Assert.Equal(mtu, Topology("dumbbell: {pairs: 1}", $"mtu: {mtu}\nbundles: {{bottleneck: {{delay: 2s, rate: 600kb/s, queue: 7500KB}}}}\n").MtuBytes);

    private static Scenario Topology(string topology, string more = "") =>
        Good($"scenario: x\ntopology: {{{topology}}}\ntraffic: [{{kind: permutation, from: all}}]\n{more}");

    private static IEnumerable<string> Links(Scenario scenario, params string[] bundles) =>
        bundles.Select(b => $"{b}:{string.Join(',', scenario.Bundles.Single(each => each.Name == b).Links.Select(l => l.To))}");

    private static Dictionary<string, int> PortsOf(Scenario scenario) => scenario.Bundles
        .SelectMany(b => b.Links.SelectMany(l => new[] { b.From, l.To }))
        .CountBy(n => n)
        .ToDictionary();
}
