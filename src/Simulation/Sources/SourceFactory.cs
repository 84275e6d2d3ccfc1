using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Sources;

/// <summary>Makes the source of each sort of traffic.</summary>
internal static class SourceFactory
{
    /// <summary>Makes one.</summary>
    /// <exception cref="NotSupportedException">There is no source for that sort.</exception>
    public static TrafficSource Create(Traffic traffic, SourceSite site, Simulator simulator) => traffic switch
    {
        ElephantTraffic spec => new ElephantSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
        MiceTraffic spec => new MiceSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
        StorageTraffic spec => new StorageSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
        IncastTraffic spec => new IncastSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
        PermutationTraffic spec => new PermutationSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
        UdpTraffic spec => DatagramSource.Create(spec, site, simulator),
        MulticastTraffic spec => DatagramSource.Create(spec, site, simulator),
        _ => throw new NotSupportedException($"traffic {traffic.Name}: {traffic.GetType().Name} has no source yet"),
    };
}
