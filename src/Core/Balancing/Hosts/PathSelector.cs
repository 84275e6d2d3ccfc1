using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Chooses the path of one flow at its sender, by the label of its packets.</summary>
/// <remarks>Does no I/O: it is told what its connection sees, and asked at each packet. Inputs that a technique does not need do nothing.</remarks>
public abstract class PathSelector
{
    /// <summary>The label of the packets sent now.</summary>
    public PathLabel Label { get; protected set; }

    /// <summary>Nothing is sent before this; <see cref="Timestamp.MinValue"/> for no pause.</summary>
    public Timestamp ResumesAt { get; protected set; } = Timestamp.MinValue;

    /// <summary>The priority class of its packets, 0 first; null for that of its traffic.</summary>
    public int? PriorityClass { get; protected set; }

    /// <summary>The header around its packets, which switches hash instead of its own; null without an overlay. Set at its beginning.</summary>
    public OverlayHeader? Overlay { get; protected init; }

    /// <summary>Changes of the label; unsafe are those with packets under way.</summary>
    public MoveCounters Moves { get; private set; }

    /// <summary>A segment is about to be sent; <see cref="Label"/> is its label afterwards.</summary>
    public virtual void OnSend(in PathSegment segment, Timestamp now)
    {
    }

    /// <summary>An acknowledgement arrived.</summary>
    public virtual void OnAck(in PathAck ack, Timestamp now)
    {
    }

    /// <summary>A round trip has passed: all that was under way at its beginning is acknowledged.</summary>
    public virtual void OnRound(in PathRound round, Timestamp now)
    {
    }

    /// <summary>The retransmission timer ran out.</summary>
    public virtual void OnTimeout(Timestamp now)
    {
    }

    /// <summary>Its flow is over.</summary>
    public virtual void OnEnd(Timestamp now)
    {
    }

    /// <summary>Changes the label, and counts that as a move.</summary>
    protected void MoveTo(PathLabel label, bool isUnderWay)
    {
        if (label != Label)
        {
            Label = label;
            Moves += new MoveCounters(1, isUnderWay ? 1 : 0);
        }
    }
}

/// <summary>A segment that is about to be sent.</summary>
/// <param name="Offset">Payload of the flow sent before it, in bytes.</param>
/// <param name="Bytes">Its payload.</param>
/// <param name="IsRetransmission">Whether it was sent before.</param>
/// <param name="InFlight">Segments of the flow that are under way.</param>
public readonly record struct PathSegment(long Offset, int Bytes, bool IsRetransmission, int InFlight);

/// <summary>What an acknowledgement says.</summary>
/// <param name="Delivered">Segments that it acknowledges for the first time.</param>
/// <param name="Marked">Of them, those that met congestion.</param>
/// <param name="Retransmitted">Segments sent again since the last.</param>
/// <param name="SentAt">When the segment was sent that it answers.</param>
/// <param name="RoundTrip">The smoothed round trip; zero before the first.</param>
/// <param name="InFlight">Segments still under way.</param>
public readonly record struct PathAck(int Delivered, int Marked, int Retransmitted, Timestamp SentAt, Interval RoundTrip, int InFlight);

/// <summary>What a round trip brought.</summary>
/// <param name="Delivered">Segments delivered in it.</param>
/// <param name="Marked">Of them, those that met congestion.</param>
/// <param name="RoundTrip">The smoothed round trip.</param>
/// <param name="InFlight">Segments under way at its end.</param>
public readonly record struct PathRound(long Delivered, long Marked, Interval RoundTrip, int InFlight);
