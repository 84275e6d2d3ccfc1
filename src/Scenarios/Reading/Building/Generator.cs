using System.Globalization;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Building;

/// <summary>Makes the usual topologies. A node's bundle upwards bears its name: <c>leaf1-up</c>; all of a tier <c>leaf-up</c>.</summary>
/// <param name="draft">Where the nodes and bundles go.</param>
/// <param name="written">What asks for it, for faults.</param>
internal sealed class Generator(Draft draft, Written written)
{
    /// <summary>A link where nothing is written.</summary>
    public static readonly BundleLink PlainLink = new("", new BitRate(10_000_000_000), Interval.FromMicroseconds(1), new PortQueue());

    /// <summary>Leaves that each have links to all spines.</summary>
    /// <param name="leaves">Leaves.</param>
    /// <param name="spines">Spines.</param>
    /// <param name="hostsPerLeaf">Hosts at each leaf.</param>
    /// <param name="access">A host's link.</param>
    /// <param name="accessLinks">Links of each host.</param>
    /// <param name="uplink">A leaf's link.</param>
    /// <param name="uplinkLinks">Links of each leaf to each spine.</param>
    public void LeafSpine(int leaves, int spines, int hostsPerLeaf, BundleLink access, int accessLinks, BundleLink uplink, int uplinkLinks)
    {
        string[] hosts = AddHosts("h", leaves * hostsPerLeaf), leaf = AddSwitches("leaf", leaves), spine = AddSwitches("spine", spines);
        AddUplinks("h", hosts, i => [leaf[i / hostsPerLeaf]], access, accessLinks);
        draft.MeasuredByDefault.AddRange(AddUplinks("leaf", leaf, _ => spine, uplink, uplinkLinks));
    }

    /// <summary>A three-tier fat-tree of switches with k ports (Al-Fares, Loukissas and Vahdat, SIGCOMM 2008, §3.1).</summary>
    /// <param name="k">Ports of a switch, even; k³ ÷ 4 hosts.</param>
    /// <param name="access">A host's link.</param>
    /// <param name="uplink">A link between switches.</param>
    public void FatTree(int k, BundleLink access, BundleLink uplink)
    {
        int half = k / 2;
        string[] hosts = AddHosts("h", k * half * half);
        string[] edge = AddSwitches("edge", k * half), aggregation = AddSwitches("agg", k * half), core = AddSwitches("core", half * half);
        AddUplinks("h", hosts, i => [edge[i / half]], access, 1);
        draft.MeasuredByDefault.AddRange(AddUplinks("edge", edge, i => aggregation[(i / half * half)..((i / half * half) + half)], uplink, 1));
        AddUplinks("agg", aggregation, i => core[(i % half * half)..((i % half * half) + half)], uplink, 1);
    }

    /// <summary>Senders at one switch, receivers at another, one bundle between.</summary>
    /// <param name="pairs">Senders, and receivers.</param>
    /// <param name="access">A host's link.</param>
    /// <param name="bottleneck">A link between the switches.</param>
    /// <param name="bottleneckLinks">So many of those.</param>
    public void Dumbbell(int pairs, BundleLink access, BundleLink bottleneck, int bottleneckLinks)
    {
        string[] senders = AddHosts("sender", pairs), receivers = AddHosts("receiver", pairs);
        draft.Add(new Switch("left"), written);
        draft.Add(new Switch("right"), written);
        AddUplinks("sender", senders, _ => ["left"], access, 1);
        AddUplinks("receiver", receivers, _ => ["right"], access, 1);
        BundleLink[] links = [.. Enumerable.Repeat(bottleneck with { To = "right" }, bottleneckLinks)];
        draft.Add(new LinkBundle { Name = "bottleneck", From = "left", Links = links }, written);
        draft.MeasuredByDefault.Add("bottleneck");
    }

    private string[] AddHosts(string prefix, int count) =>
        AddNodes(prefix, count, areHosts: true, name => draft.Add(new Host(name), written));

    private string[] AddSwitches(string prefix, int count) =>
        AddNodes(prefix, count, areHosts: false, name => draft.Add(new Switch(name), written));

    private string[] AddNodes(string prefix, int count, bool areHosts, Action<string> add)
    {
        string[] names = [.. Enumerable.Range(1, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}"))];
        draft.AddGroup(written with { Text = prefix }, names, areHosts);
        foreach (string name in names)
        {
            add(name);
        }

        return names;
    }

    private string[] AddUplinks(string tier, string[] nodes, Func<int, string[]> upper, BundleLink link, int linksEach)
    {
        string[] names = [.. nodes.Select(n => $"{n}-up")];
        foreach ((int index, string node) in nodes.Index())
        {
            BundleLink[] links = [.. upper(index).SelectMany(to => Enumerable.Repeat(link with { To = to }, linksEach))];
            draft.Add(new LinkBundle { Name = names[index], From = node, Links = links }, written);
        }

        draft.BundleNames.TryAddGroup($"{tier}-up", names);
        return names;
    }
}
