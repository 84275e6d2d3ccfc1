using System.Numerics;
using System.Runtime.CompilerServices;
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
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("buckets", ParameterKind.WholeNumber, "1024", "buckets in the table, a power of two") { Minimum = 2, Maximum = 65_536 },
        ],
    };

    private readonly Bundle _bundle;
    private readonly int _indexBits;
    private BucketTable _table;

    // The links that no other beats in speed or delay: one that is idle needs no comparison.
    private ulong _unbeaten;

    internal KeepOrderRule(Bundle bundle, int buckets)
    {
        _bundle = bundle;
        _indexBits = BitOperations.Log2((uint)buckets);
        _table = new BucketTable(bundle, buckets);
        OnLinkChange(0);
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
        if (IsIdleAndUnbeaten(bucket.Link, nowNs))
        {
            _table.Send(ref bucket, bytes, nowNs);
            return bucket.Link;
        }

        int first = (int)(((long)index * _bundle.Count) >> _indexBits);
        long best = Best(in bucket, first, bytes, nowNs);
        if (best >= LinkRank.Unusable)
        {
            return -1;
        }

        int link = LinkRank.LinkIn(best, first);
        _table.Move(ref bucket, link);
        _table.Send(ref bucket, bytes, nowNs, LinkRank.TimeIn(best));
        return link;
    }

    /// <inheritdoc/>
    public void OnLinkChange(long nowNs)
    {
        ReadOnlySpan<LinkState> states = _bundle.States;
        (long fastest, long shortest) = (long.MaxValue, long.MaxValue);
        for (int i = 0; i < states.Length; i++)
        {
            if (_bundle.IsUsable(i))
            {
                fastest = Math.Min(fastest, states[i].PicosecondsPerByte);
                shortest = Math.Min(shortest, states[i].DelayPs);
            }
        }

        _unbeaten = 0;
        for (int i = 0; i < states.Length; i++)
        {
            bool isUnbeaten = _bundle.IsUsable(i) && states[i].PicosecondsPerByte <= fastest && states[i].DelayPs <= shortest;
            _unbeaten |= isUnbeaten ? 1UL << i : 0;
        }
    }

    /// <inheritdoc/>
    public readonly void OnDeadline(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => _table.IndexOf(hash);

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => _table.LinkOf(bucket);

    /// <summary>Whether a packet would arrive on a link no later than on any other, and may stay there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsIdleAndUnbeaten(int link, long nowNs) =>
        link >= 0 && (_unbeaten >> link & 1) != 0 && _bundle.States[link].WaitPs(nowNs) == 0;

    /// <summary>
    /// The rank of the earliest among the bucket's own link and those on which it overtakes nothing; once its own is gone and
    /// there is no such link, of the earliest of all.
    /// </summary>
    private readonly long Best(in Bucket bucket, int first, int bytes, long nowNs)
    {
        ReadOnlySpan<LinkState> states = _bundle.States;
        long size = Bundle.FrameBytes(bytes);
        long notBeforePs = (Math.Max(bucket.LastArrivalNs, nowNs) - nowNs) * 1000;
        long best = long.MaxValue;
        for (int i = 0; i < states.Length; i++)
        {
            long arrivalPs = states[i].ArriveInPs(size, nowNs);
            long rank = LinkRank.Of(arrivalPs, LinkRank.PlaceFrom(first, i) | LinkRank.Behind);
            rank += ((arrivalPs - notBeforePs) >> 63) & LinkRank.Unsafe;
            best = LinkRank.Least(rank + states[i].Handicap, best);
        }

        // The own link never overtakes, and where times are equal it comes before the others.
        int own = bucket.Link;
        if ((uint)own < (uint)states.Length)
        {
            long rank = LinkRank.Of(states[own].ArriveInPs(size, nowNs), LinkRank.PlaceFrom(first, own));
            best = LinkRank.Least(rank + states[own].Handicap, best);
        }

        return best;
    }
}
