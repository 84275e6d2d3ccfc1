using System.Runtime.InteropServices;

namespace Trunkline.Simulation.Fabric;

/// <summary>Finds the groups of nodes by those of their ports that are usable, while routes are found anew.</summary>
/// <remarks>Of a node's groups with the same usable ports the first made is found. What is usable must not change meanwhile.</remarks>
internal sealed class UsableGroups
{
    private readonly Func<int, bool> _isUsable;
    private readonly List<int[]> _ports = [];
    private readonly Dictionary<int[], int>?[] _byPorts;

    /// <summary>Notes the groups that there are.</summary>
    /// <param name="groups">All groups, by number.</param>
    /// <param name="nodeCount">Nodes.</param>
    /// <param name="isUsable">Whether a port may be used.</param>
    public UsableGroups(IEnumerable<LinkGroup> groups, int nodeCount, Func<int, bool> isUsable)
    {
        _isUsable = isUsable;
        _byPorts = new Dictionary<int[], int>?[nodeCount];
        foreach (LinkGroup group in groups)
        {
            Add(group);
        }
    }

    /// <summary>Notes the group with the next number.</summary>
    public void Add(LinkGroup group)
    {
        int[] ports = [.. group.Ports.Where(_isUsable)];
        (_byPorts[group.Node] ??= new Dictionary<int[], int>(new SamePorts())).TryAdd(ports, _ports.Count);
        _ports.Add(ports);
    }

    /// <summary>Whether these are the usable ports of a group.</summary>
    public bool IsOf(int group, List<int> ports) => _ports[group].AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(ports));

    /// <summary>The number of a node's group with these usable ports; -1 when there is none.</summary>
    public int Find(int node, List<int> ports) =>
        _byPorts[node] is { } known
        && known.GetAlternateLookup<ReadOnlySpan<int>>().TryGetValue(CollectionsMarshal.AsSpan(ports), out int group) ? group : -1;

    private sealed class SamePorts : IEqualityComparer<int[]>, IAlternateEqualityComparer<ReadOnlySpan<int>, int[]>
    {
        public bool Equals(int[]? one, int[]? other) => one.AsSpan().SequenceEqual(other);

        public bool Equals(ReadOnlySpan<int> alternate, int[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(int[] ports) => GetHashCode(ports.AsSpan());

        public int GetHashCode(ReadOnlySpan<int> alternate)
        {
            uint hash = (uint)alternate.Length;
            foreach (int port in alternate)
            {
                hash = (hash * 0x9e37_79b1) + (uint)port;
            }

            return (int)(hash ^ (hash >> 15));
        }

        public int[] Create(ReadOnlySpan<int> alternate) => alternate.ToArray();
    }
}
