using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;
using Trunkline.Hosting;

namespace Trunkline.Storage.Stripe;

/// <summary>The end beside the application: takes its connections, and opens sessions to the serving end over every way there is.</summary>
public sealed class ConnectSide : StripeSide
{
    private static readonly Interval DialPause = Interval.FromMilliseconds(250);
    private static readonly Interval RefusedPause = Interval.FromSeconds(2);
    private static readonly Interval DialTimeout = Interval.FromSeconds(1);

    // In an interval: less than 16 Mb/s would find nothing out.
    private const long BusyBytes = 500_000;

    private readonly ConnectSettings _settings;
    private readonly TrunkRunner _runner;
    private readonly (ulong High, ulong Low) _trunk = (RandomNumber(), RandomNumber());
    private readonly Session?[] _dialled;
    private readonly Timestamp[] _dialAt;
    private readonly string[] _lastFault;
    private readonly RouteWatch[] _watches;
    private Timestamp _watchAt;
    private Timestamp _joinedAt;

    /// <summary>Listens, and begins to open sessions.</summary>
    /// <exception cref="SocketException">An address cannot be listened on.</exception>
    public ConnectSide(ConnectSettings settings, DaemonLog log)
        : base(settings, log)
    {
        _settings = settings;
        Timestamp now = EventLoop.Now;
        _runner = new TrunkRunner(Loop, Pool, this, new StripeTrunk(settings.Trunk, Memory, settings.Sessions, isOpener: true, now), "");
        _dialled = new Session?[settings.Sessions];
        _dialAt = [.. Enumerable.Repeat(now, settings.Sessions)];
        _lastFault = [.. Enumerable.Repeat("", settings.Sessions)];
        _watchAt = now + PortRedraw.IntervalLength;
        _watches = !settings.Redraw ? [] :
        [
            .. Enumerable.Range(0, settings.Sessions)
                .GroupBy(path => path % settings.Routes.Count)
                .Where(group => group.Count() > 1)
                .Select(group => new RouteWatch([.. group])),
        ];
        foreach (StripeService service in settings.Services)
        {
            Listen(service.Address, socket => OnApplication(socket, service.Name));
        }
    }

    private protected override string Name => "connect";

    private protected override IEnumerable<TrunkRunner> Runners => [_runner];

    private protected override Timestamp NextDeadline
    {
        get
        {
            Timestamp next = _runner.Trunk.NextDeadline;
            for (int path = 0; path < _dialAt.Length; path++)
            {
                next = Earlier(next, _dialled[path] is { } session ? session.Deadline : _dialAt[path]);
            }

            return _watches.Length > 0 && _runner.Trunk.Flows.Count > 0 ? Earlier(next, _watchAt) : next;
        }
    }

    private protected override void OnTurn(Timestamp now)
    {
        for (int path = 0; path < _dialAt.Length; path++)
        {
            if (_dialled[path] is { } late && now >= late.Deadline)
            {
                late.Close("no answer in time");
            }

            if (_dialled[path] is null && now >= _dialAt[path])
            {
                Dial(path, now);
            }
        }

        _runner.OnTurn(now);
        if (now >= _watchAt)
        {
            foreach (RouteWatch watch in _watches)
            {
                Watch(watch, now);
            }

            _watchAt = now + PortRedraw.IntervalLength;
        }
    }

    private protected override void EndAll(Timestamp now) => _runner.Stop(now, sayBye: true);

    private protected override void OnConnected(Session session, Timestamp now) => session.Send(
        new StripeHello(
            _trunk.High, _trunk.Low, session.Path, _settings.Sessions, !_runner.Trunk.HasToldFlows, StripeWelcome.Joined),
        now);

    private protected override TrunkRunner? OnGreeting(Session session, in StripeHello hello, Timestamp now)
    {
        if (hello.Welcome == StripeWelcome.Joined)
        {
            _dialled[session.Path] = null;
            _dialAt[session.Path] = Timestamp.MaxValue;
            _lastFault[session.Path] = "";
            _joinedAt = now;
            Log.Write(LogLevel.Info, "session up", ("path", session.Path), ("local", session.Socket.LocalEndPoint), ("server", Route(session.Path).Server));
            return _runner;
        }

        if (hello.Welcome == StripeWelcome.Unknown && session.GreetedAt > _joinedAt && _runner.Trunk.HasToldFlows)
        {
            Log.Write(LogLevel.Warning, "the serving end was started anew; its flows are over", ("flows", _runner.Trunk.Flows.Count));
            _runner.Trunk.ResetTold();
            foreach (Session? old in _runner.Sessions)
            {
                old?.Close("the serving end was started anew");
            }
        }

        return null;
    }

    private protected override void OnClosed(Session session, string why, Timestamp now)
    {
        if (_dialled[session.Path] == session)
        {
            _dialled[session.Path] = null;
            why = session.HasGreeted && why == Session.ClosedThere ? $"{why} before it answered; its log says why" : why;
            bool isRefused = why.StartsWith(Session.Refused, StringComparison.Ordinal) || why.StartsWith(TlsTransport.NotSecure, StringComparison.Ordinal);
            _dialAt[session.Path] = now + (isRefused && why != Session.RefusedUnknown ? RefusedPause : DialPause);
        }
        else if (_runner.Sessions[session.Path] is null)
        {
            _dialAt[session.Path] = now;
        }
        else
        {
            return;
        }

        Note(session.Path, why);
    }

    private protected override Socket? ConnectTarget(TrunkRunner runner, StripeFlow flow) => null;

    private protected override void OnPath(TrunkRunner runner, int path, bool isWanted)
    {
        StripePath of = runner.Trunk.Paths[path];
        if (isWanted)
        {
            _dialAt[path] = Earlier(_dialAt[path], EventLoop.Now);
        }
        else
        {
            Log.Write(LogLevel.Info, "path", ("path", path), ("state", of.State.ToString().ToLowerInvariant()), ("stalls", of.Stalls));
            if (of.State == StripePathState.Up)
            {
                _dialAt[path] = Timestamp.MaxValue;
                if (_dialled[path] is { HasGreeted: false } tried)
                {
                    // The path came back by itself. One that the far end knows of takes its place all the same.
                    tried.Close("the path is back");
                }
            }
        }
    }

    private protected override void OnEnded(TrunkRunner runner)
    {
    }

    private static ulong RandomNumber()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private StripeRoute Route(int path) => _settings.Routes[path % _settings.Routes.Count];

    private void OnApplication(Socket socket, string service)
    {
        if (!_runner.Open(socket, RandomNumber(), service))
        {
            Log.Write(LogLevel.Warning, "too many flows", ("service", service));
            Sockets.Reset(socket);
        }
    }

    private Session? Dial(int path, Timestamp now, int port = 0)
    {
        StripeRoute route = Route(path);
        _dialAt[path] = Timestamp.MaxValue;
        Socket? socket = Sockets.TryConnect(route.Server, route.Local, port, route.Device, out string fault);
        if (socket is null)
        {
            _dialAt[path] = _runner.Sessions[path] is null ? now + DialPause : Timestamp.MaxValue;
            Note(path, fault);
            return null;
        }

        return _dialled[path] = new Session(Loop, Pool, socket, isConnecting: true, s => Secure(s, false), this, now + DialTimeout) { Path = path };
    }

    /// <summary>Gives a session of a route another port, if that seems worth it.</summary>
    private void Watch(RouteWatch watch, Timestamp now)
    {
        long all = 0, sent = 0;
        bool isWhole = true;
        for (int i = 0; i < watch.Paths.Length; i++)
        {
            StripePath path = _runner.Trunk.Paths[watch.Paths[i]];
            long bytes = path.AcknowledgedBytes + path.ReceivedBytes;
            isWhole &= path.State == StripePathState.Up && _dialled[path.Number] is null;
            all += Math.Max(0, bytes - watch.Bytes[i]);
            sent += Math.Max(0, path.AcknowledgedBytes - watch.Sent[i]);
            (watch.Bytes[i], watch.Sent[i]) = (bytes, path.AcknowledgedBytes);
        }

        // Of what comes only the far end knows whether there was more to send; of what goes, full paths tell.
        bool isBusy = isWhole && all >= BusyBytes && (all > 2 * sent || _runner.Trunk.WasFull);
        _runner.Trunk.WasFull = false;
        PortRedraw.Verdict verdict = watch.Redraw.OnInterval(watch.Bytes, isBusy, now, out int place);
        if (verdict == PortRedraw.Verdict.Keep || _runner.Sessions[watch.Paths[place]] is not { } old || old.Socket.LocalEndPoint is not IPEndPoint local)
        {
            return;
        }

        bool isBack = verdict == PortRedraw.Verdict.TakeBack;
        if (Dial(old.Path, now, isBack ? old.PortBefore : 0) is { } session)
        {
            (session.IsRedraw, session.PortBefore) = (true, local.Port);
        }

        Log.Write(LogLevel.Info, isBack ? "port taken back" : "port drawn anew", ("path", old.Path), ("port", local.Port), ("draws", watch.Redraw.Draws));
    }

    private void Note(int path, string why)
    {
        // Once, not at every try.
        if (_lastFault[path] != why)
        {
            _lastFault[path] = why;
            Log.Write(LogLevel.Warning, "session down", ("path", path), ("server", Route(path).Server), ("why", why));
        }
    }

    /// <summary>The sessions of one route.</summary>
    private sealed class RouteWatch(int[] paths)
    {
        public int[] Paths => paths;

        public PortRedraw Redraw { get; } = new(paths.Length);

        public long[] Bytes { get; } = new long[paths.Length];

        public long[] Sent { get; } = new long[paths.Length];
    }
}
