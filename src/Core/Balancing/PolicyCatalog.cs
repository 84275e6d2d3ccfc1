using Trunkline.Core.Balancing.Policies;

namespace Trunkline.Core.Balancing;

/// <summary>Every policy that there is, by name.</summary>
public static class PolicyCatalog
{
    private static readonly Dictionary<string, PolicyEntry> ByName;

    static PolicyCatalog()
    {
        All =
        [
            .. NetAppPolicies.Entries, .. LinuxBondPolicies.Entries, .. LinuxEcmpPolicies.Entries, .. RssPolicies.Entries,
            .. SwitchPolicies.Entries, .. OvsPolicies.Entries, .. TeamdPolicies.Entries,
        ];
        ByName = All.ToDictionary(e => e.Descriptor.Name, StringComparer.Ordinal);
    }

    /// <summary>The policies, family by family.</summary>
    public static IReadOnlyList<PolicyEntry> All { get; }

    /// <summary>The policy of a name; null where there is none.</summary>
    public static PolicyEntry? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The name that was probably meant; null where none is near.</summary>
    /// <remarks>
    /// Within a family that exists, the nearest of that family; a name without its family finds it; else the nearest of all by
    /// edit distance, up to a third of its length.
    /// </remarks>
    public static string? Nearest(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string family = slash < 0 ? "" : name[..(slash + 1)];
        string? best = null;
        var bestRank = (Family: int.MaxValue, Distance: 0, Bareness: 0, Shortness: 0);
        foreach (PolicyEntry entry in All)
        {
            string known = entry.Descriptor.Name;
            bool isOfFamily = slash >= 0 && known.StartsWith(family, StringComparison.OrdinalIgnoreCase);
            int whole = NearestName.Distance(name, known);
            int bare = slash >= 0 ? int.MaxValue : NearestName.Distance(name, known[(known.IndexOf('/', StringComparison.Ordinal) + 1)..]);
            int distance = Math.Min(whole, bare);
            bool isNear = isOfFamily || distance <= Math.Max(1, Math.Min(name.Length, known.Length) / 3);

            // Among equals a name as it is written goes before one that lacks its family, and letters left out before letters too many.
            var rank = (Family: isOfFamily ? 0 : 1, Distance: distance, Bareness: bare < whole ? 1 : 0, Shortness: -known.Length);
            if (isNear && rank.CompareTo(bestRank) < 0)
            {
                (best, bestRank) = (known, rank);
            }
        }

        return best;
    }

    /// <summary>Makes a policy from its name and parameters as written.</summary>
    /// <param name="part">The name taken apart.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>The policy; null with faults.</returns>
    public static IHashPolicy? Create(TechniqueName.Part part, ICollection<string> faults)
    {
        if (Find(part.Name) is not PolicyEntry entry)
        {
            string meant = Nearest(part.Name) is string near ? $"did you mean {near}?" : $"there are {string.Join(", ", Families())}";
            faults.Add($"{part.Name}: no such policy; {meant}");
            return null;
        }

        return ParameterSet.Make(part, entry.Descriptor, null, entry.Create, faults);
    }

    /// <summary>Makes a policy that code names itself.</summary>
    /// <param name="text">Its name with parameters, such as <c>crc/crc32:fields=src+dst</c>.</param>
    /// <exception cref="ArgumentException">There is no such policy.</exception>
    public static IHashPolicy Get(string text)
    {
        var faults = new List<string>();
        TechniqueName.TryParsePart(text, out TechniqueName.Part? part);
        return part is not null && Create(part, faults) is { } policy
            ? policy
            : throw new ArgumentException($"{text}: {string.Join("; ", faults)}", nameof(text));
    }

    private static IEnumerable<string> Families() =>
        All.Select(e => e.Descriptor.Name.Split('/')).Select(n => n.Length > 1 ? n[0] + "/…" : n[0]).Distinct();
}
