using System.Runtime.CompilerServices;

namespace Trunkline.Simulation.Transport;

/// <summary>The receiving half of a connection.</summary>
/// <remarks>
/// <para>
/// Does no I/O: the caller drains <see cref="TryAck"/> after every input, and calls <see cref="OnDeadline"/> when
/// <see cref="NextDeadlinePs"/> has come. The application takes at once what is in order, so the window never closes; it is the sender
/// that keeps within it.
/// </para>
/// <para>
/// An acknowledgement echoes congestion when what it answers met it. With DCTCP that follows each change (RFC 8257 §3.2); else it is not
/// repeated until the sender reacts, as RFC 3168 asks: the sender reacts once a round trip in any case, and only an acknowledgement that
/// is lost makes a difference.
/// </para>
/// </remarks>
/// <param name="pool">Where what came beyond a hole is; null for a place of its own.</param>
internal sealed partial class TcpReceiver(TransportPool? pool = null)
{
    // As many as Linux remembers; fewer fit into an acknowledgement.
    private const int BlocksMax = 4;

    // Rarely is there more than one at once.
    private const int SpilledAtFirst = 4;

    private TcpOptions _options = null!;
    private TcpAck[]? _spilled;
    private long _stampPs;
    private long _ackAtPs;
    private long _trainAtPs;
    private long _deliveredBytes;
    private long _segmentsReceived;
    private long _receiveEvents;
    private long _acksSent;
    private int _next;
    private uint _nextOffset;
    private int _unanswered;
    private int _quickAcks;
    private int _highestSeen;
    private int _blockCount;
    private int _spilledFirst;
    private int _spilledCount;
    private bool _mustAck;
    private bool _mustAckOpening;
    private bool _isMarked;
    private bool _isCoalescing;
    private bool _hasDctcpEcho;
    private ReassemblyQueue _queue = new(pool ?? new TransportPool());
    private RememberedBlocks _blocks;
    private SackBlock _duplicate;
    private long _openingStampPs;

    /// <summary>Payload handed to the application, in order.</summary>
    public long DeliveredBytes => _deliveredBytes;

    /// <summary>Segments that arrived, duplicates included.</summary>
    public long SegmentsReceived => _segmentsReceived;

    /// <summary>What was handed up to TCP, each one segment or a train of them.</summary>
    public long ReceiveEvents => _receiveEvents;

    /// <summary>Segments that arrived after a later one, retransmissions not counted (RFC 4737 §3.3).</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Over those: later segments that came before each, summed.</summary>
    public long ReorderDepthSum { get; private set; }

    /// <summary>Over those: later segments that came before, at most.</summary>
    public int ReorderDepthMax { get; private set; }

    /// <summary>Segments that had arrived before.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Segments that met congestion on the way.</summary>
    public long Marked { get; private set; }

    /// <summary>Acknowledgements made.</summary>
    public long AcksSent => _acksSent;

    /// <summary>Segments that wait behind a hole.</summary>
    public int Held => _queue.Count;

    /// <summary>When to call <see cref="OnDeadline"/>; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadlinePs => Math.Min(_ackAtPs, _trainAtPs);

    /// <summary>Makes it new.</summary>
    public void Reset(TcpOptions options)
    {
        _options = options;
        _stampPs = _openingStampPs = _deliveredBytes = _segmentsReceived = _receiveEvents = _acksSent = 0;
        _ackAtPs = _trainAtPs = long.MaxValue;
        _next = _unanswered = _blockCount = _spilledFirst = _spilledCount = 0;
        _nextOffset = 0;
        _highestSeen = -1;
        _quickAcks = options.QuickAcks;
        _mustAck = _mustAckOpening = _isMarked = false;
        _isCoalescing = options.Coalescing.IsOn;
        _hasDctcpEcho = options.HasDctcpEcho;
        _duplicate = default;
        _queue.Clear();
        ResetTrains();
        OutOfOrder = ReorderDepthSum = Duplicates = Marked = 0;
        ReorderDepthMax = 0;
    }

    /// <summary>A segment has arrived.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="isMarked">Whether it met congestion on the way (ECN).</param>
    /// <param name="nowPs">The time.</param>
    public void OnSegment(in TcpSegment segment, bool isMarked, long nowPs)
    {
        int index = segment.Index;
        if (index < 0)
        {
            _mustAckOpening = true;
            _openingStampPs = segment.StampPs;
            return;
        }

        _segmentsReceived++;
        if (isMarked)
        {
            Marked++;
        }

        if (index == _highestSeen + 1)
        {
            _highestSeen = index;
        }
        else
        {
            CountOrder(in segment);
        }

        if (_isCoalescing)
        {
            Coalesce(in segment, isMarked, nowPs);
        }
        else
        {
            HandUp(index, index + 1, segment.Offset + (uint)segment.Bytes, segment.StampPs, isMarked, nowPs);
        }
    }

    /// <summary>The next acknowledgement to put on the wire.</summary>
    /// <returns>False when there is none for now.</returns>
    public bool TryAck(out TcpAck ack)
    {
        if (_spilledCount > 0)
        {
            ack = _spilled![_spilledFirst++];
            _spilledFirst = --_spilledCount == 0 ? 0 : _spilledFirst;
            return true;
        }

        if (_mustAck)
        {
            MakeAck(out ack);
            return true;
        }

        if (_mustAckOpening)
        {
            ack = default;
            ack.Next = _next;
            ack.NextOffset = _nextOffset;
            ack.EchoPs = _openingStampPs;
            ack.IsSynAck = true;
            _mustAckOpening = false;
            return true;
        }

        ack = default;
        return false;
    }

    /// <summary>The deadline has come.</summary>
    public void OnDeadline(long nowPs)
    {
        if (nowPs >= _trainAtPs)
        {
            FlushLate(nowPs);
        }

        if (nowPs >= _ackAtPs)
        {
            _mustAck = true;
            _ackAtPs = long.MaxValue;
        }
    }

    private void MakeAck(out TcpAck ack)
    {
        ack.Next = _next;
        ack.NextOffset = _nextOffset;
        ack.EchoPs = _stampPs;
        ack.HasEcnEcho = _isMarked;
        ack.IsSynAck = false;
        ack.SackCount = 0;
        ack.HasDuplicate = false;
        ack.Sack = default;
        if (_blockCount != 0 || _duplicate.End != 0)
        {
            MakeBlocks(ref ack);
        }

        _mustAck = false;
        _isMarked &= _hasDctcpEcho;
        _unanswered = 0;
        _ackAtPs = long.MaxValue;
        _acksSent++;
    }

    private void MakeBlocks(ref TcpAck ack)
    {
        if (!_options.IsSack)
        {
            _duplicate = default;
            return;
        }

        int count = 0;
        if (_duplicate.End != 0)
        {
            ack.HasDuplicate = true;
            ack.Sack[count++] = _duplicate;
            _duplicate = default;
        }

        for (int i = 0; i < _blockCount && count < SackBlocks.Length; i++)
        {
            ack.Sack[count++] = _blocks[i];
        }

        ack.SackCount = (byte)count;
    }

    // Segments go up to TCP: one, or a train that is answered as one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void HandUp(int first, int end, uint endOffset, long stampPs, bool isMarked, long nowPs)
    {
        _receiveEvents++;
        if (_mustAck)
        {
            Spill();
        }

        if (isMarked != _isMarked)
        {
            NoteMark(isMarked);
        }

        if (first != _next || _queue.Count != 0)
        {
            HandUpOutOfOrder(first, end, endOffset, stampPs);
            return;
        }

        _next = end;
        _deliveredBytes += (uint)(endOffset - _nextOffset);
        _nextOffset = endOffset;

        // The stamp is that of the first that an acknowledgement answers, so that round trips include its delay (RFC 7323 §4.3).
        if (_unanswered == 0)
        {
            _stampPs = stampPs;
        }

        _unanswered += end - first;
        if (_unanswered >= _options.AckEvery || _quickAcks > 0)
        {
            _quickAcks--;
            _mustAck = true;
        }
        else if (_ackAtPs == long.MaxValue)
        {
            _ackAtPs = nowPs + _options.AckDelayPs;
        }
    }

    private void NoteMark(bool isMarked)
    {
        if (!_hasDctcpEcho)
        {
            _isMarked = true;
            return;
        }

        // What came before is answered with the old state, and the new one is told at once.
        if (_unanswered > 0)
        {
            Spill();
        }

        _isMarked = isMarked;
        _mustAck = true;
    }

    private void Spill()
    {
        _spilled ??= new TcpAck[SpilledAtFirst];
        if (_spilledFirst + _spilledCount == _spilled.Length)
        {
            Array.Resize(ref _spilled, 2 * _spilled.Length);
        }

        MakeAck(out _spilled[_spilledFirst + _spilledCount++]);
    }

    private void CountOrder(in TcpSegment segment)
    {
        int index = segment.Index;
        if (index > _highestSeen)
        {
            _highestSeen = index;
            return;
        }

        if (index < _next || _queue.Contains(index) || IsInTrain(index))
        {
            Duplicates++;
            return;
        }

        if (!segment.IsRetransmission)
        {
            int depth = _queue.CountIn(index, _highestSeen + 1) + CountInTrains(index);
            OutOfOrder++;
            ReorderDepthSum += depth;
            ReorderDepthMax = Math.Max(ReorderDepthMax, depth);
        }
    }

    // Whatever is out of order, fills a hole or has been here before is answered at once (RFC 5681 §4.2).
    private void HandUpOutOfOrder(int first, int end, uint endOffset, long stampPs)
    {
        _mustAck = true;
        if (first <= _next)
        {
            // The acknowledgement of an earlier copy may have been lost: this stamp must not tell of an old round trip.
            _stampPs = _unanswered == 0 ? Math.Max(_stampPs, stampPs) : _stampPs;
        }

        if (end <= _next)
        {
            _duplicate = new SackBlock(first, end);
            return;
        }

        if (first > _next)
        {
            if (_queue.CountIn(first, end) == end - first)
            {
                _duplicate = new SackBlock(first, end);
            }

            _queue.Add(_next, first, end, endOffset);
            NoteBlock(new SackBlock(first, end));
            return;
        }

        if (first < _next)
        {
            _duplicate = new SackBlock(first, _next);
        }

        _queue.Remove(_next, end);
        _next = end;
        _queue.TakeRun(ref _next, ref endOffset);
        _deliveredBytes += (uint)(endOffset - _nextOffset);
        _nextOffset = endOffset;
        ForgetBlocks();
    }

    // The latest first, joined with those that it touches (RFC 2018 §4).
    private void NoteBlock(SackBlock block)
    {
        RememberedBlocks kept = default;
        int count = 1;
        for (int i = 0; i < _blockCount; i++)
        {
            SackBlock other = _blocks[i];
            if (other.End >= block.First && other.First <= block.End)
            {
                block = new SackBlock(Math.Min(block.First, other.First), Math.Max(block.End, other.End));
            }
            else if (count < BlocksMax)
            {
                kept[count++] = other;
            }
        }

        kept[0] = block;
        _blocks = kept;
        _blockCount = count;
    }

    private void ForgetBlocks()
    {
        int count = 0;
        for (int i = 0; i < _blockCount; i++)
        {
            if (_blocks[i].End > _next)
            {
                _blocks[count++] = _blocks[i];
            }
        }

        _blockCount = count;
    }

    [InlineArray(BlocksMax)]
    private struct RememberedBlocks
    {
        private SackBlock _block;
    }
}
