using System.Numerics;
using Trunkline.Core.Links;

namespace Trunkline.Core.Striping;

/// <summary>One packet out of the window, in order.</summary>
/// <param name="Token">What the caller knows it by.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Flags">What the owner of the window put beside it.</param>
/// <param name="FollowsGap">Whether packets in front of it were given up since the one before.</param>
internal readonly record struct InOrderItem(long Token, int Bytes, byte Flags, bool FollowsGap);

/// <summary>The window in which numbered packets wait for their predecessors: the one core of resequencer and reassembler.</summary>
/// <remarks>
/// <para>
/// Numbers of 12 to 32 bits wrap; inside they are counted in 64. A position below <c>_decided</c> is decided: held and to be
/// taken, taken, or given up. What is missing is given up by three rules: a packet behind it has waited for longer than the timer;
/// the links are FIFO and every usable one has brought a later number (RFC 1990 §4.1); the window is full.
/// </para>
/// <para>
/// The caller takes everything after each input. If he does not, the window may refuse a packet. Nothing allocates after
/// construction, no input throws, and each position is gone over once, or not at all where a number jumps.
/// </para>
/// </remarks>
internal sealed class SequenceWindow
{
    /// <summary>Most positions of a window.</summary>
    public const int PacketsLimit = 1 << 20;

    private enum SlotState : byte
    {
        /// <summary>Not here yet.</summary>
        Missing,

        /// <summary>Here.</summary>
        Held,

        /// <summary>Was here, and was taken.</summary>
        Taken,

        /// <summary>Given up before it came.</summary>
        Lost,
    }

    // A slot belongs to whichever position wrote its number into it last; for any other it is empty.
    private struct Slot
    {
        public long Token;
        public int Bytes;
        public uint Number;
        public byte Flags;
        public SlotState State;
    }

    /// <summary>A packet that came with a higher number than all before it, and had to wait.</summary>
    private readonly record struct Record(long Position, long AtNs);

    private readonly Slot[] _slots;
    private readonly Record[] _records;
    private readonly int _mask;
    private readonly int _shift;
    private readonly int _packetsMax;
    private readonly long _bytesMax;
    private readonly long _timerNs;
    private readonly bool _isFifo;
    private readonly long[] _lastOfLink;

    private ulong _up;
    private long _taken;
    private long _decided;
    private long _end;
    private long _givenUpBelow;
    private long _minimum;
    private long _nowNs = long.MinValue;
    private uint _oldestRecord;
    private uint _recordsEnd;
    private bool _isGap;

    // A packet so far ahead that the window must be emptied first.
    private bool _hasAhead;
    private long _aheadPosition;
    private Slot _ahead;
    private StripeCounters _counters;

    /// <summary>Begins before the first packet.</summary>
    /// <param name="links">1 to 64.</param>
    /// <param name="sequenceBits">12 to 32.</param>
    /// <param name="first">The number that the sender begins with.</param>
    /// <param name="packetsMax">How many positions ahead of the first missing one are kept; at most half the numbers.</param>
    /// <param name="bytesMax">Bytes that may wait.</param>
    /// <param name="timerNs">How long a packet waits at most for those before it; <see cref="long.MaxValue"/> for ever.</param>
    /// <param name="isFifo">Whether no link changes the order of its packets.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its range.</exception>
    public SequenceWindow(int links, int sequenceBits, uint first, int packetsMax, long bytesMax, long timerNs, bool isFifo)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(links, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(links, Bundle.LinksMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(packetsMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(packetsMax, (int)Math.Min(PacketsLimit, 1L << (sequenceBits - 1)));
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(timerNs, 1);
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)packetsMax);
        _slots = new Slot[capacity];
        _records = new Record[capacity];
        _mask = capacity - 1;
        _shift = 32 - sequenceBits;
        (_packetsMax, _bytesMax, _timerNs, _isFifo) = (packetsMax, bytesMax, timerNs, isFifo);
        _up = links == 64 ? ulong.MaxValue : (1UL << links) - 1;
        _lastOfLink = new long[links];

        _taken = _decided = _end = _givenUpBelow = first << _shift >> _shift;
        _minimum = _decided - 1;
        _lastOfLink.AsSpan().Fill(_minimum);
    }

    /// <summary>Bytes of packets that wait for one before them.</summary>
    public long BytesWaiting { get; private set; }

    /// <summary>Packets that wait for one before them.</summary>
    public int PacketsWaiting { get; private set; }

    /// <summary>What happened so far.</summary>
    public StripeCounters Counters => _counters;

    /// <summary>When the timer runs out; <see cref="long.MaxValue"/> when nothing waits.</summary>
    public long NextDeadlineNs
    {
        get
        {
            SkipRecords();
            if (_timerNs == long.MaxValue || _oldestRecord == _recordsEnd)
            {
                return long.MaxValue;
            }

            long atNs = _records[_oldestRecord & _mask].AtNs;
            return atNs >= long.MaxValue - _timerNs ? long.MaxValue : atNs + _timerNs + 1;
        }
    }

    /// <summary>Takes a packet in.</summary>
    public StripeArrival Add(int link, uint sequence, int bytes, byte flags, long token, long nowNs)
    {
        int ahead = (int)((sequence - (uint)_decided) << _shift) >> _shift;
        long position = _decided + ahead;
        bool isBeyond = ahead >= _packetsMax;
        if ((uint)link >= (uint)_lastOfLink.Length || _hasAhead || (!isBeyond && position >= _taken + _slots.Length))
        {
            _counters.Refused++;
            return StripeArrival.Discard;
        }

        _nowNs = Math.Max(_nowNs, nowNs);
        SawOnLink(link, position);
        if (ahead < 0)
        {
            return AddLate(position);
        }

        if (IsHeld(position))
        {
            _counters.Duplicates++;
            Decide();
            return StripeArrival.Discard;
        }

        var item = new Slot { Token = token, Bytes = Math.Max(0, bytes), Number = (uint)position, Flags = flags, State = SlotState.Held };
        if (isBeyond)
        {
            AddBeyond(position, in item);
        }
        else
        {
            Hold(position, in item);
        }

        Decide();
        return StripeArrival.Kept;
    }

    /// <summary>The next packet in order, if it is decided.</summary>
    public bool TryTake(out InOrderItem item)
    {
        do
        {
            while (_taken < _decided)
            {
                ref Slot slot = ref _slots[_taken & _mask];
                bool isHeld = slot.Number == (uint)_taken && slot.State == SlotState.Held;
                _taken++;
                if (isHeld)
                {
                    slot.State = SlotState.Taken;
                    item = new InOrderItem(slot.Token, slot.Bytes, slot.Flags, _isGap);
                    _isGap = false;
                    _counters.Released++;
                    return true;
                }

                _isGap = true;
            }
        }
        while (TakeInAhead());
        item = default;
        return false;
    }

    /// <summary>Gives up what the packets that waited too long waited for.</summary>
    public void OnDeadline(long nowNs)
    {
        _nowNs = Math.Max(_nowNs, nowNs);
        long below = _decided;
        while (NextDeadlineNs <= _nowNs && _oldestRecord != _recordsEnd && _timerNs != long.MaxValue)
        {
            below = _records[_oldestRecord++ & _mask].Position;
        }

        if (below > _decided)
        {
            _counters.Timeouts++;
            _givenUpBelow = Math.Max(_givenUpBelow, below);
            Decide();
        }
    }

    /// <summary>Takes note that a link is gone, whose numbers no longer count, or there again, which has to show where it is.</summary>
    public void OnLinkChange(int link, bool isUp)
    {
        if ((uint)link >= (uint)_lastOfLink.Length)
        {
            return;
        }

        _up = isUp ? _up | (1UL << link) : _up & ~(1UL << link);
        if (isUp)
        {
            // Its next packet may have any number that is not decided yet.
            _lastOfLink[link] = Math.Min(_lastOfLink[link], _decided - 1);
        }

        FindMinimum();
        Decide();
    }

    /// <summary>Notes the last number of a link, and gives up what no usable link can bring any more.</summary>
    private void SawOnLink(int link, long position)
    {
        long before = _lastOfLink[link];
        if (position <= before)
        {
            _counters.LinkOrderFaults++;
            return;
        }

        _lastOfLink[link] = position;
        if (before == _minimum)
        {
            FindMinimum();
        }
    }

    private void FindMinimum()
    {
        long minimum = long.MaxValue;
        for (ulong left = _up; left != 0; left &= left - 1)
        {
            minimum = Math.Min(minimum, _lastOfLink[BitOperations.TrailingZeroCount(left)]);
        }

        _minimum = minimum;
        if (_isFifo && _up != 0)
        {
            _givenUpBelow = Math.Max(_givenUpBelow, minimum);
        }
    }

    /// <summary>A packet whose place is decided: one that was given up, or a copy.</summary>
    private StripeArrival AddLate(long position)
    {
        // It may have moved the minimum all the same.
        Decide();
        ref Slot slot = ref _slots[position & _mask];
        bool isRemembered = slot.Number == (uint)position;
        if (isRemembered && slot.State is SlotState.Held or SlotState.Taken)
        {
            _counters.Duplicates++;
            return StripeArrival.Discard;
        }

        // What is too old to be remembered may be a copy.
        _counters.Late++;
        if (!isRemembered || slot.State != SlotState.Lost)
        {
            return StripeArrival.Discard;
        }

        slot.State = SlotState.Taken;
        return StripeArrival.Late;
    }

    /// <summary>A packet beyond the window is put aside; the oldest go, until it is the last that fits.</summary>
    private void AddBeyond(long position, in Slot item)
    {
        _counters.Overflows++;
        _givenUpBelow = Math.Max(_givenUpBelow, position - _packetsMax + 1);
        _hasAhead = true;
        (_aheadPosition, _ahead) = (position, item);
    }

    /// <summary>Takes in what was put aside, now that everything decided is taken. What was never seen in between is lost at once.</summary>
    private bool TakeInAhead()
    {
        if (!_hasAhead)
        {
            return false;
        }

        _hasAhead = false;
        long skipped = _aheadPosition - _packetsMax + 1 - _decided;
        if (skipped > 0)
        {
            _counters.Lost += skipped;
            _taken = _decided = _end = _decided + skipped;
            _isGap = true;
        }

        Hold(_aheadPosition, in _ahead);
        Decide();
        return true;
    }

    private void Hold(long position, in Slot item)
    {
        _slots[position & _mask] = item;
        BytesWaiting += item.Bytes;
        PacketsWaiting++;
        if (position >= _end)
        {
            _end = position + 1;
            if (position > _decided)
            {
                SkipRecords();
                _records[_recordsEnd++ & _mask] = new Record(position, _nowNs);
            }
        }
    }

    /// <summary>Goes on over all that is here or given up, and makes room where too many bytes wait.</summary>
    private void Decide()
    {
        Advance();
        while (BytesWaiting > _bytesMax)
        {
            _counters.Overflows++;
            long first = _decided;
            while (!IsHeld(first))
            {
                first++;
            }

            _givenUpBelow = first;
            Advance();
        }

        _counters.BytesWaitingMax = Math.Max(_counters.BytesWaitingMax, BytesWaiting);
        _counters.PacketsWaitingMax = Math.Max(_counters.PacketsWaitingMax, PacketsWaiting);
    }

    private void Advance()
    {
        while (_decided < _end)
        {
            ref Slot slot = ref _slots[_decided & _mask];
            if (slot.Number == (uint)_decided && slot.State == SlotState.Held)
            {
                BytesWaiting -= slot.Bytes;
                PacketsWaiting--;
            }
            else if (_decided < _givenUpBelow)
            {
                slot.Number = (uint)_decided;
                slot.State = SlotState.Lost;
                _counters.Lost++;
            }
            else
            {
                break;
            }

            _decided++;
        }
    }

    private bool IsHeld(long position)
    {
        ref Slot slot = ref _slots[position & _mask];
        return slot.Number == (uint)position && slot.State == SlotState.Held;
    }

    private void SkipRecords()
    {
        while (_oldestRecord != _recordsEnd && _records[_oldestRecord & _mask].Position < _decided)
        {
            _oldestRecord++;
        }
    }
}
