using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Load-aware rebalancing as others do it: at fixed intervals buckets move by their counters, active or not.</summary>
public struct RebalanceRule : IRule
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "rebalance",
        Kind = TechniqueKind.Rule,
        Summary = "at fixed intervals buckets move from loaded to idle links, active or not",
        Remarks =
            "Methods: shift takes from the most loaded link for the least loaded one, the largest buckets first, up to half the "
            + "gap between them; greedy places all buckets anew, the largest first, on the least loaded link; forget drops all "
            + "assignments, and the next packet of a bucket takes the link with the most speed left. A move of an active bucket "
            + "can reorder it; such moves are counted as unsafe.",
        Source = "Open vSwitch ofproto/bond.c; Linux drivers/net/bonding/bond_alb.c; libteam teamd/teamd_balancer.c",
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("method", ParameterKind.Choice, "shift", "which buckets move") { Choices = ["shift", "greedy", "forget"] },
            new("interval", ParameterKind.Interval, "10s", "time between two rounds") { Minimum = 1_000_000, Maximum = 3_600_000_000_000 },
            new("buckets", ParameterKind.WholeNumber, "256", "buckets in the table, a power of two") { Minimum = 2, Maximum = 65_536 },
            new("counters", ParameterKind.Choice, "buckets", "what is counted; with links, a bucket counts as an equal part of its link")
            {
                Choices = ["buckets", "links"],
            },
            new("unit", ParameterKind.Choice, "bytes", "what load is counted in") { Choices = ["bytes", "packets"] },
            new("history", ParameterKind.Percent, "0%", "part of a counter that lives on into the next round") { Maximum = 990_000 },
            new("tolerance", ParameterKind.Percent, "5%", "shift: rest while the most loaded link exceeds the least by less than this")
            {
                Maximum = 1_000_000,
            },
            new("least-gap", ParameterKind.ByteCount, "0B", "shift: rest while they differ by less than this (or packets)"),
            new("least-gain", ParameterKind.Percent, "10%", "shift: part of half the gap that a move must close") { Maximum = 1_000_000 },
            new("threshold", ParameterKind.Percent, "0%", "rest while the bundle carries less than this part of its speed")
            {
                Maximum = 1_000_000,
            },
            new("relative", ParameterKind.Flag, "true", "count a link's load against its own speed"),
            new("wrap32", ParameterKind.Flag, "false", "forget: count in 32 bits, which wrap, as Linux does"),
        ],
        Presets =
        [
            Preset(
                "ovs",
                "Open vSwitch balance-slb and balance-tcp: 10 s, counters halved, stops below 1/32 or 100 000 bytes",
                "Open vSwitch ofproto/bond.c (bond_rebalance, choose_entries_to_migrate)",
                "ovs/tcp",
                ("history", "50%"), ("tolerance", "3.125%"), ("least-gap", "100KB"), ("relative", "false")),
            Preset(
                "tlb",
                "Linux balance-tlb: every 10 s all is forgotten; speeds and loads wrap in 32 bits, so that 10 Gb/s counts as 1808 Mb/s",
                "Linux drivers/net/bonding/bond_alb.c",
                "linux-bond/layer2",
                ("method", "forget"), ("wrap32", "true")),
            Preset(
                "teamd",
                "teamd's basic tx_balancer (off by default): every 5 s the largest hash first to the least loaded port",
                "libteam teamd/teamd_balancer.c",
                "teamd/default",
                ("method", "greedy"), ("interval", "5s"), ("relative", "false")),
            Preset(
                "nokia",
                "Nokia SR OS adaptive load balancing: 30 s, 20 %, by port utilization; the selection itself is not published, the "
                + "bandwidth threshold of 0 is unverified",
                "Nokia SR OS YANG 26.3, lag adaptive-load-balancing",
                null,
                ("interval", "30s"), ("tolerance", "20%"), ("counters", "links")),
            Preset(
                "junos-ae",
                "Junos adaptive load balancing of AE bundles: scans of 30 s; the tolerance of 20 % is unverified, the selection not "
                + "published",
                "Junos OS, Load Balancing on Aggregated Ethernet Interfaces (adaptive)",
                null,
                ("interval", "30s"), ("tolerance", "20%"), ("relative", "false")),
            Preset(
                "junos-ae-pps",
                "Junos adaptive load balancing of AE bundles by packets: scans of 30 s; the tolerance of 20 % is unverified",
                "Junos OS, Load Balancing on Aggregated Ethernet Interfaces (adaptive, pps)",
                null,
                ("interval", "30s"), ("tolerance", "20%"), ("unit", "packets"), ("relative", "false")),
        ],
    };

    private readonly Bundle _bundle;
    private readonly long _intervalNs;
    private readonly long _perByte;
    private readonly long _perPacket;
    private readonly RebalancePlan _plan;

    // Null for the other methods.
    private readonly ForgetPlan? _forget;

    // What each bucket counted, in the rule's unit.
    private readonly long[] _amounts;

    // The round in which each bucket was placed last; always 0 but for forget.
    private readonly int[] _placed;
    private BucketTable _table;
    private ulong _usable;
    private int _round;

    internal RebalanceRule(ParameterSet parameters, Bundle bundle)
    {
        _bundle = bundle;
        _intervalNs = parameters.Interval("interval").Nanoseconds;
        _perPacket = parameters.Number("unit");
        _perByte = 1 - _perPacket;
        _table = new BucketTable(bundle, BucketTable.PowerOfTwo(parameters));
        _amounts = new long[_table.Count];
        _placed = new int[_table.Count];
        _plan = new RebalancePlan(parameters, bundle, _table.Count);
        _usable = bundle.UsableMask;
        if (parameters.Text("method") == "forget")
        {
            _forget = new ForgetPlan(parameters, bundle, _table.Count);
            _round = 1;
        }
        else
        {
            _table.DealLost();
        }
    }

    /// <inheritdoc/>
    public long NextDeadlineNs { readonly get; private set; } = long.MinValue;

    /// <inheritdoc/>
    public readonly int BucketCount => _table.Count;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _table.Moves;

    /// <exception cref="FormatException">The number of buckets is no power of two.</exception>
    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed) =>
        new Balancer<RebalanceRule>(new RebalanceRule(parameters, bundle), bundle);

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        int index = _table.IndexOf(hash);
        ref Bucket bucket = ref _table[index];
        if (_placed[index] != _round)
        {
            _table.Move(ref bucket, _forget!.Place(index));
            _placed[index] = _round;
        }

        if (!_bundle.IsUsable(bucket.Link))
        {
            return -1;
        }

        _amounts[index] += (bytes * _perByte) + _perPacket;
        _table.Send(ref bucket, bytes, nowNs);
        return bucket.Link;
    }

    /// <inheritdoc/>
    public void OnLinkChange(long nowNs)
    {
        ulong before = _usable;
        _usable = _bundle.UsableMask;
        if (_forget is null)
        {
            _table.DealLost();
            return;
        }

        // A link that goes frees its buckets; one that comes orders a round at once (bond_alb_handle_link_change).
        for (int i = 0; i < _table.Count; i++)
        {
            _placed[i] = _bundle.IsUsable(_table[i].Link) ? _placed[i] : _round - 1;
        }

        _forget.ClearLost();
        if ((_usable & ~before) != 0 && NextDeadlineNs != long.MinValue)
        {
            NextDeadlineNs = nowNs;
        }
    }

    /// <inheritdoc/>
    public void OnDeadline(long nowNs)
    {
        if (NextDeadlineNs != long.MinValue)
        {
            if (_forget is null)
            {
                _plan.Run(ref _table, _amounts);
            }
            else
            {
                _forget.Run(_amounts);
                _round++;
            }
        }

        NextDeadlineNs = RoundTimer.Next(NextDeadlineNs, _intervalNs, nowNs);
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => _table.IndexOf(hash);

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => _table.LinkOf(bucket);

    private static PresetDescriptor Preset(
        string name, string summary, string source, string? policy, params (string Name, string Value)[] values) =>
        new(name, summary, source, values.ToDictionary(value => value.Name, value => value.Value), policy);
}
