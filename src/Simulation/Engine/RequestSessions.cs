using System.Diagnostics.CodeAnalysis;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Striping.Sessions;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Engine;

/// <summary>Requests over sessions, each whole over one: a large flow cut into blocks, of which some are under way at once.</summary>
/// <remarks>The next block is handed out when one was acknowledged, which stands for its answer.</remarks>
internal sealed class RequestSessions : SessionGroup
{
    private readonly SessionLoad[] _loads;
    private readonly Queue<long>[] _ends;
    private readonly long[] _appended;
    private readonly long[] _acknowledged;
    private readonly PathSample[] _samples;
    private readonly SessionScheduler _scheduler;
    private long _unassigned;
    private int _underWay;

    /// <summary>Prepares them.</summary>
    public RequestSessions(Connection parent, SessionPlan plan, FlowAddress address, ulong seed)
        : base(parent, plan, address, seed)
    {
        _loads = [.. Enumerable.Range(0, plan.Count).Select(_ => new SessionLoad())];
        _ends = [.. Enumerable.Range(0, plan.Count).Select(_ => new Queue<long>())];
        (_appended, _acknowledged) = (new long[plan.Count], new long[plan.Count]);
        _samples = new PathSample[plan.Count];
        _scheduler = new SessionScheduler(plan.Scheduling, plan.Shares, seed);
    }

    /// <inheritdoc/>
    public override bool IsDone => IsClosed && _unassigned == 0 && _underWay == 0;

    /// <inheritdoc/>
    public override bool HasReady => false;

    /// <inheritdoc/>
    protected override bool HasUnsent => _unassigned > 0;

    /// <inheritdoc/>
    public override void Append(long bytes) => _unassigned += bytes;

    /// <inheritdoc/>
    public override bool TryFeed(long nowPs, [MaybeNullWhen(false)] out Connection session)
    {
        session = null;
        if (_unassigned == 0 || _underWay >= Plan.Depth)
        {
            return false;
        }

        for (int i = 0; i < _samples.Length; i++)
        {
            _samples[i] = IsUsable(i) ? _loads[i].Sample(Sessions[i], isUsable: true) : default;
        }

        long bytes = Math.Min(_unassigned, Plan.BlockBytes);
        if (_scheduler.Pick(_samples, bytes) is not (>= 0 and int picked))
        {
            return false;
        }

        _unassigned -= bytes;
        _underWay++;
        _loads[picked].OnRequest(bytes, nowPs);
        _appended[picked] += bytes;
        _ends[picked].Enqueue(_appended[picked]);
        session = Sessions[picked];
        session.Sender.Append(bytes);
        return true;
    }

    /// <inheritdoc/>
    public override void OnAcknowledged(Connection session, long nowPs)
    {
        int place = session.Session;
        long bytes = session.Sender.BytesAcked;
        int ended = 0;
        while (_ends[place].TryPeek(out long end) && end <= bytes)
        {
            _ends[place].Dequeue();
            ended++;
        }

        if (bytes > _acknowledged[place])
        {
            _loads[place].OnDone(bytes - _acknowledged[place], ended, nowPs);
            _acknowledged[place] = bytes;
            _underWay -= ended;
        }
    }

    /// <inheritdoc/>
    public override long OnDelivered(Connection session) => session.Receiver.DeliveredBytes - session.DeliveredBytes;
}
