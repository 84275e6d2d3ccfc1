using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>FlowBender: a sender whose packets are marked writes another value into a hashed field.</summary>
public sealed class FlowBender : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "flowbender",
        Kind = TechniqueKind.Host,
        Summary = "a flow of which too many packets were marked for a round trip takes another path",
        Remarks =
            "The value sits in a field that switches hash (TTL, VLAN). It is a step of faith: nothing is known of the new path, which may be "
            + "as bad, and each move may reorder what is under way; with a pause of half a round trip it mostly does not. The round trip after a "
            + "move tells of the old path still, so that a second move often follows. Moves after a timeout, too, and so leaves a dead path.",
        Source = "Kabbani, Vamanan, Hasan and Duchene, FlowBender, CoNEXT 2014",
        Needs = "senders that see marks (ECN: transport dctcp, or ecn: true), queues that mark, and switches that hash the field",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("threshold", ParameterKind.Percent, "5%", "share of marked packets above which a round trip was congested") { Maximum = 1_000_000 },
            new("rounds", ParameterKind.WholeNumber, "1", "congested round trips in a row before a flow moves") { Minimum = 1, Maximum = 1000 },
            new("spread", ParameterKind.WholeNumber, "0", "so many more round trips at most, drawn anew for each move, so that flows do not move together")
            {
                Maximum = 1000,
            },
            new("values", ParameterKind.WholeNumber, "8", "values of the field") { Minimum = 2, Maximum = PathLabel.Count },
            new("choice", ParameterKind.Choice, "next", "the next value, or one at random") { Choices = ["next", "random"] },
            new("pause", ParameterKind.Flag, "false", "send nothing for half a round trip after a move"),
        ],
        Presets = [new("paused", "with a pause of half a round trip after each move", "the paper's suggestion", new Dictionary<string, string> { ["pause"] = "true" })],
    };

    private readonly int _thresholdPpm;
    private readonly int _rounds;
    private readonly int _spread;
    private readonly int _values;
    private readonly bool _isRandom;
    private readonly bool _hasPause;

    private FlowBender(ParameterSet parameters)
    {
        _thresholdPpm = parameters.Number("threshold");
        _rounds = parameters.Number("rounds");
        _spread = parameters.Number("spread");
        _values = parameters.Number("values");
        _isRandom = parameters.Text("choice") == "random";
        _hasPause = parameters.Flag("pause");
    }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new FlowBender(parameters);

    /// <inheritdoc/>
    public override bool NeedsMarks => true;

    /// <inheritdoc/>
    public override PathSelector Open(in FlowSite site) => new Flow(this, site.Seed);

    private int DrawRounds(ref RandomSource random) => _rounds + (int)random.Below((uint)_spread + 1);

    private sealed class Flow : PathSelector
    {
        private readonly FlowBender _owner;
        private RandomSource _random;
        private int _congested;
        private int _needed;

        public Flow(FlowBender owner, ulong seed)
        {
            _owner = owner;
            _random = new RandomSource(seed);
            _needed = owner.DrawRounds(ref _random);
        }

        public override void OnRound(in PathRound round, Timestamp now)
        {
            bool isCongested = round.Marked * 1_000_000 > round.Delivered * _owner._thresholdPpm;
            _congested = isCongested ? _congested + 1 : 0;
            if (_congested >= _needed)
            {
                Bend(round.InFlight > 0);
                ResumesAt = _owner._hasPause ? now + new Interval(round.RoundTrip.Nanoseconds / 2) : ResumesAt;
            }
        }

        public override void OnTimeout(Timestamp now) => Bend(isUnderWay: false);

        private void Bend(bool isUnderWay)
        {
            int values = _owner._values;
            int value = Label.Number;
            MoveTo(PathLabel.Hashed(_owner._isRandom ? (value + 1 + (int)_random.Below((uint)values - 1)) % values : (value + 1) % values), isUnderWay);
            _congested = 0;
            _needed = _owner.DrawRounds(ref _random);
        }
    }
}
