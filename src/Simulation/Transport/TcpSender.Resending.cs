namespace Trunkline.Simulation.Transport;

/// <content>Retransmissions, and probes of the tail.</content>
internal sealed partial class TcpSender
{
    private bool TryResend(long nowPs, out TcpSegment segment)
    {
        segment = default;
        int index = _board.FindLost(Math.Max(_una, _lostHint), _nxt);
        _lostHint = index;
        if (index == _nxt)
        {
            _hasLost = false;
            _mustResend = false;
            return false;
        }

        if (!_mustResend && (_window <= InFlight || (_options.IsPaced && !HasPace(nowPs))))
        {
            return false;
        }

        _lostHint = index + 1;
        _mustResend = false;
        Resend(index, nowPs, out segment);
        return true;
    }

    private void Resend(int index, long nowPs, out TcpSegment segment)
    {
        ref SentSegment sent = ref _sent[index];
        sent.SentPs = nowPs;
        segment.Index = index;
        segment.Bytes = sent.Bytes;
        segment.Offset = sent.Offset;
        segment.StampPs = nowPs;
        segment.IsRetransmission = true;
        segment.IsPushed = index == _nxt - 1 && _unsentBytes == 0;
        _board.MarkResent(index);
        if (_hasProbes)
        {
            _rack.AddResent(index);
        }

        _marksEnd = _nxt;
        _karnEnd = _nxt;
        _lastSentPs = nowPs;
        _resentPs = _resentPs == 0 ? nowPs : _resentPs;
        _undoResent = Math.Max(_undoResent, 0) + 1;
        _reductionSent++;
        _isPlain = false;
        Retransmissions++;
        if (_options.IsPaced)
        {
            TakePace(nowPs);
        }

        if (_rtoAtPs == long.MaxValue)
        {
            SetRetransmissionTimer(nowPs);
        }
    }

    // A probe with nothing new to send is the last segment again.
    private bool TryProbeAgain(long nowPs, out TcpSegment segment)
    {
        segment = default;
        if (_una == _nxt || _probeEnd != 0 || _state >= TcpState.Recovery)
        {
            return false;
        }

        _board.Reserve(_una, _nxt, _sent.Capacity);
        int last = _nxt - 1;
        if (((_board[last].Sacked | _board[last].Resent) & Scoreboard.Bit(last)) != 0)
        {
            return false;
        }

        _probeEnd = _nxt;
        _isProbeNew = false;
        Probes++;
        Resend(last, nowPs, out segment);
        return true;
    }

    // A probe is over when it did nothing, or when it is clear that it repaired a loss, which costs the window what a loss does
    // (RFC 8985 §7.4).
    private void EndProbe(in TcpAck ack, int acked, long nowPs)
    {
        if (_probeEnd == 0 || ack.Next < _probeEnd)
        {
            return;
        }

        if (_isProbeNew || (ack.HasDuplicate && ack.SackCount > 0 && ack.Sack[0].End == _probeEnd) || acked == 0)
        {
            _probeEnd = 0;
        }
        else if (ack.Next > _probeEnd)
        {
            if (_state < TcpState.WindowReduced)
            {
                BeginReduction(CongestionSignal.Loss, nowPs);
                _undoFirst = -1;
                _window = Math.Min(_window, _threshold);
            }

            _probeEnd = 0;
        }
    }
}
