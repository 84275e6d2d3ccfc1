using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Load-aware rebalancing without reordering: a round only orders moves, and a bucket obeys once it is idle.</summary>
public struct IdleRebalanceRule : IRule
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "idle-rebalance",
        Kind = TechniqueKind.Rule,
        Summary = "at intervals buckets are told to leave loaded links, and do so once idle for longer than the skew",
        Remarks =
            "Links are compared by their own speeds. A round begins to order moves when the most loaded link exceeds the mean by "
            + "more than start, and goes on until it is within stop, so that a steady load comes to rest; each round orders a "
            + "bounded number. A bucket obeys at a packet that comes after a pause longer than the skew and is estimated to "
            + "arrive not before the last one. A bucket that never pauses is passed over for some rounds. What exceeds a link's "
            + "share in one bucket stays unbalanced.",
        Source = "ours; that only idle buckets move is an idea of the flowlet literature",
        Needs = "a bound on the difference of the paths' delays",
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("interval", ParameterKind.Interval, "100ms", "time between two rounds")
            {
                Minimum = 1_000_000,
                Maximum = 3_600_000_000_000,
            },
            new("buckets", ParameterKind.WholeNumber, "1024", "buckets in the table, a power of two") { Minimum = 2, Maximum = 65_536 },
            new("skew", ParameterKind.Interval, "100us", "largest difference of the paths' delays behind the known queues")
            {
                Maximum = 1_000_000_000,
            },
            new("start", ParameterKind.Percent, "3%", "order moves when the most loaded link exceeds the mean by more than this")
            {
                Maximum = 1_000_000,
            },
            new("stop", ParameterKind.Percent, "1%", "and until it exceeds it by no more than this") { Maximum = 1_000_000 },
            new("moves", ParameterKind.WholeNumber, "16", "most moves that a round orders") { Minimum = 1, Maximum = 65_536 },
        ],
    };

    private readonly Bundle _bundle;
    private readonly long _intervalNs;
    private readonly long _skewNs;
    private readonly IdleRebalancePlan _plan;
    private BucketTable _table;

    internal IdleRebalanceRule(ParameterSet parameters, Bundle bundle)
    {
        _bundle = bundle;
        _intervalNs = parameters.Interval("interval").Nanoseconds;
        _skewNs = parameters.Interval("skew").Nanoseconds;
        _table = new BucketTable(bundle, BucketTable.PowerOfTwo(parameters));
        _plan = new IdleRebalancePlan(parameters, bundle, _table.Count);
        _table.DealLost();
    }

    /// <inheritdoc/>
    public long NextDeadlineNs { readonly get; private set; } = long.MinValue;

    /// <inheritdoc/>
    public readonly int BucketCount => _table.Count;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _table.Moves;

    /// <exception cref="FormatException">The buckets are no power of two, or stop is above start.</exception>
    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed) =>
        parameters["stop"] > parameters["start"]
            ? throw new FormatException($"stop: {parameters.Text("stop")} is above start, {parameters.Text("start")}")
            : new Balancer<IdleRebalanceRule>(new IdleRebalanceRule(parameters, bundle), bundle);

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        ref Bucket bucket = ref _table[_table.IndexOf(hash)];
        if (bucket.OrderedLink >= 0 && nowNs - bucket.LastSeenNs > _skewNs && ObeysInOrder(in bucket, bytes, nowNs))
        {
            _table.Move(ref bucket, bucket.OrderedLink);
            bucket.OrderedLink = -1;
        }

        if (!_bundle.IsUsable(bucket.Link))
        {
            return -1;
        }

        _table.Send(ref bucket, bytes, nowNs);
        return bucket.Link;
    }

    /// <inheritdoc/>
    public void OnLinkChange(long nowNs) => _table.DealLost();

    /// <inheritdoc/>
    public void OnDeadline(long nowNs)
    {
        if (NextDeadlineNs != long.MinValue)
        {
            _plan.Run(ref _table);
        }

        NextDeadlineNs = RoundTimer.Next(NextDeadlineNs, _intervalNs, nowNs);
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => _table.IndexOf(hash);

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => _table.LinkOf(bucket);

    private readonly bool ObeysInOrder(in Bucket bucket, int bytes, long nowNs)
    {
        _bundle.Arrival(bucket.OrderedLink, bytes, nowNs, out long earliestNs, out _);
        return earliestNs >= bucket.LastArrivalNs && _bundle.IsUsable(bucket.OrderedLink);
    }
}
