using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Building;

/// <summary>A scenario while it is being put together: what there is so far, by name.</summary>
/// <param name="context">Where faults go.</param>
internal sealed class Draft(ReadingContext context)
{
    private readonly Dictionary<string, int> _bundleIndices = [];
    private readonly Dictionary<string, int> _switchIndices = [];

    /// <summary>Where faults go.</summary>
    public ReadingContext Context => context;

    /// <summary>Hosts, in order.</summary>
    public List<Host> Hosts { get; } = [];

    /// <summary>Switches, in order.</summary>
    public List<Switch> Switches { get; } = [];

    /// <summary>Bundles, in order.</summary>
    public List<LinkBundle> Bundles { get; } = [];

    /// <summary>Bundles to measure where the file does not say.</summary>
    public List<string> MeasuredByDefault { get; } = [];

    /// <summary>Names of hosts.</summary>
    public NameDirectory HostNames { get; } = new("host");

    /// <summary>Names of hosts and switches.</summary>
    public NameDirectory NodeNames { get; } = new("node");

    /// <summary>Names of bundles.</summary>
    public NameDirectory BundleNames { get; } = new("bundle");

    /// <summary>What the file says of bundles, in order: which bundles, and the keys.</summary>
    public List<(IReadOnlyList<string> Bundles, Fields Fields)> Writings { get; } = [];

    /// <summary>The keys of the generator; null without one.</summary>
    public Fields? Topology { get; set; }

    /// <summary>Links so far.</summary>
    public int LinkCount { get; private set; }

    /// <summary>Adds a host.</summary>
    public void Add(Host host, Written name)
    {
        if (TryAddNode(host.Name, name))
        {
            HostNames.TryAdd(host.Name);
            Hosts.Add(host);
        }
    }

    /// <summary>Adds a switch.</summary>
    public void Add(Switch node, Written name)
    {
        if (TryAddNode(node.Name, name))
        {
            _switchIndices.Add(node.Name, Switches.Count);
            Switches.Add(node);
        }
    }

    /// <summary>Adds a name for several hosts or switches.</summary>
    public void AddGroup(Written name, IReadOnlyList<string> members, bool areHosts)
    {
        if (!NodeNames.TryAddGroup(name.Text, members))
        {
            context.Fault(name, $"the name {name.Text} is taken; write another");
        }
        else if (areHosts)
        {
            HostNames.TryAddGroup(name.Text, members);
        }
    }

    /// <summary>Adds a bundle.</summary>
    public void Add(LinkBundle bundle, Written name)
    {
        if (LinkCount + bundle.Links.Count > ScenarioLimits.Links)
        {
            if (LinkCount <= ScenarioLimits.Links)
            {
                context.Fault(name, $"more than {ScenarioLimits.Links:N0} links; write fewer");
            }

            LinkCount = ScenarioLimits.Links + 1;
        }
        else if (!BundleNames.TryAdd(bundle.Name))
        {
            context.Fault(name, $"the name {bundle.Name} is taken by another bundle; write another");
        }
        else
        {
            LinkCount += bundle.Links.Count;
            _bundleIndices.Add(bundle.Name, Bundles.Count);
            Bundles.Add(bundle);
        }
    }

    /// <summary>Whether there is a switch of that name.</summary>
    public bool HasSwitch(string name) => _switchIndices.ContainsKey(name);

    /// <summary>The switch of a name that is there.</summary>
    public Switch Switch(string name) => Switches[_switchIndices[name]];

    /// <summary>Puts a switch in the place of the one of its name.</summary>
    public void Replace(Switch node) => Switches[_switchIndices[node.Name]] = node;

    /// <summary>Puts the switches behind the first ones before them.</summary>
    /// <param name="first">How many go to the end.</param>
    public void MoveToEnd(int first)
    {
        List<Switch> moved = Switches.GetRange(0, first);
        Switches.RemoveRange(0, first);
        Switches.AddRange(moved);
        foreach ((int index, Switch node) in Switches.Index())
        {
            _switchIndices[node.Name] = index;
        }
    }

    /// <summary>Puts a bundle in the place of the one of its name.</summary>
    public void Replace(LinkBundle bundle) => Bundles[_bundleIndices[bundle.Name]] = bundle;

    /// <summary>The bundle of a name that is there.</summary>
    public LinkBundle Bundle(string name) => Bundles[_bundleIndices[name]];

    private bool TryAddNode(string text, Written name)
    {
        if (NodeNames.Names.Count >= ScenarioLimits.Nodes)
        {
            context.Fault(name, $"more than {ScenarioLimits.Nodes:N0} hosts and switches; write fewer");
            return false;
        }

        if (!NodeNames.TryAdd(text))
        {
            context.Fault(name, $"the name {text} is taken by another host or switch; write another");
            return false;
        }

        return true;
    }
}
