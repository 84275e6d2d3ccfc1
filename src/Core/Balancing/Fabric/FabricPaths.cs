using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fabric;

/// <summary>The shortest ways through a fabric, by hops, as equal-cost routing finds them and a controller knows them.</summary>
/// <remarks>Worked out when first asked for, and anew after a link changed. Hosts pass nothing on.</remarks>
internal sealed class FabricPaths
{
    /// <summary>Most paths listed between two places.</summary>
    public const int PathsMax = 1024;

    private readonly FabricMap _map;
    private readonly List<int>[] _portsOf;
    private readonly bool[] _isDown;
    private readonly long[] _rates;
    private readonly int[] _targetOf;
    private readonly int[]?[] _distances;
    private readonly long[]?[] _capacities;
    private readonly Dictionary<(int Node, int Target), int[][]> _paths = [];

    /// <summary>All links are up.</summary>
    public FabricPaths(FabricMap map)
    {
        _map = map;
        _portsOf = [.. Enumerable.Range(0, map.NodeCount).Select(_ => new List<int>())];
        foreach ((int port, FabricPort site) in map.Ports.Index())
        {
            _portsOf[site.From].Add(port);
        }

        _isDown = new bool[map.Ports.Count];
        _rates = [.. map.Ports.Select(p => p.Rate.BitsPerSecond)];
        _targetOf = TargetsOf(map);
        _distances = new int[map.HostCount][];
        _capacities = new long[map.HostCount][];
    }

    /// <summary>A host to which all ways are those to this one: the first behind the same switch, where both have one link.</summary>
    public int TargetOf(int host) => _targetOf[host];

    /// <summary>Speed of a port's link, in bits per second; 0 while it is down.</summary>
    public long RateOf(int port) => _isDown[port] ? 0 : _rates[port];

    /// <summary>The ports of a node, in order.</summary>
    public IReadOnlyList<int> PortsOf(int node) => _portsOf[node];

    /// <summary>Takes note of a link.</summary>
    public void OnCarrier(int port, bool isUp)
    {
        _isDown[port] = !isUp;
        Forget();
    }

    /// <summary>Takes note of a link's speed.</summary>
    public void OnRate(int port, BitRate rate)
    {
        _rates[port] = rate.BitsPerSecond;
        Forget();
    }

    /// <summary>The shortest paths from a switch to a host, as the ports that they take; a single link to the host itself is left out.</summary>
    public int[][] Between(int node, int host)
    {
        int target = _targetOf[host];
        if (!_paths.TryGetValue((node, target), out int[][]? paths))
        {
            var found = new List<int[]>();
            Walk(node, target, DistancesTo(target), [], found);
            _paths[(node, target)] = paths = [.. found];
        }

        return paths;
    }

    /// <summary>What a port's way carries to the switch before a host: its own link, and its part of what the neighbour carries on.</summary>
    public long CapacityOf(int port, int host)
    {
        int target = _targetOf[host];
        long[] capacities = _capacities[target] ??= NoCapacities();
        ref long capacity = ref capacities[port];
        if (capacity < 0)
        {
            int to = _map.Ports[port].To;
            long rate = RateOf(port);
            long sideways = _portsOf[_map.Ports[port].From].Where(p => _map.Ports[p].To == to).Sum(RateOf);
            long behind = CapacityFrom(to, target);
            capacity = behind >= sideways ? rate : (long)((Int128)rate * behind / sideways);
        }

        return capacity;
    }

    private long CapacityFrom(int node, int target)
    {
        // The host's own links are no reason to prefer one way to the switch before it.
        int[] distances = DistancesTo(target);
        return distances[node] <= 1
            ? long.MaxValue
            : _portsOf[node].Where(p => !_isDown[p] && distances[_map.Ports[p].To] == distances[node] - 1).Sum(p => CapacityOf(p, target));
    }

    private void Walk(int node, int target, int[] distances, List<int> taken, List<int[]> found)
    {
        if (found.Count == PathsMax)
        {
            return;
        }

        if (node == target || (distances[node] == 1 && IsSingle(target)))
        {
            found.Add([.. taken]);
            return;
        }

        foreach (int port in _portsOf[node])
        {
            if (!_isDown[port] && distances[node] != int.MaxValue && distances[_map.Ports[port].To] == distances[node] - 1)
            {
                taken.Add(port);
                Walk(_map.Ports[port].To, target, distances, taken, found);
                taken.RemoveAt(taken.Count - 1);
            }
        }
    }

    private int[] DistancesTo(int target)
    {
        if (_distances[target] is { } known)
        {
            return known;
        }

        var distances = new int[_map.NodeCount];
        Array.Fill(distances, int.MaxValue);
        distances[target] = 0;
        var queue = new Queue<int>([target]);
        while (queue.TryDequeue(out int node))
        {
            foreach (int port in node < _map.HostCount && node != target ? [] : _portsOf[node])
            {
                int neighbour = _map.Ports[port].To;
                if (!_isDown[FabricMap.BackOf(port)] && distances[neighbour] == int.MaxValue)
                {
                    distances[neighbour] = distances[node] + 1;
                    queue.Enqueue(neighbour);
                }
            }
        }

        return _distances[target] = distances;
    }

    private bool IsSingle(int host) => _portsOf[host].Count == 1;

    private long[] NoCapacities()
    {
        var capacities = new long[_map.Ports.Count];
        Array.Fill(capacities, -1);
        return capacities;
    }

    private void Forget()
    {
        Array.Clear(_distances);
        Array.Clear(_capacities);
        _paths.Clear();
    }

    private static int[] TargetsOf(FabricMap map)
    {
        var links = new int[map.HostCount];
        foreach (FabricPort port in map.Ports.Where(p => p.From < map.HostCount))
        {
            links[port.From]++;
        }

        var first = new Dictionary<int, int>();
        var targets = new int[map.HostCount];
        for (int host = 0; host < targets.Length; host++)
        {
            targets[host] = host;
            if (links[host] == 1)
            {
                first.TryAdd(map.EdgeOf(host), host);
                targets[host] = first[map.EdgeOf(host)];
            }
        }

        return targets;
    }
}
