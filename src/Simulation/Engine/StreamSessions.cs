using System.Diagnostics.CodeAnalysis;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Striping.Sessions;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Engine;

/// <summary>One ordered stream over sessions.</summary>
internal sealed class StreamSessions : SessionGroup
{
    private readonly DataSender _data;
    private readonly DataReceiver _receiver = new();
    private readonly Mapping[] _mappings;
    private readonly PathSample[] _samples;
    private readonly SessionScheduler _scheduler;
    private readonly TcpOptions _options;

    /// <summary>Prepares them.</summary>
    public StreamSessions(Connection parent, SessionPlan plan, FlowAddress address, ulong seed)
        : base(parent, plan, address, seed)
    {
        _options = parent.Options!.Tcp;
        _data = new DataSender(plan.Count, _options.ReceiveWindowBytes);
        _mappings = [.. Enumerable.Range(0, plan.Count).Select(_ => new Mapping())];
        _samples = new PathSample[plan.Count];
        _scheduler = new SessionScheduler(plan.Scheduling, plan.Shares, seed);
    }

    /// <inheritdoc/>
    public override bool IsDone => IsClosed && _data.IsDone;

    /// <inheritdoc/>
    public override bool HasReady => _data.HasReady;

    /// <inheritdoc/>
    protected override bool HasUnsent => _data.UnsentBytes > 0;

    /// <inheritdoc/>
    public override void Append(long bytes) => _data.Append(bytes);

    /// <inheritdoc/>
    public override bool TryFeed(long nowPs, [MaybeNullWhen(false)] out Connection session)
    {
        session = null;
        if (!_data.HasReady || !Sample(nowPs) || _scheduler.Pick(_samples, _options.Mss) is not (>= 0 and int picked))
        {
            return false;
        }

        if (!_data.TryTake(picked, (int)_samples[picked].RoomBytes, out DataRange range))
        {
            return false;
        }

        session = Sessions[picked];
        session.Sender.Append(range.Bytes);
        _mappings[picked].Ranges.Enqueue(range);
        return true;
    }

    /// <inheritdoc/>
    public override void OnAcknowledged(Connection session, long nowPs)
    {
        Mapping mapping = _mappings[session.Session];
        while (mapping.Answers.TryPeek(out (long Delivered, long Data) answer) && answer.Delivered <= session.Sender.BytesAcked)
        {
            _data.OnDataAcknowledged(answer.Data);
            mapping.Answers.Dequeue();
        }

        _data.OnAcknowledged(session.Session, session.Sender.BytesAcked);
    }

    /// <inheritdoc/>
    public override void OnAnswer(Connection session) =>
        _mappings[session.Session].Answers.Enqueue((session.Receiver.DeliveredBytes, _receiver.DeliveredBytes));

    /// <inheritdoc/>
    public override long OnDelivered(Connection session)
    {
        Mapping mapping = _mappings[session.Session];
        long delivered = 0;
        while (mapping.Delivered < session.Receiver.DeliveredBytes)
        {
            DataRange range = mapping.Ranges.Peek();
            int bytes = (int)Math.Min(range.Bytes - mapping.HeadBytes, session.Receiver.DeliveredBytes - mapping.Delivered);
            delivered += _receiver.OnData(new DataRange(range.Start + mapping.HeadBytes, bytes));
            mapping.Delivered += bytes;
            mapping.HeadBytes += bytes;
            if (mapping.HeadBytes == range.Bytes)
            {
                mapping.Ranges.Dequeue();
                mapping.HeadBytes = 0;
            }
        }

        return delivered;
    }

    /// <inheritdoc/>
    public override void OnTimeout(Connection session) => _data.Reinject(session.Session);

    /// <inheritdoc/>
    public override void Redraw(int session)
    {
        base.Redraw(session);
        _data.Reopen(session);
        _mappings[session].Clear();
    }

    // A session that has something to send, or waits for its NIC, is given nothing: its queue is that of the connection.
    private bool Sample(long nowPs)
    {
        bool hasRoom = false;
        for (int i = 0; i < _samples.Length; i++)
        {
            if (IsUsable(i) && Sessions[i] is { IsHeldBack: false, Sender: { UnsentBytes: 0 } sender } && sender.RoomFor(_data.UnsentBytes, nowPs) is > 0 and int room)
            {
                hasRoom = true;
                _samples[i] = new PathSample(
                    true, sender.UnacknowledgedBytes, 0, (long)room * _options.Mss, 0, 0, default, SimTime.ToInterval(sender.SmoothedRttPs));
            }
            else
            {
                _samples[i] = default;
            }
        }

        return hasRoom;
    }

    // What the segments of a session say of their place in the stream, in the order in which they were sent.
    private sealed class Mapping
    {
        public Queue<DataRange> Ranges { get; } = new();

        // What the receiver's answers say: how much of the session has arrived, and how much of the connection (DATA_ACK).
        public Queue<(long Delivered, long Data)> Answers { get; } = new();

        public long Delivered { get; set; }

        // Of the first range: what was delivered.
        public int HeadBytes { get; set; }

        public void Clear()
        {
            Ranges.Clear();
            Answers.Clear();
            Delivered = HeadBytes = 0;
        }
    }
}
