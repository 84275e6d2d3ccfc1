using System.Numerics;
using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Transport;

/// <content>What happens when not all is well.</content>
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

    // What one acknowledgement tells of the segments that it delivers.
    private struct Delivery
    {
        public int Count;
        public int FirstOriginal;
        public long RttPs;
        public bool HasOriginalOfLoss;
        public bool HasDuplicate;
    }

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
        if (ack.IsSynAck || _una == _nxt)
        {
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
        else if (_state != TcpState.Recovery && (!wasRecovering || _undoFirst < 0) && delivery.Count > 0 && (acked > 0 || _duplicateAcks > _options.DuplicateAcks))
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

    // Takes off the books what an acknowledgement names, in order and beyond.
    private Delivery Take(in TcpAck ack, int acked, long nowPs)
    {
        var delivery = new Delivery { FirstOriginal = int.MaxValue };
        if (!_options.IsSack)
        {
            delivery.Count = acked > 0 ? TakeWithoutSack(acked) : CountDuplicate();
            return delivery;
        }

        if (_una > 0)
        {
            // While all was well nobody kept it: the last one acknowledged is the latest sent of those that arrived.
            _rack.Note(_una - 1, _ring[(_una - 1) & (_ring.Length - 1)].SentPs);
        }

        int sackedBefore = _sackedEnd;
        if (acked > 0 && !_board.IsAllocated)
        {
            delivery.Count = acked;
            delivery.FirstOriginal = _una;
            long sentPs = _ring[(ack.Next - 1) & (_ring.Length - 1)].SentPs;
            delivery.RttPs = nowPs - sentPs;
            _rack.Deliver(ack.Next - 1, sentPs, nowPs);
        }
        else if (acked > 0)
        {
            Settle(ref delivery, _una, ack.Next, true, ack.EchoPs, nowPs);
        }

        int block = 0;
        if (ack.HasDuplicate && ack.SackCount > 0)
        {
            OnDuplicateBlock(ack.Sack[0]);
            delivery.HasDuplicate = true;
            block = 1;
        }

        for (; block < ack.SackCount; block++)
        {
            int first = Math.Max(ack.Sack[block].First, ack.Next);
            first = Math.Max(first, _una);
            int end = Math.Min(ack.Sack[block].End, _nxt);
            if (first < end)
            {
                _board.Reserve(_una, _nxt, _ring.Length);
                Settle(ref delivery, first, end, false, ack.EchoPs, nowPs);
                _sackedEnd = Math.Max(_sackedEnd, end);
            }
        }

        if (delivery.FirstOriginal < sackedBefore)
        {
            NoteReordering(_sackedEnd - delivery.FirstOriginal);
        }

        return delivery;
    }

    // Goes through a range by words, and one by one only through what was sent more than once.
    private void Settle(ref Delivery delivery, int first, int end, bool isAcked, long echoPs, long nowPs)
    {
        for (int word = first >> WordShift; word <= (end - 1) >> WordShift; word++)
        {
            ulong mask = Scoreboard.Mask(word, first, end);
            ulong fresh = isAcked ? _board.Remove(word, mask, out ulong resent) : _board.Sack(word, mask, out resent);
            if (fresh == 0)
            {
                continue;
            }

            int begin = word << WordShift;
            delivery.Count += BitOperations.PopCount(fresh);
            ulong original = fresh & ~resent;
            if (original != 0)
            {
                int lowest = begin + BitOperations.TrailingZeroCount(original);
                int highest = begin + 63 - BitOperations.LeadingZeroCount(original);
                delivery.FirstOriginal = Math.Min(delivery.FirstOriginal, lowest);
                delivery.HasOriginalOfLoss |= lowest < _recoverEnd;
                long sentPs = _ring[highest & (_ring.Length - 1)].SentPs;
                delivery.RttPs = nowPs - sentPs;
                _rack.Deliver(highest, sentPs, nowPs);
            }

            for (; resent != 0; resent &= resent - 1)
            {
                int index = begin + BitOperations.TrailingZeroCount(resent);
                long sentPs = _ring[index & (_ring.Length - 1)].SentPs;

                // It was the original that arrived, when the echo is older or the time too short (RFC 8985 §6.2, step 2).
                if (nowPs - sentPs >= _rtt.MinPs && !(isAcked && _options.HasTimestamps && echoPs < sentPs))
                {
                    _rack.Deliver(index, sentPs, nowPs);
                }
            }
        }
    }

    private int TakeWithoutSack(int acked)
    {
        // Duplicate acknowledgements told of all but the first.
        int told = Math.Min(_board.Sacked, acked - 1);
        int sacked = _board.Sacked - told;
        if (_board.IsAllocated)
        {
            int end = _una + acked;
            for (int word = _una >> WordShift; word <= (end - 1) >> WordShift; word++)
            {
                _board.Remove(word, Scoreboard.Mask(word, _una, end), out _);
            }
        }

        // Some must still be missing, or all would be acknowledged.
        int left = _nxt - _una - acked;
        _board.Sacked = Math.Max(0, Math.Min(sacked, left - Math.Max(1, _board.Lost)));
        return acked - told;
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

    private void OnDuplicateBlock(SackBlock block)
    {
        if (_undoFirst >= 0 && _undoResent > 0 && block.First >= _undoFirst)
        {
            _undoResent = Math.Max(0, _undoResent - (block.End - block.First));
        }

        bool isProbe = _probeEnd != 0 && !_isProbeNew && block.End == _probeEnd;
        if (_rack.IsReorderingSeen && !isProbe)
        {
            _rack.OnDuplicate(_una, _nxt);
        }
    }

    private void NoteReordering(int distance)
    {
        _rack.IsReorderingSeen = true;
        if (_options.LossDetection != LossDetection.DuplicateAcks)
        {
            _duplicateAcks = Math.Max(_duplicateAcks, Math.Min(distance, _options.DuplicateAcksMax));
        }
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
            long sentPs = _ring[index & (_ring.Length - 1)].SentPs;
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
                long sentPs = _ring[index & (_ring.Length - 1)].SentPs;
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
        _board.Reserve(_una, _nxt, _ring.Length);
        _board.MarkLost(_una);
        NoteLost(_una);
        _mustResend = true;
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

    // Nothing was lost when all that was sent again arrived twice (RFC 2883), or when what is acknowledged now bears a stamp from before
    // anything was sent again (Eifel, RFC 3522).
    private bool MayUndo(in TcpAck ack, bool hasAdvanced) =>
        _undoFirst >= 0 && (_undoResent == 0 || (hasAdvanced && IsOriginal(in ack)));

    private bool IsOriginal(in TcpAck ack) => _options.HasTimestamps && _resentPs != 0 && ack.EchoPs < _resentPs;

    private void Undo()
    {
        _window = Math.Max(_window, _priorWindow);
        _threshold = Math.Max(_threshold, _priorThreshold);
        _undoFirst = -1;
        _mustResend = false;
        SpuriousUndos++;
        _congestionControl.OnUndo(this);
    }

    private void UndoWithLosses()
    {
        if (_board.IsAllocated)
        {
            _board.UnmarkLost(_una, _nxt);
        }

        _hasLost = false;
        _rack.Next = _una;
        _lostScan = _una;
        Undo();
    }

    private bool TryUndoByDuplicates()
    {
        if (_undoFirst < 0 || _undoResent != 0)
        {
            return false;
        }

        _rack.Persist();
        Undo();
        return true;
    }

    // A hole was filled by what was only late. All is taken back once nothing sent again is in flight.
    private bool TryUndoPartial(in TcpAck ack, int firstBefore)
    {
        if (_undoFirst < 0 || !IsOriginal(in ack))
        {
            return false;
        }

        int end = _options.IsSack ? _sackedEnd : firstBefore + _board.Sacked + (_una - firstBefore);
        NoteReordering(Math.Max(1, end - firstBefore));
        if (_board.Resent > 0)
        {
            return true;
        }

        UndoWithLosses();
        _state = _board.Sacked > 0 ? TcpState.Disorder : TcpState.Open;
        return true;
    }

    // By stamps, or because something arrives that was sent before the timer expired and not since (F-RTO, RFC 5682 §3.1, step 3b).
    private bool TryUndoLoss(in TcpAck ack, in Delivery delivery, bool hasAdvanced)
    {
        if (!MayUndo(in ack, hasAdvanced) && !(_mayBeSpurious && delivery.HasOriginalOfLoss && _undoFirst >= 0))
        {
            // What moves it first is the retransmission: the loss was real.
            _mayBeSpurious &= !hasAdvanced;
            return false;
        }

        UndoWithLosses();
        _backoff = 0;
        _state = _board.Sacked > 0 ? TcpState.Disorder : TcpState.Open;
        return true;
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

        _board.Reserve(_una, _nxt, _ring.Length);
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
            bool isRecent = _hasProbes && index > _una && nowPs - _ring[index & (_ring.Length - 1)].SentPs < patiencePs;
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
        ref SentSegment sent = ref _ring[index & (_ring.Length - 1)];
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

        _board.Reserve(_una, _nxt, _ring.Length);
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
