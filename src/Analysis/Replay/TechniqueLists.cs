using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Rules;

namespace Trunkline.Analysis.Replay;

/// <summary>Techniques by name: those that are replayed where none is named, and all.</summary>
internal static class TechniqueLists
{
    /// <summary>Every policy that needs no parameter, and behind them the rules and presets that people want to compare.</summary>
    public static IReadOnlyList<string> Default { get; } =
    [
        .. Policies,
        "round-robin", "random", "drill", "shortest-queue", "resilient", "flowlet/letflow", "flowlet/flare", "flowlet/afs", "flowlet/junos-dlb",
        "flowlet/sonic-ars", "flowlet/aci-aggressive", "rebalance/ovs", "rebalance/tlb", "rebalance/teamd", "rebalance/nokia",
        "idle-rebalance", "keep-order",
    ];

    /// <summary>Every policy that needs no parameter, every fill, every rule and every preset.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Policies,
        .. Fills,
        .. RuleCatalog.All.Where(rule => rule.Descriptor.Name != "static").SelectMany(
            rule => rule.Descriptor.Presets.Select(preset => $"{rule.Descriptor.Name}/{preset.Name}").Prepend(rule.Descriptor.Name)),
    ];

    private static IEnumerable<string> Policies => PolicyCatalog.All.Select(entry => entry.Descriptor.Name).Where(NeedsNothing);

    /// <summary>Static hash by every fill but modulo, which a policy's name alone mostly stands for.</summary>
    private static IEnumerable<string> Fills => ["static:fill=hash-threshold", "static:fill=resilient", "static:fill=maglev", "static/wcmp"];

    private static bool NeedsNothing(string policy) => PolicyCatalog.Create(new TechniqueName.Part(policy, []), []) is not null;
}
