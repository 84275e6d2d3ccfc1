using Trunkline.Results;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Tests.Validation;

namespace Trunkline.Simulation.Tests;

/// <summary>What happens to links, and who notices: one host of 40 Gb/s behind four links of 10 Gb/s.</summary>
public sealed class LinkEventsTests
{
    [Theory]
    [InlineData("spray/resequenced")]
    [InlineData("mlppp")]
    [InlineData("trunk")]
    [InlineData("round-robin")]
    [InlineData("flowlet/letflow")]
    public void AllLinksDown_ThenOneUp_CarriesAgain(string technique)
    {
        RunResult result = Run(technique, "{at: 10ms, link: up/*, down: true}", "{at: 20ms, link: up/0, up: true}");

        // 8 of 58 ms on four links, 10 on none, 40 on one, at 9.41 Gb/s of payload each, less the way out of timeouts.
        Assert.InRange(RateOf(result), 10.3, 9.41 * ((8 * 4) + 40) / 58);
    }

    [Fact]
    public void Down_NoticedAfterTheLinkIsBack_ChangesNothing()
    {
        RunResult result = Run("round-robin", "{at: 5ms, link: up/0, down: true, detect-after: 10ms}", "{at: 10ms, link: up/0, up: true}");

        Assert.InRange(result.Links[0].Utilization / result.Links[1].Utilization, 0.7, 1.05);
    }

    [Fact]
    public void Up_OfOneDirectionAlone_IsNoLink()
    {
        RunResult result = Run("round-robin", "{at: 5ms, link: up/0, down: true}", "{at: 10ms, link: up/0, up: true, direction: back}");

        Assert.Equal(0, result.Samples[^1].Bytes[0]);
        Assert.True(result.Samples[^1].Bytes[1] > 0);
    }

    [Theory]
    [InlineData("shortest-queue")]
    [InlineData("keep-order")]
    public void Up_AfterASlowerRate_IsAsFastAsAtFirst(string technique)
    {
        RunResult result = Run(technique, "{at: 1ms, link: up/0, rate: 1Gb/s}", "{at: 5ms, link: up/0, up: true}");

        LoadSample last = result.Samples[^1];
        Assert.InRange((double)last.Bytes[0] / last.Bytes[1], 0.8, 1.25);
    }

    [Fact]
    public void Trunk_OfLinksThatAllBecameSlower_IsAsSlowAsTheyAre()
    {
        RunResult result = Run("trunk", "{at: 0ms, link: up/*, rate: 1Gb/s}");

        Assert.InRange(RateOf(result), 3.0, 4.0);
    }

    [Fact]
    public void Trunk_OverPortsWithClasses_IsNotApplicable()
    {
        Scenario scenario = TestScenario.BuiltIn("nas", "bundles.uplinks.queue={bound: 500KB, classes: [strict, strict]}");

        Assert.Contains("classes", ScenarioRun.Run(scenario, "trunk", 1, new RunControl())!.NotApplicable);
    }

    [Fact]
    public void Multilink_OverEthernet_PaysForFrames()
    {
        RunResult trunk = Run("trunk");
        RunResult mlppp = Run("mlppp");

        // 4 bytes of header and 8 of PPPoE and PPP in each of 1538.
        Assert.Equal(1538.0 / 1550, RateOf(mlppp) / RateOf(trunk), 0.003);
    }

    [Fact]
    public void Multicast_ReachesEveryReceiver_CountsOnce_AndInOrder()
    {
        Scenario scenario = TestScenario.BuiltIn("multicast", "duration=10ms", "warm-up=1ms");
        RunResult result = ScenarioRun.Run(scenario, "linux-ecmp/l3", 1, new RunControl())!;
        var traffic = (MulticastTraffic)scenario.Traffic[0];
        double offered = traffic.Rate.BitsPerSecond * traffic.Groups * (double)traffic.From.Count;

        Assert.True(traffic.To.Count > 1);
        Assert.Equal(1, result.DeliveredBytes[0] * 8 / (result.MeasuredPs / 1e12) / offered, 0.01);
        Assert.Equal(0, result.Transport[0].OutOfOrder);
    }

    [Fact]
    public void Multicast_OfReceiversBehindDifferentSetsOfLinks_ComesOnceToEach()
    {
        // Towards b only s1 is left, towards c both are: copies for b and for c part at l1, and meet again at s1.
        Scenario scenario = TestScenario.Read("""
            scenario: crossing
            duration: 10ms
            hosts: [a, b, c]
            switches: [l1, l2, l3, s1, s2]
            bundles:
              a-up: {between: [a, l1], rate: 10Gb/s}
              l1-up: {between: [l1, [s1, s2]], rate: 10Gb/s}
              l2-up: {between: [l2, [s1, s2]], rate: 10Gb/s}
              l3-up: {between: [l3, [s1, s2]], rate: 10Gb/s}
              b-up: {between: [b, l2], rate: 10Gb/s}
              c-up: {between: [c, l3], rate: 10Gb/s}
            measure: l1-up
            events: [{at: 0ms, link: l2-up/s2, down}]
            traffic:
              - {kind: multicast, from: a, to: [b, c], rate: 1Gb/s, start: 1ms, stop: 9ms}
            """);
        long[] toHosts = new long[2];
        RunResult result = Trial.Run(scenario, "round-robin", 1, simulator =>
        {
            int[] ports = [simulator.Network.Topology.PortsOf("b-up", isBack: true).Single(), simulator.Network.Topology.PortsOf("c-up", isBack: true).Single()];
            Trial.Watch(simulator, ports[0], (_, _) => toHosts[0]++);
            Trial.Watch(simulator, ports[1], (_, _) => toHosts[1]++);
        });

        // 8 ms of 1 Gb/s in packets of 1316 bytes, the first at the start.
        Assert.Equal(760, toHosts[0]);
        Assert.Equal(toHosts[0], toHosts[1]);
        Assert.Equal(760 * 1316, result.DeliveredBytes[0]);
    }

    [Fact]
    public void Utilization_OfALinkThatBecameSlower_IsOfTheSpeedsThatItHad()
    {
        // Full at 10 Gb/s for 28 ms and at 2 for 30: 0.59 of what it could have sent at its first speed.
        RunResult result = Run("single-mode", "{at: 30ms, link: up/0, rate: 2Gb/s}");

        Assert.InRange(result.Links[0].Utilization, 0.97, 1);
    }

    [Fact]
    public void Utilization_OfALinkThatWasHalvedInTheMiddle_IsOneWhenItIsFull()
    {
        // 29 ms at 10 Gb/s and 29 ms at 5: a mean of 7.5, beside three links of 10 that carry nothing.
        RunResult result = Run("single-mode", "{at: 31ms, link: up/0, rate: 5Gb/s}");

        Assert.InRange(result.Links[0].Utilization, 0.99, 1);
        Assert.Equal(7.5e9, result.Links[0].MeanBitsPerSecond, 1.0);
        Assert.Equal(10e9, result.Links[1].MeanBitsPerSecond, 1.0);
        Assert.Equal(10_000_000_000, result.Links[0].BitsPerSecond);
    }

    [Fact]
    public void Imbalance_OfLinksThatAreFullAtTheSpeedsThatTheyHad_IsOne()
    {
        // All four are full throughout; by its first speed the slower one would make the others look overloaded, by 23 %.
        Scenario scenario = Scenario("{at: 10ms, link: up/0, rate: 1Gb/s}");
        var result = new RunResult[] { Run(scenario, "shortest-queue") };
        CompareTechnique row = new TechniqueSummary(scenario, 40_000_000_000, new IdleNetwork(scenario)).Of("shortest-queue", result);

        Assert.All(result[0].Links.Where(l => !l.IsBack), l => Assert.InRange(l.Utilization, 0.9, 1));
        Assert.InRange(row.Imbalance!.Value, 1, 1.05);
    }

    [Fact]
    public void Elephants_ThatBeginAtOnce_EndEachAtItsOwnTime()
    {
        // A thousand segments over 1 Gb/s and over 10 Gb/s, of one pair and one instant: the hash parts them, round robin would not.
        Scenario scenario = TestScenario.Read("""
            scenario: apart
            duration: 100ms
            hosts: [a, b]
            switches: [s]
            bundles:
              up: {between: [a, s], links: 2, rate: 10Gb/s, overrides: {1: {rate: 1Gb/s}}}
              down: {between: [s, b], rate: 40Gb/s}
            traffic: [{kind: elephants, from: a, to: b, count: 2, bytes: 1460KB}]
            """);
        RunResult result = Trial.Run(scenario, "pinned", 1);

        Assert.InRange(result.Elephants[0].BitsPerSecond, 3e9, 10e9);
        Assert.InRange(result.Elephants[1].BitsPerSecond, 0.5e9, 1e9);
    }

    private static double RateOf(RunResult result) => result.DeliveredBytes.Sum() * 8 / (result.MeasuredPs / 1e12) / 1e9;

    private static RunResult Run(string technique, params string[] events) => Run(Scenario(events), technique);

    private static RunResult Run(Scenario scenario, string technique) => ScenarioRun.Run(scenario, technique, 1, new RunControl())!;

    private static Scenario Scenario(params string[] events) =>
        TestScenario.Read($$$"""
            scenario: events
            duration: 60ms
            warm-up: 2ms
            seeds: 1
            hosts: [a, b]
            switches: [s]
            bundles:
              up: {between: [a, s], links: 4, rate: 10Gb/s}
              down: {between: [s, b], rate: 40Gb/s}
            measure: up
            traffic:
              - {kind: elephants, from: a, to: b, count: 8, transport: {rto-min: 2ms}}
            events: [{{{string.Join(", ", events)}}}]
            techniques: [static]
            """);
}
