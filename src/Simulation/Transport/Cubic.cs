namespace Trunkline.Simulation.Transport;

/// <summary>CUBIC (RFC 9438), with HyStart, in integers.</summary>
/// <remarks>
/// As Linux: the window grows by one for each so many segments acknowledged, a number worked out anew when the window has changed or a
/// while has passed. Finer than Linux: the target has 10 bits behind the point, and time is in steps of 2²⁰ ps (about 1 µs) instead of
/// 1/1024 s, so that it also works in a data center. HyStart's acknowledgement train and delay are tcp_cubic.c's.
/// </remarks>
internal sealed class Cubic : ICongestionControl
{
    private const int TimeShift = 20;
    private const int PointBits = 10;

    // β = 0.7 (§4.6), in parts of 1024, as in Linux.
    private const int Beta = 717;

    // C = 0.4 (§5): 0.4 · 2¹⁰ · (2²⁰ ps)³ per step³ is 4.7223664828696 · 10⁻¹⁶, here times 2⁷².
    private const ulong GrowthScale = 2_230_074;
    private const int GrowthFirstShift = 40;
    private const int GrowthLastShift = 32;

    // K³ of a segment: 1 / 0.4 s³ in units of (2²⁶ ps)³.
    private const ulong RootScale = 8_271_806_125_530;
    private const int RootShift = 6;
    private const ulong RootSegmentsMax = 1 << 20;
    private const ulong StepsMax = 1 << 27;

    // α = 3 (1 − β) / (1 + β) = 9/17 (§4.3).
    private const int EstimateAcks = 17;
    private const int EstimateGain = 9;

    // Slower than this it is worked out anew (tcp_cubic.c: HZ/32).
    private const long RenewPs = 31_250_000_000;

    // Where nothing was lost yet and slow start is over, 5 % a round trip at least.
    private const int CountMaxAtFirst = 20;
    private const int CountMin = 2;
    private const int CountAtPlateau = 100;

    private const int HyStartWindowMin = 16;
    private const int HyStartSamples = 8;
    private const long HyStartAckGapPs = 2_000_000_000;
    private const long HyStartBurstMaxPs = 1_000_000_000;
    private const long HyStartDelayMinPs = 4_000_000_000;
    private const long HyStartDelayMaxPs = 16_000_000_000;

    private long _epochPs;
    private long _renewedPs;
    private long _estimateCredit;
    private int _lastMax;
    private int _origin;
    private ulong _plateauSteps;
    private int _renewedWindow;
    private int _estimate;
    private int _cubicCount;
    private int _count;
    private int _countWindow;
    private int _countEstimate;
    private int _undoLastMax;
    private bool _hasLeft;
    private int _roundEnd;
    private int _samples;
    private long _roundStartPs;
    private long _lastAckPs;
    private long _roundMinPs;

    /// <summary>The window before the last reduction, less where it had not reached the one before: W_max.</summary>
    public int LastMax => _lastMax;

    /// <inheritdoc/>
    public void Reset(TcpSender sender)
    {
        Forget();
        _hasLeft = !sender.Options.HasHyStart;
        _roundEnd = -1;
    }

    /// <inheritdoc/>
    public void OnAck(TcpSender sender, int segments, long rttPs, long nowPs)
    {
        if (sender.Window < sender.SlowStartThreshold)
        {
            if (!_hasLeft && rttPs > 0)
            {
                WatchSlowStart(sender, rttPs, nowPs);
            }

            segments = sender.SlowStart(segments);
            if (segments == 0)
            {
                return;
            }
        }

        sender.AddCredit(ComputeCount(sender, segments, nowPs), segments);
    }

    /// <inheritdoc/>
    public void OnRoundTrip(TcpSender sender, long delivered, long marked, long nowPs)
    {
    }

    /// <inheritdoc/>
    public int Reduce(TcpSender sender, CongestionSignal signal, long nowPs)
    {
        int window = sender.Window;
        _undoLastMax = _lastMax;
        _epochPs = -1;

        // Fast convergence (§4.7): who did not get back to where it was leaves room for others.
        _lastMax = window < _lastMax ? (int)(((long)window * (1024 + Beta)) >> 11) : window;
        return Math.Max((int)(((long)window * Beta) >> 10), 2);
    }

    /// <inheritdoc/>
    public void OnTimeout(TcpSender sender)
    {
        Forget();
        _hasLeft = !sender.Options.HasHyStart;
        _roundEnd = -1;
    }

    /// <inheritdoc/>
    public void OnUndo(TcpSender sender)
    {
        _lastMax = _undoLastMax;
        _epochPs = -1;
    }

    /// <inheritdoc/>
    public void OnRestart(TcpSender sender, long idlePs, long nowPs)
    {
        // Time in which nothing was sent does not count (§5.8).
        if (_epochPs >= 0)
        {
            _epochPs = Math.Min(_epochPs + idlePs, nowPs);
        }
    }

    /// <summary>0.4 t³ in segments, with 10 bits behind the point.</summary>
    internal static long Grow(ulong steps)
    {
        steps = Math.Min(steps, StepsMax);
        ulong high = Math.BigMul(steps * steps, steps, out ulong low);
        ulong cube = (high << (64 - GrowthFirstShift)) | (low >> GrowthFirstShift);
        return (long)((cube * GrowthScale) >> GrowthLastShift);
    }

    /// <summary>K: how long 0.4 t³ takes to so many segments.</summary>
    internal static ulong FindSteps(int segments) =>
        (ulong)CubeRoot.Floor(Math.Min((ulong)segments, RootSegmentsMax) * RootScale) << RootShift;

    private void Forget()
    {
        _epochPs = -1;
        _lastMax = _undoLastMax = 0;
    }

    private int ComputeCount(TcpSender sender, int segments, long nowPs)
    {
        int window = sender.Window;
        if (_epochPs < 0)
        {
            BeginEpoch(window, nowPs);
        }

        if (window != _renewedWindow || nowPs - _renewedPs > Math.Min(RenewPs, sender.SmoothedRttPs))
        {
            _cubicCount = ComputeCubicCount(window, nowPs - _epochPs + Math.Min(sender.RttMinPs, nowPs));
            _renewedWindow = window;
            _renewedPs = nowPs;
            _countWindow = 0;
        }

        // What Reno would have by now (§4.3), where alpha is 1 once it is past the window before the reduction.
        _estimateCredit += (long)EstimateGain * segments;
        long need = (long)(_estimate < _lastMax ? EstimateAcks : EstimateGain) * window;
        while (_estimateCredit >= need)
        {
            _estimateCredit -= need;
            _estimate++;
        }

        if (window != _countWindow || _estimate != _countEstimate)
        {
            int count = _cubicCount;
            if (_estimate > window)
            {
                count = Math.Min(count, window / (_estimate - window));
            }

            _count = Math.Max(count, CountMin);
            _countWindow = window;
            _countEstimate = _estimate;
        }

        return _count;
    }

    private void BeginEpoch(int window, long nowPs)
    {
        _epochPs = nowPs;
        _estimate = window;
        _estimateCredit = 0;
        _renewedWindow = 0;
        _origin = Math.Max(_lastMax, window);
        _plateauSteps = FindSteps(_origin - window);
    }

    private int ComputeCubicCount(int window, long sincePs)
    {
        ulong steps = (ulong)sincePs >> TimeShift;
        long target = (long)_origin << PointBits;
        target += steps < _plateauSteps ? -Grow(_plateauSteps - steps) : Grow(steps - _plateauSteps);
        long missing = target - ((long)window << PointBits);
        long count = CountAtPlateau * (long)window;
        if (missing > 0)
        {
            count = Math.Min(count, ((long)window << PointBits) / missing);
        }

        return (int)Math.Min(count, _lastMax == 0 ? CountMaxAtFirst : int.MaxValue);
    }

    // HyStart: the window is large enough when its acknowledgements fill half of the shortest round trip, or when round trips lengthen.
    private void WatchSlowStart(TcpSender sender, long rttPs, long nowPs)
    {
        if (sender.FirstUnacknowledged > _roundEnd)
        {
            _roundEnd = sender.NextIndex;
            _roundStartPs = _lastAckPs = nowPs;
            _roundMinPs = long.MaxValue;
            _samples = 0;
        }

        if (sender.Window < HyStartWindowMin)
        {
            return;
        }

        long shortestPs = sender.RttMinPs;
        if (nowPs - _lastAckPs <= HyStartAckGapPs)
        {
            _lastAckPs = nowPs;
            TcpOptions options = sender.Options;
            long burstPs = Math.Min(HyStartBurstMaxPs, sender.SmoothedRttPs * 2 * options.TsoSegments / sender.Window);
            long limitPs = shortestPs + burstPs;
            _hasLeft = nowPs - _roundStartPs > (options.IsPaced ? limitPs : limitPs >> 1);
        }

        _roundMinPs = Math.Min(_roundMinPs, rttPs);
        if (_samples < HyStartSamples)
        {
            _samples++;
        }
        else
        {
            long slackPs = Math.Clamp(shortestPs >> 3, HyStartDelayMinPs, HyStartDelayMaxPs);
            _hasLeft |= _roundMinPs > shortestPs + slackPs;
        }

        if (_hasLeft)
        {
            sender.EndSlowStart();
        }
    }
}
