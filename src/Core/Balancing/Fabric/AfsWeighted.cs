using System.Numerics;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fabric;

/// <summary>Adaptive flowlet splicing over smart trunks: a link is judged by the bandwidth of the path behind it, not by its own.</summary>
public sealed class AfsWeighted : FabricTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "afs-weighted",
        Kind = TechniqueKind.Fabric,
        Summary = "a new flowlet takes the link with the least load and queue for the bandwidth of the path behind it",
        Remarks =
            "As flowlet/afs, but load and queue of a link are counted against what its path carries to the switch before the destination, of "
            + "which links to one neighbour have a part each. The topology tells that, so a slow or lost link further on counts as soon as "
            + "routing knows of it; traffic of others there does not. A port's load is that of all its traffic that had a choice, whatever the destination. "
            + "Of equal links the current one is kept, else one is drawn. Averages, bands and table size are not published.",
        Source =
            "Junos OS CLI reference, fabric-load-balance, and Virtual Chassis Fabric best practices, smart trunks (14.1X53-D10, deprecated 14.1X53-D46)",
        Needs = "switches that know the topology, as those of one Virtual Chassis Fabric do",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("gap", ParameterKind.Interval, "16us", "idle for longer than this, a new flowlet begins") { Maximum = 60_000_000_000 },
            new("buckets", ParameterKind.WholeNumber, "4096", "flowlets that a group of links tells apart, a power of two") { Minimum = 2, Maximum = 65_536 },
            new("sampling", ParameterKind.Interval, "16us", "time between steps of the averages") { Minimum = 1_000, Maximum = 1_000_000_000 },
            new("average", ParameterKind.WholeNumber, "16", "a step counts 1/this in the averages of load and queue") { Minimum = 2, Maximum = 255 },
            new("load-weight", ParameterKind.Percent, "50%", "part of the load in the judgement; the queue has the rest") { Maximum = 1_000_000 },
            new("queue-full", ParameterKind.Interval, "100us", "queue that counts as 100 %, as time to send it over the path") { Minimum = 1, Maximum = 1_000_000_000 },
            new("bands", ParameterKind.WholeNumber, "256", "bands of load and queue") { Minimum = 2, Maximum = 256 },
        ],
    };

    private const int Million = 1_000_000;

    private readonly FabricMap _map;
    private readonly FabricPaths _paths;
    private readonly long _gapNs;
    private readonly long _loadWeight;
    private readonly long _queueFullNs;
    private readonly long _windowNs;
    private readonly long _average;
    private readonly int _bands;
    private readonly int _buckets;
    private readonly EstimatorSettings _settings;
    private readonly DiscountingEstimator[] _loads;
    private readonly Backlog[] _queues;
    private Flowlet[]?[] _flowlets = [];
    private RandomSource _random;
    private long _moves;
    private long _unsafeMoves;

    private AfsWeighted(ParameterSet parameters, FabricMap map, ulong seed)
    {
        _map = map;
        _paths = new FabricPaths(map);
        _gapNs = parameters.Interval("gap").Nanoseconds;
        _buckets = BucketTable.PowerOfTwo(parameters);
        _loadWeight = parameters["load-weight"];
        _queueFullNs = parameters.Interval("queue-full").Nanoseconds;
        _average = parameters["average"];
        _bands = parameters.Number("bands");

        // A register that loses 1/W at each step holds W steps' worth of a steady rate.
        long samplingNs = parameters.Interval("sampling").Nanoseconds;
        _windowNs = samplingNs * _average;
        _settings = new EstimatorSettings(samplingNs, Million / _average, Bands: 1);
        _loads = [.. map.Ports.Select(p => new DiscountingEstimator(in _settings, p.Rate))];
        _queues = new Backlog[map.Ports.Count];
        _random = new RandomSource(seed);
    }

    /// <inheritdoc/>
    public override MoveCounters Moves => new(_moves, _unsafeMoves);

    /// <exception cref="FormatException">A parameter is wrong.</exception>
    internal static FabricTechnique Create(ParameterSet parameters, FabricMap map, ulong seed) => new AfsWeighted(parameters, map, seed);

    /// <inheritdoc/>
    public override int Pick(in FabricPacket packet, FabricGroup group, ref ushort tag, Timestamp now)
    {
        long nowNs = now.Nanoseconds;
        ref Flowlet flowlet = ref FlowletsOf(group)[packet.Hash & (uint)(_buckets - 1)];
        bool isOver = nowNs - flowlet.LastNs > _gapNs;
        int link = group.LinkOf(flowlet.Port);
        if (isOver || link < 0)
        {
            link = Choose(group, link, packet.Destination, nowNs);
            if (link < 0)
            {
                return None;
            }

            bool isMove = flowlet.Port >= 0 && flowlet.Port != group.Ports[link];
            _moves += isMove ? 1 : 0;
            _unsafeMoves += isMove && !isOver ? 1 : 0;
            flowlet.Port = group.Ports[link];
        }

        flowlet.LastNs = nowNs;
        _loads[flowlet.Port].Add(in _settings, packet.Bytes, nowNs);
        return link;
    }

    /// <inheritdoc/>
    public override void OnCarrier(int port, bool isUp) => _paths.OnCarrier(port, isUp);

    /// <inheritdoc/>
    public override void OnRate(int port, BitRate rate) => _paths.OnRate(port, rate);

    private int Choose(FabricGroup group, int current, int destination, long nowNs)
    {
        long least = long.MaxValue;
        ulong links = 0;
        for (ulong left = group.Bundle.UsableMask; left != 0; left &= left - 1)
        {
            int link = BitOperations.TrailingZeroCount(left);
            int port = group.Ports[link];
            long capacity = _paths.CapacityOf(port, destination);
            long burden = capacity <= 0 ? long.MaxValue : Burden(port, capacity, group.Bundle.WaitNs(link, nowNs), nowNs);
            if (burden < least)
            {
                (least, links) = (burden, 0);
            }

            links |= burden == least ? 1UL << link : 0;
        }

        return current >= 0 && (links >> current & 1) != 0 ? current : BitSet.Any(links, ref _random);
    }

    private long Burden(int port, long capacity, long waitNs, long nowNs)
    {
        _loads[port].BandAt(in _settings, nowNs);
        Int128 fullBits = (Int128)capacity * _windowNs;
        long load = (long)Int128.Min(_bands - 1, (Int128)_loads[port].Bytes * 8_000_000_000 * _bands / fullBits);

        // The queue is told as time at the port's own speed.
        long queueNs = _queues[port].At(waitNs, nowNs, _settings.IntervalNs, _average);
        long queue = (long)Int128.Min(_bands - 1, (Int128)queueNs * _paths.RateOf(port) * _bands / ((Int128)_queueFullNs * capacity));
        return (_loadWeight * load) + ((Million - _loadWeight) * queue);
    }

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

    private struct Flowlet
    {
        public long LastNs;
        public int Port;
    }

    /// <summary>A moving average of a queue, which is looked at when a flowlet begins.</summary>
    private struct Backlog
    {
        private const int StepsMax = 1024;

        private long _averageNs;
        private long _nextNs;

        public long At(long waitNs, long nowNs, long intervalNs, long weight)
        {
            if (nowNs >= _nextNs)
            {
                // After so many steps nothing is left of what was before.
                long steps = Math.Min(((nowNs - _nextNs) / intervalNs) + 1, StepsMax);
                for (; steps > 0 && _averageNs != waitNs; steps--)
                {
                    long before = _averageNs;
                    _averageNs += (waitNs - _averageNs) / weight;
                    _averageNs = _averageNs == before ? waitNs : _averageNs;
                }

                _nextNs = ((nowNs / intervalNs) + 1) * intervalNs;
            }

            return _averageNs;
        }
    }
}
