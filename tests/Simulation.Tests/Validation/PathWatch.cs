using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Stands between a connection and what chooses its path, and counts on its own what that should have gone by.</summary>
/// <param name="inner">What chooses; null for nothing.</param>
/// <param name="isCongested">Whether a round trip was congested.</param>
internal sealed class PathWatch(PathSelector? inner, Func<PathRound, bool> isCongested) : PathSelector
{
    private int _congested;
    private int _marked;
    private bool _isMarked;

    /// <summary>Changes of the label, in order.</summary>
    public List<PathMove> Changes { get; } = [];

    /// <summary>Times at which nothing was under way, each with the congested round trips in a row before it and whether the label changed.</summary>
    public List<(int Congested, bool HasMoved)> Pauses { get; } = [];

    /// <summary>When the retransmission timer ran out.</summary>
    public List<Timestamp> Timeouts { get; } = [];

    public override void OnSend(in PathSegment segment, Timestamp now)
    {
        inner?.OnSend(in segment, now);
        Follow(segment is { InFlight: 0, IsRetransmission: false } ? PathCause.Pause : PathCause.Segment, now);
    }

    public override void OnAck(in PathAck ack, Timestamp now)
    {
        inner?.OnAck(in ack, now);
        Follow(PathCause.Segment, now);
    }

    public override void OnRound(in PathRound round, Timestamp now)
    {
        _isMarked |= round.Marked > 0;
        _marked += _isMarked ? 1 : 0;
        _congested = isCongested(round) ? _congested + 1 : 0;
        inner?.OnRound(in round, now);
        Follow(round.InFlight == 0 ? PathCause.Pause : PathCause.Round, now);
    }

    public override void OnTimeout(Timestamp now)
    {
        Timeouts.Add(now);
        inner?.OnTimeout(now);
        Follow(PathCause.Timeout, now);
        _congested = 0;
    }

    private void Follow(PathCause cause, Timestamp now)
    {
        bool hasMoved = inner is not null && inner.Label != Label;
        if (cause == PathCause.Pause)
        {
            Pauses.Add((_congested, hasMoved));
        }

        ResumesAt = inner?.ResumesAt ?? ResumesAt;
        if (hasMoved)
        {
            Changes.Add(new PathMove(cause, _congested, _marked, now));
            Label = inner!.Label;
            _congested = 0;
        }
    }
}

/// <summary>What a flow saw before its path changed.</summary>
internal enum PathCause
{
    /// <summary>A round trip ended.</summary>
    Round,

    /// <summary>Nothing was under way.</summary>
    Pause,

    /// <summary>The retransmission timer ran out.</summary>
    Timeout,

    /// <summary>A segment was sent or acknowledged amid others, which should move nothing by itself.</summary>
    Segment,
}

/// <summary>A change of path.</summary>
/// <param name="Cause">After what.</param>
/// <param name="Congested">Congested round trips in a row before it.</param>
/// <param name="Marked">Round trips since the first that had a mark, that included.</param>
/// <param name="At">When.</param>
internal readonly record struct PathMove(PathCause Cause, int Congested, int Marked, Timestamp At);
