using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Sources;

/// <summary>What a source knows of the run that it is part of.</summary>
/// <param name="Topology">What is where.</param>
/// <param name="Endpoints">Who has which address.</param>
/// <param name="Traffic">Index of the source's traffic in the scenario.</param>
/// <param name="Seed">The run's seed.</param>
internal sealed record SourceSite(Topology Topology, Endpoints Endpoints, int Traffic, ulong Seed)
{
    /// <summary>The scenario.</summary>
    public Scenario Scenario => Topology.Scenario;

    /// <summary>When nothing new begins any more.</summary>
    public long StopPs(Traffic traffic) => SimTime.ToPs(traffic.Stop ?? Scenario.Duration);

    /// <summary>How a traffic's TCP works.</summary>
    public FlowOptions OptionsOf(Traffic traffic) => FlowOptions.Create(traffic.Transport ?? Scenario.Transport, Scenario.MtuBytes);

    /// <summary>A sequence of the traffic's own, which does not depend on the technique.</summary>
    /// <param name="part">Which of its sequences.</param>
    public RandomSource RandomOf(int part) =>
        new(RandomSource.Mix(Seed ^ RandomSource.Mix(0x7472_6166_0000_0000 + ((ulong)Traffic << 24) + (ulong)part)));

    /// <summary>A source port of the kernel's choice (ip_local_port_range).</summary>
    public static ushort DrawPort(ref RandomSource random) => (ushort)(32_768 + random.Below(28_232));

    /// <summary>Hosts by name.</summary>
    public int[] Hosts(IReadOnlyList<string> names) => [.. names.Select(Topology.Node)];

    /// <summary>The pairs of a traffic: the i-th of one list and the i-th of the other, the shorter list repeated.</summary>
    public IReadOnlyList<(int From, int To)> Pairs(Traffic traffic)
    {
        int count = Math.Max(traffic.From.Count, traffic.To.Count);
        return [.. Enumerable.Range(0, count).Select(i =>
            (Topology.Node(traffic.From[i % traffic.From.Count]), Topology.Node(traffic.To[i % traffic.To.Count])))];
    }
}
