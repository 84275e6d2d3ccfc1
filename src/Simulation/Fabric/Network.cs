using System.Runtime.CompilerServices;
using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Techniques;

namespace Trunkline.Simulation.Fabric;

/// <summary>A topology at work: its ports, the groups that share traffic to the same hosts, and the way from each node to each host.</summary>
internal sealed class Network
{
    /// <summary>The choice of a node that has no way to a host.</summary>
    public const int NoRoute = int.MinValue;

    private const int ByTable = int.MinValue + 1;

    private static readonly BitRate[] NoLinks = [Link.DefaultRate];

    private readonly Dictionary<(int Host, int Choice), BitRate[]> _linksOf = [];
    private readonly string _technique;
    private readonly TechniqueName.Part? _lacp;
    private readonly HostTechnique?[] _hostTechniques;
    private readonly ulong _seed;
    private readonly List<string> _faults = [];
    private readonly List<LinkGroup> _groups = [];
    private readonly List<int>[] _groupsOf;
    private readonly Dictionary<int, bool> _isWeighted = [];
    private readonly PathCapacities _capacities;
    private readonly List<Tree> _trees = [];
    private readonly Dictionary<string, int> _treeOf = [];

    // What a node does with packets to any host; or, where that differs, its row of the table.
    private readonly int[] _choiceOfAll;
    private readonly int[][] _choices;
    private readonly bool[] _isDown;
    private readonly bool[] _hasCarrier;
    private readonly bool[] _isAgreed;
    private readonly Stripe?[] _stripes;

    private Network(Topology topology, TechniqueStack technique, ulong seed)
    {
        Topology = topology;
        _technique = technique.Bundle ?? TechniqueStack.DefaultBundle;
        _lacp = technique.Lacp;
        _seed = seed;
        _hostTechniques = CreateHostTechniques(technique);
        Fabric = technique.Fabric is null ? null : FabricCatalog.Create(technique.Fabric, topology.ToFabricMap(), GroupFactory.SeedOf(seed, -1), _faults);
        _choiceOfAll = new int[topology.NodeCount];
        _choices = new int[topology.NodeCount][];
        _groupsOf = [.. Enumerable.Range(0, topology.NodeCount).Select(_ => new List<int>())];
        _isDown = new bool[topology.Ports.Count];
        _hasCarrier = [.. Enumerable.Repeat(true, topology.Ports.Count)];
        _isAgreed = [.. Enumerable.Repeat(true, topology.Ports.Count)];
        _stripes = new Stripe?[topology.Ports.Count];
        _capacities = new PathCapacities(topology);
        var ports = new Port[topology.Ports.Count];
        var extras = new PortExtras?[ports.Length];
        var shared = new SharedBuffer?[topology.NodeCount];
        for (int port = 0; port < ports.Length; port++)
        {
            ports[port] = topology.CreatePort(port);
            extras[port] = CreateExtras(port, ref ports[port], shared);
        }

        Ports = new PortTable(ports, extras);
    }

    /// <summary>What is where.</summary>
    public Topology Topology { get; }

    /// <summary>The ports.</summary>
    public PortTable Ports { get; }

    /// <summary>What the switches do together; null for nothing.</summary>
    public FabricTechnique? Fabric { get; }

    /// <summary>What the ends of bundles agree on; null where nobody speaks LACP.</summary>
    public LacpAgent? Lacp { get; private set; }

    /// <summary>What policies make of flows.</summary>
    public FlowHashes Hashes { get; } = new();

    /// <summary>The groups; more come when routes change.</summary>
    public IReadOnlyList<LinkGroup> Groups => _groups;

    /// <summary>Sets up a network.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="technique">The technique of all that have none of their own.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="faults">Told what stands in the way.</param>
    /// <returns>Null with faults.</returns>
    public static Network? Create(Scenario scenario, string technique, ulong seed, ICollection<string> faults)
    {
        if (TechniqueStack.TryParse(technique, out TechniqueStack? stack) is string wrong)
        {
            faults.Add(wrong);
            return null;
        }

        var network = new Network(new Topology(scenario), stack!, seed);
        network.Reroute(isFirst: true);
        if (network._faults.Count == 0)
        {
            network.Lacp = LacpAgent.Create(network, network._faults);
            network.WatchLacp();
        }

        foreach (string fault in network._faults.Distinct())
        {
            faults.Add(fault);
        }

        return network._faults.Count == 0 ? network : null;
    }

    /// <summary>What a host does of its own to use several paths; null for nothing.</summary>
    public HostTechnique? TechniqueOf(int host) => _hostTechniques[host];

    /// <summary>Different paths from a host to another: the product of the choices along one of them.</summary>
    public int CountPaths(int host, int destination)
    {
        int paths = 1;
        int hops = 0;
        for (int node = host; node != destination && hops < Topology.NodeCount; hops++)
        {
            int choice = ChoiceOf(node, destination);
            if (choice == NoRoute)
            {
                break;
            }

            int[] ports = choice >= 0 ? [choice] : _groups[~choice].Ports;
            paths *= ports.Length;
            node = Topology.Ports[ports[0]].To;
        }

        return Math.Clamp(paths, 1, PathLabel.Count);
    }

    /// <summary>Speeds of the links of a host that lead to another, as the scenario has them, in the order in which a path counts them.</summary>
    public IReadOnlyList<BitRate> LinksOf(int host, int destination)
    {
        int choice = ChoiceOf(host, destination);
        if (choice == NoRoute)
        {
            return NoLinks;
        }

        if (!_linksOf.TryGetValue((host, choice), out BitRate[]? rates))
        {
            rates = [.. (choice >= 0 ? [choice] : _groups[~choice].Ports).Select(p => Topology.Ports[p].Spec.Rate)];
            _linksOf.Add((host, choice), rates);
        }

        return rates;
    }

    /// <summary>What a node does with packets to a host: a port, or the complement of a group; <see cref="NoRoute"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ChoiceOf(int node, int host)
    {
        int choice = _choiceOfAll[node];
        return choice != ByTable ? choice : _choices[node][host];
    }

    /// <summary>Adds a set of hosts that packets of one group go to, and numbers it.</summary>
    /// <param name="source">The sending host.</param>
    /// <param name="receivers">The receiving hosts.</param>
    public int AddTree(int source, IReadOnlyList<int> receivers) => TreeOf([.. receivers.Where(r => r != source)]);

    /// <summary>What a node does with the packets of a tree: each copy goes its way, to the receivers that are behind that.</summary>
    /// <remarks>A receiver gets one copy, however the ways of several cross.</remarks>
    public ReadOnlySpan<TreeCopy> CopiesOf(int tree, int node) => (_trees[tree].Copies[node] ??= Part(tree, node));

    private TreeCopy[] Part(int tree, int node) =>
    [
        .. _trees[tree].Receivers.Where(r => r != node && ChoiceOf(node, r) != NoRoute).GroupBy(r => ChoiceOf(node, r)).OrderBy(g => g.Key)
            .Select(g => new TreeCopy(g.Key, TreeOf([.. g]))),
    ];

    private int TreeOf(int[] receivers)
    {
        string key = string.Join(',', receivers);
        if (!_treeOf.TryGetValue(key, out int number))
        {
            number = _trees.Count;
            _treeOf.Add(key, number);
            _trees.Add(new Tree(receivers, new TreeCopy[]?[Topology.NodeCount]));
        }

        return number;
    }

    /// <summary>What a striped port's packets are part of.</summary>
    public Stripe StripeOf(int port) => _stripes[port]!;

    /// <summary>Tells a group's bundle how full its ports' queues are.</summary>
    /// <remarks>An idle link is free at the current instant, which is finer than the one that the balancer is told.</remarks>
    public void SyncQueues(LinkGroup group, long nowPs)
    {
        for (int i = 0; i < group.Ports.Length; i++)
        {
            SetFinish(group.Bundle, new LinkId(i), Math.Max(nowPs, Ports.FinishPs(group.Ports[i])));
        }
    }

    /// <summary>Tells a group's bundle how full one port's queue is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SyncQueue(Bundle bundle, LinkId link, int port) => SetFinish(bundle, link, Ports.FinishPs(port));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetFinish(Bundle bundle, LinkId link, long finishPs)
    {
        ulong ns = (ulong)finishPs / 1000;
        bundle.SetFinish(link, new Timestamp((long)ns), (int)((ulong)finishPs - (ns * 1000)));
    }

    /// <summary>Takes note that the ends of a link noticed that it is down, or up again.</summary>
    /// <param name="port">The port that noticed.</param>
    /// <param name="up">Whether it is up.</param>
    /// <param name="changed">The groups that have the port.</param>
    public void NoteCarrier(int port, bool up, List<int> changed)
    {
        _hasCarrier[port] = up;
        NoteUsable(port, changed);
    }

    /// <summary>Takes note that the ends of a bundle agreed to use a link in a port's direction, or agree no longer.</summary>
    public void NoteAgreed(int port, bool isAgreed, List<int> changed)
    {
        _isAgreed[port] = isAgreed;
        NoteUsable(port, changed);
    }

    /// <summary>Takes note that an end of a link noticed its new speed.</summary>
    public void NoteRate(int port, BitRate rate, List<int> changed)
    {
        Fabric?.OnRate(port, rate);
        Change(port, changed, (bundle, link) => bundle.SetRate(link, rate));
    }

    /// <summary>Sets the share of frames that a link loses.</summary>
    /// <param name="port">The port before it.</param>
    /// <param name="ppm">0 to a million.</param>
    public void SetLoss(int port, int ppm)
    {
        Ports.ExtrasFor(port, () => new PortExtras(SeedOf(port))).SetLoss(ppm);
        ref Port lossy = ref Ports[port];
        lossy.Traits = ppm > 0 ? lossy.Traits | PortTraits.Lossy : lossy.Traits & ~PortTraits.Lossy;
    }

    /// <summary>Finds the shortest paths anew, as routing protocols do when a link went or came.</summary>
    /// <returns>Groups that there were before; those behind are new.</returns>
    public int Reroute() => Reroute(isFirst: false);

    private void NoteUsable(int port, List<int> changed)
    {
        bool isUsable = _hasCarrier[port] && _isAgreed[port];
        _isDown[port] = !isUsable;
        Fabric?.OnCarrier(port, isUsable);
        Change(port, changed, (bundle, link) => bundle.SetUp(link, isUsable));
    }

    /// <summary>Changes a port's link in every group that has it.</summary>
    private void Change(int port, List<int> changed, Action<Bundle, LinkId> change)
    {
        for (int i = 0; i < _groups.Count; i++)
        {
            int link = Array.IndexOf(_groups[i].Ports, port);
            if (link >= 0)
            {
                change(_groups[i].Bundle, new LinkId(link));
                changed.Add(i);
            }
        }
    }

    /// <summary>What a port has beside the ordinary; null for nothing.</summary>
    private PortExtras? CreateExtras(int number, ref Port port, SharedBuffer?[] shared)
    {
        PortSite site = Topology.Ports[number];
        PortQueue queue = Topology.QueueOf(number);
        Switch? box = site.From < Topology.HostCount ? null : Topology.Scenario.Switches[site.From - Topology.HostCount];
        if (box?.SharedBuffer is { } bytes)
        {
            shared[site.From] ??= new SharedBuffer(bytes.Bytes, box.SharedAlphaThousandths);
        }

        bool isRed = queue.Marking is { } marking && marking.Minimum != marking.Maximum;
        bool isScheduled = Topology.IsScheduled(number);
        bool isWatched = Fabric is { WatchesLinks: true } && site.From >= Topology.HostCount && site.To >= Topology.HostCount;
        PortTraits traits = (site.Spec.LossPpm > 0 ? PortTraits.Lossy : PortTraits.None)
            | (Topology.IsMeasured(site.Bundle) ? PortTraits.Measured : PortTraits.None)
            | (isRed ? PortTraits.Red : PortTraits.None)
            | (isScheduled ? PortTraits.Scheduled : PortTraits.None)
            | (isWatched ? PortTraits.Watched : PortTraits.None);
        if (traits == PortTraits.None)
        {
            return null;
        }

        port.Traits = traits;
        var extras = new PortExtras(SeedOf(number))
        {
            Delays = traits.HasFlag(PortTraits.Measured) ? new DelayHistogram() : null,
            Watcher = isWatched ? Fabric : null,
            Red = isRed ? CreateRed(queue.Marking!, port.PsPerByte) : null,
            Scheduler = isScheduled ? new PortScheduler(queue.ClassWeights, shared[site.From]) : null,
        };
        extras.SetLoss(site.Spec.LossPpm);
        return extras;
    }

    /// <summary>Start of what is random at a flow.</summary>
    /// <param name="flow">How many flows were opened before it.</param>
    public ulong SeedOfFlow(long flow) => RandomSource.Mix(_seed ^ RandomSource.Mix(0x666c_6f77_0000_0000 + (ulong)flow));

    private ulong SeedOf(int port) => RandomSource.Mix(_seed ^ RandomSource.Mix(0x706f_7274_0000_0000 + (ulong)port));

    private int Reroute(bool isFirst)
    {
        int before = _groups.Count;
        var routes = new Routes(Topology);
        var ports = new List<int>();
        Func<int, bool> isUsable = port => !_isDown[port];
        var rows = new int[Topology.NodeCount][];
        for (int host = 0; host < Topology.HostCount; host++)
        {
            routes.MeasureTo(host, isUsable);
            for (int node = 0; node < Topology.NodeCount; node++)
            {
                if (Topology.PortsOf(node).Count > 1 || node >= Topology.HostCount)
                {
                    rows[node] ??= new int[Topology.HostCount];
                    routes.PortsFrom(node, isUsable, ports);
                    AddLagMembers(node, ports);
                    rows[node][host] = Choose(node, host, ports, routes, isFirst);
                }
            }
        }

        for (int node = 0; node < rows.Length; node++)
        {
            // A host with one port sends all through it.
            int[] distinct = rows[node] is { } row
                ? [.. row.Where((_, host) => host != node).Distinct()]
                : [Topology.PortsOf(node).Where(isUsable).DefaultIfEmpty(NoRoute).First()];
            _choiceOfAll[node] = distinct.Length == 1 ? distinct[0] : ByTable;
            _choices[node] = distinct.Length == 1 ? [] : rows[node];
        }

        foreach (Tree tree in _trees)
        {
            Array.Clear(tree.Copies);
        }

        MarkShared();
        return before;
    }

    /// <summary>Adds to the ports of a node the other members of the LAGs that they are of.</summary>
    private void AddLagMembers(int node, List<int> ports)
    {
        for (int i = 0; i < ports.Count; i++)
        {
            PortSite site = Topology.Ports[ports[i]];
            if (site.Bundle.IsLag && !site.IsBack)
            {
                AddMembers(site.Bundle, node, ports);
            }
        }
    }

    private void AddMembers(LinkBundle bundle, int node, List<int> ports)
    {
        ports.AddRange(Topology.PortsOf(node).Where(p => ReferenceEquals(Topology.Ports[p].Bundle, bundle) && !_isDown[p] && !ports.Contains(p)));
        ports.Sort();
    }

    private int Choose(int node, int host, List<int> ports, Routes routes, bool isFirst)
    {
        if (ports.Count == 0)
        {
            return NoRoute;
        }

        int[]? weights = IsWeighted(node, ports[0]) ? _capacities.Weights(ports, routes, p => !_isDown[p]) : null;

        // A group whose own links are down keeps its state; it has fewer links to choose from.
        if (!isFirst && _choices[node] is { } row)
        {
            int old = _choiceOfAll[node] == ByTable ? row[host] : _choiceOfAll[node];
            if (old < 0 && old != NoRoute && IsOf(_groups[~old], node, ports, weights))
            {
                return old;
            }
        }

        // So does one that had lost them all.
        int known = isFirst ? -1 : _groupsOf[node].FindIndex(g => IsOf(_groups[g], node, ports, weights));
        if (known >= 0)
        {
            return ~_groupsOf[node][known];
        }

        return ports.Count == 1 && !IsAskedOfOne(ports[0]) ? ports[0] : ~GroupOf(node, ports, weights);
    }

    private bool IsWeighted(int node, int port)
    {
        if (!_isWeighted.TryGetValue(port, out bool isWeighted))
        {
            _isWeighted.Add(port, isWeighted = GroupFactory.IsWeighted(TechniqueOf(node, port)));
        }

        return isWeighted;
    }

    /// <summary>Whether a group's links, as far as they are up, are these, and weighted so.</summary>
    private bool IsOf(LinkGroup group, int node, List<int> ports, int[]? weights)
    {
        if (group.Node != node || !group.Ports.Where(p => !_isDown[p]).SequenceEqual(ports))
        {
            return false;
        }

        if (weights is null)
        {
            return true;
        }

        int[] has = [.. group.Ports.Index().Where(p => !_isDown[p.Item]).Select(p => group.Bundle[new LinkId(p.Index)].Weight)];
        return weights.Index().All(w => (long)w.Item * has[0] == (long)weights[0] * has[w.Index]);
    }

    // What a leaf writes into packets for the fabric, it writes into those without a choice as well.
    private bool IsAskedOfOne(int port) =>
        Fabric is { AsksAtEdges: true } && Topology.Ports[port].To >= Topology.HostCount && Topology.IsEdge(Topology.Ports[port].From);

    /// <summary>What each host does: its own, where the scenario says so.</summary>
    private HostTechnique?[] CreateHostTechniques(TechniqueStack stack)
    {
        HostTechnique? common = stack.Host is null ? null : HostCatalog.Create(stack.Host, GroupFactory.SeedOf(_seed, -1), _faults);
        return [.. Topology.Scenario.Hosts.Select((host, i) => StackOf(host.Technique)?.Host is { } own
            ? HostCatalog.Create(own, GroupFactory.SeedOf(_seed, i), _faults)
            : common)];
    }

    private void WatchLacp()
    {
        for (int port = 0; port < Topology.Ports.Count && Lacp is not null; port++)
        {
            if (Lacp.Has(port) || Lacp.Has(port ^ 1))
            {
                Ports.ExtrasFor(port, () => new PortExtras(SeedOf(port)));
                Ports[port].Traits |= PortTraits.Watched;
            }
        }
    }

    private string TechniqueOf(int node, int port) => OwnTechniqueOf(node, port) ?? _technique;

    /// <summary>The bundle technique of a node's own; null for that under comparison.</summary>
    private string? OwnTechniqueOf(int node, int port)
    {
        TechniqueStack? own = StackOf(Topology.TechniqueOf(node, Topology.Ports[port].Bundle));
        if (own?.Fabric is { } fabric)
        {
            _faults.Add($"{fabric.Name} at {Topology.NameOf(node)}: all switches do it together, or none; write it among the techniques to compare");
        }

        return own?.Bundle;
    }

    /// <summary>How the node before a port speaks LACP over the port's bundle; null for not at all.</summary>
    public TechniqueName.Part? LacpOf(int node, int port) =>
        Topology.TechniqueOf(node, Topology.Ports[port].Bundle) is string own ? StackOf(own)?.Lacp : _lacp;

    /// <summary>Whether anybody is to speak LACP.</summary>
    public bool SpeaksLacp => _lacp is not null || Enumerable.Range(0, Topology.Ports.Count).Any(p => LacpOf(Topology.Ports[p].From, p) is not null);

    private TechniqueStack? StackOf(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (TechniqueStack.TryParse(text, out TechniqueStack? stack) is string wrong)
        {
            _faults.Add(wrong);
        }

        return stack;
    }

    /// <summary>The group of ports of a node, made where there is none.</summary>
    private int GroupOf(int node, List<int> ports, int[]? weights)
    {
        foreach (int known in _groupsOf[node])
        {
            if (IsGroup(_groups[known], ports, weights))
            {
                return known;
            }
        }

        int number = _groups.Count;
        _groupsOf[node].Add(number);
        _groups.Add(CreateGroup(node, [.. ports], weights));
        return number;
    }

    private static bool IsGroup(LinkGroup group, List<int> ports, int[]? weights)
    {
        for (int i = 0; i < ports.Count; i++)
        {
            if (group.Ports.Length != ports.Count || group.Ports[i] != ports[i] || group.Bundle[new LinkId(i)].Weight != (weights?[i] ?? 1))
            {
                return false;
            }
        }

        return true;
    }

    private LinkGroup CreateGroup(int node, int[] ports, int[]? weights)
    {
        if (ports.Length > Bundle.LinksMax)
        {
            _faults.Add($"{Topology.NameOf(node)} has {ports.Length} links to the same hosts, and at most {Bundle.LinksMax} can be balanced");
            ports = ports[..Bundle.LinksMax];
        }

        string text = TechniqueOf(node, ports[0]);
        bool isOwn = OwnTechniqueOf(node, ports[0]) is not null;
        var bundle = new Bundle([.. ports.Select((p, i) => LinkOf(Topology.Ports[p]) with { Weight = weights?[i] ?? 1 })]);
        if (GroupFactory.IsStripe(text))
        {
            // One reason is enough: the other groups have the same.
            Stripe? stripe = _faults.Count > 0
                ? null
                : Stripe.Create(text, Topology, ports, bundle, GroupFactory.SeedOf(_seed, node), _faults);
            foreach (int port in stripe is null ? [] : ports)
            {
                Ports[port].Traits |= PortTraits.Striped;
                _stripes[port] = stripe;
            }

            return new LinkGroup(node, ports, bundle, Pinned(bundle, node), Policy: 0) { Stripe = stripe, IsOwn = isOwn };
        }

        // With a fault there is no run, and nobody asks what takes its place.
        BundleTechnique technique = GroupFactory.Create(text, bundle, _seed, node, _faults) ?? Pinned(bundle, node);
        return new LinkGroup(node, ports, bundle, technique, Hashes.Add(technique.PolicyName, technique.Policy))
        {
            IsOfOrder = GroupFactory.IsOfOrder(text),
            IsOwn = isOwn,
            OfFabric = Fabric is null || isOwn || node < Topology.HostCount ? null : new FabricGroup(_groups.Count, node, ports, bundle),
        };
    }

    private BundleTechnique Pinned(Bundle bundle, int node) => GroupFactory.Create(PinnedPolicy.Name, bundle, _seed, node, [])!;

    private static Link LinkOf(PortSite site) => new(site.Name, site.Spec.Rate)
    {
        Delay = new Interval(Topology.DelayPs(site.Spec) / 1000),
    };

    /// <summary>Finds the groups whose ports are used by others too.</summary>
    private void MarkShared()
    {
        var uses = new int[Topology.Ports.Count];
        foreach (int port in _groups.SelectMany(g => g.Ports).Concat(_choices.SelectMany(c => c).Concat(_choiceOfAll).Where(c => c >= 0).Distinct()))
        {
            uses[port]++;
        }

        foreach (LinkGroup group in _groups)
        {
            group.IsShared = group.Ports.Any(p => uses[p] > 1) || group.IsOfOrder;
        }
    }

    private static RedMarking CreateRed(EcnMarking marking, long psPerByte) => new(
        marking.Minimum.Bytes * psPerByte, marking.Maximum.Bytes * psPerByte, marking.ProbabilityThousandths, marking.AverageShift);

    /// <summary>A set of receivers, and what each node does with packets to them; null where that was not asked yet.</summary>
    private sealed record Tree(int[] Receivers, TreeCopy[]?[] Copies);
}

/// <summary>A copy of a multicast packet.</summary>
/// <param name="Choice">Its way: a port, or the complement of a group.</param>
/// <param name="Tree">The receivers behind that.</param>
internal readonly record struct TreeCopy(int Choice, int Tree);
