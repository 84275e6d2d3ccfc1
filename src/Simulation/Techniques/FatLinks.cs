using Trunkline.Core.Units;
using Trunkline.Results;
using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Techniques;

/// <summary>What buying a faster port would give: the same network in which nothing is left to balance.</summary>
/// <remarks>
/// Switches that stand in the same place become one, and so do the links between the same two: of their summed speed, with queues that
/// take as long to send, the least delay and the mean loss. In the same place are those of the coarsest partition in which each host is
/// by itself and switches of one part have neighbours in the same parts (partition refinement, as bisimulation is found).
/// </remarks>
public static class FatLinks
{
    /// <summary>The name of the row in results.</summary>
    public const string Name = CompareTechnique.OneFatLink;

    /// <summary>The scenario with its links merged.</summary>
    public static Scenario Merge(Scenario scenario)
    {
        Dictionary<string, string> standsFor = FindPlaces(scenario);
        List<FatLink> links = Gather(scenario, standsFor);
        if (links.Count == 0)
        {
            return scenario;
        }

        List<LinkBundle> bundles = Bundle(links, scenario.Bundles);
        string[] measured = [.. scenario.Measured
            .SelectMany(m => links.Where(l => l.Members.Any(member => member.Bundle.Name == m)))
            .Select(l => l.Bundle)
            .Distinct()];
        var merged = scenario with
        {
            Hosts = [.. scenario.Hosts.Select(h => h with { Technique = null })],
            Switches = [.. scenario.Switches.GroupBy(s => standsFor[s.Name]).Select(Merge)],
            Bundles = bundles,
            Measured = measured,
            Events = [.. FatLinkEvents.Merge(scenario.Events, links)],
            Techniques = [],
        };
        return merged with { Traffic = [.. scenario.Traffic.Select(t => KeepLoad(t, scenario, merged))] };
    }

    /// <summary>The switch that stands for each, by name.</summary>
    private static Dictionary<string, string> FindPlaces(Scenario scenario)
    {
        string[] nodes = [.. scenario.Hosts.Select(h => h.Name), .. scenario.Switches.Select(s => s.Name)];
        Dictionary<string, int> numbers = nodes.Select((name, i) => (name, i)).ToDictionary(n => n.name, n => n.i);
        List<int>[] neighbours = [.. nodes.Select(_ => new List<int>())];
        foreach (LinkBundle bundle in scenario.Bundles)
        {
            foreach (BundleLink link in bundle.Links)
            {
                neighbours[numbers[bundle.From]].Add(numbers[link.To]);
                neighbours[numbers[link.To]].Add(numbers[bundle.From]);
            }
        }

        int[] parts = [.. nodes.Select((_, i) => Math.Min(i, scenario.Hosts.Count))];
        for (int before = -1, count = parts.Distinct().Count(); count != before;)
        {
            before = count;
            var found = new Dictionary<string, int>();
            int[] old = parts;
            parts = [.. old.Select((part, node) =>
            {
                string place = $"{part}:{string.Join(',', neighbours[node].Select(n => old[n]).Distinct().Order())}";
                found.TryAdd(place, found.Count);
                return found[place];
            })];
            count = found.Count;
        }

        var first = new Dictionary<int, string>();
        for (int node = 0; node < nodes.Length; node++)
        {
            first.TryAdd(parts[node], nodes[node]);
        }

        return nodes.Select((name, i) => (name, i)).ToDictionary(n => n.name, n => first[parts[n.i]]);
    }

    private static Switch Merge(IGrouping<string, Switch> place)
    {
        bool isShared = place.All(s => s.SharedBuffer is not null);
        return place.First() with
        {
            Name = place.Key,
            Technique = null,
            SharedBuffer = isShared ? new ByteCount(place.Sum(s => s.SharedBuffer!.Value.Bytes)) : null,
        };
    }

    /// <summary>Puts links between the same two places together; what lies within one place is gone.</summary>
    private static List<FatLink> Gather(Scenario scenario, Dictionary<string, string> standsFor)
    {
        var links = new List<FatLink>();
        var places = new Dictionary<(string, string), FatLink>();
        foreach (LinkBundle bundle in scenario.Bundles)
        {
            for (int i = 0; i < bundle.Links.Count; i++)
            {
                (string from, string to) = (standsFor[bundle.From], standsFor[bundle.Links[i].To]);
                if (from == to)
                {
                    continue;
                }

                bool isReversed = !places.TryGetValue((from, to), out FatLink? fat) && places.TryGetValue((to, from), out fat);
                if (fat is null)
                {
                    fat = new FatLink(bundle.Name, links.Count(l => l.Bundle == bundle.Name), from, to);
                    links.Add(fat);
                    places.Add((from, to), fat);
                }

                fat.Members.Add(new FatLinkMember(bundle, i, isReversed));
            }
        }

        return links;
    }

    private static List<LinkBundle> Bundle(List<FatLink> links, IReadOnlyList<LinkBundle> bundles) => [.. bundles
        .Where(b => links.Any(l => l.Bundle == b.Name))
        .Select(b => new LinkBundle
        {
            Name = b.Name,
            From = links.First(l => l.Bundle == b.Name).From,
            Links = [.. links.Where(l => l.Bundle == b.Name).Select(l => l.ToLink())],
        })];

    /// <summary>A load that is a part of the measured bundles stays what it was, when these took in others.</summary>
    private static Traffic KeepLoad(Traffic traffic, Scenario before, Scenario after)
    {
        (long was, long isNow) = (before.MeasuredBitsPerSecond, after.MeasuredBitsPerSecond);
        return traffic is MiceTraffic { LoadOf: LoadBasis.Uplink } mice && was != isNow
            ? mice with { LoadPpm = (int)((Int128)mice.LoadPpm * was / isNow) }
            : traffic;
    }
}

/// <summary>A link that stands for several.</summary>
/// <param name="Bundle">The bundle that it is in.</param>
/// <param name="Index">Its index there.</param>
/// <param name="From">Its near end.</param>
/// <param name="To">Its far end.</param>
internal sealed record FatLink(string Bundle, int Index, string From, string To)
{
    /// <summary>The links for which it stands.</summary>
    public List<FatLinkMember> Members { get; } = [];

    /// <summary>The link with the sum of its members' speeds.</summary>
    public BundleLink ToLink()
    {
        BundleLink first = Members[0].Link;
        if (Members.Count == 1)
        {
            return first with { To = To };
        }

        PortQueue forth = Sum(isBack: false);
        PortQueue back = Sum(isBack: true);
        return new BundleLink(To, new BitRate(Members.Sum(m => m.Link.Rate.BitsPerSecond)), Members.Min(m => m.Delay), forth)
        {
            LossPpm = MeanLossPpm(Members.Select(m => (m.Link.Rate.BitsPerSecond, m.Link.LossPpm))),
            QueueBack = back == forth ? null : back,
        };
    }

    /// <summary>The share of frames lost over links among which frames spread by speed.</summary>
    public static int MeanLossPpm(IEnumerable<(long BitsPerSecond, int LossPpm)> links)
    {
        (Int128 rate, Int128 lost) = (0, 0);
        foreach ((long bitsPerSecond, int lossPpm) in links)
        {
            rate += bitsPerSecond;
            lost += (Int128)bitsPerSecond * lossPpm;
        }

        return rate == 0 ? 0 : (int)(lost / rate);
    }

    private PortQueue Sum(bool isBack)
    {
        PortQueue[] queues = [.. Members.Select(m => m.Queue(isBack))];
        EcnMarking[] markings = [.. queues.Select(q => q.Marking).OfType<EcnMarking>()];
        return queues[0] with
        {
            Bound = new ByteCount(queues.Sum(q => q.Bound.Bytes)),
            Marking = markings.Length < queues.Length ? null : markings[0] with
            {
                Minimum = new ByteCount(markings.Sum(m => m.Minimum.Bytes)),
                Maximum = new ByteCount(markings.Sum(m => m.Maximum.Bytes)),
            },
        };
    }
}

/// <summary>One of the links for which a fat one stands.</summary>
/// <param name="Bundle">Its bundle.</param>
/// <param name="Index">Its index there.</param>
/// <param name="IsReversed">Whether its near end is the fat link's far end.</param>
internal sealed record FatLinkMember(LinkBundle Bundle, int Index, bool IsReversed)
{
    /// <summary>The link.</summary>
    public BundleLink Link => Bundle.Links[Index];

    /// <summary>Its delay, cable included.</summary>
    public Interval Delay => new(Fabric.Topology.DelayPs(Link) / 1000);

    /// <summary>The queue before one direction of the fat link.</summary>
    public PortQueue Queue(bool isBack) => isBack != IsReversed ? Link.QueueBack ?? Link.Queue : Link.Queue;
}
