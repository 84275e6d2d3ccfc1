using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>A link at random for every packet.</summary>
public struct RandomRule : IRule
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "random",
        Kind = TechniqueKind.Rule,
        Summary = "a link at random for every packet",
        Remarks =
            "Random packet spraying: even in the long run, uneven over a few packets, and it reorders. Heavier links are drawn "
            + "more often. Moves are counted on 1024 buckets of the hash, which decide nothing.",
        Source = "Dixit et al., On the impact of packet spraying in data center networks, INFOCOM 2013",
        Needs = "receivers that stand reordering, or equal paths",
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
    };

    private LinkTurn _turn;
    private BucketTable _counting;
    private RandomSource _random;

    internal RandomRule(Bundle bundle, ulong seed)
    {
        _turn = new LinkTurn(bundle);
        _counting = BucketTable.ForCounting(bundle);
        _random = new RandomSource(seed);
    }

    /// <inheritdoc/>
    public readonly long NextDeadlineNs => long.MaxValue;

    /// <inheritdoc/>
    public readonly int BucketCount => 0;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _counting.Moves;

    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed) =>
        new Balancer<RandomRule>(new RandomRule(bundle, seed), bundle);

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        ReadOnlySpan<sbyte> links = _turn.Links;
        int link = links[(int)_random.Below((uint)links.Length)];
        if (link >= 0)
        {
            _counting.CountPacket(hash, link, bytes, nowNs);
        }

        return link;
    }

    /// <inheritdoc/>
    public void OnLinkChange(long nowNs) => _turn.OnLinkChange();

    /// <inheritdoc/>
    public readonly void OnDeadline(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => -1;

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => -1;
}
