using Trunkline.Core.Units;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Transport;

/// <summary>
/// A sender and a receiver with a bottleneck between them: a rate, a drop-tail queue, a delay; acknowledgements are only delayed.
/// </summary>
internal sealed class TcpPipe
{
    private readonly PriorityQueue<(TcpSegment Segment, bool IsMarked), (long At, int Order)> _segments = new();
    private readonly PriorityQueue<TcpAck, (long At, int Order)> _acks = new();
    private readonly Queue<long> _departures = new();
    private RandomSource _random;
    private long _freePs;
    private long _startedPs;
    private int _order;

    public TcpPipe(TcpOptions options, bool isEstablished = true, ulong seed = 1)
        : this(options, new TcpSender(), new TcpReceiver(), isEstablished, seed)
    {
    }

    public TcpPipe(TcpOptions options, TcpSender sender, TcpReceiver receiver, bool isEstablished = true, ulong seed = 1)
    {
        Options = options;
        Sender = sender;
        Receiver = receiver;
        Sender.Reset(options, isEstablished);
        Receiver.Reset(options);
        _random = new RandomSource(seed);
    }

    public TcpOptions Options { get; }

    public TcpSender Sender { get; }

    public TcpReceiver Receiver { get; }

    public long NowPs { get; private set; }

    /// <summary>Picoseconds to put a segment on the wire; 0 for no time.</summary>
    public long SegmentPs { get; init; }

    /// <summary>Segments that wait or are being sent, at most.</summary>
    public int QueueMax { get; init; } = int.MaxValue;

    /// <summary>Segments in the queue from which on they are marked.</summary>
    public int MarkFrom { get; init; } = int.MaxValue;

    /// <summary>There and back, without the time on the wire.</summary>
    public long RoundTripPs { get; init; }

    /// <summary>Of a million segments, how many are lost.</summary>
    public uint LostPerMillion { get; set; }

    public uint AcksLostPerMillion { get; set; }

    public uint DuplicatedPerMillion { get; set; }

    /// <summary>Of a million segments, how many are held up, and for how long at most.</summary>
    public uint LatePerMillion { get; set; }

    public long LatePs { get; set; }

    /// <summary>Called after each step.</summary>
    public Action? Check { get; set; }

    public int QueueLength { get; private set; }

    public long Dropped { get; private set; }

    public long BusyPs { get; private set; }

    /// <summary>Runs until a time, or until the sender is done.</summary>
    public void Run(long untilPs)
    {
        Drain();
        while (!Sender.IsDone)
        {
            long at = Math.Min(Sender.NextDeadlinePs, Receiver.NextDeadlinePs);
            int what = 0;
            if (_segments.TryPeek(out _, out (long At, int Order) segment) && segment.At <= at)
            {
                (at, what) = (segment.At, 1);
            }

            if (_acks.TryPeek(out _, out (long At, int Order) ack) && (what == 0 ? ack.At <= at : ack.CompareTo(segment) < 0))
            {
                (at, what) = (ack.At, 2);
            }

            if (at > untilPs)
            {
                break;
            }

            NowPs = at;
            switch (what)
            {
                case 0:
                    if (Sender.NextDeadlinePs == at)
                    {
                        Sender.OnDeadline(at);
                    }

                    if (Receiver.NextDeadlinePs == at)
                    {
                        Receiver.OnDeadline(at);
                    }

                    break;
                case 1:
                    (TcpSegment Segment, bool IsMarked) arrived = _segments.Dequeue();
                    Receiver.OnSegment(in arrived.Segment, arrived.IsMarked, at);
                    break;
                case 2:
                    TcpAck answer = _acks.Dequeue();
                    Sender.OnAck(in answer, at);
                    break;
            }

            Drain();
            Check?.Invoke();
        }

        NowPs = Math.Max(NowPs, Sender.IsDone ? 0 : untilPs);
    }

    /// <summary>Begins to measure.</summary>
    public void Mark()
    {
        BusyPs = 0;
        _startedPs = NowPs;
    }

    /// <summary>Of the time since <see cref="Mark"/>, how much the bottleneck was sending.</summary>
    public double Utilization => (double)BusyPs / (NowPs - _startedPs);

    public override string ToString() =>
        $"{Sender.State} at {NowPs / 1_000_000} us: {Sender.FirstUnacknowledged} to {Sender.NextIndex}, flight {Sender.InFlight}, window "
        + $"{Sender.Window} (threshold {Sender.SlowStartThreshold}), unsent {Sender.UnsentBytes}, "
        + $"deadline {Sender.NextDeadlinePs / 1_000_000} us, timeouts {Sender.Timeouts}, acked {Sender.BytesAcked}, delivered {Receiver.DeliveredBytes}";

    private void Drain()
    {
        while (Sender.TrySend(NowPs, out TcpSegment segment))
        {
            Send(in segment);
        }

        while (Receiver.TryAck(out TcpAck ack))
        {
            if (_random.Below(1_000_000) >= AcksLostPerMillion)
            {
                _acks.Enqueue(ack, (NowPs + (RoundTripPs / 2), _order++));
            }
        }
    }

    private void Send(in TcpSegment segment)
    {
        while (_departures.TryPeek(out long departure) && departure <= NowPs)
        {
            _departures.Dequeue();
        }

        QueueLength = _departures.Count;
        if (QueueLength >= QueueMax || _random.Below(1_000_000) < LostPerMillion)
        {
            Dropped++;
            return;
        }

        long at = _freePs = Math.Max(_freePs, NowPs) + SegmentPs;
        BusyPs += SegmentPs;
        if (SegmentPs > 0)
        {
            _departures.Enqueue(at);
        }

        at += RoundTripPs - (RoundTripPs / 2);
        if (LatePerMillion > 0 && _random.Below(1_000_000) < LatePerMillion)
        {
            at += (long)(_random.Next() % (ulong)LatePs);
        }

        bool isMarked = QueueLength >= MarkFrom;
        _segments.Enqueue((segment, isMarked), (at, _order++));
        if (DuplicatedPerMillion > 0 && _random.Below(1_000_000) < DuplicatedPerMillion)
        {
            _segments.Enqueue((segment, isMarked), (at + 1, _order++));
        }
    }
}
