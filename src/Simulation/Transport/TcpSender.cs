using System.Runtime.CompilerServices;
using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Transport;

/// <summary>The sending half of a connection: data one way, acknowledgements the other.</summary>
/// <remarks>
/// <para>
/// Does no I/O: it is told the time in picoseconds, never earlier than before; after every input the caller drains
/// <see cref="TrySend"/> until it says no, and calls <see cref="OnDeadline"/> when <see cref="NextDeadlinePs"/> has come. Deterministic,
/// pooled, and takes no memory once its rings have grown. It counts segments where the standards count bytes, as Linux does.
/// </para>
/// <para>
/// A connection with data both ways is two of these: acknowledgements never ride on data. Not modelled: urgent data, options that
/// change, a receiver that gives up what it acknowledged selectively, Nagle's delay, zero windows, a packet for the close (the last
/// segment carries it).
/// </para>
/// </remarks>
/// <param name="pool">Where its segments in flight are; null for a place of its own.</param>
internal sealed partial class TcpSender(TransportPool? pool = null)
{
    /// <summary>What to append for a connection that never ends.</summary>
    public const long Endless = long.MaxValue / 4;

    // Of a window that is open this much, a burst is not put off: a third, as tcp_tso_win_divisor.
    private const int BurstDivisor = 3;

    // Linux: 31 RTOs of doubling would overflow; the bound on the timeout is reached long before.
    private const int BackoffMax = 24;

    private SentSegments _sent = new(pool ?? new TransportPool());
    private TcpOptions _options = null!;
    private ICongestionControl _congestionControl = null!;
    private long _unsentBytes;
    private long _rtoAtPs;
    private long _probeAtPs;
    private long _reorderingAtPs;
    private long _paceAtPs;
    private RttEstimator _rtt;
    private long _bytesAcked;
    private long _delivered;
    private long _deliveredMarked;
    private long _lastSentPs;
    private int _una;
    private int _nxt;
    private uint _unaOffset;
    private uint _nxtOffset;
    private int _window;
    private int _threshold;
    private int _credit;
    private int _roundEnd;
    private int _usageEnd;
    private int _usageMax;
    private int _backoff;
    private int _burstLeft;
    private Scoreboard _board;
    private TcpState _state;
    private bool _isPlain;
    private bool _isWindowLimited;
    private bool _hasLost;
    private bool _isEstablished;
    private bool _isClosed;
    private bool _mustOpen;
    private bool _hasProbes;
    private long _roundDelivered;
    private long _roundMarked;
    private long _limitedPs;
    private long _openedPs;
    private long _pacedUntilPs;

    /// <summary>Segments retransmitted.</summary>
    public long Retransmissions { get; private set; }

    /// <summary>Times that the retransmission timer expired.</summary>
    public long Timeouts { get; private set; }

    /// <summary>Reductions of the window that turned out to be for nothing, and were taken back.</summary>
    public long SpuriousUndos { get; private set; }

    /// <summary>Fast recoveries begun.</summary>
    public long FastRecoveries { get; private set; }

    /// <summary>Reductions of the window because of marks.</summary>
    public long MarkReductions { get; private set; }

    /// <summary>New segments sent.</summary>
    public int SegmentsSent => _nxt;

    /// <summary>Segments delivered, as far as acknowledgements tell.</summary>
    public long SegmentsDelivered => _delivered;

    /// <summary>Of those, the ones whose acknowledgement told of a mark.</summary>
    public long SegmentsDeliveredMarked => _deliveredMarked;

    /// <summary>Round trips that have passed: each ends when all that was sent at its beginning is acknowledged.</summary>
    public long RoundTrips { get; private set; }

    /// <summary>Segments delivered in the last of them.</summary>
    public long RoundDelivered { get; private set; }

    /// <summary>Of those, the ones whose acknowledgement told of a mark.</summary>
    public long RoundMarked { get; private set; }

    /// <summary>Congestion window, in segments.</summary>
    public int Window => _window;

    /// <summary>Slow start threshold, in segments.</summary>
    public int SlowStartThreshold => _threshold;

    /// <summary>Smoothed round trip; 0 before the first.</summary>
    public long SmoothedRttPs => _rtt.SmoothedPs;

    /// <summary>The shortest round trip so far; <see cref="long.MaxValue"/> before the first.</summary>
    public long RttMinPs => _rtt.MinPs;

    /// <summary>The retransmission timeout, backed off.</summary>
    public long RtoPs => Math.Min(_rtt.RtoPs, RttEstimator.RtoMaxPs >> _backoff) << _backoff;

    /// <summary>Payload acknowledged in order.</summary>
    public long BytesAcked => _bytesAcked;

    /// <summary>Payload appended and not yet sent.</summary>
    public long UnsentBytes => _unsentBytes;

    /// <summary>Payload sent and not acknowledged in order.</summary>
    public long UnacknowledgedBytes => (uint)(_nxtOffset - _unaOffset);

    /// <summary>Segments that are on their way, as far as is known: RFC 6675's pipe.</summary>
    public int InFlight => _nxt - _una - _board.Sacked - _board.Lost + _board.Resent;

    /// <summary>What it is about.</summary>
    public TcpState State => _state;

    /// <summary>Whether the connection is open.</summary>
    public bool IsEstablished => _isEstablished;

    /// <summary>Closed, and all is acknowledged.</summary>
    public bool IsDone => _isClosed && _una == _nxt && _unsentBytes == 0 && _isEstablished;

    /// <summary>When to call <see cref="OnDeadline"/>; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadlinePs =>
        Math.Min(Math.Min(_rtoAtPs, _probeAtPs), Math.Min(_reorderingAtPs, _paceAtPs));

    /// <summary>Makes it new.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="isEstablished">Whether the connection is open already.</param>
    /// <param name="congestionControl">Instead of what the options say.</param>
    public void Reset(TcpOptions options, bool isEstablished, ICongestionControl? congestionControl = null)
    {
        _options = options;
        _una = _nxt = 0;
        _sent.Clear();
        _unaOffset = _nxtOffset = 0;
        _unsentBytes = _bytesAcked = _delivered = _deliveredMarked = _roundDelivered = _roundMarked = 0;
        _lastSentPs = _limitedPs = _pacedUntilPs = 0;
        _rtoAtPs = _probeAtPs = _reorderingAtPs = _paceAtPs = long.MaxValue;
        _rtt.Reset();
        _window = options.InitialWindow;
        _threshold = options.InitialSlowStartThreshold;
        _credit = _roundEnd = _usageEnd = _usageMax = _backoff = _burstLeft = 0;
        _board.Clear();
        _state = TcpState.Open;
        _isPlain = true;
        _isEstablished = isEstablished;
        _mustOpen = !isEstablished;
        _isWindowLimited = _hasLost = _isClosed = false;
        Retransmissions = Timeouts = SpuriousUndos = FastRecoveries = MarkReductions = RoundTrips = RoundDelivered = RoundMarked = 0;
        ResetRecovery();
        _congestionControl = congestionControl ?? Reuse(_congestionControl, options);
        _congestionControl.Reset(this);
    }

    /// <summary>The application has more to send.</summary>
    /// <param name="bytes">At least 0; <see cref="Endless"/> for ever.</param>
    public void Append(long bytes) => _unsentBytes = Math.Min(_unsentBytes + bytes, Endless);

    /// <summary>Nothing more will be appended: the last segment is the last.</summary>
    public void Close() => _isClosed = true;

    /// <summary>An acknowledgement has arrived.</summary>
    public void OnAck(in TcpAck ack, long nowPs)
    {
        int acked = ack.Next - _una;
        if (!_isPlain || (uint)(acked - 1) >= (uint)(_nxt - _una) || ack.SackCount != 0 || ack.HasEcnEcho)
        {
            OnUnusualAck(in ack, nowPs);
            return;
        }

        long rttPs = TakeRtt(in ack, nowPs);
        if (_options.IsSack)
        {
            // The last one tells of the path without the receiver's delay.
            rttPs = nowPs - _sent[ack.Next - 1].SentPs;
        }

        if (rttPs > 0)
        {
            _rtt.AddMin(rttPs);
        }

        if (_hasProbes)
        {
            EndProbe(in ack, acked, nowPs);
        }

        Advance(in ack);
        _delivered += acked;
        EndRound(nowPs);
        Grow(acked, rttPs, nowPs);
        SetTimers(nowPs);
    }

    /// <summary>The next segment to put on the wire.</summary>
    /// <returns>False when there is none for now.</returns>
    public bool TrySend(long nowPs, out TcpSegment segment)
    {
        if (_hasLost && TryResend(nowPs, out segment))
        {
            return true;
        }

        if (_mustProbe)
        {
            _mustProbe = false;
            if (_unsentBytes == 0 || !HasReceiveWindow())
            {
                return TryProbeAgain(nowPs, out segment);
            }

            _probeEnd = _nxt + 1;
            _isProbeNew = true;
            Probes++;
        }
        else if (!MaySendNew(nowPs))
        {
            return TryOpen(nowPs, out segment);
        }

        int bytes = (int)Math.Min(_unsentBytes, _options.Mss);
        int index = _nxt;
        if (_sent.Reserve(index) && _board.IsAllocated)
        {
            _board.Reserve(_una, _nxt, _sent.Capacity);
        }

        ref SentSegment sent = ref _sent[index];
        sent.SentPs = nowPs;
        sent.Offset = _nxtOffset;
        sent.Bytes = bytes;

        segment.Index = index;
        segment.Bytes = bytes;
        segment.Offset = _nxtOffset;
        segment.StampPs = nowPs;
        segment.IsRetransmission = false;
        segment.IsPushed = (_unsentBytes -= bytes) == 0;
        _nxt = index + 1;
        _nxtOffset += (uint)bytes;
        _burstLeft--;
        if (_options.IsPaced)
        {
            TakePace(nowPs);
        }

        _lastSentPs = nowPs;
        _reductionSent++;
        if (_rtoAtPs == long.MaxValue)
        {
            SetRetransmissionTimer(nowPs);
        }

        if (_hasProbes)
        {
            SetProbeTimer(nowPs);
        }

        return true;
    }

    /// <summary>The deadline has come.</summary>
    public void OnDeadline(long nowPs)
    {
        if (nowPs >= _paceAtPs)
        {
            _paceAtPs = long.MaxValue;
        }

        if (nowPs >= _reorderingAtPs)
        {
            _reorderingAtPs = long.MaxValue;
            OnReorderingTimer(nowPs);
        }

        if (nowPs >= _probeAtPs)
        {
            _probeAtPs = long.MaxValue;
            _mustProbe = true;
            SetRetransmissionTimer(nowPs);
        }

        if (nowPs >= _rtoAtPs)
        {
            _rtoAtPs = long.MaxValue;
            if (_isEstablished)
            {
                OnTimeout(nowPs);
            }
            else
            {
                Timeouts++;
                _backoff = Math.Min(_backoff + 1, BackoffMax);
                _mustOpen = true;
            }
        }
    }

    /// <summary>Grows the window to the threshold at most, a segment for each one acknowledged.</summary>
    /// <returns>How many are left for congestion avoidance.</returns>
    internal int SlowStart(int segments)
    {
        if (_window >= _threshold)
        {
            return segments;
        }

        int window = Math.Min(_window + segments, _threshold);
        segments -= window - _window;
        _window = window;
        return segments;
    }

    /// <summary>Grows the window by one for each <paramref name="per"/> segments acknowledged.</summary>
    internal void AddCredit(int per, int segments)
    {
        // What was saved for a larger window is worth one segment of this one.
        if (_credit >= per)
        {
            _credit = 0;
            _window++;
        }

        _credit += segments;
        while (_credit >= per)
        {
            _credit -= per;
            _window++;
        }
    }

    /// <summary>Changes the window by so many segments; it stays at least 1.</summary>
    internal void Widen(int segments) => _window = Math.Max(1, _window + segments);

    /// <summary>What the connection was told.</summary>
    internal TcpOptions Options => _options;

    /// <summary>What decides its window.</summary>
    internal ICongestionControl Control => _congestionControl;

    /// <summary>Whether its timer ran out, and nothing was acknowledged since.</summary>
    internal bool IsBackedOff => _backoff > 0;

    /// <summary>Ends slow start here.</summary>
    internal void EndSlowStart() => _threshold = _window;

    /// <summary>Where a round trip that begins now will end.</summary>
    internal int NextIndex => _nxt;

    /// <summary>The first segment that is not acknowledged.</summary>
    internal int FirstUnacknowledged => _una;

    /// <summary>Where the stream ends, modulo 2³², once all of it was sent; null before, or when more may come.</summary>
    internal uint? EndOffset => _isClosed && _unsentBytes == 0 && _nxt > 0 ? _nxtOffset : null;

    /// <summary>Where a segment begins in the stream, modulo 2³².</summary>
    /// <returns>False for one that was acknowledged in order, or was not sent.</returns>
    internal bool TryGetOffset(int index, out uint offset)
    {
        offset = index == _nxt ? _nxtOffset : _sent[index].Offset;
        return index >= _una && index <= _nxt;
    }

    /// <summary>Fails when its books do not balance; for tests.</summary>
    internal void AssertConsistent()
    {
        if (_board.IsAllocated)
        {
            _board.AssertConsistent(_una, _nxt, _options.IsSack);
        }
    }

    private static ICongestionControl Reuse(ICongestionControl? last, TcpOptions options) => options.CongestionControl switch
    {
        CongestionControl.Cubic => last as Cubic ?? new Cubic(),
        CongestionControl.Dctcp => last as Dctcp ?? new Dctcp(),
        _ => last as NewReno ?? new NewReno(),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance(in TcpAck ack)
    {
        _una = ack.Next;
        _sent.Release(_una);
        _bytesAcked += (uint)(ack.NextOffset - _unaOffset);
        _unaOffset = ack.NextOffset;
        _backoff = 0;
    }

    // Stamps give a sample whatever was retransmitted; without them Karn's rule holds (RFC 6298 §3).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long TakeRtt(in TcpAck ack, long nowPs)
    {
        if (!_options.HasTimestamps && _una < _karnEnd)
        {
            return 0;
        }

        long rttPs = Math.Max(1, nowPs - ack.EchoPs);
        _rtt.Add(rttPs, _options.RtoMinPs);
        return rttPs;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndRound(long nowPs)
    {
        if (_una >= _roundEnd)
        {
            RoundDelivered = _delivered - _roundDelivered;
            RoundMarked = _deliveredMarked - _roundMarked;
            RoundTrips++;
            _congestionControl.OnRoundTrip(this, RoundDelivered, RoundMarked, nowPs);
            _roundEnd = _nxt;
            _roundDelivered = _delivered;
            _roundMarked = _deliveredMarked;
        }
    }

    // A window that is not used says nothing about the path, and does not grow (RFC 7661; tcp_is_cwnd_limited).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Grow(int segments, long rttPs, long nowPs)
    {
        if (_isWindowLimited || (_window < _threshold && _window < 2 * _usageMax))
        {
            _congestionControl.OnAck(this, _options.CountsSegments ? segments : 1, rttPs, nowPs);
        }
    }

    private void SetRetransmissionTimer(long nowPs)
    {
        if (_una == _nxt)
        {
            // Whatever is sent next asks for its own pace.
            _rtoAtPs = _paceAtPs = long.MaxValue;
        }
        else
        {
            _rtoAtPs = nowPs + RtoPs;
        }
    }

    // The retransmission timer, and before it the probe's (RFC 8985 §7.2), for which the receiver's own delay stands for WCDelAckT.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetTimers(long nowPs)
    {
        SetRetransmissionTimer(nowPs);
        if (_hasProbes)
        {
            SetProbeTimer(nowPs);
        }
    }

    private void SetProbeTimer(long nowPs)
    {
        int outstanding = _nxt - _una;
        long rttPs = _rtt.SmoothedPs;
        if (outstanding == 0 || rttPs == 0 || _probeEnd != 0 || _state is not (TcpState.Open or TcpState.WindowReduced))
        {
            _probeAtPs = long.MaxValue;
            return;
        }

        long delayPs = (rttPs << 1) + (outstanding == 1 && _options.AckEvery > 1 ? _options.AckDelayPs : 0);
        _probeAtPs = Math.Min(nowPs + delayPs, _rtoAtPs);
    }
}
