using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Techniques;

/// <summary>Puts a technique to work on a group of ports.</summary>
internal static class GroupFactory
{
    private const string Seed = "seed";

    /// <summary>Makes the technique of a group.</summary>
    /// <param name="text">As written: <c>rule[/preset][:parameter=value][@policy]</c>, or <c>pinned</c>.</param>
    /// <param name="bundle">The links.</param>
    /// <param name="runSeed">The run's seed.</param>
    /// <param name="node">The node, whose hash has a seed of its own, where the policy has one and none is written.</param>
    /// <param name="faults">Told what is wrong with it.</param>
    /// <returns>Null with faults.</returns>
    public static BundleTechnique? Create(string text, Bundle bundle, ulong runSeed, int node, ICollection<string> faults)
    {
        ulong seed = SeedOf(runSeed, node);
        if (text == PinnedPolicy.Name)
        {
            return TechniqueCatalog.Create("static", bundle, seed, faults) is { } pinned
                ? pinned with { Name = text, Policy = PinnedPolicy.Instance, PolicyName = text }
                : null;
        }

        return TechniqueCatalog.Create(Seeded(text, seed), bundle, seed, faults) is { } made ? made with { Name = text } : null;
    }

    /// <summary>Whether a technique needs both ends at work.</summary>
    public static bool IsStripe(string text) =>
        HeadOf(text) is string head && StripingCatalog.Find(head, out _) is not null;

    /// <summary>Whether a technique weighs links by what lies behind them (WCMP).</summary>
    public static bool IsWeighted(string text) => HeadOf(text) == "static/wcmp";

    /// <summary>Whether a technique promises order by estimates of arrivals.</summary>
    public static bool IsOfOrder(string text) => HeadOf(text) == "keep-order";

    /// <summary>Start of what is random at a node.</summary>
    public static ulong SeedOf(ulong runSeed, int node) => RandomSource.Mix(runSeed ^ RandomSource.Mix((ulong)node + 1));

    private static string? HeadOf(string text) => TechniqueName.TryParse(text, out TechniqueName? name) is null ? name!.Head.Name : null;

    /// <summary>The same technique with a seed for its hash, as boxes draw one when they start.</summary>
    private static string Seeded(string text, ulong seed)
    {
        if (TechniqueName.TryParse(text, out TechniqueName? name) is not null)
        {
            return text;
        }

        string value = (seed & int.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (name!.Policy is null && PolicyCatalog.Find(name.Head.Name) is { } head)
        {
            return WithSeed(name.Head, head, value).ToString();
        }

        TechniqueName.Part? policy = name.Policy;
        if (policy is null)
        {
            TechniqueName.TryParsePart(TechniqueCatalog.DefaultPolicyOf(name.Head.Name), out policy);
        }

        return PolicyCatalog.Find(policy!.Name) is { } entry ? $"{name.Head}@{WithSeed(policy, entry, value)}" : text;
    }

    private static TechniqueName.Part WithSeed(TechniqueName.Part part, PolicyEntry entry, string value) =>
        entry.Descriptor.Parameters.Any(p => p.Name == Seed) && !part.Parameters.Any(p => p.Key == Seed) ? part.With(Seed, value) : part;
}
