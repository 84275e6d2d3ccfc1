using System.Net;
using System.Net.Sockets;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;
using Trunkline.Hosting;

namespace Trunkline.Storage.Stripe;

/// <summary>The end beside the storage: takes sessions, and connects each flow to its service's target.</summary>
public sealed class ServeSide : StripeSide
{
    private readonly ServeSettings _settings;
    private readonly Dictionary<(ulong High, ulong Low), TrunkRunner> _trunks = [];
    private readonly List<TrunkRunner> _ended = [];
    private readonly List<Session> _strangers = [];
    private readonly Queue<(Timestamp At, FlowPump Pump)> _connecting = new();

    /// <summary>Listens.</summary>
    /// <exception cref="SocketException">An address cannot be listened on.</exception>
    public ServeSide(ServeSettings settings, DaemonLog log)
        : base(settings, log)
    {
        _settings = settings;
        foreach (IPEndPoint at in settings.Listen)
        {
            Listen(at, OnSession);
        }
    }

    private protected override string Name => "serve";

    private protected override IEnumerable<TrunkRunner> Runners => _trunks.Values;

    private protected override Timestamp NextDeadline
    {
        get
        {
            Timestamp next = _strangers.Count > 0 ? _strangers[0].Deadline : Timestamp.MaxValue;
            next = _connecting.TryPeek(out (Timestamp At, FlowPump Pump) target) ? Earlier(next, target.At) : next;
            foreach (TrunkRunner runner in _trunks.Values)
            {
                next = Earlier(next, runner.Trunk.NextDeadline);
            }

            return next;
        }
    }

    private protected override void OnTurn(Timestamp now)
    {
        while (_strangers.Count > 0 && now >= _strangers[0].Deadline)
        {
            _strangers[0].Close("no greeting in time");
        }

        while (_connecting.TryPeek(out (Timestamp At, FlowPump Pump) target) && now >= target.At)
        {
            _connecting.Dequeue();
            target.Pump.GiveUpConnecting();
        }

        foreach (TrunkRunner runner in _trunks.Values)
        {
            runner.OnTurn(now);
        }

        foreach (TrunkRunner runner in _ended)
        {
            foreach (KeyValuePair<(ulong High, ulong Low), TrunkRunner> entry in _trunks)
            {
                if (entry.Value == runner)
                {
                    _trunks.Remove(entry.Key);
                    break;
                }
            }

            runner.Stop(now, sayBye: false);
            Log.Write(LogLevel.Info, "trunk ended", ("peer", runner.Peer), ("trunks", _trunks.Count));
        }

        _ended.Clear();
    }

    private protected override void EndAll(Timestamp now)
    {
        foreach (TrunkRunner runner in _trunks.Values)
        {
            runner.Stop(now, sayBye: true);
        }
    }

    private protected override void OnConnected(Session session, Timestamp now)
    {
    }

    private protected override TrunkRunner? OnGreeting(Session session, in StripeHello hello, Timestamp now)
    {
        bool isKnown = _trunks.TryGetValue((hello.Trunk, hello.TrunkLow), out TrunkRunner? runner);
        StripeWelcome welcome =
            isKnown ? runner!.Peer == session.Peer && runner.Trunk.Paths.Count == hello.Paths ? StripeWelcome.Joined : StripeWelcome.Refused
            : !hello.IsNew ? StripeWelcome.Unknown
            : _trunks.Count >= _settings.TrunksMax ? StripeWelcome.Full
            : StripeWelcome.Joined;
        session.Send(hello with { Welcome = welcome }, now);
        Log.Write(LogLevel.Info, "session", ("from", session.Socket.RemoteEndPoint), ("path", hello.Path), ("peer", session.Peer), ("answer", welcome));
        if (welcome != StripeWelcome.Joined || session.IsClosed)
        {
            session.Close($"{Session.Refused}{welcome}");
            return null;
        }

        if (!isKnown)
        {
            var trunk = new StripeTrunk(_settings.Trunk, Memory, hello.Paths, isOpener: false, now);
            runner = new TrunkRunner(Loop, Pool, this, trunk, session.Peer);
            _trunks.Add((hello.Trunk, hello.TrunkLow), runner);
        }

        session.Path = hello.Path;
        _strangers.Remove(session);
        return runner;
    }

    private protected override void OnClosed(Session session, string why, Timestamp now)
    {
        _strangers.Remove(session);
        Log.Write(LogLevel.Info, "session closed", ("path", session.Path), ("why", why));
    }

    private protected override Socket? ConnectTarget(TrunkRunner runner, StripeFlow flow)
    {
        if (_settings.Services.FirstOrDefault(s => s.Name == flow.Service) is not { } service)
        {
            Log.Write(LogLevel.Warning, "no such service", ("service", flow.Service), ("peer", runner.Peer));
            return null;
        }

        Socket? socket = Sockets.TryConnect(service.Address, null, 0, "", out string fault);
        if (socket is null)
        {
            Log.Write(LogLevel.Warning, "target failed", ("service", flow.Service), ("target", service.Address), ("why", fault));
        }

        return socket;
    }

    private protected override void OnConnecting(FlowPump pump) => _connecting.Enqueue((EventLoop.Now + _settings.TargetTimeout, pump));

    private protected override void OnPath(TrunkRunner runner, int path, bool isWanted) => Log.Write(
        LogLevel.Info,
        "path",
        ("path", path),
        ("state", runner.Trunk.Paths[path].State.ToString().ToLowerInvariant()),
        ("stalls", runner.Trunk.Paths[path].Stalls));

    private protected override void OnEnded(TrunkRunner runner) => _ended.Add(runner);

    private void OnSession(Socket socket)
    {
        if (_strangers.Count >= _settings.StrangersMax)
        {
            Sockets.Reset(socket);
            return;
        }

        _strangers.Add(new Session(
            Loop, Pool, socket, isConnecting: false, s => Secure(s, true), this, EventLoop.Now + _settings.GreetingTimeout));
    }
}
