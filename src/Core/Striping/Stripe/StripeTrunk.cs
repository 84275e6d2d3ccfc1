using System.Buffers.Binary;
using System.Text;
using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping.Stripe;

/// <summary>What a trunk tells its user.</summary>
public enum StripeEventKind
{
    /// <summary>The far end opened a flow: connect its target, then <see cref="StripeTrunk.Accept"/> or <see cref="StripeTrunk.Reset"/>.</summary>
    FlowOpened,

    /// <summary>The target of a flow is connected.</summary>
    FlowAccepted,

    /// <summary>A flow may send more, or chunks of it were acknowledged.</summary>
    FlowProgress,

    /// <summary>The end of the far application's stream is known.</summary>
    FlowEnd,

    /// <summary>A flow is over: reset by the far end, or all paths were down for too long.</summary>
    FlowReset,

    /// <summary>A flow is over, done both ways.</summary>
    FlowClosed,

    /// <summary>A path changed its state.</summary>
    PathChanged,

    /// <summary>A path makes no progress: a new session on it is to be tried. The connecting end only.</summary>
    PathWanted,

    /// <summary>The trunk is over: the far end said so, or all paths were down for too long.</summary>
    TrunkEnded,
}

/// <summary>Something happened.</summary>
/// <param name="Kind">What.</param>
/// <param name="Flow">To which flow.</param>
/// <param name="Path">To which path; −1 for none.</param>
public readonly record struct StripeEvent(StripeEventKind Kind, StripeFlow? Flow, int Path);

/// <summary>A frame to send.</summary>
/// <param name="Path">Over the session of this path.</param>
/// <param name="Frame">Its head.</param>
/// <param name="Flow">Of data: whose; the user has the bytes.</param>
/// <param name="Position">Of credit: the payload, 8 bytes.</param>
public readonly record struct StripeSend(int Path, StripeFrame Frame, StripeFlow? Flow, long Position);

/// <summary>One end of a trunk: all flows between two processes, cut over all sessions between them, and in order again at the far end.</summary>
/// <remarks>
/// <para>
/// A session is a TCP connection that both ends always read; flows are held back by credit, never sessions. A frame stays in mind until
/// the far <em>process</em> acknowledges its session's bytes (not the far kernel). A path that makes no progress is left, and what
/// it carries goes over the others as well; the far end drops what comes twice.
/// </para>
/// <para>
/// Told everything, the time too; no I/O; one thread; takes memory only while it grows. Holds no data, only places in streams. After
/// inputs, drain <see cref="TryTake"/> and <see cref="TryEvent"/>.
/// </para>
/// </remarks>
public sealed class StripeTrunk
{
    /// <summary>What <see cref="FindRoom"/> returns when no path takes anything.</summary>
    public const int None = SessionScheduler.None;

    private const int ClosedMax = 4096;
    private const int LateFramesMax = 8;
    private const long UnknownBytesPerSecond = 12_500_000;
    private static readonly Interval Tick = Interval.FromMilliseconds(10);

    private readonly StripeOptions _options;
    private readonly CreditPool _pool;
    private readonly bool _isOpener;
    private readonly StripePath[] _paths;
    private readonly PathSample[] _samples;
    private readonly SessionScheduler _scheduler;
    private readonly Dictionary<ulong, StripeFlow> _flows = [];
    private readonly HashSet<ulong> _closed = [];
    private readonly Queue<ulong> _closedOrder = new();
    private readonly Queue<(StripeFrameType Type, ulong Id, StripeFlow? Flow, long Value)> _control = new();
    private readonly Queue<StripeFlow> _ready = new();
    private readonly Queue<StripeEvent> _events = new();
    private readonly List<StripeFlow> _walk = [];
    private Timestamp _noPathSince;
    private Timestamp _tickAt;
    private bool _isEnded;

    /// <summary>Begins a trunk without sessions.</summary>
    /// <param name="options">Times and bounds.</param>
    /// <param name="pool">Memory that it shares with other trunks.</param>
    /// <param name="paths">How many paths, 1 to <see cref="StripeHello.PathsMax"/>.</param>
    /// <param name="isOpener">Whether this end opens flows and sessions.</param>
    /// <param name="now">The time.</param>
    public StripeTrunk(StripeOptions options, CreditPool pool, int paths, bool isOpener, Timestamp now)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(paths, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(paths, StripeHello.PathsMax);
        (_options, _pool, _isOpener) = (options, pool, isOpener);
        _paths = [.. Enumerable.Range(0, paths).Select(i => new StripePath(i, options))];
        _samples = new PathSample[paths];
        _scheduler = new SessionScheduler(SchedulingPolicy.EarliestArrival, [], 0);
        _noPathSince = _tickAt = now;
    }

    /// <summary>Its paths.</summary>
    public IReadOnlyList<StripePath> Paths => _paths;

    /// <summary>Its flows, in no order.</summary>
    public IReadOnlyCollection<StripeFlow> Flows => _flows.Values;

    /// <summary>Frames that were taken to be left over from flows that are closed.</summary>
    public long StrayFrames { get; private set; }

    /// <summary>Frames that went over a second path since the first was late.</summary>
    public long LateFrames { get; private set; }

    /// <summary>Whether there was more to send than paths took, since its user last said that it was not.</summary>
    public bool WasFull { get; set; }

    /// <summary>When <see cref="OnDeadline"/> is to be called.</summary>
    public Timestamp NextDeadline
    {
        get
        {
            if (_isEnded)
            {
                return Timestamp.MaxValue;
            }

            Timestamp next = _flows.Count > 0 || !_isOpener ? _noPathSince + _options.Hold : Timestamp.MaxValue;
            foreach (StripePath path in _paths)
            {
                if (!path.IsOpen)
                {
                    continue;
                }

                Timestamp due = path.State switch
                {
                    StripePathState.Up when path.Owes => Earlier(path.ProgressAt + path.StallLimit, _tickAt + Tick),
                    StripePathState.Up => path.IsBlocked ? Timestamp.MaxValue : path.SentAt + _options.PingInterval,
                    _ => path.RedialAt,
                };
                next = Earlier(next, due);
                if (path.PendingBytes > 0 && !path.IsBlocked)
                {
                    next = Earlier(next, path.PendingSince + _options.AcknowledgeDelay);
                }
            }

            return next;
        }
    }

    // --- sessions ---

    /// <summary>A path has a new session, in place of an old one if it had one.</summary>
    /// <param name="path">Its number.</param>
    /// <param name="roundTrip">What the greeting took; zero when that is not known.</param>
    /// <param name="forget">Whether the way through the network is another, so that what was measured does not count.</param>
    /// <param name="now">The time.</param>
    public void OnSessionUp(int path, Interval roundTrip, bool forget, Timestamp now)
    {
        StripePath of = _paths[path];
        if (of.IsOpen)
        {
            OnSessionLost(path, now);
        }

        if (forget)
        {
            of.ForgetMeter();
        }

        of.Open(now);
        of.Meter.OnGreeting(roundTrip, now);
        _noPathSince = Timestamp.MaxValue - _options.Hold;
        _events.Enqueue(new StripeEvent(StripeEventKind.PathChanged, null, path));
    }

    /// <summary>A path's session is closed, by whomever.</summary>
    public void OnSessionLost(int path, Timestamp now)
    {
        StripePath of = _paths[path];
        if (!of.IsOpen)
        {
            return;
        }

        LeaveToOthers(of);
        of.UnderWay.Clear();
        of.Copied = 0;
        foreach (StripeFlow flow in _flows.Values)
        {
            flow.Sender.Reopen(path);
            flow.SentOn[path] = 0;
        }

        of.IsOpen = false;
        of.SentBytes = of.AcknowledgedBytes = of.ElicitedEnd = of.PendingBytes = 0;
        of.Turn(StripePathState.Down, now);
        NoteWhetherAnyIsUp(now);
        _events.Enqueue(new StripeEvent(StripeEventKind.PathChanged, null, path));
    }

    /// <summary>A whole frame came.</summary>
    /// <param name="path">Over the session of this path.</param>
    /// <param name="frame">Its head.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="now">The time.</param>
    /// <param name="keeper">The flow for which the user must keep the payload; null when there is nothing to keep.</param>
    /// <returns>A fault when the far end breaks the protocol: the session must be closed.</returns>
    public StripeFault OnFrame(int path, in StripeFrame frame, ReadOnlySpan<byte> payload, Timestamp now, out StripeFlow? keeper)
    {
        keeper = null;
        StripePath of = _paths[path];
        of.ReceivedBytes += frame.Bytes;
        of.TakenBytes += frame.Bytes;
        if (frame.IsEliciting)
        {
            of.PendingSince = of.PendingBytes == 0 ? now : of.PendingSince;
            of.PendingBytes += frame.Bytes;
        }

        switch (frame.Type)
        {
            case StripeFrameType.Data:
                return OnData(in frame, out keeper);
            case StripeFrameType.Acknowledge:
                return OnAcknowledge(of, in frame, now);
            case StripeFrameType.Ping:
                return StripeFault.None;
            case StripeFrameType.Bye when _isOpener:
                // The serving end may be there again soon; connections that come in the meantime wait for it.
                ResetTold();
                return StripeFault.None;
            case StripeFrameType.Bye:
                End();
                return StripeFault.None;
            case StripeFrameType.Open:
                return OnOpen(in frame, payload);
        }

        if (!_flows.TryGetValue(frame.Flow, out StripeFlow? flow))
        {
            StrayFrames++;
            return StripeFault.None;
        }

        switch (frame.Type)
        {
            case StripeFrameType.Credit:
                long position = BinaryPrimitives.ReadInt64BigEndian(payload);
                if (position < 0 || position > flow.Sender.TakenEnd)
                {
                    return StripeFault.Acknowledgement;
                }

                flow.Sender.OnCredit(frame.Value);
                flow.Sender.OnDataAcknowledged(position);
                if (flow.HasReady)
                {
                    MakeReady(flow);
                }

                OnProgress(flow);
                return StripeFault.None;
            case StripeFrameType.Accept when flow.IsOpener:
                if (!flow.IsAccepted)
                {
                    flow.IsAccepted = true;
                    flow.Sender.OnCredit(frame.Value);
                    if (flow.HasReady)
                    {
                        MakeReady(flow);
                    }

                    _events.Enqueue(new StripeEvent(StripeEventKind.FlowAccepted, flow, None));
                }

                return StripeFault.None;
            case StripeFrameType.Reset:
                Remove(flow, StripeEventKind.FlowReset);
                return StripeFault.None;
            default:
                return StripeFault.Type;
        }
    }

    // --- flows ---

    /// <summary>The application connected: opens a flow.</summary>
    /// <param name="id">Random.</param>
    /// <param name="service">To which service of the far end, at most 64 bytes of UTF-8.</param>
    /// <returns>Null when there are as many as are allowed.</returns>
    public StripeFlow? Open(ulong id, string service)
    {
        if (_flows.Count >= _options.FlowsMax || _isEnded)
        {
            return null;
        }

        StripeFlow flow = Add(id, service, isOpener: true);
        _control.Enqueue((StripeFrameType.Open, id, flow, 0));
        return flow;
    }

    /// <summary>The target of a flow is connected.</summary>
    public void Accept(StripeFlow flow)
    {
        flow.IsAccepted = true;
        _control.Enqueue((StripeFrameType.Accept, flow.Id, flow, 0));
    }

    /// <summary>The application has more to send.</summary>
    /// <param name="flow">Over which flow.</param>
    /// <param name="bytes">A chunk: 1 to <see cref="StripeFrame.DataBytesMax"/>, at most <see cref="StripeFlow.AppendableBytes"/>.</param>
    public void Append(StripeFlow flow, int bytes)
    {
        flow.Append(bytes);
        MakeReady(flow);
    }

    /// <summary>The application sends no more; what it sent still goes.</summary>
    public void Finish(StripeFlow flow)
    {
        flow.Finish();
        MakeReady(flow);
    }

    /// <summary>The user no longer keeps chunks that were acknowledged.</summary>
    public static void OnReleased(StripeFlow flow, int chunks) => flow.OnReleased(chunks);

    /// <summary>The application took bytes that came, or learned of their end (1 byte).</summary>
    public void OnConsumed(StripeFlow flow, long bytes)
    {
        flow.OnConsumed(bytes);
        if (!flow.IsCreditQueued && !flow.IsClosed && flow.WantsCredit)
        {
            flow.IsCreditQueued = true;
            _control.Enqueue((StripeFrameType.Credit, flow.Id, flow, 0));
        }

        CloseIfDone(flow);
    }

    /// <summary>Ends a flow at once, both ways.</summary>
    /// <param name="flow">The flow; nothing happens when it is over.</param>
    /// <param name="reason">Told to the far end.</param>
    public void Reset(StripeFlow flow, long reason)
    {
        if (!flow.IsClosed)
        {
            Remove(flow, null);
            _control.Enqueue((StripeFrameType.Reset, flow.Id, null, reason));
        }
    }

    // --- outputs ---

    /// <summary>Which path the next chunk would go over.</summary>
    /// <param name="chunkBytes">What it should be then.</param>
    /// <returns>Its number; <see cref="None"/> when no path takes anything now.</returns>
    public int FindRoom(out int chunkBytes)
    {
        int path = PickPath(16 << 10);
        chunkBytes = path == None ? 0 : _paths[path].ChunkBytes;
        return path;
    }

    /// <summary>The next frame to send.</summary>
    /// <returns>False when there is none, or no path takes it now.</returns>
    public bool TryTake(Timestamp now, out StripeSend send) =>
        TryTakeAnswer(now, out send) || TryTakeControl(now, out send) || TryTakeData(now, out send);

    /// <summary>What happened next.</summary>
    public bool TryEvent(out StripeEvent what) => _events.TryDequeue(out what);

    /// <summary>Time has passed.</summary>
    public void OnDeadline(Timestamp now)
    {
        if (_isEnded)
        {
            return;
        }

        foreach (StripePath path in _paths)
        {
            if (path.State == StripePathState.Up && path.Owes && now - path.ProgressAt >= path.StallLimit)
            {
                path.Turn(StripePathState.Suspect, now);
                path.Stalls++;
                path.RedialAt = now + _options.RedialAfter;
                LeaveToOthers(path);
                NoteWhetherAnyIsUp(now);
                _events.Enqueue(new StripeEvent(StripeEventKind.PathChanged, null, path.Number));
            }
            else if (path.State is StripePathState.Suspect or StripePathState.Probing && now >= path.RedialAt)
            {
                path.RedialAt = now + _options.RedialAfter;
                if (_isOpener)
                {
                    path.State = StripePathState.Probing;
                    _events.Enqueue(new StripeEvent(StripeEventKind.PathWanted, null, path.Number));
                }
            }
        }

        if (now >= _tickAt + Tick)
        {
            _tickAt = now;
            foreach (StripePath path in _paths)
            {
                HelpLate(path, now);
            }
        }

        if (now >= _noPathSince + _options.Hold)
        {
            if (_isOpener)
            {
                _noPathSince = now;
                ResetAll();
            }
            else
            {
                End();
            }
        }
    }

    /// <summary>Whether the far end may know of a flow that is not over.</summary>
    public bool HasToldFlows
    {
        get
        {
            foreach (StripeFlow flow in _flows.Values)
            {
                if (flow.IsTold)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>All flows are over at both ends, if the far end still hears.</summary>
    public void ResetAll() => ResetWhere(toldOnly: false);

    /// <summary>The far end was started anew: the flows that it knew are over.</summary>
    public void ResetTold() => ResetWhere(toldOnly: true);

    // --- helpers ---

    private void ResetWhere(bool toldOnly)
    {
        _walk.Clear();
        foreach (StripeFlow flow in _flows.Values)
        {
            if (flow.IsTold || !toldOnly)
            {
                _walk.Add(flow);
            }
        }

        foreach (StripeFlow flow in _walk)
        {
            Remove(flow, StripeEventKind.FlowReset);
            _control.Enqueue((StripeFrameType.Reset, flow.Id, null, 0));
        }
    }

    private static Timestamp Earlier(Timestamp one, Timestamp other) => one < other ? one : other;

    private void End()
    {
        if (!_isEnded)
        {
            ResetAll();
            _isEnded = true;
            _events.Enqueue(new StripeEvent(StripeEventKind.TrunkEnded, null, None));
        }
    }

    private StripeFault OnData(in StripeFrame frame, out StripeFlow? keeper)
    {
        keeper = null;
        if (!_flows.TryGetValue(frame.Flow, out StripeFlow? flow))
        {
            StrayFrames++;
            return StripeFault.None;
        }

        (StripeFault fault, bool isNew) = flow.OnData(in frame);
        if (isNew && frame.IsFinal)
        {
            _events.Enqueue(new StripeEvent(StripeEventKind.FlowEnd, flow, None));
        }
        else if (isNew)
        {
            keeper = flow;
        }

        return fault;
    }

    private StripeFault OnOpen(in StripeFrame frame, ReadOnlySpan<byte> payload)
    {
        if (_isOpener)
        {
            return StripeFault.Type;
        }

        // Sent again over another path.
        if (_flows.ContainsKey(frame.Flow) || _closed.Contains(frame.Flow) || _isEnded)
        {
            return StripeFault.None;
        }

        if (_flows.Count >= _options.FlowsMax)
        {
            _control.Enqueue((StripeFrameType.Reset, frame.Flow, null, (long)StripeFault.Flows));
            return _control.Count > ClosedMax ? StripeFault.Flows : StripeFault.None;
        }

        StripeFlow flow = Add(frame.Flow, Encoding.UTF8.GetString(payload), isOpener: false);
        flow.Sender.OnCredit(frame.Value);
        _events.Enqueue(new StripeEvent(StripeEventKind.FlowOpened, flow, None));
        return StripeFault.None;
    }

    private StripeFault OnAcknowledge(StripePath path, in StripeFrame frame, Timestamp now)
    {
        if (frame.Value > path.SentBytes || frame.Value < path.AcknowledgedBytes)
        {
            return StripeFault.Acknowledgement;
        }

        long bytes = frame.Value - path.AcknowledgedBytes;
        if (bytes == 0)
        {
            return StripeFault.None;
        }

        path.AcknowledgedBytes = frame.Value;
        path.CarriedBytes += bytes;
        path.ProgressAt = now;
        Timestamp handedOver = Timestamp.MinValue;
        while (path.UnderWay.Count > 0 && path.UnderWay[0].End <= frame.Value)
        {
            ref readonly SentFrame sent = ref path.UnderWay[0];
            handedOver = sent.At;
            if (sent is { Type: StripeFrameType.Data, Flow: { IsClosed: false } flow })
            {
                flow.Sender.OnAcknowledged(path.Number, sent.FlowEnd);
                OnProgress(flow);
            }

            path.UnderWay.RemoveFirst();
            path.Copied = Math.Max(0, path.Copied - 1);
        }

        if (handedOver != Timestamp.MinValue)
        {
            var held = new Interval((long)Math.Min(frame.Flow, 1_000_000) * 1_000);
            path.Meter.OnAcknowledged(bytes, now - handedOver - held, path.UnacknowledgedBytes, !path.Owes, now);
        }

        if (path.State is StripePathState.Suspect or StripePathState.Probing)
        {
            path.Turn(StripePathState.Up, now);
            _noPathSince = Timestamp.MaxValue - _options.Hold;
            _events.Enqueue(new StripeEvent(StripeEventKind.PathChanged, null, path.Number));
        }

        return StripeFault.None;
    }

    private void OnProgress(StripeFlow flow)
    {
        if (!flow.IsProgressQueued && !flow.IsClosed)
        {
            flow.IsProgressQueued = true;
            _events.Enqueue(new StripeEvent(StripeEventKind.FlowProgress, flow, None));
        }

        CloseIfDone(flow);
    }

    /// <summary>The user has seen <see cref="StripeEventKind.FlowProgress"/>, and is told of the next.</summary>
    public static void OnProgressSeen(StripeFlow flow) => flow.IsProgressQueued = false;

    private StripeFlow Add(ulong id, string service, bool isOpener)
    {
        var flow = new StripeFlow(id, service, isOpener, _paths.Length, _options.FlowWindowBytes, _pool);
        _flows.Add(id, flow);
        return flow;
    }

    private void CloseIfDone(StripeFlow flow)
    {
        if (!flow.IsClosed && flow.IsSendDone && flow.IsReceiveDone)
        {
            Remove(flow, StripeEventKind.FlowClosed);
        }
    }

    private void Remove(StripeFlow flow, StripeEventKind? kind)
    {
        flow.Close();
        _flows.Remove(flow.Id);
        _closed.Add(flow.Id);
        _closedOrder.Enqueue(flow.Id);
        if (_closedOrder.Count > ClosedMax)
        {
            _closed.Remove(_closedOrder.Dequeue());
        }

        if (kind is { } of)
        {
            _events.Enqueue(new StripeEvent(of, flow, None));
        }
    }

    private void MakeReady(StripeFlow flow)
    {
        if (!flow.IsReadyQueued && !flow.IsClosed)
        {
            flow.IsReadyQueued = true;
            _ready.Enqueue(flow);
        }
    }

    private void NoteWhetherAnyIsUp(Timestamp now)
    {
        foreach (StripePath path in _paths)
        {
            if (path.IsUsable)
            {
                return;
            }
        }

        _noPathSince = Earlier(_noPathSince, now);
    }

    /// <summary>All that a path carries goes over the others as well.</summary>
    private void LeaveToOthers(StripePath path)
    {
        foreach (StripeFlow flow in _flows.Values)
        {
            flow.Sender.Reinject(path.Number);
            if (flow.HasReady)
            {
                MakeReady(flow);
            }
        }

        for (; path.Copied < path.UnderWay.Count; path.Copied++)
        {
            RepeatControl(in path.UnderWay[path.Copied]);
        }
    }

    private void RepeatControl(in SentFrame sent)
    {
        switch (sent.Type)
        {
            case StripeFrameType.Open or StripeFrameType.Accept when sent.Flow is { IsClosed: false } flow:
                _control.Enqueue((sent.Type, flow.Id, flow, 0));
                break;
            case StripeFrameType.Credit when sent.Flow is { IsClosed: false, IsCreditQueued: false } flow:
                flow.IsCreditQueued = true;
                _control.Enqueue((StripeFrameType.Credit, flow.Id, flow, 0));
                break;
            case StripeFrameType.Reset:
                _control.Enqueue((StripeFrameType.Reset, (ulong)sent.FlowEnd, null, 0));
                break;
        }
    }

    /// <summary>The oldest frames of a path that is much later than others can be go over those too: they hold up what came after them.</summary>
    private void HelpLate(StripePath path, Timestamp now)
    {
        for (int i = 0; i < LateFramesMax && path.IsUsable && path.Copied < path.UnderWay.Count; i++)
        {
            ref readonly SentFrame oldest = ref path.UnderWay[path.Copied];
            Interval age = now - oldest.At;
            if (age < path.LateLimit || !HasFaster(path, age))
            {
                return;
            }

            LateFrames++;
            if (oldest is { Type: StripeFrameType.Data, Flow: { IsClosed: false } flow })
            {
                flow.Sender.ReinjectFirst(path.Number);
                MakeReady(flow);
            }
            else
            {
                RepeatControl(in oldest);
            }

            path.Copied++;
        }
    }

    private bool HasFaster(StripePath than, Interval age)
    {
        foreach (StripePath path in _paths)
        {
            if (path != than && path.IsUsable && path.RoomBytes > 0 && path.RoundTrip * 2 < age)
            {
                return true;
            }
        }

        return false;
    }

    private int PickPath(long bytes)
    {
        long sum = 0, rated = 0;
        foreach (StripePath path in _paths)
        {
            sum += path.BytesPerSecond;
            rated += path.BytesPerSecond > 0 ? 1 : 0;
        }

        long usual = rated == 0 ? UnknownBytesPerSecond : Math.Max(1, sum / rated);
        for (int i = 0; i < _paths.Length; i++)
        {
            _samples[i] = _paths[i].Sample(usual);
            if (_samples[i].IsUsable && _samples[i].RoomBytes == 0)
            {
                _paths[i].Meter.OnLimited();
            }
        }

        int picked = _scheduler.Pick(_samples, bytes);
        WasFull |= picked == None;
        return picked;
    }

    private bool TryTakeAnswer(Timestamp now, out StripeSend send)
    {
        foreach (StripePath path in _paths)
        {
            if (!path.IsOpen || path.IsBlocked)
            {
                continue;
            }

            if (path.PendingBytes > 0
                && (path.PendingBytes >= _options.AcknowledgeBytes || now >= path.PendingSince + _options.AcknowledgeDelay))
            {
                ulong heldUs = (ulong)Math.Max(0, (now - path.PendingSince).Nanoseconds / 1_000);
                path.PendingBytes = 0;
                send = Send(path, new StripeFrame(StripeFrameType.Acknowledge, false, 0, heldUs, path.ReceivedBytes), null, 0, 0, now);
                return true;
            }

            if (path.State == StripePathState.Up && !path.Owes && now >= path.SentAt + _options.PingInterval)
            {
                send = Send(path, new StripeFrame(StripeFrameType.Ping, false, 0, 0, 0), null, 0, 0, now);
                return true;
            }
        }

        send = default;
        return false;
    }

    private bool TryTakeControl(Timestamp now, out StripeSend send)
    {
        while (_control.TryPeek(out (StripeFrameType Type, ulong Id, StripeFlow? Flow, long Value) next))
        {
            if (next.Flow is { IsClosed: true })
            {
                _control.Dequeue();
                continue;
            }

            int path = PickPath(StripeFrame.HeaderBytes);
            if (path == None)
            {
                break;
            }

            _control.Dequeue();
            int payload = 0;
            long value = next.Value, position = 0;
            if (next.Type == StripeFrameType.Credit)
            {
                next.Flow!.IsCreditQueued = false;
                (payload, position) = (sizeof(long), next.Flow.ArrivedBytes);
            }
            else if (next.Type == StripeFrameType.Open)
            {
                payload = Encoding.UTF8.GetByteCount(next.Flow!.Service);
                next.Flow.IsTold = true;
            }

            if (next.Flow is not null)
            {
                value = next.Flow.Grant();
            }

            var frame = new StripeFrame(next.Type, false, payload, next.Id, value);
            send = Send(_paths[path], frame, next.Flow, (long)next.Id, position, now);
            return true;
        }

        send = default;
        return false;
    }

    private bool TryTakeData(Timestamp now, out StripeSend send)
    {
        while (_ready.TryPeek(out StripeFlow? flow))
        {
            if (flow.IsClosed || !flow.HasReady)
            {
                flow.IsReadyQueued = false;
                _ready.Dequeue();
                continue;
            }

            int path = PickPath(flow.NextChunkBytes);
            if (path == None)
            {
                break;
            }

            // Flows take turns.
            _ready.Dequeue();
            flow.IsReadyQueued = false;
            if (!flow.TryTake(path, out DataRange range))
            {
                continue;
            }

            if (flow.HasReady)
            {
                MakeReady(flow);
            }

            bool isFinal = flow.IsFinalChunk(range);
            var frame = new StripeFrame(StripeFrameType.Data, isFinal, isFinal ? 0 : range.Bytes, flow.Id, range.Start);
            send = Send(_paths[path], frame, flow, flow.SentOn[path], 0, now);
            return true;
        }

        send = default;
        return false;
    }

    private static StripeSend Send(StripePath path, StripeFrame frame, StripeFlow? flow, long flowEnd, long position, Timestamp now)
    {
        if (frame.IsEliciting)
        {
            if (!path.Owes)
            {
                path.ProgressAt = now;
                path.Meter.OnBusy(now);
            }

            path.SentAt = now;
        }

        path.SentBytes += frame.Bytes;
        if (frame.IsEliciting)
        {
            path.ElicitedEnd = path.SentBytes;
            path.UnderWay.Add(new SentFrame(path.SentBytes, flowEnd, flow, frame.Type, now));
        }

        return new StripeSend(path.Number, frame, flow, position);
    }
}
