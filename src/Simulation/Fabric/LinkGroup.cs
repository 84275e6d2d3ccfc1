using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Links;
using Trunkline.Simulation.Techniques;

namespace Trunkline.Simulation.Fabric;

/// <summary>Ports of one node that lead to the same hosts, and what chooses among them.</summary>
/// <param name="Node">The node.</param>
/// <param name="Ports">The ports, in the order of the bundle's links.</param>
/// <param name="Bundle">Their state, as the balancer sees it.</param>
/// <param name="Technique">The technique at work.</param>
/// <param name="Policy">Number of its policy among the cached hashes.</param>
internal sealed record LinkGroup(int Node, int[] Ports, Bundle Bundle, BundleTechnique Technique, int Policy)
{
    /// <summary>Chooses the link.</summary>
    public IBalancer Balancer { get; } = Technique.Balancer;

    /// <summary>What has both ends at work instead; null for none.</summary>
    public Stripe? Stripe { get; init; }

    /// <summary>The same links for the fabric's technique, which chooses instead where it wants to; null for none.</summary>
    public FabricGroup? OfFabric { get; init; }

    /// <summary>Whether its links are one interface, a LAG: nobody above addresses one of them, and a path has no digit for it.</summary>
    public bool IsLag { get; init; }

    /// <summary>Moves of buckets so far.</summary>
    public MoveCounters Moves => Stripe?.Moves ?? Balancer.Moves;

    /// <summary>
    /// Whether the bundle must be told of the queues before each choice: frames reach these ports by other ways too, or the choice is one
    /// of order, for which the fraction of a nanosecond counts.
    /// </summary>
    public bool IsShared { get; set; }

    /// <summary>Whether the technique is the node's own, whatever is compared.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Whether the choice promises order by estimates of arrivals.</summary>
    public bool IsOfOrder { get; init; }

    /// <summary>When the frame sent last arrives, those at the same instant before it left aside.</summary>
    public long TiePs { get; set; } = -1;

    /// <summary>How many frames before the last arrive with it.</summary>
    public int Ties { get; set; }

    /// <summary>When the timer that runs for it is due, in picoseconds.</summary>
    public long ArmedPs { get; set; }
}
