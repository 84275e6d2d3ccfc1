namespace Trunkline.Simulation.Fabric;

/// <summary>Which ports lead from a node to a host over a shortest path: equal-cost multipath by hops.</summary>
internal sealed class Routes
{
    private readonly Topology _topology;
    private readonly int[] _distance;
    private readonly int[] _queue;

    /// <summary>Routes over a topology.</summary>
    public Routes(Topology topology)
    {
        _topology = topology;
        _distance = new int[topology.NodeCount];
        _queue = new int[topology.NodeCount];
    }

    /// <summary>Measures the distances to a host; hosts pass nothing on.</summary>
    /// <param name="host">The host.</param>
    /// <param name="isUsable">Whether a port may be used.</param>
    public void MeasureTo(int host, Func<int, bool> isUsable)
    {
        Array.Fill(_distance, int.MaxValue);
        _distance[host] = 0;
        _queue[0] = host;
        int count = 1;
        for (int next = 0; next < count; next++)
        {
            int node = _queue[next];
            if (node < _topology.HostCount && node != host)
            {
                continue;
            }

            foreach (int port in _topology.PortsOf(node))
            {
                // The port back leads from the neighbour to this node.
                int neighbour = _topology.Ports[port].To;
                if (isUsable(port ^ 1) && _distance[neighbour] == int.MaxValue)
                {
                    _distance[neighbour] = _distance[node] + 1;
                    _queue[count++] = neighbour;
                }
            }
        }
    }

    /// <summary>Whether a node is the host measured last, or has a link to it.</summary>
    public bool IsLast(int node) => _distance[node] <= 1;

    /// <summary>The ports of a node on shortest paths to the host measured last; empty when there is none.</summary>
    public void PortsFrom(int node, Func<int, bool> isUsable, List<int> ports)
    {
        ports.Clear();
        if (_distance[node] is 0 or int.MaxValue)
        {
            return;
        }

        foreach (int port in _topology.PortsOf(node))
        {
            if (isUsable(port) && _distance[_topology.Ports[port].To] == _distance[node] - 1)
            {
                ports.Add(port);
            }
        }
    }
}
