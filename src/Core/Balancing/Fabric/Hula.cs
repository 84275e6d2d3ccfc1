using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fabric;

/// <summary>HULA: probes tell each switch the best next hop to each top-of-rack switch, over any number of tiers.</summary>
public sealed class Hula : FabricTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "hula",
        Kind = TechniqueKind.Fabric,
        Summary = "a new flowlet goes to the next hop that probes found to be the best towards its top-of-rack switch",
        Remarks =
            "Each top-of-rack switch (ToR) sends a probe over each link at each interval, which goes up and then down through the tree and "
            + "carries the highest utilisation, in 256 steps, that packets the other way meet. A switch remembers for each ToR the port of "
            + "the best probe alone, believes what that port says later, for better or worse, and forgets it when it is silent. It passes on a "
            + "probe that it believed. So it knows neighbours and no paths, and all new flowlets of an interval take one next hop. Where it "
            + "knows none, or one to which routing does not lead, the group's own technique chooses. That a worse probe is not passed on, and "
            + "how long silence may last, are our reading.",
        Source = "Katta, Hira, Kim, Sivaraman and Rexford, HULA, SOSR 2016, §3 and §4",
        Needs = "a tree: each link leads up or down, each host is at one switch",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("interval", ParameterKind.Interval, "200us", "time between a ToR's probes") { Minimum = 1_000, Maximum = 10_000_000_000 },
            new("gap", ParameterKind.Interval, "100us", "idle for longer than this, a new flowlet begins") { Maximum = 60_000_000_000 },
            new("window", ParameterKind.Interval, "400us", "what the utilisation is an average over, twice the interval or more")
            {
                Minimum = 1_000,
                Maximum = 10_000_000_000,
            },
            new("silence", ParameterKind.Interval, "600us", "a next hop of which no probe came for longer is forgotten") { Minimum = 1_000, Maximum = 60_000_000_000 },
            new("buckets", ParameterKind.WholeNumber, "4096", "flowlets that a group of links tells apart, a power of two") { Minimum = 2, Maximum = 65_536 },
            new("probe", ParameterKind.ByteCount, "84B", "what a probe occupies the wire with: a frame of 64 bytes, preamble and gap") { Minimum = 1, Maximum = 1_538 },
        ],
    };

    private const int Steps = 256;

    private readonly FabricMap _map;
    private readonly long _intervalNs;
    private readonly long _gapNs;
    private readonly long _windowNs;
    private readonly long _silenceNs;
    private readonly int _probeBytes;
    private readonly int _buckets;
    private readonly int[] _tiers;
    private readonly int[] _numberOfTor;
    private readonly int[] _tors;
    private readonly int[][] _portsInside;
    private readonly Utilisation[] _loads;
    private readonly bool[] _isDown;
    private readonly BestHop[]?[] _best;
    private Flowlet[]?[] _flowlets = [];
    private readonly Queue<FabricProbe> _probes = new();
    private Timestamp _nextDeadline = Timestamp.MinValue;
    private long _moves;
    private long _unsafeMoves;

    private Hula(ParameterSet parameters, FabricMap map)
    {
        _map = map;
        _intervalNs = parameters.Interval("interval").Nanoseconds;
        _gapNs = parameters.Interval("gap").Nanoseconds;
        _windowNs = parameters.Interval("window").Nanoseconds;
        _silenceNs = parameters.Interval("silence").Nanoseconds;
        _probeBytes = parameters.Number("probe");
        _buckets = BucketTable.PowerOfTwo(parameters);
        _tiers = FindTiers(map);
        _tors = [.. Enumerable.Range(map.HostCount, map.NodeCount - map.HostCount).Where(n => _tiers[n] == 1)];
        _numberOfTor = new int[map.NodeCount];
        foreach ((int number, int tor) in _tors.Index())
        {
            _numberOfTor[tor] = number;
        }

        _portsInside = [.. Enumerable.Range(0, map.NodeCount).Select(n => (int[])[.. map.Ports.Index().Where(p => p.Item.From == n && map.IsInside(p.Index)).Select(p => p.Index)])];
        _loads = [.. map.Ports.Select(p => new Utilisation(p.Rate, _windowNs))];
        _isDown = new bool[map.Ports.Count];
        _best = new BestHop[map.NodeCount][];
    }

    /// <inheritdoc/>
    public override bool WatchesLinks => true;

    /// <inheritdoc/>
    public override Timestamp NextDeadline => _nextDeadline;

    /// <inheritdoc/>
    public override MoveCounters Moves => new(_moves, _unsafeMoves);

    /// <exception cref="FormatException">The fabric is no tree, or a parameter is wrong.</exception>
    internal static FabricTechnique Create(ParameterSet parameters, FabricMap map, ulong seed) => new Hula(parameters, map);

    /// <inheritdoc/>
    public override int Pick(in FabricPacket packet, FabricGroup group, ref ushort tag, Timestamp now)
    {
        if (!_map.IsInside(group.Ports[0]))
        {
            return ByGroup;
        }

        long nowNs = now.Nanoseconds;
        ref Flowlet flowlet = ref FlowletsOf(group)[packet.Hash & (uint)(_buckets - 1)];
        bool isOver = nowNs - flowlet.LastNs > _gapNs;
        int link = isOver ? -1 : group.LinkOf(flowlet.Port);
        if (link < 0)
        {
            int tor = _numberOfTor[_map.EdgeOf(packet.Destination)];
            BestHop best = _best[group.Node] is { } known ? known[tor] : default;
            link = best.IsKnown && nowNs - best.AtNs <= _silenceNs ? group.LinkOf(best.Port) : -1;
            if (link < 0)
            {
                flowlet.Port = -1;
                return ByGroup;
            }

            bool isMove = flowlet.Port >= 0 && flowlet.Port != group.Ports[link];
            _moves += isMove ? 1 : 0;
            _unsafeMoves += isMove && !isOver ? 1 : 0;
            flowlet.Port = group.Ports[link];
        }

        flowlet.LastNs = nowNs;
        return link;
    }

    /// <inheritdoc/>
    public override void OnSent(int port, int bytes, ref ushort tag, Timestamp now) => _loads[port].Add(bytes, now.Nanoseconds, _windowNs);

    /// <inheritdoc/>
    public override void OnProbe(int port, in FabricProbe probe, Timestamp now)
    {
        int node = _map.Ports[port].To;
        int tor = probe.Word;
        if (_tors[tor] == node)
        {
            return;
        }

        // Packets go to where the probe came from.
        int hop = FabricMap.BackOf(port);
        int utilisation = Math.Max((int)probe.Value, _loads[hop].StepAt(now.Nanoseconds, _windowNs));
        ref BestHop best = ref (_best[node] ??= new BestHop[_tors.Length])[tor];
        if (best.IsKnown && best.Port != hop && utilisation >= best.Utilisation && now.Nanoseconds - best.AtNs <= _silenceNs)
        {
            return;
        }

        best = new BestHop(IsKnown: true, hop, utilisation, now.Nanoseconds);
        bool isDescending = _tiers[_map.Ports[port].From] > _tiers[node];
        foreach (int next in _portsInside[node])
        {
            bool isUp = _tiers[_map.Ports[next].To] > _tiers[node];
            if (next != hop && !(isDescending && isUp) && !_isDown[next])
            {
                _probes.Enqueue(new FabricProbe(next, _probeBytes, tor, (uint)utilisation));
            }
        }
    }

    /// <inheritdoc/>
    public override bool TryProbe(out FabricProbe probe) => _probes.TryDequeue(out probe);

    /// <inheritdoc/>
    public override void OnDeadline(Timestamp now)
    {
        foreach ((int number, int tor) in _tors.Index())
        {
            foreach (int port in _portsInside[tor])
            {
                if (!_isDown[port])
                {
                    _probes.Enqueue(new FabricProbe(port, _probeBytes, number, 0));
                }
            }
        }

        _nextDeadline = now + new Interval(_intervalNs);
    }

    /// <inheritdoc/>
    public override void OnCarrier(int port, bool isUp) => _isDown[port] = !isUp;

    /// <inheritdoc/>
    public override void OnRate(int port, BitRate rate) => _loads[port].SetRate(rate, _windowNs);

    // A table for each group: a hash that is the same both ways, as that of Linux, would have data and acknowledgements share a bucket.
    private Flowlet[] FlowletsOf(FabricGroup group)
    {
        if (group.Number >= _flowlets.Length)
        {
            Array.Resize(ref _flowlets, Math.Max(group.Number + 1, _flowlets.Length * 2));
        }

        return _flowlets[group.Number] ??= NoFlowlets();
    }

    private Flowlet[] NoFlowlets()
    {
        var flowlets = new Flowlet[_buckets];
        Array.Fill(flowlets, new Flowlet { LastNs = long.MinValue / 2, Port = -1 });
        return flowlets;
    }

    /// <summary>How far each switch is from the nearest host; of a tree, links lead from one tier to the next.</summary>
    private static int[] FindTiers(FabricMap map)
    {
        if (map.FindHostOfSeveral() is int several)
        {
            throw new FormatException($"needs each host at one switch, and host {several + 1} has links to several");
        }

        var tiers = new int[map.NodeCount];
        Array.Fill(tiers, int.MaxValue);
        Array.Clear(tiers, 0, map.HostCount);
        for (bool isChanged = true; isChanged;)
        {
            isChanged = false;
            foreach (FabricPort port in map.Ports)
            {
                if (tiers[port.From] != int.MaxValue && tiers[port.From] + 1 < tiers[port.To])
                {
                    tiers[port.To] = tiers[port.From] + 1;
                    isChanged = true;
                }
            }
        }

        for (int port = 0; port < map.Ports.Count; port++)
        {
            if (map.IsInside(port) && tiers[map.Ports[port].From] == tiers[map.Ports[port].To])
            {
                throw new FormatException("needs a tree, in which each link leads up or down, and here one leads from a switch to another of its tier");
            }
        }

        return Enumerable.Range(0, map.Ports.Count).Any(map.IsInside)
            ? tiers
            : throw new FormatException("needs a tree of switches, and here none are linked to each other");
    }

    private struct Flowlet
    {
        public long LastNs;
        public int Port;
    }

    /// <summary>The best next hop towards a ToR: through which port, how used the way is, and when a probe said so.</summary>
    private readonly record struct BestHop(bool IsKnown, int Port, int Utilisation, long AtNs);

    /// <summary>U = D + U (1 − Δt ÷ window), which is speed × window at full use (§3.2).</summary>
    private struct Utilisation
    {
        private long _bytes;
        private long _lastNs;
        private long _fullBytes;

        public Utilisation(BitRate rate, long windowNs) => SetRate(rate, windowNs);

        public void SetRate(BitRate rate, long windowNs) =>
            _fullBytes = (long)Int128.Max(1, (Int128)rate.BitsPerSecond * windowNs / 8_000_000_000);

        public void Add(int bytes, long nowNs, long windowNs)
        {
            Discount(nowNs, windowNs);
            _bytes += bytes;
        }

        public int StepAt(long nowNs, long windowNs)
        {
            Discount(nowNs, windowNs);
            return (int)Math.Min(Steps - 1, _bytes * Steps / _fullBytes);
        }

        private void Discount(long nowNs, long windowNs)
        {
            // As whole numbers of 64 bits, where they fit: on all but the fastest links they do.
            long elapsedNs = Math.Min(nowNs - _lastNs, windowNs);
            _bytes -= (_bytes | elapsedNs) <= int.MaxValue ? _bytes * elapsedNs / windowNs : (long)((Int128)_bytes * elapsedNs / windowNs);
            _lastNs = nowNs;
        }
    }
}
