using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Elephant detection in the virtual switch, and what is done with an elephant there.</summary>
public sealed class Elephants : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "elephants",
        Kind = TechniqueKind.Host,
        Summary = "a flow that has sent much, or lasts long, is an elephant: queued apart, marked, sent another way, or cut into mice",
        Remarks =
            "The virtual switch counts every flow and needs no sampling. Queue and mark both write the class, and differ in who reads it: ports "
            + "that have classes queue it apart; a fabric that steers by mark (dscp-steer) places it. Path hashes an elephant once more, away "
            + "from the mice that it began with, which may be into another elephant. Cut does so at every piece, like presto without order at "
            + "the receiver: each cut may reorder. Packets on their way when the class or path changes may be overtaken.",
        Source = "Casado and Pettit, Of Mice and Elephants, 2013",
        Needs = "ports with classes for queue, a fabric that reads marks for mark, switches that hash a label for path and cut",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("threshold", ParameterKind.ByteCount, "1MB", "a flow that has sent as much is an elephant; 0 for not by bytes"),
            new("age", ParameterKind.Interval, "0s", "a flow that lasts longer is one; 0 for not by age") { Maximum = 1_000_000_000_000 },
            new("action", ParameterKind.Choice, "path", "what becomes of it") { Choices = ["queue", "path", "cut", "mark"] },
            new("class", ParameterKind.WholeNumber, "1", "the class, or mark, of queue and mark") { Maximum = 7 },
            new("piece", ParameterKind.ByteCount, "1MB", "bytes after which cut takes another label") { Minimum = 1 },
        ],
        Presets =
        [
            .. new[] { ("queue", "elephants in a class of their own"), ("cut", "elephants cut into mice"), ("mark", "elephants marked for the underlay") }
                .Select(p => new PresetDescriptor(p.Item1, p.Item2, "Casado and Pettit, 2013", new Dictionary<string, string> { ["action"] = p.Item1 })),
        ],
    };

    private readonly long _thresholdBytes;
    private readonly Interval _age;
    private readonly string _action;
    private readonly int _class;
    private readonly long _pieceBytes;

    private Elephants(ParameterSet parameters)
    {
        _thresholdBytes = parameters["threshold"];
        _age = parameters.Interval("age");
        _action = parameters.Text("action");
        _class = parameters.Number("class");
        _pieceBytes = parameters["piece"];
        if (_thresholdBytes == 0 && _age == Interval.Zero)
        {
            throw new FormatException("no flow is ever an elephant; write a threshold or an age");
        }
    }

    /// <exception cref="FormatException">Parameters do not go together.</exception>
    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new Elephants(parameters);

    /// <inheritdoc/>
    public override PathSelector Open(in FlowSite site) => new Flow(this, site.Now);

    private sealed class Flow(Elephants owner, Timestamp begun) : PathSelector
    {
        private bool _isElephant;
        private long _cutAt;

        public override void OnSend(in PathSegment segment, Timestamp now)
        {
            if (!_isElephant)
            {
                if (IsElephant(segment.Offset, now))
                {
                    _isElephant = true;
                    Act(in segment);
                }
            }
            else if (owner._action == "cut" && segment.Offset >= _cutAt)
            {
                Act(in segment);
            }
        }

        private bool IsElephant(long offset, Timestamp now) =>
            (owner._thresholdBytes > 0 && offset >= owner._thresholdBytes) || (owner._age > Interval.Zero && now - begun > owner._age);

        private void Act(in PathSegment segment)
        {
            if (owner._action is "queue" or "mark")
            {
                PriorityClass = owner._class;
                return;
            }

            _cutAt = segment.Offset + owner._pieceBytes;
            MoveTo(PathLabel.Hashed(1 + (Label.Number % (PathLabel.Count - 1))), segment.InFlight > 0);
        }
    }
}
