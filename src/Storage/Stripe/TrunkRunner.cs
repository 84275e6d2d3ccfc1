using System.Net.Sockets;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;

namespace Trunkline.Storage.Stripe;

/// <summary>What a runner asks of the side that it is on.</summary>
internal interface IRunnerOwner
{
    /// <summary>A flow was opened by the far end: a socket on its way to the target, or null when there is none.</summary>
    Socket? ConnectTarget(TrunkRunner runner, StripeFlow flow);

    /// <summary>A target's socket is on its way.</summary>
    void OnConnecting(FlowPump pump);

    /// <summary>A target did not answer.</summary>
    void OnTargetFault(StripeFlow flow, string why);

    /// <summary>A path wants a new session, or changed its state.</summary>
    void OnPath(TrunkRunner runner, int path, bool isWanted);

    /// <summary>The trunk is over; all its flows are.</summary>
    void OnEnded(TrunkRunner runner);

    /// <summary>A flow began or ended.</summary>
    void OnFlow(TrunkRunner runner, StripeFlow flow, StripeEventKind kind);
}

/// <summary>Drives one trunk: its sessions' frames in and out, and its flows' connections.</summary>
internal sealed class TrunkRunner
{
    private const int QueuedBytesMax = 64 << 10;

    private readonly EventLoop _loop;
    private readonly BlockPool _pool;
    private readonly IRunnerOwner _owner;
    private readonly Session?[] _sessions;
    private readonly long[] _redraws;
    private readonly Queue<FlowPump> _readable = new();

    public TrunkRunner(EventLoop loop, BlockPool pool, IRunnerOwner owner, StripeTrunk trunk, string peer)
    {
        (_loop, _pool, _owner, Trunk, Peer) = (loop, pool, owner, trunk, peer);
        _sessions = new Session?[trunk.Paths.Count];
        _redraws = new long[trunk.Paths.Count];
    }

    public StripeTrunk Trunk { get; }

    /// <summary>Who the far end has shown to be; empty in the clear.</summary>
    public string Peer { get; }

    public IReadOnlyList<Session?> Sessions => _sessions;

    /// <summary>How often each path's session got another port.</summary>
    public IReadOnlyList<long> Redraws => _redraws;

    public bool IsEnded { get; private set; }

    /// <summary>A session has joined.</summary>
    public void OnSessionOpen(Session session, Timestamp now)
    {
        Session? old = _sessions[session.Path];
        _sessions[session.Path] = session;
        _redraws[session.Path] += session.IsRedraw ? 1 : 0;
        if (old is not null)
        {
            Trunk.OnSessionLost(session.Path, now);
            old.Close("a new session takes its place");
        }

        Interval roundTrip = now - session.GreetedAt;
        Trunk.OnSessionUp(session.Path, roundTrip, session.IsRedraw, now);
    }

    /// <summary>A session is closed.</summary>
    public void OnSessionClosed(Session session, Timestamp now)
    {
        if (_sessions[session.Path] == session)
        {
            _sessions[session.Path] = null;
            Trunk.OnSessionLost(session.Path, now);
        }
    }

    /// <summary>A whole frame came.</summary>
    public StripeFault OnFrame(Session session, in StripeFrame frame, ReadOnlySpan<byte> payload, Timestamp now)
    {
        StripeFault fault = Trunk.OnFrame(session.Path, in frame, payload, now, out StripeFlow? keeper);
        return fault == StripeFault.None && keeper?.Tag is FlowPump pump ? pump.OnData(frame.Value, payload) : fault;
    }

    /// <summary>A session's socket takes bytes again.</summary>
    public void OnWritable(Session session) => Trunk.Paths[session.Path].IsBlocked = false;

    /// <summary>An application connected: opens a flow for it.</summary>
    /// <returns>False when there are as many as are allowed.</returns>
    public bool Open(Socket socket, ulong id, string service)
    {
        if (Trunk.Open(id, service) is not { } flow)
        {
            return false;
        }

        var pump = new FlowPump(_loop, _pool, this, socket, isConnecting: false, flow);
        OnReadable(pump);
        _owner.OnFlow(this, flow, StripeEventKind.FlowOpened);
        return true;
    }

    /// <summary>An application may be read.</summary>
    public void OnReadable(FlowPump pump)
    {
        if (!pump.IsQueued)
        {
            pump.IsQueued = true;
            _readable.Enqueue(pump);
        }
    }

    public void OnFlowGone(FlowPump pump) => _owner.OnFlow(this, pump.Flow, StripeEventKind.FlowClosed);

    public void OnTargetFault(FlowPump pump, string why) => _owner.OnTargetFault(pump.Flow, why);

    /// <summary>Sends what there is to send, as far as paths take it.</summary>
    public void OnTurn(Timestamp now)
    {
        if (now >= Trunk.NextDeadline)
        {
            Trunk.OnDeadline(now);
        }

        DrainEvents();
        do
        {
            while (Trunk.TryTake(now, out StripeSend send))
            {
                Dispatch(in send);
            }
        }
        while (ReadOne());

        foreach (Session? session in _sessions)
        {
            if (session is { IsDirty: true })
            {
                Flush(session);
            }
        }

        DrainEvents();
    }

    /// <summary>Ends all flows and sessions, and says so to the far end.</summary>
    public void Stop(Timestamp now, bool sayBye)
    {
        IsEnded = true;
        Trunk.ResetAll();
        DrainEvents();
        foreach (Session? session in _sessions)
        {
            if (session is null)
            {
                continue;
            }

            if (sayBye)
            {
                session.Send(new StripeSend(session.Path, new StripeFrame(StripeFrameType.Bye, false, 0, 0, 0), null, 0));
                session.Flush();
                session.CloseGently();
            }
            else
            {
                session.Close("the trunk is over");
            }
        }
    }

    private void Dispatch(in StripeSend send)
    {
        Session session = _sessions[send.Path]!;
        if (send.Frame.PayloadBytes > 0 && send.Frame.Type == StripeFrameType.Data)
        {
            session.Send(send.Frame, ((FlowPump)send.Flow!.Tag!).FindChunk(send.Frame.Value));
        }
        else
        {
            session.Send(in send);
        }

        if (session.QueuedBytes >= QueuedBytesMax)
        {
            Flush(session);
        }
    }

    private void Flush(Session session)
    {
        if (!session.Flush() && !session.IsClosed)
        {
            Trunk.Paths[session.Path].IsBlocked = true;
        }
    }

    /// <summary>Reads one application, if a path takes what it has.</summary>
    private bool ReadOne()
    {
        if (_readable.Count == 0 || Trunk.FindRoom(out int chunkBytes) == StripeTrunk.None)
        {
            return false;
        }

        FlowPump pump = _readable.Dequeue();
        pump.IsQueued = false;
        int bytes = (int)Math.Min(chunkBytes, pump.Flow.AppendableBytes);
        if (pump.IsReadable && bytes > 0)
        {
            pump.Read(bytes);
            if (pump.IsReadable)
            {
                OnReadable(pump);
            }
        }

        return true;
    }

    private void DrainEvents()
    {
        while (Trunk.TryEvent(out StripeEvent what))
        {
            var pump = what.Flow?.Tag as FlowPump;
            switch (what.Kind)
            {
                case StripeEventKind.FlowOpened:
                    ConnectTarget(what.Flow!);
                    break;
                case StripeEventKind.FlowAccepted:
                    Poke(pump);
                    break;
                case StripeEventKind.FlowProgress:
                    StripeTrunk.OnProgressSeen(what.Flow!);
                    if (pump is { IsClosed: false })
                    {
                        pump.Release();
                        Poke(pump);
                    }

                    break;
                case StripeEventKind.FlowEnd:
                    pump?.Deliver();
                    break;
                case StripeEventKind.FlowReset:
                    pump?.Close(isInOrder: false);
                    break;
                case StripeEventKind.FlowClosed:
                    pump?.Close(isInOrder: true);
                    break;
                case StripeEventKind.PathChanged:
                    _owner.OnPath(this, what.Path, isWanted: false);
                    break;
                case StripeEventKind.PathWanted:
                    _owner.OnPath(this, what.Path, isWanted: true);
                    break;
                case StripeEventKind.TrunkEnded:
                    IsEnded = true;
                    _owner.OnEnded(this);
                    break;
            }
        }
    }

    private void Poke(FlowPump? pump)
    {
        if (pump is { IsReadable: true })
        {
            OnReadable(pump);
        }
    }

    private void ConnectTarget(StripeFlow flow)
    {
        if (_owner.ConnectTarget(this, flow) is not { } socket)
        {
            Trunk.Reset(flow, 2);
            return;
        }

        _owner.OnConnecting(new FlowPump(_loop, _pool, this, socket, isConnecting: true, flow));
        _owner.OnFlow(this, flow, StripeEventKind.FlowOpened);
    }
}
