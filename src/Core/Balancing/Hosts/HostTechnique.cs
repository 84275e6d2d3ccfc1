using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>What hosts do of their own to use several paths, for the length of one run or of one daemon.</summary>
/// <remarks>
/// A technique that tells its hosts apart, or has flows share what they learnt, keeps that here; flows have a
/// <see cref="PathSelector"/> each. Told everything; no I/O; one thread.
/// </remarks>
public abstract class HostTechnique
{
    /// <summary>When <see cref="OnDeadline"/> is due; <see cref="Timestamp.MaxValue"/> for never.</summary>
    public virtual Timestamp NextDeadline => Timestamp.MaxValue;

    /// <summary>Whether senders choose the whole way through the fabric, so that there is nothing left to choose for a technique of the fabric.</summary>
    public virtual bool ChoosesPaths => false;

    /// <summary>A flow begins.</summary>
    /// <returns>What chooses its path; null to leave it alone.</returns>
    public virtual PathSelector? Open(in FlowSite site) => null;

    /// <summary>A flow to a host that runs this begins.</summary>
    /// <returns>What its segments pass before TCP sees them; null for nothing.</returns>
    public virtual SegmentOrder? OpenReceiver(in FlowSite site) => null;

    /// <summary>The next probe to send; to be asked after <see cref="Open"/> and <see cref="OnDeadline"/> until it says no.</summary>
    public virtual bool TryProbe(out HostProbe probe)
    {
        probe = default;
        return false;
    }

    /// <summary>The answer to a probe is back.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="roundTrip">How long it was under way, both ways.</param>
    /// <param name="isMarked">Whether it met congestion on the way there.</param>
    /// <param name="now">The time.</param>
    public virtual void OnEcho(in HostProbe probe, Interval roundTrip, bool isMarked, Timestamp now)
    {
    }

    /// <summary>Does what is due.</summary>
    public virtual void OnDeadline(Timestamp now)
    {
    }

    /// <summary>A connection begins: how it is made of several sessions.</summary>
    /// <returns>Null to leave it one.</returns>
    public virtual SessionPlan? Divide(in FlowSite site) => null;

    /// <summary>Whether it decides by congestion marks (ECN), and does little where senders see none.</summary>
    public virtual bool NeedsMarks => false;

    /// <summary>Whether senders pace their segments over a round trip, whatever their transport does otherwise.</summary>
    public virtual bool IsPacing => false;

    /// <summary>Most bytes that a paced sender lets go at once; zero to leave it as it is.</summary>
    public virtual ByteCount PacedBurst => ByteCount.Zero;
}

/// <summary>What a technique is told of a flow.</summary>
/// <param name="Flow">Its number, no other flow's at that time.</param>
/// <param name="Source">Number of the sending host.</param>
/// <param name="Destination">Number of the receiving host.</param>
/// <param name="SourceEdge">The switch before the sender; that of its first link, where it has several.</param>
/// <param name="DestinationEdge">The switch before the receiver.</param>
/// <param name="Headers">A hash of its addresses and ports: the same for the same.</param>
/// <param name="Paths">The paths between the hosts; kept up to date while the flow lasts.</param>
/// <param name="Seed">Start of what is random; of each flow its own.</param>
/// <param name="Now">The time.</param>
public readonly record struct FlowSite(
    int Flow, int Source, int Destination, int SourceEdge, int DestinationEdge, uint Headers, PathTable Paths, ulong Seed, Timestamp Now)
{
    /// <summary>What it is for.</summary>
    public FlowUse Use { get; init; }
}

/// <summary>A small packet from a host to another, over one path, that is answered.</summary>
/// <param name="Source">The host that sends it.</param>
/// <param name="Destination">The host that answers, over the path of the same number.</param>
/// <param name="Path">The path: below <see cref="PathTable.Count"/>.</param>
/// <param name="Bytes">All that it and its answer occupy the wire with, each.</param>
/// <param name="Word">Comes back with the answer; 0 to 65,535.</param>
public readonly record struct HostProbe(int Source, int Destination, int Path, int Bytes, int Word);
