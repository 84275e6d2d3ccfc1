using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Flowlets that the sender makes: a burst, then a pause longer than the fabric's gap.</summary>
public sealed class SenderFlowlets : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "sender-flowlets",
        Kind = TechniqueKind.Host,
        Summary = "a sender pauses after each burst for longer than the fabric's gap, so that a flow without gaps of its own can change its path",
        Remarks =
            "For all TCP traffic, over a fabric or bundle that splits flowlets. A bulk flow is clocked by its acknowledgements and never pauses by "
            + "itself. The burst grows with the rate, so that a flow pauses for half of the time at most; while it sends it may go at "
            + "twice the rate, and so keeps it on average, where the path lets it. The pause must exceed the gap and be longer than the path's "
            + "differences of delay; it costs a flow that would fill its path up to half of its rate.",
        Source = "the sending side of flowlet switching: Sinha, Kandula and Katabi, HotNets 2004; Kandula et al., CCR 2007 §3",
        Needs = "switches that split flowlets (flowlet/letflow, conga) with a gap shorter than the pause",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("burst", ParameterKind.ByteCount, "256KiB", "least bytes between two pauses") { Minimum = 1, Maximum = 1 << 30 },
            new("pause", ParameterKind.Interval, "600us", "how long it pauses: more than the gap") { Minimum = 1, Maximum = 1_000_000_000 },
        ],
    };

    private readonly long _burstBytes;
    private readonly Interval _pause;

    private SenderFlowlets(ParameterSet parameters)
    {
        _burstBytes = parameters["burst"];
        _pause = parameters.Interval("pause");
    }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new SenderFlowlets(parameters);

    /// <inheritdoc/>
    public override PathSelector Open(in FlowSite site) => new Flow(this);

    private sealed class Flow(SenderFlowlets owner) : PathSelector
    {
        private long _needed = owner._burstBytes;
        private long _fastest;
        private long _sent;
        private int _segmentBytes;
        private Timestamp _lastSent = Timestamp.MinValue;

        public override void OnSend(in PathSegment segment, Timestamp now)
        {
            // Its own pause is as good as one that is made.
            _sent = _lastSent != Timestamp.MinValue && now - _lastSent >= owner._pause ? 0 : _sent;
            _lastSent = now;
            _sent += segment.Bytes;
            _segmentBytes = Math.Max(_segmentBytes, segment.Bytes);
            if (_sent >= _needed)
            {
                _sent = 0;
                (_needed, _fastest) = (Math.Max(owner._burstBytes, _fastest), 0);
                ResumesAt = now + owner._pause;
            }
        }

        public override void OnRound(in PathRound round, Timestamp now)
        {
            if (round.RoundTrip.Nanoseconds > 0)
            {
                // What the flow sends in a pause's time at the rate of its fastest round trip between two pauses: others began or ended in one.
                var bytes = (Int128)round.Delivered * _segmentBytes * owner._pause.Nanoseconds / round.RoundTrip.Nanoseconds;
                _fastest = (long)Int128.Max(_fastest, Int128.Min(bytes, 1L << 40));
                _needed = Math.Max(_needed, _fastest);
            }
        }
    }
}
