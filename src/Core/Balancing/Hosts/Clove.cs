using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Clove-ECN: the hypervisor sends flowlets over paths by weights that shrink with the marks that come back.</summary>
public sealed class Clove : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "clove",
        Kind = TechniqueKind.Host,
        Summary = "flowlets of the virtual switch take paths by weight; a path that is marked loses weight to those that are not",
        Remarks =
            "Each host keeps weights for each other host, over the paths that traceroute found for it (here known from the start, as paths, "
            + "not as ports that lead there). A mark takes a third of a path's weight and spreads it evenly over the paths that had none for a "
            + "round trip; when there are none, all stay. Leaves out that the destination's switch hides marks from the guest while any path is "
            + "free of them: here the sender's TCP sees them as well, and slows down; and that weights are of addresses, not of destinations' racks.",
        Source = "Katta, Ghag, Hira, Keslassy, Bergman, Kim and Rexford, Clove, CoNEXT 2017, §3",
        Needs = "senders that see marks (ECN: transport dctcp, or ecn: true), queues that mark, and a way to choose paths (outer source ports)",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("gap", ParameterKind.Interval, "500us", "a flow silent for longer than this begins a flowlet") { Minimum = 1, Maximum = 10_000_000_000 },
            new("cut", ParameterKind.Percent, "33.3333%", "what a mark takes of a path's weight") { Minimum = 1, Maximum = 1_000_000 },
            new("feedback", ParameterKind.Interval, "40us", "marks of a path count once in this time: half a round trip") { Maximum = 1_000_000_000 },
        ],
    };

    private readonly Interval _gap;
    private readonly int _cutPpm;
    private readonly Interval _feedback;
    private readonly Dictionary<(int Source, int Destination), Peer> _peers = [];

    private Clove(ParameterSet parameters)
    {
        _gap = parameters.Interval("gap");
        _cutPpm = parameters.Number("cut");
        _feedback = parameters.Interval("feedback");
    }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new Clove(parameters);

    /// <inheritdoc/>
    public override bool NeedsMarks => true;

    /// <inheritdoc/>
    public override bool ChoosesPaths => true;

    /// <inheritdoc/>
    public override PathSelector Open(in FlowSite site)
    {
        if (!_peers.TryGetValue((site.Source, site.Destination), out Peer? peer))
        {
            _peers.Add((site.Source, site.Destination), peer = new Peer(this, site.Paths, site.Seed));
        }

        return new Flow(this, peer);
    }

    /// <summary>What a host knows of the paths to another.</summary>
    private sealed class Peer(Clove owner, PathTable paths, ulong seed)
    {
        private const int WeightSum = 1 << 20;

        private int[] _weights = [];
        private Timestamp[] _markedAt = [];
        private PathTurn _turn = new();

        public int Next()
        {
            if (_weights.Length != paths.Count)
            {
                _weights = [.. Enumerable.Repeat(WeightSum / paths.Count, paths.Count)];
                _markedAt = [.. Enumerable.Repeat(Timestamp.MinValue, paths.Count)];

                // Hosts that begin together must not begin with the same path.
                for (uint skipped = new RandomSource(seed).Below((uint)paths.Count); skipped > 0; skipped--)
                {
                    _turn.NextByWeight(_weights);
                }
            }

            return _turn.NextByWeight(_weights);
        }

        public void OnMark(int path, Interval roundTrip, Timestamp now)
        {
            if (path >= _weights.Length || (_markedAt[path] != Timestamp.MinValue && now - _markedAt[path] < owner._feedback))
            {
                return;
            }

            _markedAt[path] = now;
            int free = 0;
            for (int other = 0; other < _weights.Length; other++)
            {
                free += IsFree(other, roundTrip, now) ? 1 : 0;
            }

            // The rest of the division stays with the path.
            int share = free == 0 ? 0 : (int)((long)_weights[path] * owner._cutPpm / 1_000_000 / free);
            for (int other = 0; other < _weights.Length; other++)
            {
                _weights[other] += IsFree(other, roundTrip, now) ? share : 0;
            }

            _weights[path] -= share * free;
        }

        private bool IsFree(int path, Interval roundTrip, Timestamp now) =>
            _markedAt[path] == Timestamp.MinValue || now - _markedAt[path] > roundTrip;
    }

    private sealed class Flow(Clove owner, Peer peer) : PathSelector
    {
        private Timestamp _last = Timestamp.MaxValue;
        private Timestamp _since;

        public override void OnSend(in PathSegment segment, Timestamp now)
        {
            if (_last == Timestamp.MaxValue)
            {
                Label = PathLabel.Path(peer.Next());
            }
            else if (now - _last > owner._gap)
            {
                var label = PathLabel.Path(peer.Next());
                _since = label == Label ? _since : now;
                MoveTo(label, segment.InFlight > 0);
            }

            _last = now;
        }

        public override void OnAck(in PathAck ack, Timestamp now)
        {
            // What was sent before the flowlet tells of another path.
            if (ack.Marked > 0 && ack.SentAt >= _since)
            {
                peer.OnMark(Label.Number, ack.RoundTrip, now);
            }
        }
    }
}
