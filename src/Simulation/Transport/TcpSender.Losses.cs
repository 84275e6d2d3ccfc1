using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Transport;

/// <content>Which segments are lost.</content>
internal sealed partial class TcpSender
{
    // What SACK says of losses; without it they are what three duplicates say.
    private void MarkLosses(long nowPs)
    {
        if (!_options.IsSack)
        {
            return;
        }

        if (_options.LossDetection == LossDetection.RackTlp)
        {
            MarkLateSegments(nowPs);
        }
        else if (_board.Sacked >= _duplicateAcks)
        {
            // All that so many segments behind have arrived (RFC 6675 §4, IsLost). What was sent again is lost only when the timer says so.
            int end = _board.FindSacked(_duplicateAcks, _una, _sackedEnd);
            int first = Math.Max(_una, _lostScan);
            int before = _board.Lost;
            if (first < end)
            {
                _board.MarkLost(first, end);
                _lostScan = end;
                if (_board.Lost > before)
                {
                    NoteLost(first);
                }
            }
        }
    }

    // RACK: lost is what was sent before something that arrived, a reordering window longer ago than a round trip (RFC 8985 §6.2, step 5).
    // Each is lost when its own time comes; the standard and Linux let the first wait for the last.
    private void MarkLateSegments(long nowPs)
    {
        _reorderingAtPs = long.MaxValue;
        if (_rack.SentPs < 0 || !_board.IsAllocated)
        {
            return;
        }

        long patiencePs = _rack.RttPs + ReorderingWindowPs();
        int index = Math.Max(_una, _rack.Next);
        while ((index = _board.FindPending(index, _nxt)) < _nxt)
        {
            long sentPs = _sent[index].SentPs;
            if (!_rack.IsLaterThan(index, sentPs))
            {
                break;
            }

            if (nowPs - sentPs < patiencePs)
            {
                _reorderingAtPs = sentPs + patiencePs;
                break;
            }

            _board.MarkLost(index);
            NoteLost(index);
            index++;
        }

        _rack.Next = index;
        while (_rack.TryPeekResent(out index))
        {
            if (index >= _una && (_board[index].Resent & Scoreboard.Bit(index)) != 0)
            {
                long sentPs = _sent[index].SentPs;
                if (!_rack.IsLaterThan(index, sentPs))
                {
                    break;
                }

                if (nowPs - sentPs < patiencePs)
                {
                    _reorderingAtPs = Math.Min(_reorderingAtPs, sentPs + patiencePs);
                    break;
                }

                _board.MarkLost(index);
                NoteLost(index);
            }

            _rack.RemoveResent();
        }
    }

    // RFC 8985 §6.2, step 4: none until reordering is seen and much has arrived.
    private long ReorderingWindowPs()
    {
        if (!_rack.IsReorderingSeen && (_state >= TcpState.Recovery || _board.Sacked >= _duplicateAcks))
        {
            return 0;
        }

        return Math.Min((_rtt.MinPs >> 2) * _rack.Steps, _rtt.SmoothedPs);
    }

    private void NoteLost(int index)
    {
        _lostHint = _hasLost ? Math.Min(_lostHint, index) : index;
        _hasLost = true;
    }

    private void MarkHeadLost()
    {
        _board.Reserve(_una, _nxt, _sent.Capacity);
        _board.MarkLost(_una);
        NoteLost(_una);
        _mustResend = true;
    }
}
