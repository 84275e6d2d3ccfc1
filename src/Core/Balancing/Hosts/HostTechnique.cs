using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>What sending hosts do of their own to use several paths, for the length of one run or of one daemon.</summary>
/// <remarks>
/// A technique that tells its hosts apart, or has flows share what they learnt, keeps that here; flows have a
/// <see cref="PathSelector"/> each. Told everything; no I/O; one thread.
/// </remarks>
public abstract class HostTechnique
{
    /// <summary>A flow begins.</summary>
    /// <returns>What chooses its path; null to leave it alone.</returns>
    public virtual PathSelector? Open(in FlowSite site) => null;

    /// <summary>A connection begins: how it is made of several sessions.</summary>
    /// <returns>Null to leave it one.</returns>
    public virtual SessionPlan? Divide(in FlowSite site) => null;

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
/// <param name="Paths">Different paths between them: <see cref="PathLabel.Path"/> of 0 to this. At least 1.</param>
/// <param name="Seed">Start of what is random; of each flow its own.</param>
public readonly record struct FlowSite(int Flow, int Source, int Destination, int SourceEdge, int DestinationEdge, int Paths, ulong Seed)
{
    /// <summary>What it is for.</summary>
    public FlowUse Use { get; init; }

    /// <summary>Speeds of the links with which the sending host begins its paths, in the order in which a path counts them; at least one.</summary>
    public IReadOnlyList<BitRate> Links { get; init; } = [Core.Links.Link.DefaultRate];
}
