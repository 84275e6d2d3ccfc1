using Trunkline.Core.Links;

namespace Trunkline.Simulation.Fabric;

/// <summary>How much the ways behind each port carry towards a host: the weights of WCMP (EuroSys 2014, §3).</summary>
/// <remarks>A way carries as much as its own link, and no more than all ways on from there together.</remarks>
internal sealed class PathCapacities(Topology topology)
{
    /// <summary>Weights of ports of one node, in proportion to what their ways carry to the host that routes were measured to last.</summary>
    public int[] Weights(IReadOnlyList<int> ports, Routes routes)
    {
        long[] capacities = [.. ports.Select(p => Math.Min(RateOf(p), CapacityFrom(topology.Ports[p].To, routes)))];
        long unit = capacities.Where(c => c > 0).DefaultIfEmpty(1).Aggregate(GreatestCommonDivisor);
        long scale = Math.Max(1, ((capacities.Max() / unit) + Link.WeightMax - 1) / Link.WeightMax);
        return [.. capacities.Select(c => c == 0 ? 0 : (int)Math.Max(1, c / unit / scale))];
    }

    private long CapacityFrom(int node, Routes routes)
    {
        var ports = new List<int>();
        routes.PortsFrom(node, static _ => true, ports);
        return routes.IsTarget(node) ? long.MaxValue : ports.Sum(p => Math.Min(RateOf(p), CapacityFrom(topology.Ports[p].To, routes)));
    }

    private long RateOf(int port) => topology.Ports[port].Spec.Rate.BitsPerSecond;

    private static long GreatestCommonDivisor(long left, long right)
    {
        while (right != 0)
        {
            (left, right) = (right, left % right);
        }

        return left;
    }
}
