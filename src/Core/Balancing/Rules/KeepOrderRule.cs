using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Every packet goes where it arrives first, among the links on which it cannot overtake its own flow.</summary>
public struct KeepOrderRule : IRule
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "keep-order",
        Kind = TechniqueKind.Rule,
        Summary = "every packet goes where it arrives first without overtaking its own flow",
        Remarks =
            "A bucket may change its link when the estimated arrival on the new one is not before that of the last packet on "
            + "the old. Unlike a flowlet's gap, the bound follows the queues, so that even a flow without gaps uses every link. "
            + "The estimate is as good as the speeds and delays given: one rated too fast reorders. Of links with equal arrival "
            + "the bucket's own is kept, else the first counted from a link that differs from bucket to bucket.",
        Source = "ours",
        Needs = "one host or switch that sees every queue; equal paths behind the links, or known delays",
        Verbs = TechniqueVerbs.None,
        Parameters =
        [
            new("buckets", ParameterKind.WholeNumber, "1024", "buckets in the table, a power of two") { Minimum = 2, Maximum = 65_536 },
        ],
    };

    private readonly Bundle _bundle;
    private BucketTable _table;

    internal KeepOrderRule(Bundle bundle, int buckets)
    {
        _bundle = bundle;
        _table = new BucketTable(bundle, buckets);
    }

    /// <inheritdoc/>
    public readonly long NextDeadlineNs => long.MaxValue;

    /// <inheritdoc/>
    public readonly int BucketCount => _table.Count;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _table.Moves;

    /// <exception cref="FormatException">The number of buckets is no power of two.</exception>
    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed) =>
        new Balancer<KeepOrderRule>(new KeepOrderRule(bundle, BucketTable.PowerOfTwo(parameters)), bundle);

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        int index = _table.IndexOf(hash);
        ref Bucket bucket = ref _table[index];
        int link = Earliest(in bucket, index, bytes, nowNs);
        if (link < 0)
        {
            return -1;
        }

        _table.Move(ref bucket, link);
        _table.Send(ref bucket, bytes, nowNs);
        return link;
    }

    /// <inheritdoc/>
    public readonly void OnLinkChange(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly void OnDeadline(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => _table.IndexOf(hash);

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => _table.LinkOf(bucket);

    private readonly int Earliest(in Bucket bucket, int index, int bytes, long nowNs)
    {
        ulong usable = _bundle.UsableMask;
        int count = _bundle.Count;
        int best = -1;
        long bestNs = long.MaxValue;

        // A link that keeps the order comes before any that does not; those count only once the bucket's own is gone.
        int unsafeBest = -1;
        long unsafeBestNs = long.MaxValue;
        if (_bundle.IsUsable(bucket.Link))
        {
            best = bucket.Link;
            _bundle.Arrival(best, bytes, nowNs, out bestNs, out _);
        }

        int link = index % count;
        for (int i = 0; i < count; i++)
        {
            if ((usable >> link & 1) != 0)
            {
                _bundle.Arrival(link, bytes, nowNs, out long arrivalNs, out _);
                if (arrivalNs < bestNs && arrivalNs >= bucket.LastArrivalNs)
                {
                    best = link;
                    bestNs = arrivalNs;
                }

                if (arrivalNs < unsafeBestNs)
                {
                    unsafeBest = link;
                    unsafeBestNs = arrivalNs;
                }
            }

            link = link + 1 == count ? 0 : link + 1;
        }

        return best >= 0 ? best : unsafeBest;
    }
}
