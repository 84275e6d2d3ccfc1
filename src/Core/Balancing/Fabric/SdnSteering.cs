using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fabric;

/// <summary>Steering: a controller places each flow when it begins, by an exact rule in a table of so many.</summary>
public sealed class SdnSteering : FabricTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "sdn",
        Kind = TechniqueKind.Fabric,
        Summary = "a controller gives each new flow, by a rule of its own, the path with the fewest flows for its speed",
        Remarks =
            "The switch where a flow enters asks the controller at its first packet, and hashes until the rule is there. The controller "
            + "counts rules, not bytes: of all shortest paths it takes the one whose fullest link has the fewest flows for its speed, of equal ones "
            + "the one with the fewest in all, then the first. A table holds so many rules; when it is full, further flows are hashed, or "
            + "the rule that was not used for the longest time goes. Rules that were idle for long go when their place is needed. "
            + "Two elephants weigh as much as two mice. Installing a rule may move its flow under way, which is counted as unsafe.",
        Source = "Coho Data's one service address before many nodes (OpenFlow 1.0 exact match); OpenFlow 1.3, §5 and §6.4 for timeouts and eviction",
        Needs = "switches with exact-match rules, and a controller",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("table", ParameterKind.WholeNumber, "2000", "rules that a switch holds") { Minimum = 1, Maximum = 1 << 24 },
            new("full", ParameterKind.Choice, "hash", "when it is full: the flow is hashed, or the rule longest unused goes") { Choices = ["hash", "evict"] },
            new("install", ParameterKind.Interval, "1ms", "from a flow's first packet to its rule at work") { Maximum = 60_000_000_000 },
            new("idle", ParameterKind.Interval, "10s", "a rule unused for longer may go, and no longer counts as a flow of its path then") { Minimum = 1, Maximum = 600_000_000_000 },
        ],
    };

    private readonly FabricMap _map;
    private readonly FabricPaths _paths;
    private readonly int _rulesMax;
    private readonly bool _isEvicting;
    private readonly long _installNs;
    private readonly long _idleNs;
    private readonly int[] _used;
    private readonly Table[] _tables;
    private Rule[] _rules = new Rule[64];
    private long _moves;

    private SdnSteering(ParameterSet parameters, FabricMap map)
    {
        _map = map;
        _paths = new FabricPaths(map);
        _rulesMax = parameters.Number("table");
        _isEvicting = parameters.Text("full") == "evict";
        _installNs = parameters.Interval("install").Nanoseconds;
        _idleNs = parameters.Interval("idle").Nanoseconds;
        _used = new int[map.Ports.Count];
        _tables = new Table[map.NodeCount];
        Array.Fill(_tables, new Table { Oldest = -1, Newest = -1 });
    }

    /// <inheritdoc/>
    public override MoveCounters Moves => new(_moves, _moves);

    internal static FabricTechnique Create(ParameterSet parameters, FabricMap map, ulong seed) => new SdnSteering(parameters, map);

    /// <inheritdoc/>
    public override int Pick(in FabricPacket packet, FabricGroup group, ref ushort tag, Timestamp now)
    {
        ref Rule rule = ref RuleOf(packet.Flow);
        int node = group.Node;
        if (rule.Path is not null && !rule.Is(in packet, node))
        {
            // Its number is another flow's now; the old rule is of no use to anybody.
            Remove(packet.Flow);
        }

        if (rule.Path is null)
        {
            bool isEntering = _map.EdgeOf(packet.Source) == node;
            if (!isEntering || !TryPlace(in packet, node, now.Nanoseconds))
            {
                return ByGroup;
            }
        }

        if (node == rule.Node)
        {
            Touch(packet.Flow, now.Nanoseconds);
        }

        if (now.Nanoseconds < rule.ReadyNs)
        {
            return ByGroup;
        }

        if (!rule.IsAtWork)
        {
            rule.IsAtWork = true;
            _moves += _installNs > 0 ? 1 : 0;
        }

        foreach (int port in rule.Path!)
        {
            if (_map.Ports[port].From == node)
            {
                int link = group.LinkOf(port);
                return link >= 0 ? link : ByGroup;
            }
        }

        return ByGroup;
    }

    /// <inheritdoc/>
    public override void OnCarrier(int port, bool isUp) => _paths.OnCarrier(port, isUp);

    /// <inheritdoc/>
    public override void OnRate(int port, BitRate rate) => _paths.OnRate(port, rate);

    /// <summary>Rules whose path lost a link go: their flows ask anew.</summary>
    public override void OnLinkChange(Timestamp now)
    {
        for (int flow = 0; flow < _rules.Length; flow++)
        {
            if (_rules[flow].Path is { } path && !Array.TrueForAll(path, p => _paths.RateOf(p) > 0))
            {
                Remove(flow);
            }
        }
    }

    private bool TryPlace(in FabricPacket packet, int node, long nowNs)
    {
        ref Table table = ref _tables[node];
        while (table.Oldest >= 0 && nowNs - _rules[table.Oldest].LastNs > _idleNs)
        {
            Remove(table.Oldest);
        }

        if (table.Count == _rulesMax && !_isEvicting)
        {
            return false;
        }

        if (table.Count == _rulesMax)
        {
            Remove(table.Oldest);
        }

        int[][] paths = _paths.Between(node, packet.Destination);
        if (paths.Length == 0)
        {
            return false;
        }

        int[] best = paths[0];
        foreach (int[] path in paths.AsSpan(1))
        {
            best = IsBetter(path, best) ? path : best;
        }

        foreach (int port in best)
        {
            _used[port]++;
        }

        _rules[packet.Flow] = new Rule(in packet) { Path = best, Node = node, ReadyNs = nowNs + _installNs, LastNs = nowNs, IsAtWork = _installNs == 0 };
        Append(ref table, packet.Flow);
        table.Count++;
        return true;
    }

    private bool IsBetter(int[] path, int[] than)
    {
        (int link, int sum) = FullestOf(path);
        (int other, int otherSum) = FullestOf(than);
        if (link < 0 || other < 0)
        {
            return false;
        }

        // Flows ÷ speed against flows ÷ speed, multiplied out.
        Int128 here = (Int128)(_used[link] + 1) * _paths.RateOf(other);
        Int128 there = (Int128)(_used[other] + 1) * _paths.RateOf(link);
        return here != there ? here < there : sum < otherSum;
    }

    private (int Link, int Sum) FullestOf(int[] path)
    {
        int fullest = -1;
        int sum = 0;
        foreach (int port in path)
        {
            sum += _used[port];
            bool isFuller = fullest < 0
                || (Int128)(_used[port] + 1) * _paths.RateOf(fullest) > (Int128)(_used[fullest] + 1) * _paths.RateOf(port);
            fullest = isFuller ? port : fullest;
        }

        return (fullest, sum);
    }

    // --- Rules of a switch stand in a line, the one longest unused first ---

    private void Touch(int flow, long nowNs)
    {
        ref Rule rule = ref _rules[flow];
        rule.LastNs = nowNs;
        ref Table table = ref _tables[rule.Node];
        if (table.Newest != flow)
        {
            Unlink(ref table, flow);
            Append(ref table, flow);
        }
    }

    private void Remove(int flow)
    {
        ref Rule rule = ref _rules[flow];
        ref Table table = ref _tables[rule.Node];
        foreach (int port in rule.Path!)
        {
            _used[port]--;
        }

        Unlink(ref table, flow);
        table.Count--;
        rule = default;
    }

    private void Append(ref Table table, int flow)
    {
        ref Rule rule = ref _rules[flow];
        (rule.Older, rule.Newer) = (table.Newest, -1);
        if (table.Newest >= 0)
        {
            _rules[table.Newest].Newer = flow;
        }

        table.Newest = flow;
        table.Oldest = table.Oldest < 0 ? flow : table.Oldest;
    }

    private void Unlink(ref Table table, int flow)
    {
        (int older, int newer) = (_rules[flow].Older, _rules[flow].Newer);
        if (older >= 0)
        {
            _rules[older].Newer = newer;
        }

        if (newer >= 0)
        {
            _rules[newer].Older = older;
        }

        table.Oldest = table.Oldest == flow ? newer : table.Oldest;
        table.Newest = table.Newest == flow ? older : table.Newest;
    }

    private ref Rule RuleOf(int flow)
    {
        if (flow >= _rules.Length)
        {
            Array.Resize(ref _rules, Math.Max(flow + 1, _rules.Length * 2));
        }

        return ref _rules[flow];
    }

    private struct Table
    {
        public int Count;
        public int Oldest;
        public int Newest;
    }

    /// <summary>A flow's rule: at the switch where it enters, for the whole path. Without a path there is none.</summary>
    private struct Rule(in FabricPacket packet)
    {
        public int[]? Path;
        public int Node;
        public int Older;
        public int Newer;
        public long ReadyNs;
        public long LastNs;
        public bool IsAtWork;

        private readonly int _source = packet.Source;
        private readonly int _destination = packet.Destination;

        private readonly uint _hash = packet.Hash;

        /// <summary>Whether a packet is of its flow: numbers are used again. Each switch has a hash of its own.</summary>
        public readonly bool Is(in FabricPacket packet, int node) =>
            _source == packet.Source && _destination == packet.Destination && (node != Node || _hash == packet.Hash);
    }
}
