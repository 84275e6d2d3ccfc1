using Trunkline.Core.Links;

namespace Trunkline.Simulation.Fabric;

/// <summary>How much the ways behind each port carry towards a host: the weights of WCMP (EuroSys 2014, §3).</summary>
/// <remarks>
/// A way carries as much as its own link, and no more than all ways on from there together; links to the same neighbour share what it
/// carries on, in proportion to their speeds.
/// </remarks>
internal sealed class PathCapacities(Topology topology)
{
    /// <summary>Weights of ports of one node, in proportion to what their ways carry to the host that routes were measured to last.</summary>
    public int[] Weights(IReadOnlyList<int> ports, Routes routes, Func<int, bool> isUsable)
    {
        long[] capacities = Capacities(ports, routes, isUsable);
        long unit = capacities.Where(c => c > 0).DefaultIfEmpty(1).Aggregate(GreatestCommonDivisor);
        long scale = Math.Max(1, ((capacities.Max() / unit) + Link.WeightMax - 1) / Link.WeightMax);
        return [.. capacities.Select(c => c == 0 ? 0 : (int)Math.Max(1, c / unit / scale))];
    }

    private long[] Capacities(IReadOnlyList<int> ports, Routes routes, Func<int, bool> isUsable)
    {
        var behind = ports.GroupBy(p => topology.Ports[p].To).ToDictionary(
            g => g.Key, g => (Rate: g.Sum(RateOf), Capacity: CapacityFrom(g.Key, routes, isUsable)));
        return [.. ports.Select(p => (behind[topology.Ports[p].To], RateOf(p)) switch
        {
            var ((rate, capacity), own) => capacity >= rate ? own : (long)((Int128)own * capacity / rate),
        })];
    }

    private long CapacityFrom(int node, Routes routes, Func<int, bool> isUsable)
    {
        // The host's own links are no reason to prefer one way to the switch before it: traffic goes to its neighbours as well.
        if (routes.IsLast(node))
        {
            return long.MaxValue;
        }

        var ports = new List<int>();
        routes.PortsFrom(node, isUsable, ports);
        return Capacities(ports, routes, isUsable).Sum();
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
