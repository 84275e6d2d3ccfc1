using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Decides which moves a round of <see cref="IdleRebalanceRule"/> orders.</summary>
/// <remarks>
/// A bucket's load is a moving average of the bytes that it sent between rounds; a link's is the sum of its buckets' times
/// the link's time per byte. Because a link's load is summed anew from where the buckets are, a move counts at once and is
/// never made twice. Each order lowers the higher of two loads, which bounds the moves under a steady load.
/// </remarks>
internal sealed class IdleRebalancePlan
{
    // A sample counts a quarter: some 14 % of a burst are left after seven rounds.
    private const int AverageShift = 2;

    // The averages carry four bits behind the point, or small buckets would never fade.
    private const int FractionBits = 4;

    // An order that would lower the higher load by less than 1/1024 of the mean is not worth a move.
    private const int LeastGainShift = 10;

    // Rounds for which a bucket that did not pause is left alone.
    private const byte RoundsHeld = 4;

    private const long BytesMax = 1L << 40;
    private const long LoadMax = long.MaxValue / Bundle.LinksMax / 4;

    private readonly Bundle _bundle;
    private readonly long _start;
    private readonly long _stop;
    private readonly int _movesMax;
    private readonly long[] _seenBytes;
    private readonly long[] _averages;
    private readonly byte[] _held;

    // What each link would carry if every order were obeyed, and if only those were that bring it more: an order off a
    // link may wait for a pause that never comes, so that room is counted only once it is there.
    private readonly long[] _loads;
    private readonly long[] _loadsMost;
    private bool _isFirst = true;
    private bool _isMoving;

    public IdleRebalancePlan(ParameterSet parameters, Bundle bundle, int buckets)
    {
        _bundle = bundle;
        _start = parameters["start"];
        _stop = parameters["stop"];
        _movesMax = parameters.Number("moves");
        _seenBytes = new long[buckets];
        _averages = new long[buckets];
        _held = new byte[buckets];
        _loads = new long[bundle.Count];
        _loadsMost = new long[bundle.Count];
    }

    /// <summary>Measures, and orders what helps; orders of the last round that nobody obeyed are void.</summary>
    public void Run(ref BucketTable table)
    {
        Measure(ref table);
        long mean = Mean();
        ulong links = _bundle.UsableMask;
        if (mean == 0 || links == 0)
        {
            return;
        }

        long most = _loads[MostLoaded(links)];
        _isMoving = Exceeds(most, mean, _start) || (_isMoving && Exceeds(most, mean, _stop));
        for (int moves = 0; _isMoving && moves < _movesMax && links != 0;)
        {
            int from = MostLoaded(links);
            if (!Exceeds(_loads[from], mean, _stop))
            {
                return;
            }

            if (Order(ref table, from, mean >> LeastGainShift))
            {
                moves++;
            }
            else
            {
                links &= ~(1UL << from);
            }
        }
    }

    private void Measure(ref BucketTable table)
    {
        Array.Clear(_loads);
        for (int i = 0; i < _averages.Length; i++)
        {
            ref Bucket bucket = ref table[i];
            long bytes = Math.Min(bucket.Bytes - _seenBytes[i], BytesMax);
            _seenBytes[i] = bucket.Bytes;
            long sample = bytes << FractionBits;
            _averages[i] = _isFirst ? sample : _averages[i] + ((sample - _averages[i]) >> AverageShift);
            if (bucket.OrderedLink >= 0)
            {
                bucket.OrderedLink = -1;
                _held[i] = bytes > 0 ? RoundsHeld : (byte)0;
            }
            else if (_held[i] > 0)
            {
                _held[i]--;
            }

            if (_bundle.IsUsable(bucket.Link))
            {
                _loads[bucket.Link] = Math.Min(LoadMax, _loads[bucket.Link] + Cost(_averages[i], bucket.Link));
            }
        }

        _isFirst = false;
        _loads.CopyTo(_loadsMost, 0);
    }

    /// <summary>The load of every link if all were used alike: the bytes over the speeds.</summary>
    private long Mean()
    {
        const int SpeedBits = 44;
        Int128 bytes = 0;
        Int128 speed = 0;
        foreach (long average in _averages)
        {
            bytes += average;
        }

        for (int i = 0; i < _bundle.Count; i++)
        {
            speed += _bundle.IsUsable(i) ? (1L << SpeedBits) / _bundle.PicosecondsPerByte(i) : 0;
        }

        return speed == 0 ? 0 : (long)Int128.Min((bytes << SpeedBits) / speed, LoadMax);
    }

    private int MostLoaded(ulong links)
    {
        int most = -1;
        for (int i = 0; i < _loads.Length; i++)
        {
            most = (links >> i & 1) != 0 && (most < 0 || _loads[i] > _loads[most]) ? i : most;
        }

        return most;
    }

    /// <summary>Orders the one move off a link that lowers the higher of the two loads most.</summary>
    private bool Order(ref BucketTable table, int from, long leastGain)
    {
        int best = -1;
        int bestTo = -1;
        long lowest = _loads[from] - Math.Max(1, leastGain);
        for (int i = 0; i < _averages.Length; i++)
        {
            ref Bucket bucket = ref table[i];
            if (bucket.Link != from || bucket.OrderedLink >= 0 || _held[i] > 0 || _averages[i] == 0)
            {
                continue;
            }

            long left = _loads[from] - Cost(_averages[i], from);
            for (int to = 0; to < _loads.Length; to++)
            {
                if (to != from && _bundle.IsUsable(to))
                {
                    long higher = Math.Max(left, _loadsMost[to] + Cost(_averages[i], to));
                    if (higher < lowest)
                    {
                        best = i;
                        bestTo = to;
                        lowest = higher;
                    }
                }
            }
        }

        if (best < 0)
        {
            return false;
        }

        table[best].OrderedLink = (sbyte)bestTo;
        _loads[from] -= Cost(_averages[best], from);
        _loads[bestTo] += Cost(_averages[best], bestTo);
        _loadsMost[bestTo] += Cost(_averages[best], bestTo);
        return true;
    }

    private long Cost(long average, int link) => (long)Int128.Min((Int128)average * _bundle.PicosecondsPerByte(link), LoadMax);

    private static bool Exceeds(long load, long mean, long millionths) => (Int128)(load - mean) * 1_000_000 > (Int128)mean * millionths;
}
