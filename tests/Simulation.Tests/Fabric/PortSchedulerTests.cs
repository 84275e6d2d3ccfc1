using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Tests.Fabric;

/// <summary>Ports with classes or shared memory: beside plain ports, and by closed forms.</summary>
public sealed class PortSchedulerTests
{
    private const double WireBytes = 1466;
    private const double Payload = 1400;

    private static readonly int[] TwoStrictClasses = [0, 0];

    [Theory]
    [InlineData("nas", "linux-bond/layer3+4", "duration=20ms", "warm-up=2ms")]
    [InlineData("nas", "random", "duration=20ms", "warm-up=2ms")]
    [InlineData("leaf-spine", "flowlet/letflow", "duration=10ms", "warm-up=1ms")]
    [InlineData("incast", "linux-ecmp/l4", "duration=40ms", "warm-up=2ms")]
    public void OneClassInUse_OfAPortWithTwo_DoesWhatAPlainPortDoes(string name, string technique, params string[] sets)
    {
        Scenario plain = TestScenario.BuiltIn(name, sets);
        Scenario twin = plain with
        {
            Bundles = [.. plain.Bundles.Select(b => b with { Links = [.. b.Links.Select(WithClasses)] })],
        };

        RunResult one = Run(plain, technique);
        RunResult two = Run(twin, technique);

        Assert.Equal(one.PacketHops, two.PacketHops);
        Assert.Equal(one.DeliveredBytes, two.DeliveredBytes);
        Assert.Equal(one.Counts.Drops, two.Counts.Drops);
        Assert.Equal(one.Flows, two.Flows);

        // A plain port counts a frame's wait when it accepts it, the other when it sends it.
        Assert.Equal(one.Links.Select(l => (l.Bytes, l.Frames)), two.Links.Select(l => (l.Bytes, l.Frames)));
    }

    [Fact]
    public void StrictClass_GoesFirst_AndTheOtherHasTheRest()
    {
        double[] rates = RatesOf("classes: [strict, strict]", 6, 8);

        // Payload of 1400 B is 1466 B on the wire.
        Assert.Equal(6 * WireBytes / Payload, rates[0], 0.02);
        Assert.Equal(10 - (6 * WireBytes / Payload), rates[1], 0.02);
    }

    [Theory]
    [InlineData("classes: [3, 1]", 7.5, 2.5)]
    [InlineData("classes: [1, 1]", 5, 5)]
    [InlineData("classes: [strict, 1]", 10, 0)]
    public void Weights_ShareALinkThatBothCouldFill(string classes, double first, double second)
    {
        double[] rates = RatesOf(classes, 10, 10);
        double used = rates.Sum();

        Assert.Equal(10, used, 0.02);
        Assert.Equal(first, rates[0] * 10 / used, 0.1);
        Assert.Equal(second, rates[1] * 10 / used, 0.1);
    }

    /// <summary>Each of n full ports holds alpha ÷ (1 + n alpha) of the memory (Choudhury and Hahne, 1998).</summary>
    [Theory]
    [InlineData("100%", 1, 0.5)]
    [InlineData("100%", 2, 1.0 / 3)]
    [InlineData("50%", 1, 1.0 / 3)]
    [InlineData("800%", 1, 8.0 / 9)]
    public void SharedMemory_IsHeldByFullPortsAsTheThresholdSays(string alpha, int ports, double share)
    {
        const int Memory = 1_000_000;
        string second = ports == 2 ? "  - {kind: udp, name: u2, from: [a3, a4], to: b2, rate: 9Gb/s}" : "";
        Scenario scenario = TestScenario.Read($$$"""
            scenario: shared
            duration: 20ms
            warm-up: 10ms
            seeds: 1
            hosts: {a: {count: 4}, b: {count: 2}}
            switches: {s: {shared-buffer: {{{Memory}}}B, shared-alpha: {{{alpha}}}}}
            bundles:
              in: {between: [a, s], rate: 10Gb/s}
              out: {between: [s, b], rate: 10Gb/s, queue: 4MB}
            measure: out
            traffic:
              - {kind: udp, name: u1, from: [a1, a2], to: b1, rate: 9Gb/s}
            {{{second}}}
            techniques: [linux-ecmp/l4]
            """);
        RunResult result = Run(scenario, "linux-ecmp/l4");

        double[] held = [.. Enumerable.Range(0, ports).Select(i => result.Samples.Average(s => (double)s.BacklogBytes[i]) / Memory)];

        Assert.All(held, h => Assert.InRange(h, share * 0.97, share * 1.03));
    }

    private static double[] RatesOf(string classes, int firstGbps, int secondGbps)
    {
        Scenario scenario = TestScenario.Read($$$"""
            scenario: classes
            duration: 20ms
            warm-up: 5ms
            seeds: 1
            hosts: {a: , b: , c: }
            switches: {s: }
            bundles:
              a: {between: [a, s], rate: 40Gb/s}
              b: {between: [b, s], rate: 40Gb/s}
              out: {between: [s, c], rate: 10Gb/s, queue: {bound: 200KB, {{{classes}}}}}
            measure: out
            traffic:
              - {kind: udp, name: first, from: a, to: c, rate: {{{firstGbps}}}Gb/s, class: 0}
              - {kind: udp, name: second, from: b, to: c, rate: {{{secondGbps}}}Gb/s, class: 1}
            techniques: [linux-ecmp/l4]
            """);
        RunResult result = Run(scenario, "linux-ecmp/l4");

        return [.. result.DeliveredBytes.Select(b => b * 8 * (WireBytes / Payload) / (result.MeasuredPs / 1e12) / 1e9)];
    }

    private static RunResult Run(Scenario scenario, string technique) => ScenarioRun.Run(scenario, technique, 1, new RunControl())!;

    private static BundleLink WithClasses(BundleLink link) => link with
    {
        Queue = link.Queue with { ClassWeights = TwoStrictClasses },
        QueueBack = (link.QueueBack ?? link.Queue) with { ClassWeights = TwoStrictClasses },
    };
}
