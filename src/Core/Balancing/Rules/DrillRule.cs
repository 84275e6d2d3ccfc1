using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>DRILL(d, m): every packet compares d links drawn at random with the m best of the last time.</summary>
public struct DrillRule : IRule
{
    private const int SamplesMax = 16;

    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "drill",
        Kind = TechniqueKind.Rule,
        Summary = "every packet takes the shortest of d random queues and the m best of the last time",
        Remarks =
            "Queues are counted as the time to send them, which orders equal links by their bytes as in the paper. Draws may "
            + "repeat a link; remembered are the m best once the packet is on its queue. m = 0 is the power of d choices. Moves "
            + "are counted on 1024 buckets of the hash, which decide nothing.",
        Source = "DRILL, SIGCOMM 2017, section 3.2",
        Needs = "receivers that stand reordering, or equal paths",
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("d", ParameterKind.WholeNumber, "2", "links drawn at random") { Minimum = 1, Maximum = SamplesMax },
            new("m", ParameterKind.WholeNumber, "1", "links remembered") { Maximum = SamplesMax },
        ],
        Presets =
        [
            new(
                "two-choices",
                "the shorter of two random queues, nothing remembered",
                "Mitzenmacher, The power of two choices, IEEE TPDS 12(10), 2001",
                new Dictionary<string, string> { ["d"] = "2", ["m"] = "0" }),
        ],
    };

    private readonly Bundle _bundle;
    private readonly int _draws;
    private readonly int _memory;
    private readonly bool _isOfThree;
    private BucketTable _counting;
    private RandomSource _random;

    // The links that can be used, and behind the draws those that were best last time.
    private readonly sbyte[] _links = new sbyte[Bundle.LinksMax];
    private readonly sbyte[] _candidates = new sbyte[2 * SamplesMax];
    private readonly long[] _ranks = new long[2 * SamplesMax];
    private int _count;
    private int _remembered;

    // The one link remembered where d = 2, m = 1; −1 for none.
    private int _bestOfLast;

    internal DrillRule(Bundle bundle, int draws, int memory, ulong seed)
    {
        _isOfThree = draws == 2 && memory == 1;
        _bundle = bundle;
        _draws = draws;
        _memory = memory;
        _counting = BucketTable.ForCounting(bundle);
        _random = new RandomSource(seed);
        OnLinkChange(0);
    }

    /// <inheritdoc/>
    public readonly long NextDeadlineNs => long.MaxValue;

    /// <inheritdoc/>
    public readonly int BucketCount => 0;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _counting.Moves;

    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed) =>
        new Balancer<DrillRule>(new DrillRule(bundle, parameters.Number("d"), parameters.Number("m"), seed), bundle);

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        if (_count == 0)
        {
            return -1;
        }

        if (_isOfThree)
        {
            return PickOfThree(hash, bytes, nowNs);
        }

        Span<sbyte> candidates = _candidates.AsSpan(0, _draws + _remembered);
        RandomSource random = _random;
        for (int i = 0; i < _draws; i++)
        {
            candidates[i] = _links[(int)random.Below((uint)_count)];
        }

        _random = random;
        ReadOnlySpan<LinkState> states = _bundle.States;
        Span<long> ranks = _ranks.AsSpan(0, candidates.Length);
        long best = long.MaxValue;
        for (int i = 0; i < candidates.Length; i++)
        {
            int candidate = candidates[i];
            long rank = LinkRank.Of(states[candidate].WaitPs(nowNs), candidate);
            ranks[i] = rank;
            best = LinkRank.Least(rank, best);
        }

        int chosen = LinkRank.LinkIn(best, 0);
        ref readonly LinkState state = ref states[chosen];
        long leaveInPs = LinkRank.TimeIn(best) + (Bundle.FrameBytes(bytes) * state.PicosecondsPerByte);
        if (_memory > 0)
        {
            Remember(ranks, best, LinkRank.Of(leaveInPs, chosen));
        }

        _counting.CountPacket(hash, chosen, bytes, nowNs, leaveInPs + state.DelayPs);
        return chosen;
    }

    /// <inheritdoc/>
    public void OnLinkChange(long nowNs)
    {
        _count = 0;
        for (int i = 0; i < _bundle.Count; i++)
        {
            if (_bundle.IsUsable(i))
            {
                _links[_count++] = (sbyte)i;
            }
        }

        // What was remembered of links that are gone is forgotten with the rest.
        _remembered = 0;
        _bestOfLast = -1;
    }

    /// <inheritdoc/>
    public readonly void OnDeadline(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => -1;

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => -1;

    /// <summary>The same for d = 2, m = 1, in registers.</summary>
    private int PickOfThree(uint hash, int bytes, long nowNs)
    {
        RandomSource random = _random;
        ReadOnlySpan<sbyte> links = _links.AsSpan(0, _count);
        int first = links[(int)random.Below((uint)links.Length)];
        int second = links[(int)random.Below((uint)links.Length)];
        _random = random;

        // Before anything is remembered the first stands in, twice the same.
        int third = _bestOfLast < 0 ? first : _bestOfLast;
        ReadOnlySpan<LinkState> states = _bundle.States;
        long firstRank = LinkRank.Of(states[first].WaitPs(nowNs), first);
        long secondRank = LinkRank.Of(states[second].WaitPs(nowNs), second);
        long thirdRank = LinkRank.Of(states[third].WaitPs(nowNs), third);
        long best = LinkRank.Least(LinkRank.Least(firstRank, secondRank), thirdRank);

        int chosen = LinkRank.LinkIn(best, 0);
        ref readonly LinkState state = ref states[chosen];
        long leaveInPs = LinkRank.TimeIn(best) + (Bundle.FrameBytes(bytes) * state.PicosecondsPerByte);
        long change = LinkRank.Of(leaveInPs, chosen) - best;
        firstRank += change & LinkRank.SameMask(firstRank, best);
        secondRank += change & LinkRank.SameMask(secondRank, best);
        thirdRank += change & LinkRank.SameMask(thirdRank, best);
        _bestOfLast = LinkRank.LinkIn(LinkRank.Least(LinkRank.Least(firstRank, secondRank), thirdRank), 0);
        _counting.CountPacket(hash, chosen, bytes, nowNs, leaveInPs + state.DelayPs);
        return chosen;
    }

    /// <summary>Keeps the m candidates with the shortest queues, each once, the packet counted in on the link that takes it.</summary>
    private void Remember(Span<long> ranks, long before, long after)
    {
        _remembered = 0;
        while (_remembered < _memory)
        {
            long best = long.MaxValue;
            foreach (ref long rank in ranks)
            {
                rank += (after - before) & LinkRank.SameMask(rank, before);
                best = LinkRank.Least(rank, best);
            }

            if (best == long.MaxValue)
            {
                return;
            }

            _candidates[_draws + _remembered++] = (sbyte)LinkRank.LinkIn(best, 0);
            before = best;
            after = long.MaxValue;
        }
    }
}
