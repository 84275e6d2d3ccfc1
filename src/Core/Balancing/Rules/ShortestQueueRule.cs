using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Every packet goes where its last byte would leave first.</summary>
public struct ShortestQueueRule : IRule
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "shortest-queue",
        Kind = TechniqueKind.Rule,
        Summary = "every packet goes where its last byte would leave first",
        Remarks =
            "Join the shortest queue, queues counted as the time to send them and the packet at each link's own speed. Delays "
            + "behind the queues are not looked at. Of equal links the first behind the one chosen last. Moves are counted on "
            + "1024 buckets of the hash, which decide nothing.",
        Source = "Winston, Optimality of the shortest line discipline, J. Applied Probability 14, 1977",
        Needs = "one place that sees every queue; receivers that stand reordering",
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
    };

    private readonly Bundle _bundle;
    private BucketTable _counting;
    private int _last;

    internal ShortestQueueRule(Bundle bundle)
    {
        _bundle = bundle;
        _counting = BucketTable.ForCounting(bundle);
        _last = bundle.Count - 1;
    }

    /// <inheritdoc/>
    public readonly long NextDeadlineNs => long.MaxValue;

    /// <inheritdoc/>
    public readonly int BucketCount => 0;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _counting.Moves;

    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed) =>
        new Balancer<ShortestQueueRule>(new ShortestQueueRule(bundle), bundle);

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        ReadOnlySpan<LinkState> states = _bundle.States;
        long size = Bundle.FrameBytes(bytes);
        int first = _last + 1;
        long best = long.MaxValue;
        for (int i = 0; i < states.Length; i++)
        {
            long rank = LinkRank.Of(states[i].LeaveInPs(size, nowNs), LinkRank.PlaceFrom(first, i));
            best = LinkRank.Least(rank + states[i].Handicap, best);
        }

        if (best >= LinkRank.Unusable)
        {
            return -1;
        }

        _last = LinkRank.LinkIn(best, first);
        _counting.CountPacket(hash, _last, bytes, nowNs, LinkRank.TimeIn(best) + states[_last].DelayPs);
        return _last;
    }

    /// <inheritdoc/>
    public readonly void OnLinkChange(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly void OnDeadline(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => -1;

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => -1;
}
