using System.Net;
using System.Net.Sockets;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;
using Trunkline.Hosting;
using Trunkline.Results;

namespace Trunkline.Storage.Stripe;

/// <summary>What both ends of a stripe do: listen, watch, end. One thread serves it, the one that calls <see cref="Run"/>.</summary>
public abstract class StripeSide : ILoopOwner, ISessionOwner, IRunnerOwner, IDisposable
{
    private static readonly TimeSpan StatusLimit = TimeSpan.FromSeconds(2);

    private readonly List<Listener> _listeners = [];
    private StripeIdentity? _identity;
    private bool _isStopping;

    private protected StripeSide(StripeSettings settings, DaemonLog log)
    {
        (Settings, Log) = (settings, log);
        // A sixteenth is for what blocks are larger than what they hold.
        Memory = new CreditPool(settings.MemoryBytes - (settings.MemoryBytes / 16));
        _identity = settings.ReadIdentity?.Invoke();
    }

    /// <summary>Memory of chunks that are sent and not acknowledged, or came and are not read. Any thread; roughly.</summary>
    public long HeldBytes => Pool.UsedBytes;

    private protected StripeSettings Settings { get; }

    private protected DaemonLog Log { get; }

    private protected EventLoop Loop { get; } = new();

    private protected BlockPool Pool { get; } = new();

    private protected CreditPool Memory { get; }

    private protected ITransport Secure(Session session, bool isServer) => _identity is null
        ? new PlainTransport(session.Socket)
        : new TlsTransport(Loop, session, _identity, isServer);

    /// <summary>Reads the keys anew, for sessions from now on; the old ones stay in use when that fails. Any thread.</summary>
    public void ReloadKeys() => Loop.Post(() =>
    {
        try
        {
            _identity = Settings.ReadIdentity?.Invoke();
            Log.Write(LogLevel.Info, "keys reloaded");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException or FormatException)
        {
            Log.Write(LogLevel.Error, "keys not reloaded", ("why", exception.Message));
        }
    });

    /// <summary>Serves until <see cref="Stop"/>.</summary>
    public void Run() => Loop.Run(this);

    /// <summary>Ends all flows and <see cref="Run"/>. Any thread.</summary>
    public void Stop() => Loop.Post(() =>
    {
        if (!_isStopping)
        {
            _isStopping = true;
            EndAll(EventLoop.Now);
            Loop.Stop();
        }
    });

    /// <summary>What it is like now. Any thread but the loop's.</summary>
    /// <exception cref="TimeoutException">It is busy, or has stopped.</exception>
    public StripeStatusResult ReadStatus()
    {
        var done = new TaskCompletionSource<StripeStatusResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => done.SetResult(StripeStatus.Create(Name, Runners, Pool.UsedBytes, Memory.GrantedBytes)));
        return done.Task.Wait(StatusLimit) ? done.Task.Result : throw new TimeoutException("no answer in time");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Listener listener in _listeners)
        {
            listener.Socket.Dispose();
        }

        Loop.Dispose();
        GC.SuppressFinalize(this);
    }

    Timestamp ILoopOwner.NextDeadline => NextDeadline;

    void ILoopOwner.OnTurn(Timestamp now)
    {
        if (!_isStopping)
        {
            OnTurn(now);
        }
    }

    TrunkRunner? ISessionOwner.OnGreeting(Session session, in StripeHello hello, Timestamp now) => OnGreeting(session, in hello, now);

    void ISessionOwner.OnConnected(Session session, Timestamp now) => OnConnected(session, now);

    void ISessionOwner.OnClosed(Session session, string why, Timestamp now) => OnClosed(session, why, now);

    Socket? IRunnerOwner.ConnectTarget(TrunkRunner runner, StripeFlow flow) => ConnectTarget(runner, flow);

    void IRunnerOwner.OnConnecting(FlowPump pump) => OnConnecting(pump);

    void IRunnerOwner.OnTargetFault(StripeFlow flow, string why) =>
        Log.Write(LogLevel.Warning, "target failed", ("service", flow.Service), ("why", why));

    void IRunnerOwner.OnPath(TrunkRunner runner, int path, bool isWanted) => OnPath(runner, path, isWanted);

    void IRunnerOwner.OnEnded(TrunkRunner runner) => OnEnded(runner);

    void IRunnerOwner.OnFlow(TrunkRunner runner, StripeFlow flow, StripeEventKind kind) =>
        Log.Write(LogLevel.Debug, kind == StripeEventKind.FlowOpened ? "flow began" : "flow ended", ("flow", flow.Id.ToString("x16")), ("service", flow.Service));

    private protected abstract string Name { get; }

    private protected abstract IEnumerable<TrunkRunner> Runners { get; }

    private protected abstract Timestamp NextDeadline { get; }

    private protected abstract void OnTurn(Timestamp now);

    private protected abstract void EndAll(Timestamp now);

    private protected abstract TrunkRunner? OnGreeting(Session session, in StripeHello hello, Timestamp now);

    private protected abstract void OnConnected(Session session, Timestamp now);

    private protected abstract void OnClosed(Session session, string why, Timestamp now);

    private protected abstract Socket? ConnectTarget(TrunkRunner runner, StripeFlow flow);

    private protected virtual void OnConnecting(FlowPump pump)
    {
    }

    private protected abstract void OnPath(TrunkRunner runner, int path, bool isWanted);

    private protected abstract void OnEnded(TrunkRunner runner);

    /// <summary>Listens; each connection is handed on.</summary>
    private protected void Listen(IPEndPoint at, Action<Socket> onAccepted)
    {
        var listener = new Listener(Sockets.Listen(at), this, onAccepted);
        Loop.Watch(listener.Socket, listener);
        _listeners.Add(listener);
    }

    private protected static Timestamp Earlier(Timestamp one, Timestamp other) => one < other ? one : other;

    private sealed class Listener(Socket socket, StripeSide side, Action<Socket> onAccepted) : IReady
    {
        private const int AcceptsMax = 64;

        public Socket Socket => socket;

        public void OnReady(bool canRead, bool canWrite, bool isOver, bool isBroken) => Accept();

        private void Accept()
        {
            for (int i = 0; i < AcceptsMax; i++)
            {
                Socket? accepted = Sockets.TryAccept(socket, out bool isExhausted);
                if (isExhausted)
                {
                    // Out of file handles: those that wait are taken once some are free.
                    side.Log.Write(LogLevel.Error, "no file handle for a connection", ("listener", socket.LocalEndPoint));
                    _ = Task.Delay(250).ContinueWith(_ => side.Loop.Post(Accept), TaskScheduler.Default);
                    return;
                }

                if (accepted is null)
                {
                    return;
                }

                onAccepted(accepted);
            }

            side.Loop.Post(Accept);
        }
    }
}
