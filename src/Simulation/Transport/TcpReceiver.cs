namespace Trunkline.Simulation.Transport;

/// <summary>The receiving half of a connection.</summary>
/// <remarks>
/// Does no I/O: the caller drains <see cref="TryAck"/> after every input, and calls <see cref="OnDeadline"/> when
/// <see cref="NextDeadlinePs"/> has come. The application takes at once what is in order, so the window never closes; it is the sender
/// that keeps within it.
/// </remarks>
internal sealed class TcpReceiver
{
    private TcpOptions _options = null!;
    private long _stampPs;
    private long _ackAtPs;
    private long _deliveredBytes;
    private long _segmentsReceived;
    private int _next;
    private uint _nextOffset;
    private int _unanswered;
    private int _quickAcks;
    private int _highestSeen;
    private bool _mustAck;
    private bool _mustAckOpening;
    private bool _isMarked;
    private ReassemblyQueue _queue;

    /// <summary>Payload handed to the application, in order.</summary>
    public long DeliveredBytes => _deliveredBytes;

    /// <summary>Segments that arrived, duplicates included.</summary>
    public long SegmentsReceived => _segmentsReceived;

    /// <summary>What was handed up to TCP, each one segment or a train.</summary>
    public long ReceiveEvents { get; private set; }

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
    public long AcksSent { get; private set; }

    /// <summary>When to call <see cref="OnDeadline"/>; <see cref="long.MaxValue"/> for never.</summary>
    public long NextDeadlinePs => _ackAtPs;

    /// <summary>Makes it new.</summary>
    public void Reset(TcpOptions options)
    {
        _options = options;
        _stampPs = _deliveredBytes = _segmentsReceived = 0;
        _ackAtPs = long.MaxValue;
        _next = _unanswered = 0;
        _nextOffset = 0;
        _highestSeen = -1;
        _quickAcks = options.QuickAcks;
        _mustAck = _mustAckOpening = _isMarked = false;
        _queue.Clear();
        ReceiveEvents = OutOfOrder = ReorderDepthSum = Duplicates = Marked = AcksSent = 0;
        ReorderDepthMax = 0;
    }

    /// <summary>A segment has arrived.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="isMarked">Whether it met congestion on the way (ECN).</param>
    /// <param name="nowPs">The time.</param>
    public void OnSegment(in TcpSegment segment, bool isMarked, long nowPs)
    {
        if (segment.Index < 0)
        {
            _mustAckOpening = true;
            _stampPs = segment.StampPs;
            return;
        }

        _segmentsReceived++;
        ReceiveEvents++;
        if (isMarked)
        {
            Marked++;
            _isMarked = true;
        }

        if (segment.Index == _next && _queue.Count == 0)
        {
            _next++;
            _deliveredBytes += segment.Bytes;
            _nextOffset += (uint)segment.Bytes;
            _highestSeen = Math.Max(_highestSeen, segment.Index);
            Answer(segment.StampPs, nowPs);
            return;
        }

        OnOutOfOrder(in segment);
    }

    /// <summary>The next acknowledgement to put on the wire.</summary>
    /// <returns>False when there is none for now.</returns>
    public bool TryAck(out TcpAck ack)
    {
        ack = default;
        if (!_mustAck && !_mustAckOpening)
        {
            return false;
        }

        ack.Next = _next;
        ack.NextOffset = _nextOffset;
        ack.EchoPs = _stampPs;
        ack.HasEcnEcho = _isMarked;
        ack.IsSynAck = _mustAckOpening;
        _mustAck = _mustAckOpening = _isMarked = false;
        _unanswered = 0;
        _ackAtPs = long.MaxValue;
        AcksSent++;
        return true;
    }

    /// <summary>The deadline has come.</summary>
    public void OnDeadline(long nowPs)
    {
        if (nowPs >= _ackAtPs)
        {
            _mustAck = true;
            _ackAtPs = long.MaxValue;
        }
    }

    // The stamp is that of the first segment that an acknowledgement answers, so that round trips include its delay (RFC 7323 §4.3).
    private void Answer(long stampPs, long nowPs)
    {
        if (_unanswered++ == 0)
        {
            _stampPs = stampPs;
        }

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

    private void OnOutOfOrder(in TcpSegment segment)
    {
        _mustAck = true;
        if (segment.Index < _next || _queue.Contains(segment.Index))
        {
            Duplicates++;
            if (segment.Index < _next)
            {
                // The acknowledgement of the first copy may have been lost: this one must not tell of an old round trip.
                _stampPs = Math.Max(_stampPs, segment.StampPs);
            }

            return;
        }

        if (segment.Index < _highestSeen && !segment.IsRetransmission)
        {
            int depth = _queue.CountFrom(segment.Index, _highestSeen + 1);
            OutOfOrder++;
            ReorderDepthSum += depth;
            ReorderDepthMax = Math.Max(ReorderDepthMax, depth);
        }

        _highestSeen = Math.Max(_highestSeen, segment.Index);
        uint endOffset = segment.Offset + (uint)segment.Bytes;
        if (segment.Index != _next)
        {
            _queue.Add(_next, segment.Index, endOffset, _highestSeen + 1);
            return;
        }

        _stampPs = segment.StampPs;
        _next++;
        if (_queue.TakeRun(ref _next, out uint runEndOffset))
        {
            endOffset = runEndOffset;
        }

        _deliveredBytes += (uint)(endOffset - _nextOffset);
        _nextOffset = endOffset;
    }
}
