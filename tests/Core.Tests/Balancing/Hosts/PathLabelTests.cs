using System.Numerics;
using Trunkline.Core.Balancing.Hosts;

namespace Trunkline.Core.Tests.Balancing.Hosts;

/// <summary>Paths as numbers: which links one takes, switch by switch.</summary>
public sealed class PathLabelTests
{
    [Theory]
    [InlineData(0, "0 0")]
    [InlineData(1, "1 1")]
    [InlineData(3, "3 3")]
    [InlineData(4, "0 1")]
    [InlineData(5, "1 2")]
    [InlineData(15, "3 2")]
    public void LinkOf_OverTwoTiersOfFour_StartsWithPathsThatShareNoLink(int path, string links) =>
        Assert.Equal(links, string.Join(' ', Links(PathLabel.Path(path), 0b1111, 0b1111)));

    [Fact]
    public void LinkOf_AfterALinkIsGone_TakesThoseThatAreLeft() =>
        Assert.Equal([2, 3], Links(PathLabel.Path(1), 0b1101, 0b1010));

    /// <summary>A number for each path, whatever the tiers are, also where there is no choice.</summary>
    [Theory]
    [InlineData(0b1111, 0b11, 0b111)]
    [InlineData(0b111, 0b1, 0b11111)]
    [InlineData(0b1, 0b11, 0b1)]
    public void LinkOf_OverAllNumbers_IsEachPathOnce(ulong first, ulong second, ulong third)
    {
        int paths = new[] { first, second, third }.Aggregate(1, (product, links) => product * BitOperations.PopCount(links));
        IEnumerable<string> taken = Enumerable.Range(0, paths).Select(p => string.Join(' ', Links(PathLabel.Path(p), first, second, third)));
        Assert.Equal(paths, taken.Distinct().Count());
    }

    private static List<int> Links(PathLabel label, params ulong[] tiers)
    {
        var links = new List<int>();
        foreach (ulong usable in tiers)
        {
            links.Add(label.LinkOf(usable, out label).Index);
        }

        return links;
    }
}
