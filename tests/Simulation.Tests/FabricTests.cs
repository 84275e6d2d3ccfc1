using System.Globalization;
using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Tests;

/// <summary>Techniques of fabrics in whole runs: links fail, come back and change speed, and the books balance at the end.</summary>
public sealed class FabricTests
{
    private const string Events = """
        scenario: t
        duration: 12ms
        seeds: 1
        topology:
          leaf-spine: {leaves: 3, spines: 4, hosts-per-leaf: 3, host-rate: 10Gb/s, uplink-rate: 5Gb/s, delay: 1us}
        traffic:
          - {kind: mice, from: h1..h9, to: h1..h9, sizes: websearch, load: 40%, cap: 1MB}
          - {kind: elephants, from: h1..h3, to: h4..h6, class: 1}
        events:
          - {at: 2ms, link: leaf1-up/0, down}
          - {at: 3ms, link: leaf2-up/1, rate: 1Gb/s}
          - {at: 4ms, link: leaf2-up/2, down}
          - {at: 6ms, link: leaf1-up/0, up}
          - {at: 8ms, link: leaf2-up/2, up}
        """;

    public static TheoryData<string> Techniques =>
    [
        "conga", "conga/local", "conga:expiry=age-bit", "hula", "afs-weighted", "hedera:interval=1ms:install=100us", "sdn:table=10",
        "sdn:table=10:full=evict", "dscp-steer",
    ];

    [Theory]
    [MemberData(nameof(Techniques))]
    public void Run_WithLinksThatFailAndReturn_BalancesItsBooks_TheSameEachTime(string technique)
    {
        string first = Print(technique);
        Assert.Equal(first, Print(technique));
        Assert.NotEqual(first, Print("linux-ecmp/l4"));
    }

    /// <summary>One that decided like another in every run would be a copy of it.</summary>
    [Fact]
    public void Techniques_OnOneScenario_AllDecideDifferently()
    {
        string[] printed = [.. Techniques.Select(t => Print(t.Data))];
        Assert.Equal(printed.Length, printed.Distinct().Count());
    }

    [Fact]
    public void Conga_OverThreeTiers_IsNotApplicable()
    {
        RunResult result = ScenarioRun.Run(TestScenario.BuiltIn("fattree-4"), "conga", 1, new RunControl())!;
        Assert.StartsWith("needs two tiers", result.NotApplicable, StringComparison.Ordinal);
    }

    private static string Print(string technique)
    {
        Scenario scenario = TestScenario.Read(Events);
        RunResult result = ScenarioRun.Run(scenario, technique, 1, new RunControl())!;
        Assert.Null(result.NotApplicable);
        Assert.True(result.DeliveredBytes.Sum() > 1_000_000);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{result.PacketHops} {result.Counts.Drops} {result.Counts.Moves} {string.Join(' ', result.Links.Select(l => l.Bytes))}");
    }
}
