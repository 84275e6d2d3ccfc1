using Trunkline.Reports.Compare;
using Trunkline.Results;

namespace Trunkline.Reports.Tests.Compare;

public sealed class TopologyLayoutTests
{
    [Theory]
    [InlineData(2, 2, 2)]
    [InlineData(4, 4, 8)]
    [InlineData(16, 16, 16)]
    [InlineData(64, 32, 40)]
    public void LeafSpine_OfAnySize_IsBoundedAndNothingOverlaps(int leaves, int spines, int hosts)
    {
        var layout = TopologyLayout.Of(LeafSpine(leaves, spines, hosts));

        Assert.InRange(layout.Boxes.Count, 3, 40);
        Assert.InRange(layout.Lines.Count, 1, 200);
        Assert.All(layout.Boxes, box => Assert.InRange(box.X, 0, layout.Width - box.Width));
        foreach (IGrouping<double, TopologyBox> row in layout.Boxes.GroupBy(b => b.Y))
        {
            TopologyBox[] sorted = [.. row.OrderBy(b => b.X)];
            Assert.All(sorted.Skip(1).Zip(sorted), pair => Assert.True(pair.First.X >= pair.Second.X + pair.Second.Width));
        }
    }

    [Fact]
    public void Links_Drawn_AreEachInOneLine()
    {
        CompareTopology topology = LeafSpine(4, 4, 8);

        var layout = TopologyLayout.Of(topology);

        Assert.Equal(Enumerable.Range(0, topology.Links.Count), layout.Lines.SelectMany(l => l.Links).Order());
    }

    [Fact]
    public void Boxes_OfASmallNetwork_AreItsNodes() => Assert.Equal(
        ["h1", "h2", "h3", "h4", "leaf1", "leaf2", "spine1", "spine2"],
        TopologyLayout.Of(LeafSpine(2, 2, 2)).Boxes.Select(b => b.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Topology_OfOneHostAlone_IsOneBox()
    {
        var layout = TopologyLayout.Of(new CompareTopology([new CompareNode("h", IsHost: true)], []));

        Assert.Single(layout.Boxes);
        Assert.Empty(layout.Lines);
    }

    private static CompareTopology LeafSpine(int leaves, int spines, int hosts)
    {
        var nodes = new List<CompareNode>();
        var links = new List<CompareWire>();
        int first = leaves * hosts;
        nodes.AddRange(Enumerable.Range(1, first).Select(i => new CompareNode($"h{i}", IsHost: true)));
        nodes.AddRange(Enumerable.Range(1, leaves).Select(i => new CompareNode($"leaf{i}", IsHost: false)));
        nodes.AddRange(Enumerable.Range(1, spines).Select(i => new CompareNode($"spine{i}", IsHost: false)));
        for (int host = 0; host < first; host++)
        {
            links.Add(new CompareWire($"nic{host}/0", host, first + (host / hosts), 1));
        }

        for (int leaf = 0; leaf < leaves; leaf++)
        {
            links.AddRange(Enumerable.Range(0, spines).Select(s => new CompareWire($"up{leaf}/{s}", first + leaf, first + leaves + s, 1)));
        }

        return new CompareTopology(nodes, links);
    }
}
