using Trunkline.Core.Balancing.Fills;
using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>All rules by name.</summary>
public static class RuleCatalog
{
    /// <summary>The rules, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<RuleEntry> All { get; } =
    [
        new(StaticRule.Descriptor, StaticRule.Create),
        new(SingleModeRule.Descriptor, SingleModeRule.Create),
        new(RoundRobinRule.Descriptor, RoundRobinRule.Create),
        new(RandomRule.Descriptor, RandomRule.Create),
        new(DrillRule.Descriptor, DrillRule.Create),
        new(ShortestQueueRule.Descriptor, ShortestQueueRule.Create),
        new(ResilientRule.Descriptor, ResilientRule.Create),
        new(FlowletRule.Descriptor, FlowletRule.Create),
        new(RebalanceRule.Descriptor, RebalanceRule.Create),
        new(IdleRebalanceRule.Descriptor, IdleRebalanceRule.Create),
        new(KeepOrderRule.Descriptor, KeepOrderRule.Create),
    ];

    /// <summary>A rule by its exact name, with its preset when one is named: <c>flowlet</c>, <c>flowlet/afs</c>.</summary>
    /// <param name="name">The name as written, without parameters.</param>
    /// <param name="preset">The preset; null when the name has none.</param>
    /// <returns>Null when there is no such rule or the rule has no such preset.</returns>
    public static RuleEntry? Find(string name, out PresetDescriptor? preset) => NamedEntry.Find(All, e => e.Descriptor, name, out preset);

    /// <summary>The rule, or rule with preset, that a mistyped name most likely meant; null when none is near.</summary>
    public static string? Nearest(string name) => NearestName.Of(name, Names);

    /// <summary>Puts a rule to work, from its name and parameters as written.</summary>
    /// <param name="name">Such as <c>flowlet/afs:gap=50us</c>, taken apart.</param>
    /// <param name="bundle">The links to balance.</param>
    /// <param name="seed">Start of what is random; the same seed decides the same.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static IBalancer? Create(TechniqueName.Part name, Bundle bundle, ulong seed, ICollection<string> faults)
    {
        if (Find(name.Name, out PresetDescriptor? preset) is not RuleEntry entry)
        {
            string hint = Nearest(name.Name) is string nearest
                ? $"did you mean {nearest}?"
                : $"rules are {string.Join(", ", All.Select(entry => entry.Descriptor.Name))}";
            faults.Add($"{name.Name}: no such rule; {hint}");
            return null;
        }

        return ParameterSet.Make(name, entry.Descriptor, preset, parameters => entry.Create(parameters, bundle, seed), faults);
    }

    /// <summary>Puts static hash to work with a fill: what a policy's name alone stands for.</summary>
    /// <param name="fill">The fill with its parameters, such as a policy's default one.</param>
    /// <param name="bundle">The links to balance.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static IBalancer? CreateStatic(TechniqueName.Part fill, Bundle bundle, ICollection<string> faults) =>
        FillCatalog.Create(fill, bundle, faults) is IFill made
            ? new Balancer<StaticRule>(new StaticRule(made, bundle), bundle)
            : null;

    private static IEnumerable<string> Names =>
        All.SelectMany(entry => entry.Descriptor.Presets
            .Select(preset => $"{entry.Descriptor.Name}/{preset.Name}")
            .Prepend(entry.Descriptor.Name));
}
