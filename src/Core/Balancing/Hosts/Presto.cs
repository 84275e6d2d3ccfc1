using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Presto: a flow is cut into flowcells, which take the paths in turn; the receiving host puts them in order below TCP.</summary>
public sealed class Presto : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "presto",
        Kind = TechniqueKind.Host,
        Summary = "each 64 KB of a flow take the next path in turn, and the receiver's offload puts them in order",
        Remarks =
            "A flowcell is what TSO hands down at most. Where paths differ in speed each has turns in proportion to its slowest link, as the "
            + "paper's controller arranges; of load it knows nothing, so that other traffic on one path slows down every flow. The receiver "
            + "holds a segment that begins another flowcell too early until the segments before it are there, or the timeout; a hole inside "
            + "a flowcell is a loss, and goes up to TCP at once. A segment sent again goes with the flowcell of its time.",
        Source = "He, Rozner, Agarwal, Felter, Carter and Akella, Presto, SIGCOMM 2015, §3",
        Needs = "switches that let the sender choose the path (shadow MACs, source routing), and both ends of every flow at work",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("cell", ParameterKind.ByteCount, "64KiB", "bytes of a flowcell") { Minimum = 1, Maximum = 1L << 30 },
            new("weighted", ParameterKind.Flag, "true", "turns in proportion to the slowest link of each path; false for equal turns"),
            new("resequence", ParameterKind.Flag, "true", "the receiver puts flowcells in order; false shows TCP what arrives"),
            new("timeout", ParameterKind.Interval, "100us", "what reordering is taken to last at first, and at least") { Minimum = 1, Maximum = 1_000_000_000 },
            new("timeout-max", ParameterKind.Interval, "500us", "the longest that it is taken to last") { Minimum = 1, Maximum = 1_000_000_000 },
            new("patience", ParameterKind.WholeNumber, "2", "held for so many times the mean (alpha); and a part of it longer after each segment that joins (1/beta)")
            {
                Minimum = 1,
                Maximum = 100,
            },
        ],
        Presets = [new("bare", "without order at the receiver", "the paper's comparison, §5", new Dictionary<string, string> { ["resequence"] = "false" })],
    };

    private readonly long _cellBytes;
    private readonly bool _isWeighted;
    private readonly FlowcellOrder.Settings? _order;

    private Presto(ParameterSet parameters)
    {
        _cellBytes = parameters["cell"];
        _isWeighted = parameters.Flag("weighted");
        var order = new FlowcellOrder.Settings(_cellBytes, parameters["timeout"], parameters["timeout-max"], parameters.Number("patience"));
        if (order.MeanMinNs > order.MeanMaxNs)
        {
            throw new FormatException("timeout is longer than timeout-max; write a shorter one");
        }

        _order = parameters.Flag("resequence") ? order : null;
    }

    /// <exception cref="FormatException">Parameters do not go together.</exception>
    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new Presto(parameters);

    /// <inheritdoc/>
    public override bool ChoosesPaths => true;

    /// <inheritdoc/>
    public override PathSelector Open(in FlowSite site) => new Flow(this, site.Paths, site.Seed);

    /// <inheritdoc/>
    public override SegmentOrder? OpenReceiver(in FlowSite site) => _order is null ? null : new FlowcellOrder(_order);

    private sealed class Flow : PathSelector
    {
        private readonly Presto _owner;
        private readonly PathTable _paths;
        private PathTurn _turn = new();
        private long _cell;

        public Flow(Presto owner, PathTable paths, ulong seed)
        {
            (_owner, _paths) = (owner, paths);

            // Flows of a single cell must not all take the first path.
            for (uint skipped = new RandomSource(seed).Below((uint)paths.Count); skipped > 0; skipped--)
            {
                Next();
            }

            Label = PathLabel.Path(Next());
        }

        public override void OnSend(in PathSegment segment, Timestamp now)
        {
            long cell = segment.Offset / _owner._cellBytes;
            if (cell > _cell)
            {
                _cell = cell;
                MoveTo(PathLabel.Path(Next()), segment.InFlight > 0);
            }
        }

        private int Next() => _owner._isWeighted ? _turn.NextByRate(_paths) : _turn.Next(_paths);
    }
}
