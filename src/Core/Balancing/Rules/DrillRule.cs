using System.Numerics;
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
        Verbs = TechniqueVerbs.None,
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
    private BucketTable _counting;
    private RandomSource _random;

    // The links that were best last time: bit i for link i.
    private ulong _remembered;

    internal DrillRule(Bundle bundle, int draws, int memory, ulong seed)
    {
        _bundle = bundle;
        _draws = draws;
        _memory = memory;
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
        new Balancer<DrillRule>(new DrillRule(bundle, parameters.Number("d"), parameters.Number("m"), seed), bundle);

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        ulong usable = _bundle.UsableMask;
        ulong candidates = Draw(usable) | (_remembered & usable);
        if (candidates == 0)
        {
            return -1;
        }

        int best = Shortest(candidates, -1, bytes, nowNs);
        _remembered = 0;
        for (int i = 0; i < _memory && candidates != 0; i++)
        {
            ulong next = 1UL << Shortest(candidates, best, bytes, nowNs);
            _remembered |= next;
            candidates &= ~next;
        }

        _counting.CountPacket(hash, best, bytes, nowNs);
        return best;
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

    private ulong Draw(ulong from)
    {
        ulong drawn = 0;
        uint count = (uint)BitOperations.PopCount(from);
        for (int i = 0; i < _draws && count > 0; i++)
        {
            drawn |= BitSet.Bit(from, (int)_random.Below(count));
        }

        return drawn;
    }

    /// <summary>The link with the shortest queue, the packet counted in on the link that takes it; of equal ones the first.</summary>
    private readonly int Shortest(ulong links, int taken, int bytes, long nowNs)
    {
        int best = -1;
        long bestNs = long.MaxValue;
        for (; links != 0; links &= links - 1)
        {
            int link = BitOperations.TrailingZeroCount(links);
            long waitNs = link == taken ? _bundle.LeaveNs(link, bytes, nowNs) - nowNs : _bundle.WaitNs(link, nowNs);
            if (waitNs < bestNs)
            {
                best = link;
                bestNs = waitNs;
            }
        }

        return best;
    }
}
