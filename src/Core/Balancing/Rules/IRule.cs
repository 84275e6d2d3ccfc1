namespace Trunkline.Core.Balancing.Rules;

/// <summary>What a rule does for its <see cref="Balancer{TRule}"/>: the members of <see cref="IBalancer"/> on plain numbers.</summary>
/// <remarks>Rules are structs, so that the compiler inlines them. Links are indices, −1 for none; instants are in nanoseconds.</remarks>
public interface IRule
{
    /// <summary>The link for a packet that is about to be sent; −1 when none can be used.</summary>
    int Pick(uint hash, int bytes, long nowNs);

    /// <summary>Takes note that the links that can be used changed.</summary>
    void OnLinkChange(long nowNs);

    /// <summary>
    /// When <see cref="OnDeadline"/> is due; changes only there and in <see cref="OnLinkChange"/>.
    /// <see cref="long.MinValue"/> asks to be told when the run begins, <see cref="long.MaxValue"/> is never.
    /// </summary>
    long NextDeadlineNs { get; }

    /// <summary>Does what is due at an instant; afterwards the next deadline is behind it.</summary>
    void OnDeadline(long nowNs);

    /// <summary>Buckets of the rule's table; 0 where it has none.</summary>
    int BucketCount { get; }

    /// <summary>The bucket of a hash; −1 where the rule has no table.</summary>
    int BucketOf(uint hash);

    /// <summary>The link that a bucket holds; −1 for none.</summary>
    int LinkOf(int bucket);

    /// <summary>Moves so far.</summary>
    MoveCounters Moves { get; }
}
