using Trunkline.Core.Balancing.Fills;
using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Linux's resilient next-hop group: which bucket migrates when, and to which link.</summary>
/// <remarks>
/// Linux net/ipv4/nexthop.c (nh_res_group_rebalance, nh_res_table_upkeep). Links want buckets by weight. A bucket
/// migrates when it has no usable link, or when its link has more buckets than it wants and the bucket has been idle for
/// the idle timer, or the group has been unbalanced for longer than the unbalanced timer. It goes to the last link of the
/// group that still has fewer than it wants. A bucket not used since it migrated is idle at once. The kernel counts in
/// jiffies, this in nanoseconds.
/// </remarks>
internal sealed class ResilientGroup
{
    /// <summary>Shortest time between two looks at the table (NH_RES_UPKEEP_DW_MINIMUM_INTERVAL).</summary>
    public const long UpkeepNsMin = 500_000_000;

    private readonly Bundle _bundle;
    private readonly long _idleTimerNs;
    private readonly long _unbalancedTimerNs;
    private readonly long[] _wants = new long[Bundle.LinksMax];
    private readonly long[] _counts = new long[Bundle.LinksMax];
    private BucketTable _table;
    private long _unbalancedSinceNs = Bucket.NeverNs;

    /// <summary>Assigns all buckets.</summary>
    /// <param name="bundle">The links.</param>
    /// <param name="buckets">Buckets, 1 to 65 536.</param>
    /// <param name="idleTimerNs">0 takes every bucket for idle.</param>
    /// <param name="unbalancedTimerNs">0 never forces a bucket.</param>
    public ResilientGroup(Bundle bundle, int buckets, long idleTimerNs, long unbalancedTimerNs)
    {
        _bundle = bundle;
        _idleTimerNs = idleTimerNs;
        _unbalancedTimerNs = unbalancedTimerNs;
        _table = new BucketTable(bundle, buckets);
        Rebalance(Bucket.NeverNs);
    }

    /// <summary>When <see cref="Upkeep"/> is due; <see cref="long.MaxValue"/> while the group is balanced.</summary>
    public long NextDeadlineNs { get; private set; } = long.MaxValue;

    /// <summary>Number of buckets.</summary>
    public int Count => _table.Count;

    /// <summary>Moves so far.</summary>
    public MoveCounters Moves => _table.Moves;

    /// <summary>The bucket of a hash: the kernel's 31-bit value modulo the buckets.</summary>
    public int IndexOf(uint hash) => (int)((hash >> 1) % (uint)_table.Count);

    /// <summary>The link that a bucket holds; −1 when none can be used.</summary>
    public int LinkOf(int bucket) => _table.LinkOf(bucket);

    /// <summary>Sends a packet by its bucket, which is busy from then on.</summary>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        ref Bucket bucket = ref _table[IndexOf(hash)];
        if (!_bundle.IsUsable(bucket.Link))
        {
            return -1;
        }

        _table.Send(ref bucket, bytes, nowNs);
        return bucket.Link;
    }

    /// <summary>Reckons anew how many buckets each link wants, after links came or went, and migrates what may.</summary>
    public void Rebalance(long nowNs)
    {
        bool wasBalanced = NextDeadlineNs == long.MaxValue;
        LinkShares.Apportion(_bundle, _table.Count, _wants);
        Array.Clear(_counts);
        for (int i = 0; i < _table.Count; i++)
        {
            int link = _table[i].Link;
            if (_bundle.IsUsable(link))
            {
                _counts[link]++;
            }
        }

        if (wasBalanced)
        {
            _unbalancedSinceNs = nowNs;
        }

        Upkeep(nowNs);
    }

    /// <summary>Migrates every bucket that may, and says when the next could.</summary>
    public void Upkeep(long nowNs)
    {
        long deadlineNs = nowNs + (_unbalancedTimerNs != 0 ? _unbalancedTimerNs : _idleTimerNs);
        int heir = NextUnderweight(_bundle.Count);
        for (int i = 0; i < _table.Count && heir >= 0; i++)
        {
            ref Bucket bucket = ref _table[i];
            if (MayMigrate(ref bucket, nowNs, ref deadlineNs))
            {
                Migrate(ref bucket, heir);
                heir = _counts[heir] == _wants[heir] ? NextUnderweight(heir) : heir;
            }
        }

        NextDeadlineNs = heir < 0 ? long.MaxValue : Math.Max(deadlineNs, nowNs + UpkeepNsMin);
    }

    private bool MayMigrate(ref Bucket bucket, long nowNs, ref long deadlineNs)
    {
        int link = bucket.Link;
        if (!_bundle.IsUsable(link))
        {
            return true;
        }

        if (_counts[link] <= _wants[link])
        {
            return false;
        }

        long idleNs = bucket.LastSeenNs == Bucket.NeverNs ? nowNs : bucket.LastSeenNs + _idleTimerNs;
        if (nowNs >= idleNs)
        {
            return true;
        }

        if (_unbalancedTimerNs != 0)
        {
            long unbalancedNs = _unbalancedSinceNs + _unbalancedTimerNs;
            if (nowNs > unbalancedNs)
            {
                return true;
            }

            deadlineNs = Math.Min(deadlineNs, unbalancedNs);
        }

        deadlineNs = Math.Min(deadlineNs, idleNs);
        return false;
    }

    private void Migrate(ref Bucket bucket, int link)
    {
        if (_bundle.IsUsable(bucket.Link))
        {
            _counts[bucket.Link]--;
        }

        _table.Move(ref bucket, link);
        _counts[link]++;
        bucket.LastSeenNs = Bucket.NeverNs;
    }

    /// <summary>The last link before another one that has fewer buckets than it wants; −1 for none.</summary>
    private int NextUnderweight(int before)
    {
        int link = before - 1;
        while (link >= 0 && _counts[link] >= _wants[link])
        {
            link--;
        }

        return link;
    }
}
