using Trunkline.Results;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Tests;

public class IdleNetworkTests
{
    private const string Alone = """
        scenario: alone
        duration: 10ms
        seeds: 1
        hosts: {a: , b: }
        switches: {s: }
        bundles:
          left: {between: [a, s], rate: 10Gb/s, delay: 1us}
          right: {between: [s, b], rate: 1Gb/s, delay: 2us}
        measure: left
        traffic:
          - {kind: elephants, from: a, to: b, bytes: 14480B}
        transport: {handshake: false, coalescing: false}
        """;

    /// <summary>3 us of delay, ten frames of 1538 B at 8 ns a byte, one of them at 0.8 ns a byte.</summary>
    [Fact]
    public void TimePs_OfTenSegmentsOverASlowSecondHop_IsDelaySlowestLinkAndOneFrameBefore()
    {
        var idle = new IdleNetwork(TestScenario.Read(Alone));

        Assert.Equal(3_000_000 + (15_380 * 8_000) + (1_538 * 800), idle.TimePs(new FlowRecord(0, FlowKind.Flow, 0, 1, 14_480, 0, 0)));
    }

    [Fact]
    public void TimePs_WithAHandshake_HasItsRoundTripToo()
    {
        var idle = new IdleNetwork(TestScenario.Read(Alone, "transport.handshake=true"));

        // Frames of 52 B of headers and 38 B around them, both ways.
        const long RoundTrip = 2 * (3_000_000 + (90 * 8_000) + (90 * 800));
        Assert.Equal(3_000_000 + (15_380 * 8_000) + (1_538 * 800) + RoundTrip, idle.TimePs(new FlowRecord(0, FlowKind.Flow, 0, 1, 14_480, 0, 0)));
    }

    /// <summary>Ten servers' shares of one frame each, one behind the other over the client's link; the first came over a server's before.</summary>
    [Theory]
    [InlineData("1Gb/s", (10 * 1_538 * 8_000) + (1_538 * 800))]
    [InlineData("100Gb/s", (10 * 1_538 * 80) + (1_538 * 800))]
    public void TimePs_OfARoundOfIncast_IsThatOfAllSharesThroughTheClientsNic(string nic, long framesPs)
    {
        const string Hosts = "c, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9";
        string links = string.Concat(Enumerable.Range(0, 10).Select(i => $"  l{i}: {{between: [s{i}, s], rate: 10Gb/s, delay: 1us}}\n"));
        var idle = new IdleNetwork(TestScenario.Read($$"""
            scenario: incast
            duration: 10ms
            seeds: 1
            hosts: {{{Hosts.Replace(",", ": ,", StringComparison.Ordinal)}}: }
            switches: {s: }
            bundles:
              client: {between: [s, c], rate: {{nic}}, delay: 2us}
            {{links}}
            measure: client
            traffic:
              - {kind: incast, from: c, to: [{{Hosts[3..]}}], bytes: 14480B}
            transport: {coalescing: false}
            """));

        Assert.Equal(3_000_000 + framesPs, idle.TimePs(new FlowRecord(0, FlowKind.Flow, 1, 0, 14_480, 0, 0)));
    }

    /// <summary>The initial window holds the whole flow, so that it meets no other bound than the links: the simulator agrees.</summary>
    [Fact]
    public void Slowdown_OfAFlowThatIsAlone_IsOne()
    {
        Scenario scenario = TestScenario.Read(Alone);
        CompareResult result = Comparison.Create(new ComparisonOptions { Scenario = scenario, Techniques = ["random"], Seeds = [1] }, [])!.Run(_ => true);

        Assert.All(result.Techniques, t => Assert.Equal(1, t.Slowdown!.Mice.Mean!.Value, 1e-9));
    }
}
