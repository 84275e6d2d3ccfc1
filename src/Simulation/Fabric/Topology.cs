using Trunkline.Core.Balancing.Fabric;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Fabric;

/// <summary>One direction of a link, as the scenario has it.</summary>
/// <param name="Bundle">Its bundle.</param>
/// <param name="Link">Its index in that.</param>
/// <param name="IsBack">Whether it leads towards the bundle's near end.</param>
/// <param name="From">The node that sends.</param>
/// <param name="To">The node that receives.</param>
internal sealed record PortSite(LinkBundle Bundle, int Link, bool IsBack, int From, int To)
{
    /// <summary>The link.</summary>
    public BundleLink Spec => Bundle.Links[Link];

    /// <summary>As results name it.</summary>
    public string Name => $"{Bundle.Name}/{Link}";
}

/// <summary>Nodes and ports by number: hosts first, then switches; a link is two ports, forth and back.</summary>
internal sealed class Topology
{
    /// <summary>More hosts than this do not fit a packet's destination.</summary>
    public const int HostsMax = 1 << 16;

    private readonly Dictionary<string, int> _nodes = [];
    private readonly List<int>[] _portsOf;
    private readonly HashSet<string> _measured;

    /// <summary>Numbers what a scenario names.</summary>
    public Topology(Scenario scenario)
    {
        Scenario = scenario;
        HostCount = scenario.Hosts.Count;
        _measured = [.. scenario.Measured];
        foreach (string name in scenario.Hosts.Select(h => h.Name).Concat(scenario.Switches.Select(s => s.Name)))
        {
            _nodes.Add(name, _nodes.Count);
        }

        Ports = [.. scenario.Bundles.SelectMany(PortsOfBundle)];
        _portsOf = new List<int>[_nodes.Count];
        for (int node = 0; node < _portsOf.Length; node++)
        {
            _portsOf[node] = [];
        }

        for (int port = 0; port < Ports.Count; port++)
        {
            _portsOf[Ports[port].From].Add(port);
        }
    }

    /// <summary>The scenario.</summary>
    public Scenario Scenario { get; }

    /// <summary>Hosts: nodes 0 to this, excluded.</summary>
    public int HostCount { get; }

    /// <summary>Hosts and switches.</summary>
    public int NodeCount => _nodes.Count;

    /// <summary>Ports; those of one link are 2i and 2i + 1.</summary>
    public IReadOnlyList<PortSite> Ports { get; }

    /// <summary>The node of a name.</summary>
    public int Node(string name) => _nodes[name];

    /// <summary>The name of a node.</summary>
    public string NameOf(int node) =>
        node < HostCount ? Scenario.Hosts[node].Name : Scenario.Switches[node - HostCount].Name;

    /// <summary>Ports through which a node sends.</summary>
    public IReadOnlyList<int> PortsOf(int node) => _portsOf[node];

    /// <summary>The technique that a node uses for a bundle of its own choice; null for the one under comparison.</summary>
    public string? TechniqueOf(int node, LinkBundle bundle) =>
        bundle.Techniques.GetValueOrDefault(NameOf(node))
        ?? (node < HostCount ? Scenario.Hosts[node].Technique : Scenario.Switches[node - HostCount].Technique);

    /// <summary>Ports of a bundle in one direction, in the order of its links.</summary>
    public IEnumerable<int> PortsOf(string bundle, bool isBack) =>
        Enumerable.Range(0, Ports.Count).Where(p => Ports[p].Bundle.Name == bundle && Ports[p].IsBack == isBack);

    /// <summary>Whether a switch has hosts.</summary>
    public bool IsEdge(int node) => node >= HostCount && _portsOf[node].Exists(p => Ports[p].To < HostCount);

    /// <summary>Speed of a host's NICs in all, in bits per second.</summary>
    public long NicBitsPerSecond(int host) => _portsOf[host].Sum(p => Ports[p].Spec.Rate.BitsPerSecond);

    /// <summary>Whether the figures are about a bundle.</summary>
    public bool IsMeasured(LinkBundle bundle) => _measured.Contains(bundle.Name);

    /// <summary>Whether a port has classes, or shares its memory with others.</summary>
    public bool IsScheduled(int port) =>
        QueueOf(port).ClassWeights.Count > 1 || (Ports[port].From >= HostCount && Scenario.Switches[Ports[port].From - HostCount].SharedBuffer is not null);

    /// <summary>The queue before a port.</summary>
    public PortQueue QueueOf(int port)
    {
        PortSite site = Ports[port];
        return site.IsBack ? site.Spec.QueueBack ?? site.Spec.Queue : site.Spec.Queue;
    }

    /// <summary>A port ready to run.</summary>
    public Port CreatePort(int port)
    {
        PortSite site = Ports[port];
        long psPerByte = site.Spec.Rate.PicosecondsPerByte;
        PortQueue queue = QueueOf(port);
        EcnMarking? marking = queue.Marking;
        bool isStep = marking is not null && marking.Minimum == marking.Maximum;
        return new Port
        {
            PsPerByte = psPerByte,
            DelayPs = DelayPs(site.Spec),
            BoundPs = TimeOf(queue.Bound.Bytes, psPerByte),
            MarkPs = isStep ? TimeOf(marking!.Maximum.Bytes, psPerByte) : SimTime.NeverPs,
            To = site.To,
        };
    }

    /// <summary>How long bytes take to send; more than a run can last is as good as for ever.</summary>
    private static long TimeOf(long bytes, long psPerByte) => (long)Int128.Min((Int128)bytes * psPerByte, SimTime.NeverPs / 4);

    /// <summary>The same, as a fabric's technique sees it.</summary>
    public FabricMap ToFabricMap() =>
        new(HostCount, NodeCount, [.. Ports.Select(p => new FabricPort(p.From, p.To, p.Spec.Rate, SimTime.ToInterval(DelayPs(p.Spec))))]);

    /// <summary>Propagation delay of a link, its cable included, which takes 5 ns a metre.</summary>
    public static long DelayPs(BundleLink link) => SimTime.ToPs(link.Delay) + (link.CableMetres * 5000L);

    private IEnumerable<PortSite> PortsOfBundle(LinkBundle bundle)
    {
        int from = _nodes[bundle.From];
        for (int i = 0; i < bundle.Links.Count; i++)
        {
            int to = _nodes[bundle.Links[i].To];
            yield return new PortSite(bundle, i, IsBack: false, from, to);
            yield return new PortSite(bundle, i, IsBack: true, to, from);
        }
    }
}
