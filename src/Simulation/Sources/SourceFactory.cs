using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Sources;

/// <summary>Makes the source of each sort of traffic.</summary>
internal static class SourceFactory
{
    /// <summary>Makes one.</summary>
    /// <param name="traffic">The traffic.</param>
    /// <param name="site">What it knows of the run.</param>
    /// <param name="simulator">The run.</param>
    /// <param name="captures">Captures to replay, by path.</param>
    /// <exception cref="ArgumentException">There is no source for that sort, or its capture was not read.</exception>
    public static TrafficSource Create(
        Traffic traffic, SourceSite site, Simulator simulator, IReadOnlyDictionary<string, ReplayCapture> captures) => traffic switch
        {
            ElephantTraffic spec => new ElephantSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
            MiceTraffic spec => new MiceSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
            StorageTraffic spec => new StorageSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
            IncastTraffic spec => new IncastSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
            PermutationTraffic spec => new PermutationSource(spec, site) { Traffic = site.Traffic, Simulator = simulator },
            UdpTraffic spec => DatagramSource.Create(spec, site, simulator),
            MulticastTraffic spec => DatagramSource.Create(spec, site, simulator),
            ReplayTraffic spec when captures.GetValueOrDefault(spec.Path) is { } capture =>
                new ReplaySource(spec, site, capture) { Traffic = site.Traffic, Simulator = simulator },
            _ => throw new ArgumentException($"traffic {traffic.Name}: there is no source for {traffic.GetType().Name}", nameof(traffic)),
        };
}
