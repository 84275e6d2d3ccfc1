using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>The links in turn, packet by packet.</summary>
public struct RoundRobinRule : IRule
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "round-robin",
        Kind = TechniqueKind.Rule,
        Summary = "the links in turn, packet by packet",
        Remarks =
            "Gives one flow all links and reorders it whenever queues or delays differ. Heavier links get more turns. Moves are "
            + "counted on 1024 buckets of the hash, which decide nothing.",
        Source = "Linux drivers/net/bonding/bond_main.c (balance-rr, packets_per_slave)",
        Needs = "receivers that stand reordering, or equal paths",
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("packets-per-link", ParameterKind.WholeNumber, "1", "packets on a link before it is the next one's turn")
            {
                Minimum = 1,
                Maximum = 65_535,
            },
        ],
    };

    private readonly int _packetsPerLink;
    private LinkTurn _turn;
    private BucketTable _counting;
    private int _left;
    private int _link;

    internal RoundRobinRule(Bundle bundle, int packetsPerLink)
    {
        _packetsPerLink = packetsPerLink;
        _turn = new LinkTurn(bundle);
        _counting = BucketTable.ForCounting(bundle);
    }

    /// <inheritdoc/>
    public readonly long NextDeadlineNs => long.MaxValue;

    /// <inheritdoc/>
    public readonly int BucketCount => 0;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _counting.Moves;

    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed) =>
        new Balancer<RoundRobinRule>(new RoundRobinRule(bundle, parameters.Number("packets-per-link")), bundle);

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        if (_left == 0)
        {
            _link = _turn.Next();
            _left = _packetsPerLink;
        }

        _left--;
        if (_link >= 0)
        {
            _counting.CountPacket(hash, _link, bytes, nowNs);
        }

        return _link;
    }

    /// <inheritdoc/>
    public void OnLinkChange(long nowNs)
    {
        _turn.OnLinkChange();
        _left = 0;
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
