using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fabric;

/// <summary>Hedera: a controller reads counters, estimates what large flows could send, and gives each a path with room for that.</summary>
public sealed class Hedera : FabricTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "hedera",
        Kind = TechniqueKind.Fabric,
        Summary = "a controller polls counters and places large flows on paths with room for them; the others are hashed",
        Remarks =
            "At each poll, flows that sent a tenth of their NIC's speed or more are large. What each could send if only NICs held it back is "
            + "estimated by turns at senders and receivers; then each large flow, in turn, gets the first path whose links all have that much left "
            + "(Global First Fit), those already placed first where they still fit. A rule is there some time after the poll, and goes when "
            + "the flow sent nothing for a whole interval. Flows shorter than an interval are never seen; those within one switch take no part in "
            + "the estimate. A large flow that fits nowhere stays where it is. Each installed path is counted as an unsafe move.",
        Source = "Al-Fares, Radhakrishnan, Raghavan, Huang and Vahdat, Hedera, NSDI 2010, §3 and §4",
        Needs = "switches with a rule for each large flow, and a controller; each host at one switch",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("interval", ParameterKind.Interval, "5s", "time between polls") { Minimum = 100_000, Maximum = 600_000_000_000 },
            new("threshold", ParameterKind.Percent, "10%", "part of its NIC's speed from which a flow is large") { Minimum = 1, Maximum = 1_000_000 },
            new("install", ParameterKind.Interval, "10ms", "from the poll to the rule at work") { Maximum = 60_000_000_000 },
        ],
        Presets =
        [
            new(
                "fast",
                "20 ms and 1 ms, for runs that do not last for minutes",
                "ours",
                new Dictionary<string, string> { ["interval"] = "20ms", ["install"] = "1ms" }),
        ],
    };

    // The estimate ends when nothing changes: each turn settles a flow at least, or ends it.
    private const int TurnsMax = 1000;

    private readonly FabricMap _map;
    private readonly FabricPaths _paths;
    private readonly long _intervalNs;
    private readonly long _thresholdPpm;
    private readonly long _installNs;
    private readonly int[] _nicOf;
    private readonly long[] _reserved;
    private readonly List<Large> _large = [];
    private FlowState[] _flows = new FlowState[64];
    private Timestamp _pollAt = Timestamp.MinValue;
    private Timestamp _installAt = Timestamp.MaxValue;
    private long _moves;

    private Hedera(ParameterSet parameters, FabricMap map)
    {
        if (map.FindHostOfSeveral() is int several)
        {
            throw new FormatException($"needs each host at one switch, and host {several + 1} has links to several");
        }

        _map = map;
        _paths = new FabricPaths(map);
        _intervalNs = parameters.Interval("interval").Nanoseconds;
        _thresholdPpm = parameters["threshold"];
        _installNs = parameters.Interval("install").Nanoseconds;
        if (_installNs >= _intervalNs)
        {
            throw new FormatException($"install: {parameters.Text("install")} is not below the interval {parameters.Text("interval")}");
        }

        _reserved = new long[map.Ports.Count];
        _nicOf = new int[map.HostCount];
        foreach ((int number, FabricPort port) in map.Ports.Index().Where(p => p.Item.From < map.HostCount))
        {
            _nicOf[port.From] = number;
        }
    }

    /// <inheritdoc/>
    public override Timestamp NextDeadline => _installAt < _pollAt ? _installAt : _pollAt;

    /// <inheritdoc/>
    public override MoveCounters Moves => new(_moves, _moves);

    /// <exception cref="FormatException">The fabric has not what it needs, or parameters do not go together.</exception>
    internal static FabricTechnique Create(ParameterSet parameters, FabricMap map, ulong seed) => new Hedera(parameters, map);

    /// <inheritdoc/>
    public override int Pick(in FabricPacket packet, FabricGroup group, ref ushort tag, Timestamp now)
    {
        ref FlowState flow = ref StateOf(packet.Flow);
        if (group.Node == _map.EdgeOf(packet.Source))
        {
            if (!flow.Is(in packet))
            {
                flow = new FlowState(in packet);
            }

            flow.Bytes += packet.Bytes;
        }

        foreach (int port in flow.Path ?? [])
        {
            if (_map.Ports[port].From == group.Node)
            {
                int link = group.LinkOf(port);
                return link >= 0 ? link : ByGroup;
            }
        }

        return ByGroup;
    }

    /// <inheritdoc/>
    public override void OnDeadline(Timestamp now)
    {
        if (now >= _installAt)
        {
            _installAt = Timestamp.MaxValue;
            Install();
        }

        if (now >= _pollAt)
        {
            bool isFirst = _pollAt == Timestamp.MinValue;
            _pollAt = now + new Interval(_intervalNs);
            if (!isFirst)
            {
                Poll();
                _installAt = now + new Interval(_installNs);
            }
        }
    }

    /// <inheritdoc/>
    public override void OnCarrier(int port, bool isUp) => _paths.OnCarrier(port, isUp);

    /// <inheritdoc/>
    public override void OnRate(int port, BitRate rate) => _paths.OnRate(port, rate);

    /// <summary>Rules whose path lost a link go at once: what they carried is hashed until it is placed anew.</summary>
    public override void OnLinkChange(Timestamp now)
    {
        foreach (ref FlowState flow in _flows.AsSpan())
        {
            flow.Path = IsWhole(flow.Path) ? flow.Path : null;
            flow.Next = IsWhole(flow.Next) ? flow.Next : null;
        }
    }

    private void Poll()
    {
        FindLarge();
        Estimate();
        Array.Clear(_reserved);
        foreach (Large large in _large)
        {
            // Who has a place keeps it, where what he could send still has room there.
            FlowState flow = _flows[large.Flow];
            large.IsPlaced = flow.Path is not null && HasRoom(flow.Path, large.Demand);
            Reserve(large.IsPlaced ? flow.Path! : [], large.Demand);
        }

        foreach (Large large in _large.Where(l => !l.IsPlaced))
        {
            ref FlowState flow = ref _flows[large.Flow];
            foreach (int[] path in _paths.Between(_map.EdgeOf(flow.Source), flow.Destination))
            {
                if (HasRoom(path, large.Demand))
                {
                    Reserve(path, large.Demand);
                    flow.Next = path;
                    break;
                }
            }
        }
    }

    private void FindLarge()
    {
        _large.Clear();
        for (int number = 0; number < _flows.Length; number++)
        {
            ref FlowState flow = ref _flows[number];
            long bytes = flow.Bytes - flow.PolledBytes;
            flow.PolledBytes = flow.Bytes;
            if (bytes == 0)
            {
                flow.Path = flow.Next = null;
            }
            else if ((UInt128)(ulong)bytes * 8_000_000_000 * 1_000_000
                >= (UInt128)(ulong)RateOf(_nicOf[flow.Source]) * (ulong)_intervalNs * (ulong)_thresholdPpm)
            {
                _large.Add(new Large(number, flow.Source, flow.Destination));
            }
        }
    }

    /// <summary>What flows could send if only NICs held them back (§4.2), in bits per second.</summary>
    private void Estimate()
    {
        for (int turn = 0; turn < TurnsMax; turn++)
        {
            bool isChanged = false;
            foreach (IGrouping<int, Large> sent in _large.GroupBy(l => l.Source))
            {
                isChanged |= ShareAtSource(RateOf(_nicOf[sent.Key]), [.. sent]);
            }

            foreach (IGrouping<int, Large> received in _large.GroupBy(l => l.Destination))
            {
                isChanged |= ShareAtDestination(RateOf(FabricMap.BackOf(_nicOf[received.Key])), [.. received]);
            }

            if (!isChanged)
            {
                return;
            }
        }
    }

    private static bool ShareAtSource(long rate, Large[] flows)
    {
        long left = rate - flows.Where(f => f.IsSettled).Sum(f => f.Demand);
        long share = Math.Max(0, left / Math.Max(1, flows.Count(f => !f.IsSettled)));
        bool isChanged = false;
        foreach (Large flow in flows.Where(f => !f.IsSettled))
        {
            isChanged |= flow.Demand != share;
            flow.Demand = share;
        }

        return isChanged;
    }

    private static bool ShareAtDestination(long rate, Large[] flows)
    {
        if (flows.Sum(f => f.Demand) <= rate)
        {
            return false;
        }

        // Who sends less than an equal share is held back elsewhere; the others share what it leaves.
        List<Large> held = [.. flows];
        long share = rate / held.Count;
        for (int before = -1; before != held.Count && held.Count > 0;)
        {
            before = held.Count;
            held.RemoveAll(f => f.Demand < share);
            share = held.Count == 0 ? share : (rate - flows.Except(held).Sum(f => f.Demand)) / held.Count;
        }

        bool isChanged = false;
        foreach (Large flow in held)
        {
            isChanged |= !flow.IsSettled || flow.Demand != share;
            (flow.Demand, flow.IsSettled) = (share, true);
        }

        return isChanged;
    }

    private void Install()
    {
        foreach (ref FlowState flow in _flows.AsSpan())
        {
            if (flow.Next is { } next)
            {
                _moves += flow.Path == next ? 0 : 1;
                (flow.Path, flow.Next) = (next, null);
            }
        }
    }

    private bool HasRoom(int[] path, long demand) => Array.TrueForAll(path, p => _reserved[p] + demand <= _paths.RateOf(p));

    private void Reserve(int[] path, long demand)
    {
        foreach (int port in path)
        {
            _reserved[port] += demand;
        }
    }

    private bool IsWhole(int[]? path) => path is null || Array.TrueForAll(path, p => _paths.RateOf(p) > 0);

    private long RateOf(int port) => _paths.RateOf(port);

    private ref FlowState StateOf(int flow)
    {
        if (flow >= _flows.Length)
        {
            Array.Resize(ref _flows, Math.Max(flow + 1, _flows.Length * 2));
        }

        return ref _flows[flow];
    }

    /// <summary>What the edge counts of a flow, and where its rule sends it.</summary>
    private struct FlowState(in FabricPacket packet)
    {
        public readonly int Source = packet.Source;
        public readonly int Destination = packet.Destination;
        public long Bytes;
        public long PolledBytes;
        public int[]? Path;
        public int[]? Next;

        private readonly uint _hash = packet.Hash;

        /// <summary>Whether a packet is of it: numbers are used again for other flows.</summary>
        public readonly bool Is(in FabricPacket packet) =>
            Bytes > 0 && Source == packet.Source && Destination == packet.Destination && _hash == packet.Hash;
    }

    /// <summary>A large flow, while it is placed.</summary>
    private sealed class Large(int flow, int source, int destination)
    {
        public int Flow => flow;

        public int Source => source;

        public int Destination => destination;

        public long Demand { get; set; }

        public bool IsSettled { get; set; }

        public bool IsPlaced { get; set; }
    }
}
