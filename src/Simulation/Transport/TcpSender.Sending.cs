using System.Runtime.CompilerServices;

namespace Trunkline.Simulation.Transport;

/// <content>When new segments may leave: window, bursts, pace, pauses, and the packet that opens.</content>
internal sealed partial class TcpSender
{
    // Whether a new segment may leave; when not, what that says about the window.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MaySendNew(long nowPs)
    {
        int room = _window - InFlight;
        if (_unsentBytes > 0 && room > 0 && _isEstablished)
        {
            if (_burstLeft > 0 && HasReceiveWindow())
            {
                return true;
            }

            return MayBegin(room, nowPs);
        }

        _burstLeft = 0;
        if (room <= 0)
        {
            _isWindowLimited = true;
            _usageMax = _nxt - _una;
            _usageEnd = _nxt;
            _limitedPs = nowPs;
        }
        else
        {
            NoteUse(nowPs);
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasReceiveWindow() =>
        (uint)(_nxtOffset - _unaOffset) + (uint)_options.Mss <= _options.ReceiveWindowBytes || _una == _nxt;

    // Begins a burst of as many segments as the NIC takes at once; a small one is put off while an acknowledgement may enlarge it
    // (tcp_tso_should_defer, without its guess when that acknowledgement will come).
    private bool MayBegin(int room, long nowPs)
    {
        if (!HasReceiveWindow())
        {
            NoteUse(nowPs);
            return false;
        }

        if (IsPutOff(room, _unsentBytes, nowPs))
        {
            return false;
        }

        if (_options.IsPaced && !HasPace(nowPs))
        {
            NoteUse(nowPs);
            return false;
        }

        if (_una == _nxt && _nxt != 0)
        {
            Restart(nowPs);
        }

        _burstLeft = Math.Min(_options.TsoSegments, Math.Max(1, _window - InFlight));
        return true;
    }

    /// <summary>Segments that would leave at once, were there enough to send; who hands out no more than this decides what a small burst waits for.</summary>
    /// <param name="availableBytes">What there is to send.</param>
    /// <param name="nowPs">The time.</param>
    internal int RoomFor(long availableBytes, long nowPs)
    {
        int room = _isEstablished && HasReceiveWindow() ? _window - InFlight : 0;
        return room <= 0 || IsPutOff(room, availableBytes, nowPs) ? 0 : Math.Min(room, _options.TsoSegments);
    }

    private bool IsPutOff(int room, long availableBytes, long nowPs)
    {
        int burst = Math.Min(_options.TsoSegments, room);
        if (burst >= _options.TsoSegments || burst >= _window / BurstDivisor || _state >= TcpState.Recovery || InFlight == 0
            || availableBytes <= (long)room * _options.Mss)
        {
            return false;
        }

        _isWindowLimited = true;
        _usageMax = _nxt - _una;
        _usageEnd = _nxt;
        _limitedPs = nowPs;
        return true;
    }

    private void NoteUse(long nowPs)
    {
        int used = _nxt - _una;
        if (_una >= _usageEnd || (!_isWindowLimited && used > _usageMax))
        {
            _isWindowLimited = false;
            _usageMax = used;
            _usageEnd = _nxt;
        }

        // A window of which a part has not been used for a timeout is validated no more (RFC 2861 §3.2).
        if (_isWindowLimited || _state != TcpState.Open || (_window < _threshold && _window < 2 * _usageMax))
        {
            _limitedPs = nowPs;
        }
        else if (_options.RestartsAfterIdle && used > 0 && nowPs - _limitedPs >= RtoPs)
        {
            int useful = Math.Max(_usageMax, _options.InitialWindow);
            if (useful < _window)
            {
                _threshold = KeptThreshold;
                _window = (_window + useful) >> 1;
            }

            _limitedPs = nowPs;
        }
    }

    // Of the window, what a pause leaves to slow start (RFC 2861 §3.1).
    private int KeptThreshold => Math.Max(_threshold, (_window >> 1) + (_window >> 2));

    // Nothing is in flight: for each timeout that passed so, the window has halved (RFC 2861, RFC 5681 §4.1).
    private void Restart(long nowPs)
    {
        long idlePs = nowPs - _lastSentPs;
        if (_options.RestartsAfterIdle && idlePs > RtoPs)
        {
            _threshold = KeptThreshold;
            int least = Math.Min(_options.InitialWindow, _window);
            for (long left = idlePs - RtoPs; left > 0 && _window > least; left -= RtoPs)
            {
                _window >>= 1;
            }

            _window = Math.Max(_window, least);
            _usageMax = 0;
            _limitedPs = nowPs;
        }

        _congestionControl.OnRestart(this, idlePs, nowPs);
    }

    private bool HasPace(long nowPs)
    {
        if (nowPs >= _pacedUntilPs)
        {
            return true;
        }

        _paceAtPs = _pacedUntilPs;
        return false;
    }

    // A segment's share of the round trip: at twice the window in slow start, at 1.2 times later (tcp_pacing_ss_ratio, …_ca_ratio).
    // Bursts leave as they are and make a longer pause.
    private void TakePace(long nowPs)
    {
        long rttPs = _rtt.SmoothedPs;
        long sharePs = _window < _threshold >> 1 ? rttPs >> 1 : rttPs * 5 / 6;
        _pacedUntilPs = Math.Max(_pacedUntilPs, nowPs) + (sharePs / _window);
    }

    private bool TryOpen(long nowPs, out TcpSegment segment)
    {
        segment = default;
        if (!_mustOpen)
        {
            return false;
        }

        _mustOpen = false;
        segment.Index = -1;
        segment.StampPs = nowPs;
        segment.IsRetransmission = _backoff > 0;
        segment.IsPushed = true;
        Retransmissions += _backoff > 0 ? 1 : 0;
        _openedPs = nowPs;
        _rtoAtPs = nowPs + RtoPs;
        return true;
    }
}
