using Trunkline.Scenarios.Model;

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

    private static double RateOf(RunResult result) => result.DeliveredBytes.Sum() * 8 / (result.MeasuredPs / 1e12) / 1e9;

    private static RunResult Run(string technique, params string[] events)
    {
        Scenario scenario = TestScenario.Read($$$"""
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
            techniques: [{{{technique}}}]
            """);
        return ScenarioRun.Run(scenario, technique, 1, new RunControl())!;
    }
}
