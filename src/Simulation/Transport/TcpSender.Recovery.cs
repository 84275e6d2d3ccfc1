namespace Trunkline.Simulation.Transport;

/// <content>What happens when not all is well.</content>
internal sealed partial class TcpSender
{
    private long _resentPs;
    private int _recoverEnd;
    private int _karnEnd;
    private int _lostHint;
    private int _lossEnd;
    private int _duplicateAcks;
    private int _undoFirst;
    private int _priorWindow;
    private int _priorThreshold;
    private int _reductionWindow;
    private int _reductionDelivered;
    private int _reductionSent;
    private bool _mustResend;

    private void ResetRecovery()
    {
        _resentPs = 0;
        _recoverEnd = _karnEnd = _lostHint = _lossEnd = _undoFirst = 0;
        _priorWindow = _priorThreshold = _reductionWindow = _reductionDelivered = _reductionSent = 0;
        _duplicateAcks = _options.DuplicateAcks;
        _mustResend = false;
    }

    private void OnUnusualAck(in TcpAck ack, long nowPs)
    {
        if (!_isEstablished)
        {
            Establish(in ack, nowPs);
            return;
        }

        int acked = ack.Next - _una;
        if (acked < 0 || ack.IsSynAck || _una == _nxt)
        {
            return;
        }

        int delivered = 0;
        long rttPs = 0;
        if (acked > 0)
        {
            rttPs = TakeRtt(in ack, nowPs);
            delivered = Take(in ack);
        }
        else if (!_options.IsSack)
        {
            delivered = CountDuplicate();
        }

        _delivered += delivered;
        _deliveredMarked += ack.HasEcnEcho ? delivered : 0;
        EndRound(nowPs);
        int lostBefore = _board.Lost;
        bool mayGrow = React(in ack, acked, nowPs);
        if (_state == TcpState.WindowReduced)
        {
            ReduceWindow(delivered, _board.Lost - lostBefore, acked > 0);
        }
        else if (mayGrow && acked > 0)
        {
            Grow(acked, rttPs, nowPs);
        }

        if (acked > 0)
        {
            SetTimer(nowPs);
        }

        _isPlain = _state == TcpState.Open && (_board.Sacked | _board.Lost | _board.Resent) == 0 && _una >= _lossEnd;
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
        SetTimer(nowPs);
    }

    // Takes what is acknowledged in order off the books.
    private int Take(in TcpAck ack)
    {
        int first = _una;
        int delivered = ack.Next - first;
        if (_options.IsSack)
        {
            delivered = _board.IsAllocated ? _board.Remove(first, ack.Next) : delivered;
        }
        else
        {
            // Duplicate acknowledgements told of all but the first.
            int told = Math.Min(_board.Sacked, delivered - 1);
            int sacked = _board.Sacked - told;
            if (_board.IsAllocated)
            {
                _board.Remove(first, ack.Next);
            }

            _board.Sacked = sacked;
            delivered -= told;
        }

        Advance(in ack);
        return delivered;
    }

    // Without SACK each duplicate acknowledgement is a segment that arrived: the pipe is smaller by one, which lets new segments leave as
    // an inflated window would (RFC 5681 §3.2, RFC 3042).
    private int CountDuplicate()
    {
        int holes = Math.Max(1, _board.Lost);
        if (_board.Sacked + holes >= _nxt - _una)
        {
            return 0;
        }

        _board.Sacked++;
        return 1;
    }

    // Returns whether the window may grow.
    private bool React(in TcpAck ack, int acked, long nowPs)
    {
        if (_state == TcpState.Recovery)
        {
            if (_una >= _recoverEnd)
            {
                EndRecovery();
            }
            else
            {
                if (acked > 0)
                {
                    MarkHeadLost();
                }

                return false;
            }
        }
        else if (_state == TcpState.Loss)
        {
            if (_una >= _recoverEnd)
            {
                _board.Sacked = 0;
                _state = TcpState.Open;
            }
            else
            {
                _board.Sacked = acked > 0 ? 0 : _board.Sacked;
                return true;
            }
        }
        else if (_state == TcpState.WindowReduced && _una > _recoverEnd)
        {
            _window = Math.Min(_window, _threshold);
            _state = TcpState.Open;
        }

        if (acked > 0)
        {
            _board.Sacked = 0;
        }

        if (_board.Sacked >= _duplicateAcks && (_una >= _recoverEnd))
        {
            BeginRecovery(nowPs);
            return false;
        }

        if (ack.HasEcnEcho && _options.IsEcn && _state < TcpState.WindowReduced)
        {
            BeginReduction(CongestionSignal.Mark, nowPs);
            MarkReductions++;
            _recoverEnd = _nxt;
            _state = TcpState.WindowReduced;
        }

        if (_state < TcpState.WindowReduced)
        {
            _state = _board.Sacked > 0 ? TcpState.Disorder : TcpState.Open;
        }

        return true;
    }

    private void BeginReduction(CongestionSignal signal, long nowPs)
    {
        _priorThreshold = _threshold;
        _priorWindow = _window;
        _threshold = _congestionControl.Reduce(this, signal, nowPs);
        _reductionWindow = _window;
        _reductionDelivered = _reductionSent = 0;
        _credit = 0;
    }

    private void BeginRecovery(long nowPs)
    {
        if (_state < TcpState.WindowReduced)
        {
            BeginReduction(CongestionSignal.Loss, nowPs);
        }

        FastRecoveries++;
        _recoverEnd = _nxt;
        _state = TcpState.Recovery;
        _resentPs = 0;
        _undoFirst = _una;
        _window = _threshold;
        MarkHeadLost();
    }

    private void MarkHeadLost()
    {
        _board.Reserve(_una, _nxt, _ring.Length);
        _board.MarkLost(_una);
        _lostHint = _una;
        _lossEnd = Math.Max(_lossEnd, _nxt);
        _hasLost = true;
        _mustResend = true;
    }

    // The window is what is in flight and one more, so that what was saved up does not leave at once (RFC 6582 §3.2, step 3).
    private void EndRecovery()
    {
        _board.Sacked = 0;
        _window = Math.Min(_threshold, Math.Max(InFlight, 1) + 1);
        _state = TcpState.Open;
        _mustResend = false;
    }

    private void OnTimeout(long nowPs)
    {
        Timeouts++;
        if (_state != TcpState.Loss || _una >= _recoverEnd)
        {
            if (_state < TcpState.WindowReduced || _una >= _recoverEnd)
            {
                BeginReduction(CongestionSignal.Timeout, nowPs);
            }
        }

        _board.Reserve(_una, _nxt, _ring.Length);
        _board.Sacked = _options.IsSack ? _board.Sacked : 0;
        _board.MarkAllLost(_una, _nxt);
        _lostHint = _una;
        _lossEnd = _nxt;
        _hasLost = true;
        _window = 1;
        _credit = 0;
        _recoverEnd = _nxt;
        _state = TcpState.Loss;
        _isPlain = false;
        _backoff = Math.Min(_backoff + 1, BackoffMax);
        _timer = TimerKind.Retransmission;
        _timerAtPs = nowPs + RtoPs;
    }

    // Proportional rate reduction (RFC 6937).
    private void ReduceWindow(int delivered, int newlyLost, bool hasAdvanced)
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
            count += hasAdvanced && newlyLost == 0 ? 1 : 0;
            count = Math.Min(room, count);
        }

        _window = pipe + Math.Max(count, _reductionSent == 0 ? 1 : 0);
    }

    private bool TryResend(long nowPs, out TcpSegment segment)
    {
        segment = default;
        if (!_mustResend && _window <= InFlight)
        {
            return false;
        }

        int index = _board.FindLost(Math.Max(_una, _lostHint), _nxt);
        _lostHint = index;
        if (index == _nxt)
        {
            _hasLost = false;
            _mustResend = false;
            return false;
        }

        ref SentSegment sent = ref _ring[index & (_ring.Length - 1)];
        sent.SentPs = nowPs;
        segment.Index = index;
        segment.Bytes = sent.Bytes;
        segment.Offset = sent.Offset;
        segment.StampPs = nowPs;
        segment.IsRetransmission = true;
        segment.IsPushed = index == _nxt - 1;
        _board.MarkResent(index);
        _mustResend = false;
        _lostHint = index + 1;
        _karnEnd = _nxt;
        _lastSentPs = nowPs;
        _resentPs = _resentPs == 0 ? nowPs : _resentPs;
        _reductionSent++;
        Retransmissions++;
        if (_timer == TimerKind.None)
        {
            SetTimer(nowPs);
        }

        return true;
    }
}
