using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>A resilient group: a bucket changes its link when that is gone, or when it is idle and its link has too many.</summary>
public struct ResilientRule : IRule
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "resilient",
        Kind = TechniqueKind.Rule,
        Summary = "a bucket moves when its link is gone, or it is idle and its link has too many",
        Remarks =
            "Linux's resilient next-hop group. It balances numbers of buckets, not load: what it guards is the flows of links "
            + "that stay, when others come and go. Moves of idle buckets are safe while the idle timer is longer than the skew; "
            + "the unbalanced timer forces busy ones.",
        Source = "Linux net/ipv4/nexthop.c; Documentation/networking/nexthop-group-resilient.rst",
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("buckets", ParameterKind.WholeNumber, "256", "buckets in the table; Linux has no default")
            {
                Minimum = 1,
                Maximum = 65_535,
            },
            new("idle-timer", ParameterKind.Interval, "120s", "idle for this long, a bucket may move") { Maximum = 86_400_000_000_000 },
            new("unbalanced-timer", ParameterKind.Interval, "0s", "unbalanced for longer, busy buckets move too; 0s for never")
            {
                Maximum = 86_400_000_000_000,
            },
        ],
    };

    private readonly ResilientGroup _group;

    internal ResilientRule(ResilientGroup group) => _group = group;

    /// <inheritdoc/>
    public readonly long NextDeadlineNs => _group.NextDeadlineNs;

    /// <inheritdoc/>
    public readonly int BucketCount => _group.Count;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _group.Moves;

    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed)
    {
        var group = new ResilientGroup(
            bundle,
            parameters.Number("buckets"),
            parameters.Interval("idle-timer").Nanoseconds,
            parameters.Interval("unbalanced-timer").Nanoseconds);
        return new Balancer<ResilientRule>(new ResilientRule(group), bundle);
    }

    /// <inheritdoc/>
    public readonly int Pick(uint hash, int bytes, long nowNs) => _group.Pick(hash, bytes, nowNs);

    /// <inheritdoc/>
    public readonly void OnLinkChange(long nowNs) => _group.Rebalance(nowNs);

    /// <inheritdoc/>
    public readonly void OnDeadline(long nowNs) => _group.Upkeep(nowNs);

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => _group.IndexOf(hash);

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => _group.LinkOf(bucket);
}
