using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Flowlets: a bucket that was idle for longer than the gap chooses its link anew.</summary>
public struct FlowletRule : IRule
{
    private const int RoundRobin = 0;
    private const int Random = 1;
    private const int Tokens = 2;

    // Beyond this many bytes the tokens are counted from zero again, long before weights times bytes overflow.
    private const long TokenBytesMax = 1L << 44;

    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "flowlet",
        Kind = TechniqueKind.Rule,
        Summary = "a bucket idle for longer than the gap chooses its link anew",
        Remarks =
            "Never reorders while the gap is at least the largest difference of the paths' delays, queueing included; with a "
            + "shorter gap unsafe moves are counted. A bulk flow that is clocked by its own acknowledgements has no gaps and stays "
            + "on its link. Choices: the links in turn; at random; tokens (the link that is furthest behind its share by weight); "
            + "quality (moving averages of load and queue in bands, the best band wins, of equal ones the current link or a "
            + "random one).",
        Source = "Sinha, Kandula and Katabi, HotNets 2004; FLARE, CCR 37(2) 2007; LetFlow, NSDI 2017",
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("choice", ParameterKind.Choice, "random", "how a new flowlet's link is chosen")
            {
                Choices = ["round-robin", "random", "tokens", "quality"],
            },
            new("gap", ParameterKind.Interval, "500us", "idle for longer than this, a new flowlet begins") { Maximum = 60_000_000_000 },
            new("unit", ParameterKind.Choice, "flowlet", "what chooses: a flowlet, every packet, or a bucket once and for all")
            {
                Choices = ["flowlet", "packet", "flow"],
            },
            new("buckets", ParameterKind.WholeNumber, "4096", "buckets in the table, a power of two") { Minimum = 2, Maximum = 65_536 },
            new("sampling", ParameterKind.Interval, "16us", "time between samples of load and queue")
            {
                Minimum = 1_000,
                Maximum = 1_000_000_000,
            },
            new("load-average", ParameterKind.WholeNumber, "16", "a sample counts 1/this in the average of the load")
            {
                Minimum = 1,
                Maximum = 255,
            },
            new("queue-average", ParameterKind.WholeNumber, "16", "a sample counts 1/this in the average of the queue")
            {
                Minimum = 1,
                Maximum = 255,
            },
            new("load-weight", ParameterKind.Percent, "50%", "part of the load in the quality; the queue has the rest")
            {
                Maximum = 1_000_000,
            },
            new("queue-full", ParameterKind.Interval, "100us", "queue that counts as 100 %, as time to send it")
            {
                Minimum = 1,
                Maximum = 1_000_000_000,
            },
            new("bands", ParameterKind.WholeNumber, "8", "bands of the quality") { Minimum = 2, Maximum = 256 },
            new("minimum", ParameterKind.Percent, "20%", "load or queue below this is in the best band") { Maximum = 1_000_000 },
            new("maximum", ParameterKind.Percent, "80%", "load or queue from this is in the worst band") { Maximum = 1_000_000 },
            new("levels", ParameterKind.Text, "", "widths of the bands in percent, with commas, instead of bands, minimum and maximum"),
            new("relative", ParameterKind.Flag, "true", "judge a link by its own speed, not by that of the fastest"),
            new("quality-delta", ParameterKind.WholeNumber, "0", "within a flowlet, a link this many bands better is taken; 0: never")
            {
                Maximum = 255,
            },
            new("probability", ParameterKind.WholeNumber, "0", "chance to leave then, in 256ths per packet") { Maximum = 256 },
        ],
        Presets = FlowletPresets.All,
    };

    private readonly Bundle _bundle;
    private readonly int _choice;
    private readonly long _gapNs;
    private readonly long _qualityDelta;
    private readonly uint _probability;
    private readonly LinkQuality? _quality;
    private readonly long[] _tokenBytes;
    private BucketTable _table;
    private LinkTurn _turn;
    private RandomSource _random;
    private long _sampleDueNs;

    internal FlowletRule(ParameterSet parameters, Bundle bundle, ulong seed)
    {
        _bundle = bundle;
        _choice = parameters.Number("choice");
        _gapNs = parameters.Text("unit") switch
        {
            "packet" => -1,
            "flow" => long.MaxValue,
            _ => parameters.Interval("gap").Nanoseconds,
        };
        _quality = _choice > Tokens ? new LinkQuality(parameters, bundle) : null;
        _sampleDueNs = _quality is null ? long.MaxValue : long.MinValue;
        _qualityDelta = _quality is null ? 0 : parameters["quality-delta"] * 1_000_000;
        _probability = (uint)parameters.Number("probability");
        _table = new BucketTable(bundle, BucketTable.PowerOfTwo(parameters));
        _turn = new LinkTurn(bundle);
        _tokenBytes = new long[bundle.Count];
        _random = new RandomSource(seed);
        ResetTokens();
    }

    /// <inheritdoc/>
    public readonly long NextDeadlineNs => long.MaxValue;

    /// <inheritdoc/>
    public readonly int BucketCount => _table.Count;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _table.Moves;

    /// <exception cref="FormatException">A parameter is wrong in itself or does not go with another.</exception>
    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed) =>
        new Balancer<FlowletRule>(new FlowletRule(parameters, bundle, seed), bundle);

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        // The last instant that there is is never before what is due never.
        if (nowNs >= _sampleDueNs && _quality is not null)
        {
            _quality.Sample(nowNs);
            _sampleDueNs = _quality.SampleDueNs;
        }

        ref Bucket bucket = ref _table[_table.IndexOf(hash)];
        if (nowNs - bucket.LastSeenNs > _gapNs || !_bundle.IsUsable(bucket.Link) || (_qualityDelta != 0 && Leaves(bucket.Link)))
        {
            int link = Choose(bucket.Link);
            if (link < 0)
            {
                return -1;
            }

            _table.Move(ref bucket, link);
        }

        _table.Send(ref bucket, bytes, nowNs);
        return bucket.Link;
    }

    /// <inheritdoc/>
    public void OnLinkChange(long nowNs)
    {
        _turn.OnLinkChange();
        _quality?.OnLinkChange();
        ResetTokens();
    }

    /// <inheritdoc/>
    public readonly void OnDeadline(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => _table.IndexOf(hash);

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => _table.LinkOf(bucket);

    private int Choose(int current) => _choice switch
    {
        RoundRobin => _turn.Next(),
        Random => BitSet.Any(_bundle.UsableMask, ref _random),
        Tokens => MostTokens(current),
        _ => _quality!.Choose(current, _bundle.UsableMask, ref _random),
    };

    private bool Leaves(int current) =>
        _quality!.Best(_bundle.UsableMask) - _quality.Of(current) >= _qualityDelta && _random.Below(256) < _probability;

    /// <summary>
    /// The link with the most tokens: a packet of b bytes gives each link its share of b and takes b from the one that it
    /// used. The bundle's counters hold both sums, so that nothing is done per packet.
    /// </summary>
    private readonly int MostTokens(int current)
    {
        long weights = 0;
        long bytes = 0;
        for (int i = 0; i < _tokenBytes.Length; i++)
        {
            weights += _bundle.UsableWeight(i);
            bytes += _bundle.Bytes(i) - _tokenBytes[i];
        }

        if (bytes > TokenBytesMax)
        {
            ResetTokens();
            bytes = 0;
        }

        int best = -1;
        long most = long.MinValue;
        for (int i = 0; i < _tokenBytes.Length; i++)
        {
            int weight = _bundle.UsableWeight(i);
            long tokens = (weight * bytes) - (weights * (_bundle.Bytes(i) - _tokenBytes[i]));
            if (weight > 0 && (tokens > most || (tokens == most && i == current)))
            {
                best = i;
                most = tokens;
            }
        }

        return best;
    }

    private readonly void ResetTokens()
    {
        for (int i = 0; i < _tokenBytes.Length; i++)
        {
            _tokenBytes[i] = _bundle.Bytes(i);
        }
    }
}
