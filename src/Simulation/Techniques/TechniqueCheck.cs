using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Lacp;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;

namespace Trunkline.Simulation.Techniques;

/// <summary>Whether a technique can be simulated at all: it exists, and its parameters are within their ranges.</summary>
public static class TechniqueCheck
{
    // The catalog finds out by making one; of four equal links, which every technique takes.
    private const int Links = 4;
    private const ulong Seed = 1;

    // A host at either of two leaves, and two spines.
    private static readonly FabricMap Sample = new(
        2, 6, [.. new[] { (0, 2), (1, 3), (2, 4), (2, 5), (3, 4), (3, 5) }.SelectMany(l => new[] { PortOf(l.Item1, l.Item2), PortOf(l.Item2, l.Item1) })]);

    /// <summary>Says what is wrong with a technique as written, and what to write; null when nothing is.</summary>
    public static string? Judge(string text)
    {
        if (text == FatLinks.Name)
        {
            return null;
        }

        if (TechniqueStack.TryParse(text, out TechniqueStack? stack) is string wrong)
        {
            return wrong;
        }

        var faults = new List<string>();
        if (stack!.Host is { } host)
        {
            HostCatalog.Create(host, Seed, faults);
        }

        if (stack.Fabric is { } fabric)
        {
            FabricCatalog.Create(fabric, Sample, Seed, faults);
        }

        if (stack.Lacp is { } lacp)
        {
            LacpTechnique.Create(lacp, faults);
        }

        JudgeBundle(stack.Bundle ?? TechniqueStack.DefaultBundle, faults);
        return faults.Count == 0 ? null : string.Join("; ", faults);
    }

    private static void JudgeBundle(string text, List<string> faults)
    {
        if (GroupFactory.IsStripe(text))
        {
            StripingCatalog.Create(text, faults);
            return;
        }

        var bundle = new Bundle([.. Enumerable.Range(0, Links).Select(i => new Link($"{i}", Link.DefaultRate) { Delay = Interval.Zero })]);
        GroupFactory.Create(text, bundle, Seed, node: 0, faults);
    }

    /// <summary>Whether a technique is a hash whose buckets stay where they are: a policy alone, or one under the rule <c>static</c>.</summary>
    public static bool IsStaticHash(string text) =>
        TechniqueName.TryParse(text, out TechniqueName? name) is null
        && (name!.Head.Name == "static" || (name.Policy is null && PolicyCatalog.Find(name.Head.Name) is not null));

    private static FabricPort PortOf(int from, int to) => new(from, to, Link.DefaultRate, Interval.Zero);
}
