using Trunkline.Scenarios.Model;

namespace Trunkline.Scenarios.Reading.Building;

/// <summary>Which nodes can reach each other over the bundles of a draft.</summary>
internal sealed class Reach
{
    private readonly Dictionary<string, string> _parents = [];

    /// <summary>Looks at the bundles as they are now.</summary>
    public Reach(Draft draft)
    {
        foreach (LinkBundle bundle in draft.Bundles)
        {
            foreach (BundleLink link in bundle.Links)
            {
                _parents[Root(bundle.From)] = Root(link.To);
            }
        }
    }

    /// <summary>A pair of the traffic that cannot talk, and what to do; null when all can.</summary>
    public string? Find(Traffic traffic)
    {
        IReadOnlyList<string> from = traffic.From, to = traffic.To;
        switch (traffic)
        {
            case PermutationTraffic:
                return from.Count < 2
                    ? "a permutation needs two hosts; write more of them"
                    : from.Select(f => Apart(from[0], f)).FirstOrDefault(f => f is not null);
            case MiceTraffic or IncastTraffic or MulticastTraffic:
                return (to.Count == 1 && from.Contains(to[0]) ? $"{to[0]} would send to itself; write another host" : null)
                    ?? from.Select(f => Apart(f, to[0])).Concat(to.Select(t => Apart(from[0], t))).FirstOrDefault(f => f is not null);
            default:
                for (int i = 0; i < Math.Max(from.Count, to.Count); i++)
                {
                    (string one, string other) = (from[i % from.Count], to[i % to.Count]);
                    if (one == other)
                    {
                        return $"{one} would send to itself; write the lists so that the first of from fits the first of to, and so on";
                    }

                    if (Apart(one, other) is string fault)
                    {
                        return fault;
                    }
                }

                return null;
        }
    }

    private string? Apart(string one, string other) =>
        Root(one) == Root(other) ? null : $"no bundles lead from {one} to {other}; write one under bundles";

    private string Root(string node)
    {
        string root = node;
        while (_parents.TryGetValue(root, out string? parent) && parent != root)
        {
            root = parent;
        }

        // Whatever was passed on the way points at the end from now on.
        while (_parents.TryGetValue(node, out string? next) && next != root)
        {
            _parents[node] = root;
            node = next;
        }

        return root;
    }
}
