using System.Numerics;
using System.Runtime.CompilerServices;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fabric;

/// <summary>CONGA: each new flowlet takes the uplink whose whole path to the far leaf is the least congested.</summary>
public sealed class Conga : FabricTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "conga",
        Kind = TechniqueKind.Fabric,
        Summary = "a new flowlet takes the uplink whose path to the far leaf is the least congested, as packets from there report",
        Remarks =
            "Every port keeps a discounting estimate of its load in 8 bands. A packet carries the highest band that it met to the far "
            + "leaf, which keeps it per leaf and uplink and returns one such metric in each packet back, changed ones first. A new flowlet "
            + "takes the uplink with the least of max(own port, path as reported); of equal ones the one that it had, else one at random. "
            + "A report that grew old counts as 0. Between links that a spine has to one leaf, the group's own technique chooses; it "
            + "steers neither traffic within a leaf nor copies of multicast. Flowlets of a bulk flow without pauses are as long as the flow. "
            + "On links much slower than 10 Gb/s lengthen dre-interval and gap alike: what is looked back must span many packets, and a gap "
            + "shorter than it has all flows jump to one path together.",
        Source = "Alizadeh et al., CONGA, SIGCOMM 2014, §3; ns-3 model of github.com/snowzjx/ns3-load-balance for the constants of conga/ns3",
        Needs = "two tiers: leaves with hosts, spines without, links only between the two; at most 16 uplinks a leaf; each host at one leaf",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("gap", ParameterKind.Interval, "500us", "idle for longer than this, a new flowlet begins (Tfl)") { Minimum = 1, Maximum = 60_000_000_000 },
            new("expiry", ParameterKind.Choice, "exact", "how the gap is told: exactly, or by an age bit looked at each gap, which is one to two gaps")
            {
                Choices = ["exact", "age-bit"],
            },
            new("buckets", ParameterKind.WholeNumber, "65536", "flowlets that a leaf tells apart, a power of two") { Minimum = 2, Maximum = 65_536 },
            new("dre-interval", ParameterKind.Interval, "20us", "time between the steps of the load estimate (Tdre)") { Minimum = 1, Maximum = 1_000_000_000 },
            new("dre-share", ParameterKind.Percent, "12.5%", "what a step takes off (alpha); interval ÷ share is the time that is looked back (tau)")
            {
                Minimum = 100,
                Maximum = 1_000_000,
            },
            new("bits", ParameterKind.WholeNumber, "3", "bits of the metric (Q)") { Minimum = 1, Maximum = 3 },
            new("ageing", ParameterKind.Interval, "10ms", "a report older than this counts as 0") { Minimum = 1, Maximum = 60_000_000_000 },
            new("congestion", ParameterKind.Choice, "path", "what is compared: the whole path, or the leaf's own port alone") { Choices = ["path", "local"] },
        ],
        Presets =
        [
            Preset("flow", "CONGA-Flow: one decision for most flows", "CONGA, SIGCOMM 2014, §5", ("gap", "13ms")),
            Preset("local", "the leaf's own ports alone, as what the paper compares with", "CONGA, SIGCOMM 2014, §2.4 and figure 2", ("congestion", "local")),
            Preset("ns3", "the constants of the ns-3 model, for 10 Gb/s", "github.com/snowzjx/ns3-load-balance", ("dre-interval", "30us"), ("dre-share", "20%")),
            Preset(
                "conweave",
                "the constants of ConWeave's comparison, for 100 Gb/s",
                "ConWeave, SIGCOMM 2023",
                ("gap", "100us"),
                ("dre-interval", "200us"),
                ("dre-share", "20%")),
        ],
    };

    /// <summary>Most uplinks of a leaf: the header has 4 bits for one.</summary>
    private const int UplinksMax = 16;

    // The overlay header: LBTag in bits 0 to 3, CE 4 to 6, FB_LBTag 7 to 10, FB_Metric 11 to 13, whether there is feedback, whether
    // anybody wrote at all.
    private const int CongestionAt = 4;
    private const int FeedbackTagAt = 7;
    private const int FeedbackMetricAt = 11;
    private const int HasFeedback = 1 << 14;
    private const int IsWritten = 1 << 15;
    private const int TagMask = 15;
    private const int MetricMask = 7;

    private readonly FabricMap _map;
    private readonly EstimatorSettings _settings;
    private readonly long _gapNs;
    private readonly bool _hasAgeBit;
    private readonly long _ageingNs;
    private readonly bool _isLocal;
    private readonly Leaf?[] _leaves;
    private readonly int[] _leafOfHost;
    private readonly Leaf?[] _arrivesAt;
    private readonly int[] _uplinkOf;
    private readonly DiscountingEstimator[] _loads;
    private readonly uint _bucketMask;
    private Site?[] _sites = [];
    private long _moves;
    private long _unsafeMoves;
    private long _gapEndsNs;
    private long _expiredBeforeNs;

    private Conga(ParameterSet parameters, FabricMap map, ulong seed)
    {
        CheckTiers(map);
        _map = map;
        _gapNs = parameters.Interval("gap").Nanoseconds;
        _hasAgeBit = parameters.Text("expiry") == "age-bit";
        _settings = new EstimatorSettings(parameters.Interval("dre-interval").Nanoseconds, parameters["dre-share"], 1 << parameters.Number("bits"));
        _ageingNs = parameters.Interval("ageing").Nanoseconds;
        _isLocal = parameters.Text("congestion") == "local";
        int buckets = BucketTable.PowerOfTwo(parameters);
        _bucketMask = (uint)buckets - 1;
        _leaves = new Leaf?[map.NodeCount];
        int[] leaves = [.. Enumerable.Range(map.HostCount, map.NodeCount - map.HostCount).Where(map.IsEdge)];
        foreach ((int number, int node) in leaves.Index())
        {
            _leaves[node] = new Leaf(number, node, leaves.Length, buckets, RandomSource.Mix(seed + (ulong)number));
        }

        _leafOfHost = [.. Enumerable.Range(0, map.HostCount).Select(host => _leaves[map.EdgeOf(host)]?.Number ?? -1)];
        _arrivesAt = [.. map.Ports.Select((p, i) => map.IsInside(i) ? _leaves[p.To] : null)];
        _uplinkOf = NumberUplinks(map);
        _loads = [.. map.Ports.Select(p => new DiscountingEstimator(in _settings, p.Rate))];
    }

    /// <inheritdoc/>
    public override bool WatchesLinks => true;

    /// <inheritdoc/>
    public override bool AsksAtEdges => true;

    /// <inheritdoc/>
    public override MoveCounters Moves => new(_moves, _unsafeMoves);

    /// <exception cref="FormatException">The fabric is not of two tiers, or a parameter is wrong.</exception>
    internal static FabricTechnique Create(ParameterSet parameters, FabricMap map, ulong seed) => new Conga(parameters, map, seed);

    /// <inheritdoc/>
    public override int Pick(in FabricPacket packet, FabricGroup group, ref ushort tag, Timestamp now)
    {
        if (SiteOf(group) is not { } site)
        {
            return ByGroup;
        }

        Leaf leaf = site.Leaf;
        int destination = _leafOfHost[packet.Destination];
        ref Flowlet flowlet = ref leaf.Flowlets[packet.Hash & _bucketMask];
        int uplink = flowlet.Uplink;
        int link = site.LinkOf[uplink + 1];
        ulong usable = group.Bundle.UsableMask;
        bool isOver = IsOver(flowlet.LastNs, now.Nanoseconds);
        if (isOver || link < 0 || (usable >> link & 1) == 0)
        {
            link = Choose(site, link, destination, usable, now.Nanoseconds);
            if (link < 0)
            {
                return None;
            }

            bool isMove = uplink >= 0 && uplink != site.UplinkOf[link];
            _moves += isMove ? 1 : 0;
            _unsafeMoves += isMove && !isOver ? 1 : 0;
            uplink = flowlet.Uplink = site.UplinkOf[link];
        }

        flowlet.LastNs = now.Nanoseconds;
        tag = (ushort)(IsWritten | uplink | leaf.From[destination].Next());
        return link;
    }

    /// <inheritdoc/>
    public override void OnSent(int port, int bytes, ref ushort tag, Timestamp now)
    {
        int band = _loads[port].Add(in _settings, bytes, now.Nanoseconds);
        int more = band - (tag >> CongestionAt & MetricMask);
        if (more > 0 && (tag & IsWritten) != 0)
        {
            tag += (ushort)(more << CongestionAt);
        }
    }

    /// <inheritdoc/>
    public override void OnArrival(in FabricPacket packet, int port, ref ushort tag, Timestamp now)
    {
        if ((tag & IsWritten) == 0 || _arrivesAt[port] is not { } leaf)
        {
            return;
        }

        int source = _leafOfHost[packet.Source];
        leaf.From[source].Set(tag & TagMask, tag >> CongestionAt & MetricMask);
        if ((tag & HasFeedback) != 0)
        {
            leaf.ReportsOf(source)[tag >> FeedbackTagAt & TagMask] = new Report(now.Nanoseconds, tag >> FeedbackMetricAt & MetricMask);
        }

        tag = 0;
    }

    /// <inheritdoc/>
    public override void OnRate(int port, BitRate rate) => _loads[port].SetRate(in _settings, rate);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsOver(long lastNs, long nowNs)
    {
        if (!_hasAgeBit)
        {
            return nowNs - lastNs > _gapNs;
        }

        // At each whole multiple of the gap, who sent nothing since the one before expires.
        if (nowNs >= _gapEndsNs)
        {
            long look = nowNs / _gapNs;
            (_gapEndsNs, _expiredBeforeNs) = ((look + 1) * _gapNs, (look - 1) * _gapNs);
        }

        return lastNs < _expiredBeforeNs;
    }

    private int Choose(Site site, int current, int destination, ulong usable, long nowNs)
    {
        Report[] reports = site.Leaf.ReportsOf(destination);
        int least = int.MaxValue;
        ulong links = 0;
        for (ulong left = usable; left != 0; left &= left - 1)
        {
            int link = BitOperations.TrailingZeroCount(left);
            int metric = _loads[site.Ports[link]].BandAt(in _settings, nowNs);
            ref Report report = ref reports[site.UplinkOf[link]];
            if (!_isLocal && report.Metric > metric && nowNs - report.AtNs <= _ageingNs)
            {
                metric = report.Metric;
            }

            if (metric < least)
            {
                (least, links) = (metric, 0);
            }

            links |= metric == least ? 1UL << link : 0;
        }

        return current >= 0 && (links >> current & 1) != 0 ? current : BitSet.Any(links, ref site.Leaf.Random);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Site? SiteOf(FabricGroup group)
    {
        Site?[] sites = _sites;
        return (uint)group.Number < (uint)sites.Length && sites[group.Number] is { } site ? site.OrNone : AddSite(group);
    }

    private Site? AddSite(FabricGroup group)
    {
        if (group.Number >= _sites.Length)
        {
            Array.Resize(ref _sites, Math.Max(group.Number + 1, _sites.Length * 2));
        }

        bool isUp = _leaves[group.Node] is not null && _map.IsInside(group.Ports[0]);
        _sites[group.Number] = new Site(_leaves[group.Node]!, [.. group.Ports], isUp ? [.. group.Ports.Select(p => (sbyte)_uplinkOf[p])] : null);
        return _sites[group.Number]!.OrNone;
    }

    private static void CheckTiers(FabricMap map)
    {
        if (map.FindHostOfSeveral() is int host)
        {
            throw new FormatException($"needs each host at one leaf, and host {host + 1} has links to several switches");
        }

        int inside = 0;
        for (int port = 0; port < map.Ports.Count; port++)
        {
            if (map.IsInside(port))
            {
                inside++;
                if (map.IsEdge(map.Ports[port].From) == map.IsEdge(map.Ports[port].To))
                {
                    throw new FormatException(
                        map.IsEdge(map.Ports[port].From)
                            ? "needs two tiers, leaves and spines, and here two switches with hosts are linked to each other"
                            : "needs two tiers, leaves and spines, and here there are more (hula learns paths over any number)");
                }
            }
        }

        if (inside == 0)
        {
            throw new FormatException("needs two tiers, leaves and spines, and here no switches are linked to each other");
        }
    }

    private static int[] NumberUplinks(FabricMap map)
    {
        var numbers = new int[map.Ports.Count];
        var counts = new int[map.NodeCount];
        for (int port = 0; port < numbers.Length; port++)
        {
            numbers[port] = map.IsInside(port) && map.IsEdge(map.Ports[port].From) ? counts[map.Ports[port].From]++ : -1;
        }

        return counts.Max() <= UplinksMax
            ? numbers
            : throw new FormatException($"tells at most {UplinksMax} uplinks of a leaf apart, and here one has {counts.Max()}");
    }

    private static PresetDescriptor Preset(string name, string summary, string source, params (string Name, string Value)[] values) =>
        new(name, summary, source, values.ToDictionary(value => value.Name, value => value.Value));

    /// <summary>The last packet of a flowlet, and where it went; −1 before the first.</summary>
    private struct Flowlet
    {
        public long LastNs;
        public int Uplink;
    }

    /// <summary>What the far leaf said of an uplink, and when.</summary>
    private readonly record struct Report(long AtNs, int Metric);

    /// <summary>What a leaf noticed of packets from another: a metric for each of that one's uplinks, and what of it to tell next.</summary>
    private struct Noticed
    {
        private ulong _metrics;
        private ushort _known;
        private ushort _changed;
        private byte _next;

        public void Set(int uplink, int metric)
        {
            int shift = uplink * 4;
            ushort bit = (ushort)(1 << uplink);
            bool isNew = (_known & bit) == 0 || (int)(_metrics >> shift & MetricMask) != metric;
            _known |= bit;
            _changed |= isNew ? bit : (ushort)0;
            _metrics = (_metrics & ~((ulong)MetricMask << shift)) | ((ulong)(uint)metric << shift);
        }

        /// <summary>The next metric in turn, as it stands in the header; those that changed come first.</summary>
        public int Next()
        {
            if (_known == 0)
            {
                return 0;
            }

            int from = _changed != 0 ? _changed : _known;
            int behind = from >> _next << _next;
            int uplink = BitOperations.TrailingZeroCount(behind != 0 ? behind : from);
            _changed &= (ushort)~(1 << uplink);
            _next = (byte)((uplink + 1) % UplinksMax);
            return HasFeedback | (uplink << FeedbackTagAt) | ((int)(_metrics >> (uplink * 4) & MetricMask) << FeedbackMetricAt);
        }
    }

    /// <summary>The tables of a leaf.</summary>
    private sealed class Leaf(int number, int node, int leaves, int buckets, ulong seed)
    {
        private readonly Report[]?[] _reports = new Report[leaves][];
        private Flowlet[]? _flowlets;

        public RandomSource Random = new(seed);

        public int Number { get; } = number;

        public int Node { get; } = node;

        public Noticed[] From { get; } = new Noticed[leaves];

        // Leaves that send nothing need no tables.
        public Flowlet[] Flowlets => _flowlets ??= Empty(buckets);

        public Report[] ReportsOf(int leaf) => _reports[leaf] ??= new Report[UplinksMax];

        private static Flowlet[] Empty(int buckets)
        {
            var flowlets = new Flowlet[buckets];
            Array.Fill(flowlets, new Flowlet { LastNs = long.MinValue / 2, Uplink = -1 });
            return flowlets;
        }
    }

    /// <summary>A group of a leaf's uplinks, with what they are called in the header; or any other group.</summary>
    private sealed class Site
    {
        public Site(Leaf leaf, int[] ports, sbyte[]? uplinks)
        {
            (Leaf, Ports, UplinkOf) = (leaf, ports, uplinks ?? []);
            OrNone = uplinks is null ? null : this;
            Array.Fill(LinkOf, (sbyte)-1);
            foreach ((int link, sbyte uplink) in UplinkOf.Index())
            {
                LinkOf[uplink + 1] = (sbyte)link;
            }
        }

        public Site? OrNone { get; }

        public Leaf Leaf { get; }

        public int[] Ports { get; }

        public sbyte[] UplinkOf { get; }

        /// <summary>The link of each uplink, behind one for none; −1 for none.</summary>
        public sbyte[] LinkOf { get; } = new sbyte[UplinksMax + 1];
    }
}
