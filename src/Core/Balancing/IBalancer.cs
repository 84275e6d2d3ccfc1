using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing;

/// <summary>One packet offered to a balancer.</summary>
/// <param name="Hash">What the policy made of its headers.</param>
/// <param name="Bytes">Frame length on the wire.</param>
/// <param name="Now">When it is offered; never earlier than the packet before.</param>
public readonly record struct OfferedPacket(uint Hash, int Bytes, Timestamp Now);

/// <summary>How often buckets changed their links.</summary>
/// <param name="Moves">All changes of a bucket's link.</param>
/// <param name="UnsafeMoves">Those after which a packet could overtake one sent before on the old link.</param>
public readonly record struct MoveCounters(long Moves, long UnsafeMoves)
{
    /// <summary>Both sums.</summary>
    public static MoveCounters operator +(MoveCounters left, MoveCounters right) =>
        new(left.Moves + right.Moves, left.UnsafeMoves + right.UnsafeMoves);

    /// <summary>Both differences.</summary>
    public static MoveCounters operator -(MoveCounters left, MoveCounters right) =>
        new(left.Moves - right.Moves, left.UnsafeMoves - right.UnsafeMoves);
}

/// <summary>A rule at work on one bundle: decides the link of every packet. Told the time; does no I/O; one thread.</summary>
/// <remarks>Nothing here allocates after construction, and no input throws.</remarks>
public interface IBalancer
{
    /// <summary>Chooses the link for a packet that is about to be sent.</summary>
    /// <param name="hash">What the policy made of its headers.</param>
    /// <param name="bytes">Frame length on the wire.</param>
    /// <param name="now">The time; never goes back.</param>
    /// <returns>A link that is up, or <see cref="LinkId.None"/> when none is.</returns>
    /// <remarks>The caller sends, and tells the bundle so (<c>Bundle.OnSent</c>), before it asks again.</remarks>
    LinkId Pick(uint hash, int bytes, Timestamp now);

    /// <summary>Chooses for a batch in order, and sends each packet on the bundle's virtual queues; keeps deadlines in between.</summary>
    /// <param name="packets">The packets, in time order.</param>
    /// <param name="picked">Room for as many links.</param>
    void PickMany(ReadOnlySpan<OfferedPacket> packets, Span<LinkId> picked);

    /// <summary>Takes note that the bundle's set of usable links changed.</summary>
    void OnLinkChange(Timestamp now);

    /// <summary>When <see cref="OnDeadline"/> wants to be called; <see cref="Timestamp.MaxValue"/> for never.</summary>
    /// <remarks>
    /// Changes only in <see cref="OnDeadline"/>, <see cref="OnLinkChange"/> and <see cref="PickMany"/>.
    /// <see cref="Timestamp.MinValue"/> before the first call: the balancer wants to be told when the run begins.
    /// </remarks>
    Timestamp NextDeadline { get; }

    /// <summary>Does what was due: rebalances, samples. To be called before a packet of the same instant.</summary>
    void OnDeadline(Timestamp now);

    /// <summary>Size of the bucket table; 0 where the rule has none.</summary>
    int BucketCount { get; }

    /// <summary>The bucket of a hash, 0 to <see cref="BucketCount"/> − 1; −1 where the rule has no table.</summary>
    int BucketOf(uint hash);

    /// <summary>The link that a bucket holds now.</summary>
    LinkId LinkOf(int bucket);

    /// <summary>Moves so far.</summary>
    MoveCounters Moves { get; }
}
