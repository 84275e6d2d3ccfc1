using System.Diagnostics.CodeAnalysis;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Engine;

/// <summary>Data that lies in slices, each with a session: what is of one slice goes over no other session.</summary>
internal sealed class ShareSessions : SessionGroup
{
    private readonly long[] _given;
    private readonly long[] _pending;
    private readonly long _parts;
    private long _appended;

    /// <summary>Prepares them.</summary>
    public ShareSessions(Connection parent, SessionPlan plan, FlowAddress address, ulong seed)
        : base(parent, plan, address, seed)
    {
        (_given, _pending) = (new long[plan.Count], new long[plan.Count]);
        _parts = Enumerable.Range(0, plan.Count).Sum(PartOf);
    }

    /// <inheritdoc/>
    public override bool IsDone => IsClosed && _appended == Acknowledged;

    /// <inheritdoc/>
    public override bool HasReady => false;

    /// <inheritdoc/>
    protected override bool HasUnsent => true;

    private long Acknowledged
    {
        get
        {
            long sum = 0;
            for (int i = 0; i < Opened; i++)
            {
                sum += Sessions[i].Sender.BytesAcked;
            }

            return sum;
        }
    }

    /// <inheritdoc/>
    public override void Append(long bytes)
    {
        if (bytes >= TcpSender.Endless)
        {
            // Every slice is wanted without end.
            _pending.AsSpan().Fill(TcpSender.Endless);
            return;
        }

        // Each has its share of all so far, so that what rounding leaves is never lost.
        _appended += bytes;
        long parts = 0;
        long before = 0;
        for (int i = 0; i < _pending.Length; i++)
        {
            parts += PartOf(i);
            long upTo = (long)((Int128)_appended * parts / _parts);
            _pending[i] += upTo - before - _given[i];
            _given[i] = upTo - before;
            before = upTo;
        }
    }

    /// <inheritdoc/>
    public override bool TryFeed(long nowPs, [MaybeNullWhen(false)] out Connection session)
    {
        for (int i = 0; i < Opened; i++)
        {
            if (_pending[i] > 0)
            {
                session = Sessions[i];
                session.Sender.Append(_pending[i]);
                _pending[i] = 0;
                return true;
            }
        }

        session = null;
        return false;
    }

    /// <inheritdoc/>
    public override void OnAcknowledged(Connection session, long nowPs)
    {
    }

    /// <inheritdoc/>
    public override long OnDelivered(Connection session) => session.Receiver.DeliveredBytes - session.DeliveredBytes;

    private long PartOf(int session) => Plan.Shares.Count == 0 ? 1 : Plan.Shares[session];
}
