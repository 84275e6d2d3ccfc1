using System.Numerics;
using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Transport;

/// <content>What an acknowledgement says of segments, in order and beyond.</content>
internal sealed partial class TcpSender
{
    // What one acknowledgement tells of the segments that it delivers.
    private struct Delivery
    {
        public int Count;
        public int FirstOriginal;
        public long RttPs;
        public bool HasOriginalOfLoss;
        public bool HasDuplicate;
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
            _rack.Note(_una - 1, _sent[_una - 1].SentPs);
        }

        int sackedBefore = _sackedEnd;
        if (acked > 0 && !_board.IsAllocated)
        {
            delivery.Count = acked;
            delivery.FirstOriginal = _una;
            long sentPs = _sent[ack.Next - 1].SentPs;
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
                _board.Reserve(_una, _nxt, _sent.Capacity);
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
                long sentPs = _sent[highest].SentPs;
                delivery.RttPs = nowPs - sentPs;
                _rack.Deliver(highest, sentPs, nowPs);
            }

            for (; resent != 0; resent &= resent - 1)
            {
                int index = begin + BitOperations.TrailingZeroCount(resent);
                long sentPs = _sent[index].SentPs;

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
}
