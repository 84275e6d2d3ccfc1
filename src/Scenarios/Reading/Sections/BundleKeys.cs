using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Building;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The keys of bundles and of their links.</summary>
internal static class BundleKeys
{
    private static readonly Key<BitRate> Rate = new("rate", Formed.Rate("10Gb/s"), "Speed of each link") { Default = "10Gb/s" };
    private static readonly Key<Interval> Delay = new(
        "delay",
        new IntervalForm("3us", Interval.Zero, ScenarioLimits.Delay),
        "Propagation delay, one way")
    { Default = "1us" };
    private static readonly Key<Fields> Queue = new("queue", QueueKeys.Section, "The queue before each link, both directions");
    private static readonly Key<Fields> QueueBack = new(
        "queue-back",
        QueueKeys.Section,
        "The queue of the direction back, where that differs");
    private static readonly Key<int> Loss = new(
        "loss",
        new PercentForm("0.1%", 0, 1_000_000),
        "Share of frames that are lost at random")
    { Default = "0%" };
    private static readonly Key<int> Cable = new(
        "cable",
        new WholeForm(0, 100_000),
        "Length of cable in metres, on top of the delay at 5 ns/m")
    { Default = "0" };
    private static readonly Key<Written> To = new("to", new WordForm("a host or switch"), "The node at the far end, where that differs");

    private static readonly Section Link = new(
        "link",
        "What one link has that the others have not",
        [Rate, Delay, Queue, QueueBack, Loss, Cable, To]);

    private static readonly Key<IReadOnlyList<IReadOnlyList<Written>>> Between = new(
        "between",
        new ListForm<IReadOnlyList<Written>>(Formed.Words("a host or switch"), 2) { MayBeAlone = false },
        "The near end and the far end: a node, several nodes, ranges (leaf1..leaf4) or patterns (h*). Each near node has a bundle of its own");

    private static readonly Key<int> Links = new(
        "links",
        new WholeForm(1, ScenarioLimits.BundleLinks),
        "Links to each far node")
    { Default = "1" };

    private static readonly Key<SpreadKind> Spread = new(
        "spread",
        new ChoiceForm<SpreadKind>(("mesh", SpreadKind.Mesh), ("blocks", SpreadKind.Blocks), ("pairs", SpreadKind.Pairs)),
        "Which far nodes each near node has links to: all (mesh), the same for a block of neighbours (blocks), one each in turn (pairs)")
    { Default = "mesh" };

    private static readonly Key<IReadOnlyList<Named>> Overrides = new(
        "overrides",
        new NamedForm(Link, ScenarioLimits.BundleLinks) { MayBePatterns = true },
        "What single links have that the others have not, by index (2), range (0..1) or far node (spine2)");

    private static readonly Key<bool> Lag = new(
        "lag",
        new FlagForm(),
        "The near end takes the links for one, wherever they lead, so that a miswired link gets its share")
    { Default = "false" };

    private static readonly Key<IReadOnlyList<(Written Name, string Value)>> Techniques = new(
        "techniques",
        new MapForm<string>(TechniqueForm.Instance),
        "Techniques of ends that have their own, by node; the others use the one under comparison");

    /// <summary>A bundle.</summary>
    public static readonly Section Section = new(
        "bundle",
        "Links between nodes that traffic is spread over",
        [Between, Links, Spread, Rate, Delay, Queue, QueueBack, Loss, Cable, Overrides, Lag, Techniques]);

    private enum SpreadKind
    {
        Mesh,
        Blocks,
        Pairs,
    }

    /// <summary>Adds the bundles of the file, and changes those that a generator made.</summary>
    public static void Read(IReadOnlyList<Named> bundles, Draft draft)
    {
        foreach ((Written name, Fields fields) in bundles)
        {
            bool isThere = draft.BundleNames.Contains(name.Text) || draft.BundleNames.IsGroup(name.Text) || !NameForm.IsName(name.Text);
            if (!fields.Has(Between) && isThere)
            {
                Change(name, fields, draft);
            }
            else if (NameForm.Instance.TryRead(name.Text, out _) is string fault)
            {
                draft.Context.Fault(name, fault);
            }
            else
            {
                Add(name, fields, draft);
            }
        }
    }

    /// <summary>What is written for single links of a bundle.</summary>
    public static IReadOnlyList<Named> OverridesOf(Fields fields) => fields.Get(Overrides, []);

    private static void Add(Written name, Fields fields, Draft draft)
    {
        BundleLink link = ReadLink(fields, Generator.PlainLink, draft);
        int count = fields.Get(Links, 1);
        SpreadKind spread = fields.Get(Spread, SpreadKind.Mesh);
        bool isLag = fields.Get(Lag, false);
        fields.Get(Techniques, []);
        foreach ((_, Fields own) in fields.Get(Overrides, []))
        {
            ReadLink(own, link, draft);
        }

        if (!fields.TryRequire(Between, "[host1, switch1]", out IReadOnlyList<IReadOnlyList<Written>> between))
        {
            return;
        }

        if (between.Count != 2)
        {
            fields.Fault(Between, "has not two ends; write between: [near, far]");
            return;
        }

        IReadOnlyList<string> near = draft.NodeNames.ResolveAll(between[0], draft.Context);
        IReadOnlyList<string> far = draft.NodeNames.ResolveAll(between[1], draft.Context);
        if (near.Count == 0 || far.Count == 0 || !AreApart(near, far, fields))
        {
            return;
        }

        int perBundle = count * (spread == SpreadKind.Mesh ? far.Count : 1);
        if (perBundle > ScenarioLimits.BundleLinks)
        {
            fields.Fault(Links, $"{perBundle:N0} links of one bundle are too many; write at most {ScenarioLimits.BundleLinks}");
            return;
        }

        var made = new List<string>();
        foreach ((int index, string from) in near.Index())
        {
            IReadOnlyList<string> ends = spread switch
            {
                SpreadKind.Blocks => [far[(int)((long)index * far.Count / near.Count)]],
                SpreadKind.Pairs => [far[index % far.Count]],
                _ => far,
            };
            string own = near.Count == 1 ? name.Text : $"{name.Text}-{from}";
            BundleLink[] links = [.. ends.SelectMany(e => Enumerable.Repeat(link with { To = e }, count))];
            var bundle = new LinkBundle { Name = own, From = from, Links = links, IsLag = isLag };
            draft.Add(WithOverrides(bundle, fields, draft), name);
            made.Add(own);
        }

        draft.Writings.Add((made, fields));
        if (near.Count > 1)
        {
            draft.BundleNames.TryAddGroup(name.Text, made);
        }
    }

    private static bool AreApart(IReadOnlyList<string> near, IReadOnlyList<string> far, Fields fields)
    {
        var ends = near.ToHashSet();
        string? both = far.FirstOrDefault(ends.Contains);
        if (both is not null)
        {
            fields.Fault(Between, $"{both} is at both ends; write two nodes");
        }

        return both is null;
    }

    private static void Change(Written name, Fields fields, Draft draft)
    {
        foreach (Key key in new Key[] { Links, Spread }.Where(fields.Has))
        {
            fields.Fault(key, "cannot be changed of a bundle that is there already; write it in the topology");
        }

        IReadOnlyList<string> changed = draft.BundleNames.Resolve(name, draft.Context) ?? [];
        draft.Writings.Add((changed, fields));
        foreach (string each in changed)
        {
            LinkBundle bundle = draft.Bundle(each);
            bundle = bundle with { Links = [.. bundle.Links.Select(l => ReadLink(fields, l, draft))], IsLag = fields.Get(Lag, bundle.IsLag) };
            draft.Replace(WithOverrides(bundle, fields, draft));
        }
    }

    private static LinkBundle WithOverrides(LinkBundle bundle, Fields fields, Draft draft)
    {
        BundleLink[] links = [.. bundle.Links];
        foreach ((Written choice, Fields own) in fields.Get(Overrides, []))
        {
            foreach (int index in LinkChoice.Find(bundle, choice.Text, choice, draft.Context) ?? [])
            {
                links[index] = ReadLink(own, links[index], draft);
                if (links[index].To == bundle.From)
                {
                    own.Fault(To, $"{bundle.From} is at both ends; write another node");
                }
            }
        }

        var techniques = new Dictionary<string, string>(bundle.Techniques);
        foreach ((Written node, string technique) in fields.Get(Techniques, []))
        {
            string[] ends = [.. links.Select(l => l.To).Prepend(bundle.From).Distinct()];
            string[] chosen = [.. (draft.NodeNames.Resolve(node, draft.Context) ?? []).Where(ends.Contains)];
            if (chosen.Length == 0 && draft.NodeNames.Contains(node.Text))
            {
                draft.Context.Fault(node, $"{node.Text} is at no end of {bundle.Name}; write one of {string.Join(", ", ends.Take(8))}");
            }

            foreach (string end in chosen)
            {
                techniques[end] = technique;
            }
        }

        return bundle with { Links = links, Techniques = techniques };
    }

    private static BundleLink ReadLink(Fields fields, BundleLink otherwise, Draft draft)
    {
        PortQueue queue = QueueKeys.Read(fields.Below(Queue), otherwise.Queue);
        PortQueue? back = fields.Below(QueueBack) is Fields differing ? QueueKeys.Read(differing, otherwise.QueueBack ?? queue)
            : fields.Has(Queue) ? null : otherwise.QueueBack;
        BundleLink link = otherwise with
        {
            Rate = fields.Get(Rate, otherwise.Rate),
            Delay = fields.Get(Delay, otherwise.Delay),
            Queue = queue,
            QueueBack = back,
            LossPpm = fields.Get(Loss, otherwise.LossPpm),
            CableMetres = fields.Get(Cable, otherwise.CableMetres),
        };
        return fields.Section == Link && fields.TryGet(To, out Written to) && draft.NodeNames.Resolve(to, draft.Context) is [string node, ..]
            ? link with { To = node }
            : link;
    }
}
