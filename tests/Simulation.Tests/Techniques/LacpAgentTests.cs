using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Tests.Validation;

namespace Trunkline.Simulation.Tests.Techniques;

/// <summary>LACP over links of 1 Gb/s between a hypervisor and a switch: where it differs from a static bundle, and where it does not.</summary>
public sealed class LacpAgentTests
{
    private const string Lacp = "lacp over linux-bond/layer3+4";
    private const string Static = "linux-bond/layer3+4";

    [Fact]
    public void Miswired_Link_GetsItsShareOfAStaticBundle_AndNothingWithLacp()
    {
        Scenario scenario = Of("lag: true, overrides: {3: {to: other}}", duration: "200ms");

        // A hash sends about a quarter of the sessions there, whose first segments are sent again until the end.
        RunResult hashed = Trial.Run(scenario, Static, 1);
        Assert.True(hashed.Counts.Drops > 0);
        Assert.True(FramesOn(hashed, 3) > 0);

        RunResult agreed = Trial.Run(scenario, Lacp, 1);
        Assert.Equal(0, agreed.Counts.Drops);
        Assert.Equal(0, FramesOn(agreed, 3));
        Assert.True(agreed.DeliveredBytes[0] > 1.15 * hashed.DeliveredBytes[0]);
    }

    [Theory]
    [InlineData("short", 3, 5)]
    [InlineData("long", 9, 9)]
    public void OneWayFailure_IsLeftWhenThePartnerHasHeardNothing(string timeout, double earliest, double latest)
    {
        // Silent from 2.0 s on. With the short timeout the switch waits for three seconds after the last LACPDU that it heard, which is
        // at most one second older than the silence; it tells the hypervisor, which leaves the link at once.
        Scenario scenario = Of("lag: true", duration: "9s", events: "{at: 2s, link: uplinks/1, silent, direction: forth}");
        RunResult result = Trial.Run(scenario, $"lacp:timeout={timeout} over round-robin", 1);

        double left = result.Samples.Where(s => s.Bytes[1] > 10_000).Max(s => SimTime.ToSeconds(s.EndPs));
        Assert.InRange(left, earliest, latest + 0.1);
    }

    [Fact]
    public void MixedSpeeds_UseTheFasterSet_WhileAStaticBundleUsesAll()
    {
        Scenario scenario = Of("overrides: {2..3: {rate: 10Gb/s}}", duration: "100ms");

        Assert.All([0, 1, 2, 3], link => Assert.True(FramesOn(Trial.Run(scenario, "round-robin", 1), link) > 0));
        RunResult agreed = Trial.Run(scenario, "lacp over round-robin", 1);
        Assert.All([0, 1], link => Assert.Equal(0, FramesOn(agreed, link)));
        Assert.All([2, 3], link => Assert.True(FramesOn(agreed, link) > 0));
    }

    [Theory]
    [InlineData("max-links=2", 2)]
    [InlineData("min-links=4", 4)]
    [InlineData("min-links=5", 0)]
    public void LinksInUse_AreAsManyAsAllowed(string parameter, int used)
    {
        RunResult result = Trial.Run(Of("", duration: "100ms"), $"lacp:{parameter} over round-robin", 1);

        Assert.Equal(used, Enumerable.Range(0, 4).Count(link => FramesOn(result, link) > 0));
    }

    [Fact]
    public void OneEndAlone_UsesNothing_AndOneLinkWithFallback()
    {
        Scenario scenario = Of("techniques: {switch: round-robin}", duration: "100ms");

        Assert.Equal(0, Enumerable.Range(0, 4).Count(link => FramesOn(Trial.Run(scenario, Lacp, 1), link) > 0));
        RunResult result = Trial.Run(scenario, "lacp:fallback=true over round-robin", 1);
        Assert.Equal(1, Enumerable.Range(0, 4).Count(link => FramesOn(result, link) > 0));
    }

    [Fact]
    public void AllWell_IsAStaticBundle()
    {
        Scenario scenario = Of("", duration: "100ms");

        Assert.Equal(Trial.Run(scenario, Static, 1).DeliveredBytes, Trial.Run(scenario, Lacp, 1).DeliveredBytes);
    }

    [Fact]
    public void LeafSpine_IsNotApplicable()
    {
        RunResult result = ScenarioRun.Run(TestScenario.BuiltIn("leaf-spine"), "lacp", 1, new RunControl())!;

        Assert.Contains("between the same two nodes", result.NotApplicable);
    }

    // LACPDUs, which a link that is not used carries too, are not counted: there is less than one in 0.1 s.
    private static int FramesOn(RunResult result, int link) => result.Links[link].Frames is var frames and > 3 ? (int)frames : 0;

    private static Scenario Of(string bundle, string duration, string events = "") => TestScenario.Read($$"""
        scenario: lacp
        duration: {{duration}}
        hosts: {hypervisor: , nas: }
        switches: {switch: , other: }
        bundles:
          uplinks: {between: [hypervisor, switch], links: 4, rate: 1Gb/s{{(bundle.Length == 0 ? "" : ", " + bundle)}}}
          storage: {between: [switch, nas], rate: 100Gb/s}
        measure: uplinks
        traffic:
          - {kind: storage, from: hypervisor, to: nas, sessions: 32, queue-depth: 4, requests-per-second: 190, reads: 0%, block: 16KiB}
        events: [{{events}}]
        """);
}
