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

    /// <summary>The initial window holds the whole flow, so that it meets no other bound than the links: the simulator agrees.</summary>
    [Fact]
    public void Slowdown_OfAFlowThatIsAlone_IsOne()
    {
        Scenario scenario = TestScenario.Read(Alone);
        CompareResult result = Comparison.Create(new ComparisonOptions { Scenario = scenario, Techniques = ["random"], Seeds = [1] }, [])!.Run(_ => true);

        Assert.All(result.Techniques, t => Assert.Equal(1, t.Slowdown!.Mice.Mean!.Value, 1e-9));
    }
}
