using System.Numerics;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Decides which buckets a round of <see cref="RebalanceRule"/> moves: its methods shift and greedy.</summary>
/// <remarks>Loads are amounts (bytes or packets), or times a link's time per byte where it is judged by its own speed.</remarks>
internal sealed class RebalancePlan
{
    private const int IndexBits = 16;
    private const long AmountMax = 1L << (62 - IndexBits);
    private const long Million = 1_000_000;

    private readonly Bundle _bundle;
    private readonly bool _isGreedy;
    private readonly bool _isRelative;
    private readonly bool _countsLinks;
    private readonly long _intervalMs;
    private readonly long _history;
    private readonly long _tolerance;
    private readonly long _leastGap;
    private readonly long _leastGain;
    private readonly long _threshold;

    // What one unit of load costs a link.
    private readonly long[] _costs;
    private readonly long[] _loads;

    // Buckets from the largest to the smallest: the amount, inverted, above the index.
    private readonly long[] _order;
    private readonly long[] _sizes;
    private readonly int[] _taken;

    public RebalancePlan(ParameterSet parameters, Bundle bundle, int buckets)
    {
        _bundle = bundle;
        _isGreedy = parameters.Text("method") == "greedy";
        _countsLinks = parameters.Text("counters") == "links";
        _intervalMs = parameters["interval"] / 1_000_000;
        _history = parameters["history"];
        _tolerance = parameters["tolerance"];
        _leastGap = parameters["least-gap"];
        _leastGain = parameters["least-gain"];
        _threshold = parameters["threshold"];
        _loads = new long[bundle.Count];
        _costs = new long[bundle.Count];
        _order = new long[buckets];
        _sizes = new long[buckets];
        _taken = new int[buckets];
        _isRelative = parameters.Flag("relative");
    }

    /// <summary>One round of shift or greedy; afterwards the counters hold what lives on.</summary>
    public void Run(ref BucketTable table, long[] amounts)
    {
        for (int i = 0; i < _costs.Length; i++)
        {
            _costs[i] = _isRelative ? _bundle.PicosecondsPerByte(i) : 1;
        }

        if (Carries(amounts))
        {
            Size(ref table, amounts);
            if (_isGreedy)
            {
                PlaceAll(ref table);
            }
            else
            {
                ShiftAll(ref table);
            }
        }

        for (int i = 0; i < amounts.Length; i++)
        {
            amounts[i] = PartOf(amounts[i], _history);
        }
    }

    private bool Carries(long[] amounts)
    {
        if (_threshold == 0)
        {
            return true;
        }

        Int128 carried = 0;
        foreach (long amount in amounts)
        {
            carried += amount;
        }

        Int128 speed = 0;
        for (int i = 0; i < _bundle.Count; i++)
        {
            speed += _bundle.IsUsable(i) ? _bundle[new LinkId(i)].Rate.BitsPerSecond : 0;
        }

        return carried * 8 * 1000 * Million >= speed * _intervalMs * _threshold;
    }

    /// <summary>Sizes and orders the buckets, and sums the loads of the links.</summary>
    private void Size(ref BucketTable table, long[] amounts)
    {
        Array.Clear(_loads);
        Span<int> counts = stackalloc int[Bundle.LinksMax];
        counts.Clear();
        for (int i = 0; i < amounts.Length; i++)
        {
            _sizes[i] = Math.Min(amounts[i], AmountMax);
            if (_bundle.IsUsable(table[i].Link))
            {
                _loads[table[i].Link] += _sizes[i];
                counts[table[i].Link]++;
            }
        }

        for (int i = 0; i < amounts.Length; i++)
        {
            int link = table[i].Link;
            if (_countsLinks && _bundle.IsUsable(link))
            {
                _sizes[i] = _loads[link] / counts[link];
            }

            _order[i] = ((AmountMax - _sizes[i]) << IndexBits) | (uint)i;
        }

        Array.Sort(_order);
        for (int i = 0; i < _loads.Length; i++)
        {
            _loads[i] = Cost(_loads[i], i);
        }
    }

    /// <summary>teamd: every bucket with traffic, the largest first, to the link that has got least so far.</summary>
    private void PlaceAll(ref BucketTable table)
    {
        Array.Clear(_loads);
        foreach (long entry in _order)
        {
            int index = IndexOf(entry);
            int to = Extreme(_bundle.UsableMask, -1);
            if (_sizes[index] > 0 && to >= 0)
            {
                table.Move(ref table[index], to);
                _loads[to] += Cost(_sizes[index], to);
            }
        }
    }

    /// <summary>Open vSwitch: from the most to the least loaded link, until they are near or nothing more helps.</summary>
    private void ShiftAll(ref BucketTable table)
    {
        ulong links = _bundle.UsableMask;
        while (BitOperations.PopCount(links) > 1)
        {
            int from = Extreme(links, 1);
            int to = Extreme(links, -1);
            long gap = _loads[from] - _loads[to];
            if (gap < PartOf(_loads[to], _tolerance) || gap < Cost(_leastGap, to) || gap == 0)
            {
                return;
            }

            int count = Choose(ref table, from, to, gap);
            if (count == 0)
            {
                links &= ~(1UL << from);
            }

            for (int i = 0; i < count; i++)
            {
                int index = _taken[i];
                _loads[from] -= Cost(_sizes[index], from);
                _loads[to] += Cost(_sizes[index], to);
                table.Move(ref table[index], to);

                // One move per bucket and round is enough.
                _sizes[index] = 0;
            }
        }
    }

    /// <summary>The buckets that go from one link to another: the largest that together stay within half the gap.</summary>
    /// <returns>How many of <see cref="_taken"/>; 0 when none would gain enough.</returns>
    private int Choose(ref BucketTable table, int from, int to, long gap)
    {
        long ideal = gap / (_costs[from] + _costs[to]);
        long leastGain = PartOf(ideal, _leastGain);
        long sum = 0;
        int count = 0;
        int last = -1;
        int present = 0;
        bool isNear = false;
        foreach (long entry in _order)
        {
            int index = IndexOf(entry);
            if (table[index].Link != from || _sizes[index] == 0)
            {
                continue;
            }

            last = index;
            present++;
            if (!isNear && sum + _sizes[index] <= ideal)
            {
                _taken[count++] = index;
                sum += _sizes[index];
            }

            isNear |= ideal - sum < leastGain;
        }

        if (present < 2)
        {
            return 0;
        }

        if (count == 0)
        {
            _taken[count++] = last;
            sum = _sizes[last];
        }

        long lower = Math.Min(_loads[from] - Cost(sum, from), _loads[to] + Cost(sum, to));
        return lower > _loads[to] && lower - _loads[to] >= Cost(leastGain, to) ? count : 0;
    }

    /// <summary>The most loaded link, the first of equal ones, or with a sign of −1 the least loaded, the last of equal ones.</summary>
    /// <remarks>Open vSwitch keeps a list in falling order and takes its ends; teamd takes the first of the least.</remarks>
    private int Extreme(ulong links, int sign)
    {
        int found = -1;
        for (int i = 0; i < _loads.Length; i++)
        {
            if ((links >> i & 1) != 0)
            {
                long further = found < 0 ? 1 : sign * (_loads[i] - _loads[found]);
                found = further > 0 || (further == 0 && sign < 0 && !_isGreedy) ? i : found;
            }
        }

        return found;
    }

    private static int IndexOf(long entry) => (int)(entry & ((1L << IndexBits) - 1));

    /// <summary>An amount as load of a link; capped, so that sums of all links still fit.</summary>
    private long Cost(long amount, int link) => (long)Int128.Min((Int128)amount * _costs[link], long.MaxValue / Bundle.LinksMax / 2);

    private static long PartOf(long value, long millionths) => (long)((Int128)value * millionths / Million);
}
