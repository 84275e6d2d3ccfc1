using System.Numerics;
using System.Runtime.CompilerServices;
using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>The buckets of a balancer with their book-keeping: what was sent when, which moves there were, which were unsafe.</summary>
/// <remarks>
/// A move is safe when the bucket has been idle for longer than the difference of the two paths' delays, queueing included:
/// the first packet on the new link is estimated to arrive not before any that went out on the old. That is judged when that
/// packet comes, because until then nothing can be overtaken.
/// </remarks>
internal struct BucketTable
{
    private readonly Bucket[] _buckets;
    private readonly Bundle _bundle;
    private long _moves;
    private long _unsafeMoves;

    /// <summary>A table of unused buckets without links.</summary>
    public BucketTable(Bundle bundle, int count)
    {
        _bundle = bundle;
        _buckets = new Bucket[count];
        Array.Fill(_buckets, Unused);
    }

    /// <summary>A bucket that was never used and has no link.</summary>
    public static Bucket Unused => new()
    {
        LastSeenNs = Bucket.NeverNs,
        LastArrivalNs = Bucket.NeverNs,
        Link = -1,
        SentLink = -1,
        OrderedLink = -1,
    };

    /// <summary>Number of buckets.</summary>
    public readonly int Count => _buckets.Length;

    /// <summary>All moves, and those that turned out unsafe.</summary>
    public readonly MoveCounters Moves => new(_moves, _unsafeMoves);

    /// <summary>A bucket by its index.</summary>
    public readonly ref Bucket this[int index] => ref _buckets[index];

    /// <summary>The link that a bucket holds; −1 when that cannot be used.</summary>
    public readonly int LinkOf(int index) => _bundle.IsUsable(_buckets[index].Link) ? _buckets[index].Link : -1;

    /// <summary>The bucket of a hash in a table whose size is a power of two: its low bits.</summary>
    public readonly int IndexOf(uint hash) => (int)(hash & (uint)(_buckets.Length - 1));

    /// <summary>The size of a table, from its parameter.</summary>
    /// <exception cref="FormatException">It is not a power of two.</exception>
    public static int PowerOfTwo(ParameterSet parameters)
    {
        int buckets = parameters.Number("buckets");
        uint power = BitOperations.RoundUpToPowerOf2((uint)buckets);
        return power == buckets ? buckets : throw new FormatException($"buckets: {buckets} is not a power of two; write {power}");
    }

    /// <summary>Gives a bucket a link, or −1; a change from one link to another is a move.</summary>
    public void Move(ref Bucket bucket, int link)
    {
        if (bucket.Link != link && bucket.Link >= 0 && link >= 0)
        {
            bucket.Moves++;
            _moves++;
        }

        bucket.Link = (sbyte)link;
    }

    /// <summary>Takes note of a packet that goes out on the bucket's link, before it queues there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Send(ref Bucket bucket, int bytes, long nowNs) =>
        Send(ref bucket, bytes, nowNs, _bundle.States[bucket.Link].ArriveInPs(Bundle.FrameBytes(bytes), nowNs));

    /// <summary>The same, of a packet whose arrival on the bucket's link is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Send(ref Bucket bucket, int bytes, long nowNs, long arriveInPs)
    {
        if (bucket.SentLink != bucket.Link)
        {
            _unsafeMoves += bucket.SentLink >= 0 && EarliestNs(nowNs, arriveInPs) < bucket.LastArrivalNs ? 1 : 0;
            bucket.SentLink = bucket.Link;
        }

        Arrive(ref bucket, bytes, nowNs, arriveInPs);
    }

    /// <summary>Deals the buckets of links that cannot be used to those that can, in turn; the others stay.</summary>
    public void DealLost()
    {
        if (_bundle.UsableMask == 0)
        {
            return;
        }

        sbyte[] turn = Fills.LinkShares.Turn(_bundle);
        int next = 0;
        foreach (ref Bucket bucket in _buckets.AsSpan())
        {
            if (!_bundle.IsUsable(bucket.Link))
            {
                Move(ref bucket, turn[next]);
                next = next + 1 == turn.Length ? 0 : next + 1;
            }
        }
    }

    /// <summary>A table with another number of buckets, in which each of the old ones gave hashes to another link.</summary>
    /// <param name="count">Buckets from now on.</param>
    /// <param name="areMoves">Whether each of the old buckets counts as moved: there were links before and are now.</param>
    /// <remarks>Which old buckets feed a new one is not kept: it must not overtake what the latest of all of them sent.</remarks>
    public readonly BucketTable Renumbered(int count, bool areMoves)
    {
        long latestNs = Bucket.NeverNs;
        foreach (ref Bucket bucket in _buckets.AsSpan())
        {
            latestNs = Math.Max(latestNs, bucket.LastArrivalNs);
        }

        var table = new BucketTable(_bundle, count) { _moves = _moves + (areMoves ? _buckets.Length : 0), _unsafeMoves = _unsafeMoves };
        foreach (ref Bucket bucket in table._buckets.AsSpan())
        {
            bucket.LastArrivalNs = latestNs;
            bucket.SentLink = Bucket.SeveralLinks;
        }

        return table;
    }

    /// <summary>Buckets that per-packet rules keep, only to count their moves: they decide nothing.</summary>
    public static BucketTable ForCounting(Bundle bundle) => new(bundle, 1024);

    /// <summary>Counts a packet that a per-packet rule gave to a link.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountPacket(uint hash, int link, int bytes, long nowNs) =>
        CountPacket(hash, link, bytes, nowNs, _bundle.States[link].ArriveInPs(Bundle.FrameBytes(bytes), nowNs));

    /// <summary>The same, of a packet whose arrival on the link is known.</summary>
    /// <remarks>
    /// Such a rule moves a bucket as often as not, which no branch could guess; and its packets follow at once, so that the link
    /// held is the link used last.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountPacket(uint hash, int link, int bytes, long nowNs, long arriveInPs)
    {
        ref Bucket bucket = ref _buckets[IndexOf(hash)];
        int old = bucket.Link;
        int isMove = LinkRank.DifferMask(old, link) & ~(old >> 31) & 1;
        bucket.Moves += isMove;
        _moves += isMove;
        _unsafeMoves += isMove & (EarliestNs(nowNs, arriveInPs) < bucket.LastArrivalNs ? 1 : 0);
        bucket.Link = (sbyte)link;
        Arrive(ref bucket, bytes, nowNs, arriveInPs);
    }

    private static long EarliestNs(long nowNs, long arriveInPs) => nowNs + (long)((ulong)arriveInPs / 1000);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Arrive(ref Bucket bucket, int bytes, long nowNs, long arriveInPs)
    {
        // Rounded up. What an unsafe move may overtake is still under way, so the latest arrival stays.
        long latestNs = nowNs + (long)((ulong)(arriveInPs + 999) / 1000);
        bucket.LastArrivalNs = Math.Max(bucket.LastArrivalNs, latestNs);
        bucket.LastSeenNs = nowNs;
        bucket.Bytes += bytes;
    }
}
