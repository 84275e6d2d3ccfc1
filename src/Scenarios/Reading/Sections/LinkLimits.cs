using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Building;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>Links that no run could simulate: too slow for a frame, too long, with a queue that never drains.</summary>
/// <remarks>
/// It looks at links as they are at last, with all that generators, bundles and overrides say, and then for the key that said it.
/// </remarks>
/// <param name="draft">The network, complete.</param>
/// <param name="frameBytesMax">The longest frame on the wire.</param>
internal sealed class LinkLimits(Draft draft, int frameBytesMax)
{
    /// <summary>Bad links that are looked into; what is wrong with more of them is most likely the same.</summary>
    private const int ToldMax = 64;

    private const int NanosecondsPerMetre = 5;
    private const int PlacesMax = 256;

    private readonly HashSet<(Fields? Fields, string Key)> _told = [];

    /// <summary>The slowest link that sends a frame in time.</summary>
    public BitRate RateMin => new(((frameBytesMax * 8L) + ScenarioLimits.FrameSeconds - 1) / ScenarioLimits.FrameSeconds);

    /// <summary>Says what is wrong with links.</summary>
    public void CheckLinks()
    {
        int told = 0;
        foreach (LinkBundle bundle in draft.Bundles)
        {
            for (int i = 0; i < bundle.Links.Count && told < ToldMax; i++)
            {
                told += Check(bundle, i) ? 0 : 1;
            }
        }
    }

    /// <summary>Says where one node has more links to another than can be balanced as one bundle.</summary>
    public void CheckNeighbours()
    {
        var counts = new Dictionary<(string, string), int>();
        var told = new HashSet<(string, string)>();
        foreach (LinkBundle bundle in draft.Bundles)
        {
            foreach (BundleLink link in bundle.Links)
            {
                (string, string) ends = string.CompareOrdinal(bundle.From, link.To) < 0 ? (bundle.From, link.To) : (link.To, bundle.From);
                counts[ends] = counts.GetValueOrDefault(ends) + 1;
                if (counts[ends] > ScenarioLimits.BundleLinks && told.Count < ToldMax && told.Add(ends))
                {
                    Tell(
                        bundle,
                        0,
                        ["links", "between", "to"],
                        $"{bundle.From} and {link.To} have more than {ScenarioLimits.BundleLinks} links between them, over all bundles; write fewer");
                }
            }
        }
    }

    /// <summary>Says where one node has more ways of the same length to a host than can be balanced.</summary>
    /// <remarks>
    /// Only a node with that many links can, so that most scenarios cost nothing. Hosts behind the same switches are alike; of very many
    /// places some are looked at.
    /// </remarks>
    public void CheckWays()
    {
        Dictionary<string, List<(string To, LinkBundle Bundle)>> links = [];
        foreach (LinkBundle bundle in draft.Bundles)
        {
            foreach (BundleLink link in bundle.Links)
            {
                LinksOf(bundle.From).Add((link.To, bundle));
                LinksOf(link.To).Add((bundle.From, bundle));
            }
        }

        List<(string To, LinkBundle Bundle)> LinksOf(string node) => links.TryGetValue(node, out var known) ? known : links[node] = [];
        string[] wide = [.. links.Where(n => n.Value.Count > ScenarioLimits.BundleLinks).Select(n => n.Key)];
        if (wide.Length == 0)
        {
            return;
        }

        var told = new HashSet<string>();
        foreach (Host host in draft.Hosts.DistinctBy(h => string.Join(',', LinksOf(h.Name).Select(l => l.To))).Take(PlacesMax))
        {
            Dictionary<string, int> distances = DistancesTo(host.Name, LinksOf);
            foreach (string node in wide.Where(n => distances.GetValueOrDefault(n) > 0 && !told.Contains(n)))
            {
                (string To, LinkBundle Bundle)[] ways =
                    [.. LinksOf(node).Where(l => distances.GetValueOrDefault(l.To, int.MaxValue) == distances[node] - 1)];

                // Those to one node are counted as neighbours' links; the key to blame is that of the first way too many.
                if (ways.Length > ScenarioLimits.BundleLinks && ways.DistinctBy(w => w.To).Count() > 1 && told.Add(node))
                {
                    Tell(
                        ways[ScenarioLimits.BundleLinks].Bundle,
                        0,
                        ["links", "between", "to"],
                        $"{node} has {ways.Length} ways of the same length to {host.Name}, over all bundles, and at most "
                            + $"{ScenarioLimits.BundleLinks} can be balanced; write fewer links");
                }
            }
        }
    }

    /// <summary>Hops from each node to a host; hosts pass nothing on.</summary>
    private Dictionary<string, int> DistancesTo(string host, Func<string, List<(string To, LinkBundle Bundle)>> linksOf)
    {
        var distances = new Dictionary<string, int> { [host] = 0 };
        var next = new Queue<string>([host]);
        while (next.TryDequeue(out string? node))
        {
            foreach ((string to, _) in node != host && draft.HostNames.Contains(node) ? [] : linksOf(node))
            {
                if (distances.TryAdd(to, distances[node] + 1))
                {
                    next.Enqueue(to);
                }
            }
        }

        return distances;
    }

    /// <summary>What is wrong with a new rate of a link, or null.</summary>
    public string? FaultOfRate(LinkBundle bundle, int index, BitRate rate)
    {
        BundleLink link = bundle.Links[index];
        if (rate.BitsPerSecond < RateMin.BitsPerSecond)
        {
            return $"a frame of {frameBytesMax} bytes takes longer than {ScenarioLimits.FrameSeconds} s at {rate}; write at least {RateMin}";
        }

        ByteCount bound = new(Math.Max(link.Queue.Bound.Bytes, link.QueueBack?.Bound.Bytes ?? 0));
        return bound.Bytes > BoundMax(rate).Bytes
            ? $"the queue of {bundle.Name}/{index} ({bound}) drains in more than {ScenarioLimits.DrainSeconds} s at {rate}; "
                + $"write a queue of at most {BoundMax(rate)} there, or a faster rate"
            : null;
    }

    /// <summary>What is wrong with a new delay of a link, or null.</summary>
    public static string? FaultOfDelay(LinkBundle bundle, int index, Interval delay)
    {
        long cable = (long)bundle.Links[index].CableMetres * NanosecondsPerMetre;
        return delay.Nanoseconds + cable > ScenarioLimits.Delay.Nanoseconds
            ? $"{delay} and the cable of {bundle.Name}/{index} are more than {ScenarioLimits.Delay}; "
                + $"write at most {new Interval(ScenarioLimits.Delay.Nanoseconds - cable)}"
            : null;
    }

    private bool Check(LinkBundle bundle, int index)
    {
        BundleLink link = bundle.Links[index];
        bool isToHost = draft.HostNames.Contains(bundle.From);
        string[] rateKeys = isToHost ? ["rate", "host-rate"] : ["rate", "uplink-rate", "bottleneck-rate"];
        string? delay = FaultOfDelay(bundle, index, link.Delay);
        if (delay is not null)
        {
            Tell(bundle, index, ["delay", "cable"], delay);
        }

        if (link.Rate.BitsPerSecond < RateMin.BitsPerSecond)
        {
            Tell(bundle, index, rateKeys, FaultOfRate(bundle, index, link.Rate)!);
            return false;
        }

        bool isForthGood = CheckQueue(bundle, index, link.Queue, isToHost ? ["queue", "host-queue", .. rateKeys] : ["queue", .. rateKeys]);
        bool isBackGood = link.QueueBack is not PortQueue back || CheckQueue(bundle, index, back, ["queue-back", "queue", .. rateKeys]);
        return delay is null && isForthGood && isBackGood;
    }

    private bool CheckQueue(LinkBundle bundle, int index, PortQueue queue, string[] keys)
    {
        BitRate rate = bundle.Links[index].Rate;
        bool isGood = queue.Bound.Bytes <= BoundMax(rate).Bytes;
        if (!isGood)
        {
            Tell(
                bundle,
                index,
                keys,
                $"{queue.Bound} drain in more than {ScenarioLimits.DrainSeconds} s at the {rate} of {bundle.Name}/{index}; "
                    + $"write a queue of at most {BoundMax(rate)}");
        }

        return isGood;
    }

    private static ByteCount BoundMax(BitRate rate) => new((long)((Int128)rate.BitsPerSecond * ScenarioLimits.DrainSeconds / 8));

    /// <summary>Notes a fault where the first of the keys was written last for a link, or where its bundle was; each place once.</summary>
    private void Tell(LinkBundle bundle, int index, string[] keys, string message)
    {
        (Fields? fields, Key? key) = keys.Select(k => Find(bundle, index, k)).FirstOrDefault(f => f.Key is not null);
        fields ??= draft.Writings.LastOrDefault(w => w.Bundles.Contains(bundle.Name)).Fields ?? draft.Topology;
        if (fields is null || !_told.Add((fields, $"{key?.Name} {keys[0]}")))
        {
            return;
        }

        if (key is null)
        {
            fields.Fault(message);
        }
        else
        {
            fields.Fault(key, message);
        }
    }

    private (Fields? Fields, Key? Key) Find(LinkBundle bundle, int index, string name)
    {
        foreach ((IReadOnlyList<string> bundles, Fields fields) in draft.Writings.AsEnumerable().Reverse())
        {
            if (!bundles.Contains(bundle.Name))
            {
                continue;
            }

            foreach ((Written choice, Fields own) in BundleKeys.OverridesOf(fields).Reverse())
            {
                if (own.Find(name) is Key overriding && LinkChoice.Find(bundle, choice.Text)?.Contains(index) == true)
                {
                    return (own, overriding);
                }
            }

            if (fields.Find(name) is Key key)
            {
                return (fields, key);
            }
        }

        return draft.Topology?.Find(name) is Key general ? (draft.Topology, general) : default;
    }
}
