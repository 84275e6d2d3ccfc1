using System.Diagnostics.CodeAnalysis;
using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Engine;

/// <summary>The sessions of one connection, each a connection of its own with packets; the connection that they make has none.</summary>
internal abstract class SessionGroup
{
    private readonly FlowAddress[] _addresses;
    private readonly bool[] _isRetiring;
    private readonly CoupledWindows? _windows;
    private readonly SlowSessionWatch? _watch;
    private readonly long[] _watched;
    private RandomSource _random;

    /// <summary>Prepares sessions, none of which is open.</summary>
    protected SessionGroup(Connection parent, SessionPlan plan, FlowAddress address, ulong seed)
    {
        Parent = parent;
        Plan = plan;
        Sessions = new Connection[plan.Count];
        _isRetiring = new bool[plan.Count];
        _random = new RandomSource(seed);
        _windows = plan.Coupling == WindowCoupling.None ? null : new CoupledWindows();
        _watch = plan.Reopen.Nanoseconds > 0 && plan.Count > 1 ? new SlowSessionWatch(plan.Count, plan.SlowPpm) : null;
        _watched = new long[plan.Count];
        _addresses = new FlowAddress[plan.Count];
        for (int i = 0; i < plan.Count; i++)
        {
            _addresses[i] = i == 0 ? address : address with { SourcePort = SourceSite.DrawPort(ref _random) };
        }
    }

    /// <summary>The connection that they make.</summary>
    public Connection Parent { get; }

    /// <summary>What was asked for.</summary>
    public SessionPlan Plan { get; }

    /// <summary>The sessions; the first so many are open.</summary>
    public Connection[] Sessions { get; }

    /// <summary>How many were opened.</summary>
    public int Opened { get; private set; }

    /// <summary>Sessions that were given another port.</summary>
    public MoveCounters Moves { get; private set; }

    /// <summary>Whether nothing more will be appended.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether slow sessions are looked for, each <see cref="SessionPlan.Reopen"/>.</summary>
    public bool IsWatched => _watch is not null;

    /// <summary>Whether all that was appended is acknowledged, and nothing more comes.</summary>
    public abstract bool IsDone { get; }

    /// <summary>Whether more is to be sent at once, so that a session's last segment is not the last.</summary>
    public abstract bool HasReady { get; }

    /// <summary>Whether there is more to send than there was room for.</summary>
    protected abstract bool HasUnsent { get; }

    /// <summary>Makes the sessions of a connection.</summary>
    public static SessionGroup Create(Connection parent, SessionPlan plan, FlowAddress address, ulong seed) => plan.Use switch
    {
        SessionUse.Stream => new StreamSessions(parent, plan, address, seed),
        SessionUse.Requests => new RequestSessions(parent, plan, address, seed),
        _ => new ShareSessions(parent, plan, address, seed),
    };

    /// <summary>The headers of a session.</summary>
    public FlowAddress AddressOf(int session) => _addresses[session];

    /// <summary>The sessions are the other direction of those of another connection.</summary>
    public void Mirror(SessionGroup other)
    {
        for (int i = 1; i < Math.Min(_addresses.Length, other._addresses.Length); i++)
        {
            _addresses[i] = _addresses[i] with { DestinationPort = other._addresses[i].SourcePort, SourcePort = other._addresses[i].DestinationPort };
        }
    }

    /// <summary>What decides a session's window; null for what its options say.</summary>
    public ICongestionControl? CreateControl() => Plan.Coupling switch
    {
        WindowCoupling.Lia => new Lia(_windows!),
        WindowCoupling.Olia => new Olia(_windows!),
        _ => null,
    };

    /// <summary>A session was opened, or opened anew.</summary>
    public void Attach(int index, Connection session)
    {
        Sessions[index] = session;
        Opened = Math.Max(Opened, index + 1);
        _windows?.Add(session.Sender);
        _isRetiring[index] = false;
    }

    /// <summary>A session is over.</summary>
    public void Detach(Connection session)
    {
        session.Group = null;
        _windows?.Remove(session.Sender);
    }

    /// <summary>The application has more to send.</summary>
    public abstract void Append(long bytes);

    /// <summary>Hands bytes to a session, which is to send what it may.</summary>
    /// <returns>False when there are none, or no session takes any now.</returns>
    public abstract bool TryFeed(long nowPs, [MaybeNullWhen(false)] out Connection session);

    /// <summary>A session's acknowledgement arrived.</summary>
    public abstract void OnAcknowledged(Connection session, long nowPs);

    /// <summary>A session delivered more.</summary>
    /// <returns>Payload that the application has now and had not before.</returns>
    public abstract long OnDelivered(Connection session);

    /// <summary>A session's receiver has answered: with all that arrived over it, and what it knows of the others.</summary>
    public virtual void OnAnswer(Connection session)
    {
    }

    /// <summary>A session's retransmission timer ran out.</summary>
    public virtual void OnTimeout(Connection session)
    {
    }

    /// <summary>An interval has ended: a slow session is given nothing more, to be opened anew when all it has is acknowledged.</summary>
    public void OnInterval()
    {
        for (int i = 0; i < Opened; i++)
        {
            _watched[i] = Sessions[i].Sender.BytesAcked;
        }

        if (_watch!.OnInterval(_watched) is >= 0 and int slow && HasUnsent && Opened == Sessions.Length)
        {
            _isRetiring[slow] = true;
        }
    }

    /// <summary>Whether a session is to be opened anew now.</summary>
    public bool IsToReopen(Connection session)
    {
        TcpSender sender = session.Sender;
        return _isRetiring[session.Session] && (sender.IsBackedOff || (sender.UnacknowledgedBytes == 0 && sender.UnsentBytes == 0));
    }

    /// <summary>Draws another port for a session.</summary>
    public virtual void Redraw(int session)
    {
        _addresses[session] = _addresses[session] with { SourcePort = SourceSite.DrawPort(ref _random) };
        Moves += new MoveCounters(1, 0);
    }

    /// <summary>Whether a session may be given more.</summary>
    protected bool IsUsable(int session) =>
        Sessions[session] is { Sender: { IsEstablished: true, IsBackedOff: false } } && !_isRetiring[session];
}
