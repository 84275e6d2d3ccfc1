using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Transport;

/// <content>What happens when not all is well: the states and their windows.</content>
internal sealed partial class TcpSender
{
    private const int WordShift = 6;

    private long _resentPs;
    private int _recoverEnd;
    private int _karnEnd;
    private int _lostHint;
    private int _marksEnd;
    private int _sackedEnd;
    private int _lostScan;
    private int _duplicateAcks;
    private int _undoFirst;
    private int _undoResent;
    private int _priorWindow;
    private int _priorThreshold;
    private int _reductionWindow;
    private int _reductionDelivered;
    private int _reductionSent;
    private int _probeEnd;
    private bool _isProbeNew;
    private bool _mustProbe;
    private bool _mustResend;
    private bool _mayBeSpurious;
    private Rack _rack;

    /// <summary>Duplicate acknowledgements, or segments that arrived behind, that mean a loss now.</summary>
    public int DuplicateAcks => _duplicateAcks;

    /// <summary>Whether segments were seen to overtake each other.</summary>
    public bool HasSeenReordering => _rack.IsReorderingSeen;

    /// <summary>Probes sent (RFC 8985 §7).</summary>
    public long Probes { get; private set; }

    private void ResetRecovery()
    {
        _resentPs = 0;
        _recoverEnd = _karnEnd = _lostHint = _marksEnd = _sackedEnd = _lostScan = 0;
        _priorWindow = _priorThreshold = _reductionWindow = _reductionDelivered = _reductionSent = 0;
        _undoFirst = -1;
        _undoResent = -1;
        _probeEnd = 0;
        _duplicateAcks = _options.DuplicateAcks;
        _mustResend = _mustProbe = _isProbeNew = _mayBeSpurious = false;
        _hasProbes = _options.LossDetection == LossDetection.RackTlp;
        _rack.Reset();
        Probes = 0;
    }

    private void OnUnusualAck(in TcpAck ack, long nowPs)
    {
        if (!_isEstablished)
        {
            Establish(in ack, nowPs);
            return;
        }

        int acked = ack.Next - _una;
        if (ack.IsSynAck || _una == _nxt || ack.Next > _nxt)
        {
            // Nothing is in flight, or it names what was never sent.
            return;
        }

        if (acked < 0)
        {
            // It was overtaken by a later one: it counts for what it says of segments beyond, not as a duplicate.
            if (!_options.IsSack)
            {
                return;
            }

            acked = 0;
        }

        int firstBefore = _una;
        int lostBefore = _board.Lost;
        long rttPs = acked > 0 ? TakeRtt(in ack, nowPs) : 0;
        Delivery delivery = Take(in ack, acked, nowPs);
        if (_options.IsSack)
        {
            rttPs = delivery.RttPs;
            if (acked == 0 && rttPs > 0)
            {
                // What arrived beyond a hole tells of the path as well.
                _rtt.Add(rttPs, _options.RtoMinPs);
            }
        }

        if (rttPs > 0)
        {
            _rtt.AddMin(rttPs);
        }

        if (_hasProbes)
        {
            EndProbe(in ack, acked, nowPs);
        }

        if (acked > 0)
        {
            Advance(in ack);
        }

        _delivered += delivery.Count;
        _deliveredMarked += ack.HasEcnEcho ? delivery.Count : 0;
        EndRound(nowPs);
        bool wasRecovering = _state == TcpState.Recovery;
        React(in ack, in delivery, firstBefore, nowPs);
        if (_state == TcpState.WindowReduced || (_state == TcpState.Recovery && _options.IsSack))
        {
            ReduceWindow(delivery.Count, _board.Lost > lostBefore, acked > 0);
        }
        else if (_state != TcpState.Recovery && (!wasRecovering || _undoFirst < 0) && delivery.Count > 0
            && (acked > 0 || _duplicateAcks > _options.DuplicateAcks))
        {
            Grow(delivery.Count, rttPs, nowPs);
        }

        if (acked > 0)
        {
            SetTimers(nowPs);
        }
        else if (_state >= TcpState.Recovery || _state == TcpState.Disorder)
        {
            _probeAtPs = long.MaxValue;
        }

        _isPlain = _state == TcpState.Open && (_board.Sacked | _board.Lost | _board.Resent) == 0 && _una >= _marksEnd;
    }

    private void Establish(in TcpAck ack, long nowPs)
    {
        if (!ack.IsSynAck)
        {
            return;
        }

        _isEstablished = true;
        _mustOpen = false;
        if (_backoff == 0 || _options.HasTimestamps)
        {
            long rttPs = Math.Max(1, nowPs - (_options.HasTimestamps ? ack.EchoPs : _openedPs));
            _rtt.Add(rttPs, _options.RtoMinPs);
            _rtt.AddMin(rttPs);
        }

        // More than one loss while opening says that the path is bad (RFC 5681 §3.1, as Linux reads it).
        _window = _backoff > 1 ? 1 : _window;
        _backoff = 0;
        SetTimers(nowPs);
    }

    // The order is that of Linux's tcp_fastretrans_alert.
    private void React(in TcpAck ack, in Delivery delivery, int firstBefore, long nowPs)
    {
        bool hasAdvanced = _una > firstBefore;
        if (_una >= _recoverEnd)
        {
            switch (_state)
            {
                case TcpState.Recovery:
                    EndRecovery(in ack);
                    break;
                case TcpState.Loss:
                    EndLoss(in ack);
                    break;
                case TcpState.WindowReduced when _una > _recoverEnd:
                    _window = _threshold;
                    _state = TcpState.Open;
                    break;
            }
        }

        switch (_state)
        {
            case TcpState.Recovery:
                if (hasAdvanced && TryUndoPartial(in ack, firstBefore))
                {
                    return;
                }

                if (TryUndoByDuplicates())
                {
                    _state = _board.Sacked > 0 ? TcpState.Disorder : TcpState.Open;
                    return;
                }

                if (!_options.IsSack && hasAdvanced)
                {
                    MarkHeadLost();
                }

                MarkLosses(nowPs);
                return;
            case TcpState.Loss:
                if (TryUndoLoss(in ack, in delivery, hasAdvanced))
                {
                    return;
                }

                if (!_options.IsSack && hasAdvanced)
                {
                    _board.Sacked = 0;
                }

                MarkLosses(nowPs);
                return;
        }

        if (!_options.IsSack && hasAdvanced)
        {
            _board.Sacked = 0;
        }

        if (_state <= TcpState.Disorder)
        {
            TryUndoByDuplicates();
        }

        MarkLosses(nowPs);
        if (_options.IsSack ? _board.Lost > 0 : _board.Sacked >= _duplicateAcks && _una >= _recoverEnd)
        {
            BeginRecovery(nowPs);
            return;
        }

        if (ack.HasEcnEcho && _options.IsEcn && _state < TcpState.WindowReduced)
        {
            BeginReduction(CongestionSignal.Mark, nowPs);
            MarkReductions++;
            _undoFirst = -1;
            _recoverEnd = _nxt;
            _state = TcpState.WindowReduced;
        }

        if (_state < TcpState.WindowReduced)
        {
            _state = _board.Sacked > 0 || _board.Lost > 0 ? TcpState.Disorder : TcpState.Open;
        }
    }

    private void BeginReduction(CongestionSignal signal, long nowPs)
    {
        _priorThreshold = signal == CongestionSignal.Mark ? 0 : KeptThreshold;
        _priorWindow = _window;
        _threshold = _congestionControl.Reduce(this, signal, nowPs);
        _reductionWindow = _window;
        _reductionDelivered = _reductionSent = 0;
        _credit = 0;
        _probeEnd = 0;
    }

    private void BeginUndo()
    {
        _undoFirst = _una;
        _undoResent = _board.Resent > 0 ? _board.Resent : -1;
    }

    private void BeginRecovery(long nowPs)
    {
        if (_state < TcpState.WindowReduced)
        {
            BeginReduction(CongestionSignal.Loss, nowPs);
        }

        FastRecoveries++;
        _resentPs = 0;
        BeginUndo();
        _recoverEnd = _nxt;
        _state = TcpState.Recovery;
        _isPlain = false;
        _mustResend = true;
        if (!_options.IsSack)
        {
            _window = _threshold;
            MarkHeadLost();
        }
    }

    private void EndRecovery(in TcpAck ack)
    {
        if (MayUndo(in ack, true))
        {
            Undo();
        }
        else if (_options.IsSack)
        {
            _window = _threshold;
        }
        else
        {
            // What is in flight and one more, so that what was saved up does not leave at once (RFC 6582 §3.2, step 3).
            _board.Sacked = 0;
            _window = Math.Min(_threshold, Math.Max(InFlight, 1) + 1);
        }

        _rack.EndRecovery();
        _board.Sacked = _options.IsSack ? _board.Sacked : 0;
        _mustResend = false;
        _state = TcpState.Open;
    }

    private void EndLoss(in TcpAck ack)
    {
        if (MayUndo(in ack, true))
        {
            Undo();
        }

        _rack.EndRecovery();
        _board.Sacked = _options.IsSack ? _board.Sacked : 0;
        _state = TcpState.Open;
    }

    private void OnReorderingTimer(long nowPs)
    {
        int before = _board.Lost;
        MarkLateSegments(nowPs);
        if (_board.Lost > before && _state < TcpState.Recovery)
        {
            BeginRecovery(nowPs);
            ReduceWindow(1, true, false);
        }
    }

    private void OnTimeout(long nowPs)
    {
        Timeouts++;
        bool isNew = _state <= TcpState.Disorder || _una >= _recoverEnd;
        if (isNew)
        {
            _resentPs = 0;
            BeginReduction(CongestionSignal.Timeout, nowPs);
            BeginUndo();
        }

        _congestionControl.OnTimeout(this);

        // Much arrived and yet the timer expired: reordering was overestimated (tcp_enter_loss).
        if (_state <= TcpState.Disorder && _board.Sacked >= _options.DuplicateAcks)
        {
            _duplicateAcks = Math.Min(_duplicateAcks, _options.DuplicateAcks);
        }

        _board.Reserve(_una, _nxt, _sent.Capacity);
        _board.Sacked = _options.IsSack ? _board.Sacked : 0;
        _rack.ClearResent();
        long patiencePs = _rack.RttPs + (_hasProbes ? ReorderingWindowPs() : 0);
        for (int index = _una; index < _nxt; index++)
        {
            ref SegmentMarks marks = ref _board[index];
            ulong bit = Scoreboard.Bit(index);
            if (_options.IsSack && (marks.Sacked & bit) != 0)
            {
                continue;
            }

            // What was sent just now may still arrive (RFC 8985 §6.3).
            bool isRecent = _hasProbes && index > _una && nowPs - _sent[index].SentPs < patiencePs;
            if (!isRecent)
            {
                _board.MarkLost(index);
            }
            else if ((marks.Resent & bit) != 0)
            {
                _rack.AddResent(index);
            }
        }

        _rack.Next = _una;
        _lostHint = _una;
        _hasLost = true;
        _lostScan = _nxt;
        _mayBeSpurious = isNew;
        _window = InFlight + 1;
        _credit = 0;
        _recoverEnd = _nxt;
        _probeEnd = 0;
        _mustProbe = false;
        _reorderingAtPs = _probeAtPs = long.MaxValue;
        _state = TcpState.Loss;
        _isPlain = false;
        _backoff = Math.Min(_backoff + 1, BackoffMax);
        SetRetransmissionTimer(nowPs);
    }

    // Proportional rate reduction (RFC 6937), with the safe bound only where an acknowledgement shows progress, as in Linux.
    private void ReduceWindow(int delivered, bool hasNewLosses, bool hasAdvanced)
    {
        if (delivered <= 0)
        {
            return;
        }

        _reductionDelivered += delivered;
        int pipe = InFlight;
        int room = _threshold - pipe;
        int count;
        if (room < 0)
        {
            long share = ((long)_threshold * _reductionDelivered) + _reductionWindow - 1;
            count = (int)(share / _reductionWindow) - _reductionSent;
        }
        else
        {
            count = Math.Max(_reductionDelivered - _reductionSent, delivered);
            count += hasAdvanced && !hasNewLosses ? 1 : 0;
            count = Math.Min(room, count);
        }

        _window = pipe + Math.Max(count, _reductionSent == 0 ? 1 : 0);
    }
}
