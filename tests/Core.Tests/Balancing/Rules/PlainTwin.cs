using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>Keep-order and shortest-queue as their descriptions read, for comparison with the ones that are fast.</summary>
internal sealed class PlainTwin(Link[] links)
{
    private readonly Int128[] _finishPs = new Int128[links.Length];
    private readonly Dictionary<int, (int Link, long LastArrivalNs)> _buckets = [];
    private int _last = links.Length - 1;
    private int[] _remembered = [];

    public int KeepOrder(ulong usable, int index, int buckets, int bytes, long nowNs)
    {
        bool isKnown = _buckets.TryGetValue(index, out (int Link, long LastArrivalNs) bucket);
        bool hasOwn = isKnown && IsUsable(usable, bucket.Link);
        int[] all = [.. From(index * links.Length / buckets).Where(link => IsUsable(usable, link))];
        int[] safe = [.. all.Where(link => !isKnown || link == bucket.Link || Arrival(link, bytes, nowNs) >= (Int128)bucket.LastArrivalNs * 1000)];
        int[] candidates = safe.Length > 0 ? safe : all;
        if (candidates.Length == 0)
        {
            return -1;
        }

        // Ordering keeps what is equal in its order; the bucket's own link comes first.
        int best = candidates
            .OrderBy(link => Arrival(link, bytes, nowNs))
            .ThenBy(link => hasOwn && link == bucket.Link ? 0 : 1)
            .First();
        long arrivalNs = (long)((Arrival(best, bytes, nowNs) + 999) / 1000);
        _buckets[index] = (best, isKnown ? Math.Max(arrivalNs, bucket.LastArrivalNs) : arrivalNs);
        Send(best, bytes, nowNs);
        return best;
    }

    public int ShortestQueue(ulong usable, int bytes, long nowNs)
    {
        int[] candidates = [.. From(_last + 1).Where(link => IsUsable(usable, link))];
        if (candidates.Length == 0)
        {
            return -1;
        }

        _last = candidates.OrderBy(link => Leave(link, bytes, nowNs)).First();
        Send(_last, bytes, nowNs);
        return _last;
    }

    /// <summary>DRILL(2,1): of two links drawn and the best of the last time the one whose queue is shortest, the lowest of equal ones.</summary>
    public int Drill(ulong usable, int bytes, long nowNs, ref RandomSource random)
    {
        int[] all = [.. From(0).Where(link => IsUsable(usable, link))];
        if (all.Length == 0)
        {
            return -1;
        }

        int[] candidates = [all[random.Below((uint)all.Length)], all[random.Below((uint)all.Length)], .. _remembered];
        int best = candidates.OrderBy(link => Leave(link, 0, nowNs)).ThenBy(link => link).First();
        Send(best, bytes, nowNs);
        _remembered = [candidates.OrderBy(link => Leave(link, 0, nowNs)).ThenBy(link => link).First()];
        return best;
    }

    /// <summary>Forgets which link was best, as DRILL does when the links change.</summary>
    public void Forget() => _remembered = [];

    private static bool IsUsable(ulong usable, int link) => (usable >> link & 1) != 0;

    private IEnumerable<int> From(int first) => Enumerable.Range(0, links.Length).Select(i => (first + i) % links.Length);

    private Int128 Leave(int link, int bytes, long nowNs) =>
        Int128.Max(_finishPs[link], (Int128)nowNs * 1000) + (bytes * links[link].Rate.PicosecondsPerByte);

    private Int128 Arrival(int link, int bytes, long nowNs) => Leave(link, bytes, nowNs) + (links[link].Delay.Nanoseconds * 1000);

    private void Send(int link, int bytes, long nowNs) => _finishPs[link] = Leave(link, bytes, nowNs);
}
