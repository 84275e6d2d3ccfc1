using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Building;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The keys of the generators.</summary>
internal static class TopologyKeys
{
    private const int HostsPerLeafMax = 1_000;
    private const int RadixMax = 42;

    private static readonly Key<BitRate> HostRate = new(
        "host-rate",
        Formed.Rate("10Gb/s"),
        "Speed of the hosts' links")
    { Default = "10Gb/s" };
    private static readonly Key<Interval> Delay = new(
        "delay",
        new IntervalForm("1us", Interval.Zero, ScenarioLimits.Delay),
        "Propagation delay of every link, one way")
    { Default = "1us" };
    private static readonly Key<Fields> Queue = new("queue", QueueKeys.Section, "The queue before every link");
    private static readonly Key<Fields> HostQueue = new(
        "host-queue",
        QueueKeys.Section,
        "The queue in a host before its links, where that differs");

    private static readonly Key<int> Leaves = new("leaves", new WholeForm(1, 1_000), "Leaves, leaf1 and so on") { IsRequired = true };
    private static readonly Key<int> Spines = new(
        "spines",
        new WholeForm(1, ScenarioLimits.BundleLinks),
        "Spines, spine1 and so on")
    { IsRequired = true };
    private static readonly Key<int> HostsPerLeaf = new(
        "hosts-per-leaf",
        new WholeForm(1, HostsPerLeafMax),
        "Hosts at each leaf, h1 and so on")
    { IsRequired = true };
    private static readonly Key<int> HostLinks = new(
        "host-links",
        new WholeForm(1, ScenarioLimits.BundleLinks),
        "Links of each host to its leaf")
    { Default = "1" };
    private static readonly Key<BitRate> UplinkRate = new(
        "uplink-rate",
        Formed.Rate("40Gb/s"),
        "Speed of the links between leaves and spines")
    { Default = "10Gb/s" };
    private static readonly Key<int> LinksPerUplink = new(
        "links-per-uplink",
        new WholeForm(1, ScenarioLimits.BundleLinks),
        "Links of each leaf to each spine")
    { Default = "1" };

    private static readonly Section LeafSpineSection = new(
        "leaf-spine",
        "Leaves with hosts, and spines to which each leaf has links. Bundles: h1-up, leaf1-up and so on, all of a tier h-up, leaf-up",
        [Leaves, Spines, HostsPerLeaf, HostRate, HostLinks, UplinkRate, LinksPerUplink, Delay, Queue, HostQueue]);

    private static readonly Key<int> Radix = new(
        "k",
        new WholeForm(2, RadixMax),
        "Ports of each switch, an even number; k³ ÷ 4 hosts")
    { IsRequired = true };
    private static readonly Key<BitRate> Rate = new("rate", Formed.Rate("10Gb/s"), "Speed of every link") { Default = "10Gb/s" };

    private static readonly Section FatTreeSection = new(
        "fat-tree",
        "Three tiers of switches with k ports: edge1, agg1, core1 and so on. Bundles: h1-up, edge1-up, agg1-up and so on",
        [Radix, Rate, Delay, Queue, HostQueue]);

    private static readonly Key<int> Pairs = new(
        "pairs",
        new WholeForm(1, 5_000),
        "Senders (sender1 and so on), and as many receivers")
    { IsRequired = true };
    private static readonly Key<BitRate> BottleneckRate = new(
        "bottleneck-rate",
        Formed.Rate("10Gb/s"),
        "Speed of the links between the switches")
    { Default = "10Gb/s" };
    private static readonly Key<int> BottleneckLinks = new(
        "bottleneck-links",
        new WholeForm(1, ScenarioLimits.BundleLinks),
        "Links between the switches")
    { Default = "1" };

    private static readonly Section DumbbellSection = new(
        "dumbbell",
        "Senders at the switch left, receivers at the switch right, the bundle bottleneck between",
        [Pairs, HostRate, BottleneckRate, BottleneckLinks, Delay, Queue, HostQueue]);

    private static readonly Key<Fields> LeafSpine = new("leaf-spine", LeafSpineSection, "Two tiers");
    private static readonly Key<Fields> FatTree = new("fat-tree", FatTreeSection, "Three tiers");
    private static readonly Key<Fields> Dumbbell = new("dumbbell", DumbbellSection, "Two switches");

    /// <summary>A generator.</summary>
    public static readonly Section Section = new(
        "topology",
        "Hosts, switches and bundles of a usual shape; bundles: changes single ones",
        [LeafSpine, FatTree, Dumbbell]);

    /// <summary>Makes what the file asks for.</summary>
    public static void Read(Fields fields, Draft draft)
    {
        var written = new Written("", fields.Node, fields.Place);
        var generator = new Generator(draft, written);
        if (new Key[] { LeafSpine, FatTree, Dumbbell }.Count(fields.Has) != 1)
        {
            fields.Fault("write one of leaf-spine, fat-tree, dumbbell");
        }

        draft.Topology = fields.Below(LeafSpine) ?? fields.Below(FatTree) ?? fields.Below(Dumbbell);
        if (fields.Below(LeafSpine) is Fields leafSpine)
        {
            ReadLeafSpine(leafSpine, generator);
        }

        if (fields.Below(FatTree) is Fields fatTree)
        {
            (BundleLink access, BundleLink uplink) = ReadLinks(fatTree, Rate, Rate);
            if (fatTree.TryRequire(Radix, "4", out int k) && k % 2 != 0)
            {
                fatTree.Fault(Radix, $"{k} is odd; write an even number");
            }
            else if (k > 0)
            {
                generator.FatTree(k, access, uplink);
            }
        }

        if (fields.Below(Dumbbell) is Fields dumbbell)
        {
            (BundleLink access, BundleLink bottleneck) = ReadLinks(dumbbell, HostRate, BottleneckRate);
            int links = dumbbell.Get(BottleneckLinks, 1);
            if (dumbbell.TryRequire(Pairs, "4", out int pairs))
            {
                generator.Dumbbell(pairs, access, bottleneck, links);
            }
        }
    }

    private static void ReadLeafSpine(Fields fields, Generator generator)
    {
        (BundleLink access, BundleLink uplink) = ReadLinks(fields, HostRate, UplinkRate);
        int hostLinks = fields.Get(HostLinks, 1), uplinks = fields.Get(LinksPerUplink, 1);
        bool hasLeaves = fields.TryRequire(Leaves, "4", out int leaves), hasSpines = fields.TryRequire(Spines, "4", out int spines);
        if (!fields.TryRequire(HostsPerLeaf, "8", out int hosts) || !hasLeaves || !hasSpines)
        {
            return;
        }

        if ((leaves * (hosts + 1L)) + spines > ScenarioLimits.Nodes)
        {
            fields.Fault($"{(leaves * (hosts + 1L)) + spines:N0} hosts and switches are too many; write at most {ScenarioLimits.Nodes:N0}");
        }
        else if (spines * uplinks > ScenarioLimits.BundleLinks)
        {
            fields.Fault(LinksPerUplink, $"{spines * uplinks} uplinks of one leaf are too many; write at most {ScenarioLimits.BundleLinks}");
        }
        else
        {
            generator.LeafSpine(leaves, spines, hosts, access, hostLinks, uplink, uplinks);
        }
    }

    private static (BundleLink Access, BundleLink Uplink) ReadLinks(Fields fields, Key<BitRate> accessRate, Key<BitRate> uplinkRate)
    {
        PortQueue queue = QueueKeys.Read(fields.Below(Queue), Generator.PlainLink.Queue);
        PortQueue host = QueueKeys.Read(fields.Below(HostQueue), queue);
        BundleLink link = Generator.PlainLink with { Delay = fields.Get(Delay, Generator.PlainLink.Delay), Queue = queue };
        BundleLink access = link with { Rate = fields.Get(accessRate, link.Rate), Queue = host, QueueBack = host == queue ? null : queue };
        return (access, link with { Rate = fields.Get(uplinkRate, link.Rate) });
    }
}
