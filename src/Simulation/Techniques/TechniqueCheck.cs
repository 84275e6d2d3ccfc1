using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;

namespace Trunkline.Simulation.Techniques;

/// <summary>Whether a technique can be simulated at all: it exists, and its parameters are within their ranges.</summary>
public static class TechniqueCheck
{
    // The catalog finds out by making one; of four equal links, which every technique takes.
    private const int Links = 4;

    /// <summary>Says what is wrong with a technique as written, and what to write; null when nothing is.</summary>
    public static string? Judge(string text)
    {
        if (text == FatLinks.Name)
        {
            return null;
        }

        var faults = new List<string>();
        if (GroupFactory.IsStripe(text))
        {
            return StripingCatalog.Create(text, faults) is null ? string.Join("; ", faults) : null;
        }

        var bundle = new Bundle([.. Enumerable.Range(0, Links).Select(i => new Link($"{i}", Link.DefaultRate) { Delay = Interval.Zero })]);
        return GroupFactory.Create(text, bundle, runSeed: 1, node: 0, faults) is null ? string.Join("; ", faults) : null;
    }

    /// <summary>Whether a technique is a hash whose buckets stay where they are: a policy alone, or one under the rule <c>static</c>.</summary>
    public static bool IsStaticHash(string text) =>
        TechniqueName.TryParse(text, out TechniqueName? name) is null
        && (name!.Head.Name == "static" || (name.Policy is null && PolicyCatalog.Find(name.Head.Name) is not null));
}
