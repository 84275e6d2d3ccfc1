using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Techniques;

namespace Trunkline.Simulation.Tests.Techniques;

public class FatLinksTests
{
    [Fact]
    public void Merge_OfALeafSpine_LeavesOneSpineAndUplinksOfTheSum()
    {
        Scenario before = TestScenario.BuiltIn("leaf-spine");

        Scenario merged = FatLinks.Merge(before);

        Assert.Equal(5, merged.Switches.Count);
        BundleLink[] uplinks = [.. MeasuredLinks(merged)];
        Assert.Equal(4, uplinks.Length);
        Assert.All(uplinks, link => Assert.Equal(new BitRate(40_000_000_000), link.Rate));
        Assert.All(uplinks, link => Assert.Equal(4 * MeasuredLinks(before).First().Queue.Bound.Bytes, link.Queue.Bound.Bytes));
        Assert.Equal(before.Measured, merged.Measured);
        Assert.Equal(before.Hosts.Count, merged.Hosts.Count);
        AssertIsTree(merged);
    }

    [Theory]
    [InlineData("fattree-4")]
    [InlineData("fattree-8")]
    [InlineData("asymmetric")]
    [InlineData("fabric-skew")]
    [InlineData("dumbbell")]
    [InlineData("two-path")]
    [InlineData("nas-unequal")]
    public void Merge_OfABuiltInScenario_LeavesATreeOfTheSameSpeed(string name)
    {
        Scenario before = TestScenario.BuiltIn(name);

        Scenario merged = FatLinks.Merge(before);

        AssertIsTree(merged);
        Assert.Equal(MeasuredLinks(before).Sum(l => l.Rate.BitsPerSecond), MeasuredLinks(merged).Sum(l => l.Rate.BitsPerSecond));
    }

    [Fact]
    public void Merge_OfTheNas_LeavesOneLinkOf40()
    {
        Scenario merged = FatLinks.Merge(TestScenario.BuiltIn("nas"));

        BundleLink link = Assert.Single(MeasuredLinks(merged));
        Assert.Equal(new BitRate(40_000_000_000), link.Rate);
        Assert.Equal("switch", link.To);
        Assert.Equal(["uplinks"], merged.Measured);
    }

    /// <summary>One of four links down is a fat link of three quarters of the speed; one that drops in silence likewise.</summary>
    [Fact]
    public void Merge_OfLinksThatFail_TakesTheirShareOfTheSpeedAway()
    {
        Scenario merged = FatLinks.Merge(TestScenario.BuiltIn("nas-failure"));

        Assert.Equal(
        [
            "50ms Forth Rate 30Gb/s", "50ms Back Rate 30Gb/s", "120ms Forth Rate 40Gb/s", "120ms Back Rate 40Gb/s",
            "170ms Forth Rate 30Gb/s", "220ms Forth Rate 40Gb/s",
        ],
        merged.Events.Select(e => $"{e.At} {e.Directions} {e.Kind} {e.Rate}"));
    }

    [Fact]
    public void Merge_OfAllLinksThatFail_IsDownAndThenUp()
    {
        Scenario scenario = TestScenario.BuiltIn("nas") with
        {
            Events = [.. Enumerable.Range(0, 4).Select(i => new LinkEvent(Interval.FromMilliseconds(1 + i), "uplinks", i, LinkEventKind.Down)),
                new LinkEvent(Interval.FromMilliseconds(9), "uplinks", 2, LinkEventKind.Up)],
        };

        LinkEvent[] forth = [.. FatLinks.Merge(scenario).Events.Where(e => e.Directions == LinkDirections.Forth)];

        Assert.Equal(
            ["Rate 30Gb/s", "Rate 20Gb/s", "Rate 10Gb/s", "Down", "Up", "Rate 10Gb/s"],
            forth.Select(e => e.Kind == LinkEventKind.Rate ? $"Rate {e.Rate}" : $"{e.Kind}"));
    }

    private static IEnumerable<BundleLink> MeasuredLinks(Scenario scenario) =>
        scenario.Bundles.Where(b => scenario.Measured.Contains(b.Name)).SelectMany(b => b.Links);

    /// <summary>Every node is reached, over as many links as that takes: nothing is left to balance.</summary>
    private static void AssertIsTree(Scenario scenario)
    {
        (string From, string To)[] links = [.. scenario.Bundles.SelectMany(b => b.Links.Select(l => (b.From, l.To)))];
        Assert.Equal(scenario.Hosts.Count + scenario.Switches.Count - 1, links.Length);
        var reached = new HashSet<string> { scenario.Hosts[0].Name };
        for (int before = 0; before != reached.Count;)
        {
            before = reached.Count;
            foreach ((string from, string to) in links.Where(l => reached.Contains(l.From) || reached.Contains(l.To)))
            {
                reached.Add(from);
                reached.Add(to);
            }
        }

        Assert.Equal(scenario.Hosts.Count + scenario.Switches.Count, reached.Count);
    }
}
