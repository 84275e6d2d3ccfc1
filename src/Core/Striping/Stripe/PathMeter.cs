using Trunkline.Core.Units;

namespace Trunkline.Core.Striping.Stripe;

/// <summary>What acknowledgements tell of a path: its rate while it had work, its round trip.</summary>
/// <remarks>
/// A rate is measured over at least 20 ms in which something was always under way. It counts in full when the path had all it takes, or
/// always more under way than the rate and the round trip explain; otherwise it says only what the path can do at least, and of a few
/// bytes not even that. One thread.
/// </remarks>
internal sealed class PathMeter
{
    private const long IntervalNs = 20_000_000;
    private const long MemoryNs = 10_000_000_000;
    private const long BurstBytesMin = 64 << 10;

    // What a far end may have and not have acknowledged yet.
    private const long HeldBackBytes = 32 << 10;
    private const long BurstNsMin = 1_000_000;

    private Timestamp _from;
    private long _bytes;
    private long _leastUnderWay;
    private bool _isLimited;
    private Timestamp _leastAt = Timestamp.MinValue;

    /// <summary>Bytes in a second; 0 before the first measurement.</summary>
    public long BytesPerSecond { get; private set; }

    /// <summary>Shortest time from handing over to acknowledgement in the last ten seconds; zero before the first.</summary>
    public Interval LeastRoundTrip { get; private set; }

    /// <summary>The smoothed one, queues included.</summary>
    public Interval RoundTrip { get; private set; }

    /// <summary>Something is under way on a path where nothing was.</summary>
    public void OnBusy(Timestamp now) => Begin(now);

    /// <summary>The path had as much under way as it is given.</summary>
    public void OnLimited() => _isLimited = true;

    /// <summary>A session's first answer took so long.</summary>
    public void OnGreeting(Interval roundTrip, Timestamp now)
    {
        if (LeastRoundTrip == Interval.Zero && roundTrip > Interval.Zero)
        {
            (LeastRoundTrip, RoundTrip, _leastAt) = (roundTrip, roundTrip, now);
        }
    }

    /// <summary>More was acknowledged.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="roundTrip">Since the last of them were handed over, less the time that the answer was held back.</param>
    /// <param name="underWay">Bytes that are under way still.</param>
    /// <param name="isIdle">Whether none of them is to be acknowledged.</param>
    /// <param name="now">The time.</param>
    public void OnAcknowledged(long bytes, Interval roundTrip, long underWay, bool isIdle, Timestamp now)
    {
        AddRoundTrip(roundTrip, now);
        _bytes += bytes;
        _leastUnderWay = Math.Min(_leastUnderWay, underWay);
        long elapsed = (now - _from).Nanoseconds;
        if (elapsed >= IntervalNs || (isIdle && _bytes >= BurstBytesMin && elapsed >= BurstNsMin))
        {
            AddRate((long)((UInt128)(ulong)_bytes * 1_000_000_000 / (ulong)elapsed), elapsed);
            Begin(now);
        }
    }

    private void Begin(Timestamp now) => (_from, _bytes, _leastUnderWay, _isLimited) = (now, 0, long.MaxValue, false);

    private void AddRate(long rate, long elapsed)
    {
        if (BytesPerSecond == 0)
        {
            BytesPerSecond = _isLimited || _bytes >= BurstBytesMin ? Math.Max(1, rate) : 0;
            return;
        }

        long explained = (long)((UInt128)(ulong)BytesPerSecond * (ulong)LeastRoundTrip.Nanoseconds * 2 / 1_000_000_000) + HeldBackBytes;
        if (_isLimited || _leastUnderWay > explained || rate > BytesPerSecond)
        {
            // An interval stretched by a stall must not count as many.
            long part = elapsed > 4 * IntervalNs ? 2 : 4;
            BytesPerSecond = Math.Max(1, BytesPerSecond + ((rate - BytesPerSecond) / part));
        }
    }

    private void AddRoundTrip(Interval sample, Timestamp now)
    {
        if (sample < Interval.Zero)
        {
            return;
        }

        sample = sample == Interval.Zero ? new Interval(1) : sample;
        RoundTrip = RoundTrip == Interval.Zero ? sample : new Interval(((7 * RoundTrip.Nanoseconds) + sample.Nanoseconds) / 8);
        if (LeastRoundTrip == Interval.Zero || sample <= LeastRoundTrip || (now - _leastAt).Nanoseconds > MemoryNs)
        {
            (LeastRoundTrip, _leastAt) = (sample, now);
        }
    }
}
