using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Balancing.Fills;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Lacp;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;

namespace Trunkline.Core.Balancing;

/// <summary>A bundle technique at work: the policy that hashes packets and the balancer that takes the hashes.</summary>
/// <param name="Name">The technique as written.</param>
/// <param name="Policy">Hashes a packet's headers.</param>
/// <param name="PolicyName">The policy as written, or the one that the technique has by default.</param>
/// <param name="Balancer">Chooses the link.</param>
public sealed record BundleTechnique(string Name, IHashPolicy Policy, string PolicyName, IBalancer Balancer);

/// <summary>Everything that can be named, and what is made of it for a bundle.</summary>
public static class TechniqueCatalog
{
    /// <summary>The policy of a rule for which nobody named one.</summary>
    public const string DefaultPolicy = "linux-bond/layer3+4";

    /// <summary>Every descriptor: policies, fills, rules, stripes, techniques of hosts, of fabrics, LACP.</summary>
    public static IReadOnlyList<TechniqueDescriptor> All { get; } =
    [
        .. PolicyCatalog.All.Select(e => e.Descriptor),
        .. FillCatalog.All.Select(e => e.Descriptor),
        .. RuleCatalog.All.Select(e => e.Descriptor),
        .. StripingCatalog.All.Select(e => e.Descriptor),
        .. HostCatalog.All.Select(e => e.Descriptor),
        .. FabricCatalog.All.Select(e => e.Descriptor),
        LacpTechnique.Descriptor,
    ];

    /// <summary>The technique of a name, which may have a preset; null when there is none.</summary>
    public static TechniqueDescriptor? Find(string name) =>
        All.FirstOrDefault(d => d.Name == name || d.Presets.Any(p => name == $"{d.Name}/{p.Name}"));

    /// <summary>The known name that is written most nearly like this one; null when none is near.</summary>
    public static string? Nearest(string name) =>
        NearestName.Of(name, All.SelectMany(d => d.Presets.Select(p => $"{d.Name}/{p.Name}").Prepend(d.Name)));

    /// <summary>The policy of a rule, or rule with preset, for which nobody named one.</summary>
    public static string DefaultPolicyOf(string rule) =>
        RuleCatalog.Find(rule, out PresetDescriptor? preset) is not null && preset?.Policy is string policy ? policy : DefaultPolicy;

    /// <summary>Puts a bundle technique to work from its name as written.</summary>
    /// <param name="text">
    /// <c>rule[/preset][:parameter=value…][@policy[:parameter=value…]]</c>, or a policy alone, which is static hash with the
    /// fill that boxes use with it.
    /// </param>
    /// <param name="bundle">The links, which no other balancer uses.</param>
    /// <param name="seed">Start of what is random; the same seed decides the same.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static BundleTechnique? Create(string text, Bundle bundle, ulong seed, ICollection<string> faults)
    {
        if (TechniqueName.TryParse(text, out TechniqueName? name) is string wrong)
        {
            faults.Add(wrong);
            return null;
        }

        if (name!.Policy is null && PolicyCatalog.Find(name.Head.Name) is { } entry)
        {
            TechniqueName.TryParsePart(entry.DefaultFill, out TechniqueName.Part? fill);
            return Join(text, name.Head, RuleCatalog.CreateStatic(fill!, bundle, faults), faults);
        }

        if (RuleCatalog.Find(name.Head.Name, out _) is null)
        {
            faults.Add(WhyNoRule(name.Head.Name));
            return null;
        }

        TechniqueName.Part? policy = name.Policy;
        if (policy is null)
        {
            TechniqueName.TryParsePart(DefaultPolicyOf(name.Head.Name), out policy);
        }

        return Join(text, policy!, RuleCatalog.Create(name.Head, bundle, seed, faults), faults);
    }

    /// <summary>What is wrong with a name that stands where a rule or a policy should.</summary>
    private static string WhyNoRule(string name)
    {
        if (WhyNoBalancer(name) is string other)
        {
            return other;
        }

        string hint = Nearest(name) is string nearest ? $"did you mean {nearest}? " : "";
        return $"no technique \"{name}\"; {hint}trunkline techniques lists them";
    }

    /// <summary>Why a name of the catalog does not pick links by itself: a fill, or a technique that needs both ends; null for another.</summary>
    /// <param name="name">The name as written, without parameters.</param>
    public static string? WhyNoBalancer(string name) => Find(name) switch
    {
        { Kind: TechniqueKind.Fill } => $"{name} is a fill; write static:fill={name}, with @ and a policy behind it for another than {DefaultPolicy}",
        { Kind: TechniqueKind.Stripe } => $"{name} is not for this verb: it needs both ends at work, and works in compare",
        { Kind: TechniqueKind.Host or TechniqueKind.Fabric or TechniqueKind.Control } => $"{name} is not for this verb: it is no technique of a bundle alone, and works in compare",
        _ => null,
    };

    private static BundleTechnique? Join(string text, TechniqueName.Part part, IBalancer? balancer, ICollection<string> faults)
    {
        IHashPolicy? policy = PolicyCatalog.Create(part, faults);
        return policy is null || balancer is null ? null : new BundleTechnique(text, policy, part.ToString(), balancer);
    }
}
