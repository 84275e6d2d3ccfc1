using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Flowlets that the tunnel endpoint finds and switches hash: each writes another value into the outer header.</summary>
public sealed class EdgeFlowlets : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "edge-flowlets",
        Kind = TechniqueKind.Host,
        Summary = "the tunnel endpoint splits flows at their gaps, and has each flowlet hashed anew by a field of the outer header",
        Remarks =
            "The endpoint sees what the host sends before any queue of the network, so that gaps are those of the sender; a flow clocked by its "
            + "acknowledgements has few. It knows nothing of load: the value is the next, or any, and the far hash says which path that is, at "
            + "times the same. Safe as long as the gap is longer than paths differ in delay, queues included. Leaves out the bytes of the outer "
            + "header.",
        Source = "draft-chen-nvo3-load-balancing (flowlet number in reserved bits of VXLAN); RFC 7348 §5 for the port",
        Needs = "switches that hash the field",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("gap", ParameterKind.Interval, "500us", "a flow silent for longer than this begins a flowlet") { Minimum = 1, Maximum = 10_000_000_000 },
            new("field", ParameterKind.Choice, "udp-port", "the outer UDP source port, drawn for each flowlet; or a number beside that of the flow, counted on")
            {
                Choices = ["udp-port", "vxlan-label"],
            },
            new("values", ParameterKind.WholeNumber, "16384", "values of the field") { Minimum = 2, Maximum = OverlayHeader.PortCount },
        ],
        Presets =
        [
            new("udp-port", "another source port for each flowlet", "RFC 7348 §5", new Dictionary<string, string> { ["field"] = "udp-port" }),
            new("vxlan-label", "the flowlet's number in the 8 reserved bits behind the VNI", "draft-chen-nvo3-load-balancing", new Dictionary<string, string>
            {
                ["field"] = "vxlan-label",
                ["values"] = "256",
            }),
        ],
    };

    private readonly Interval _gap;
    private readonly bool _isPort;
    private readonly int _values;

    private EdgeFlowlets(ParameterSet parameters)
    {
        _gap = parameters.Interval("gap");
        _isPort = parameters.Text("field") == "udp-port";
        _values = parameters.Number("values");
    }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new EdgeFlowlets(parameters);

    /// <inheritdoc/>
    public override PathSelector Open(in FlowSite site) => new Flow(this, in site);

    private sealed class Flow : PathSelector
    {
        private readonly EdgeFlowlets _owner;
        private RandomSource _random;
        private Timestamp _last = Timestamp.MaxValue;

        public Flow(EdgeFlowlets owner, in FlowSite site)
        {
            _owner = owner;
            _random = new RandomSource(site.Seed);
            int entropy = EdgeEntropy.ValueOf(site.Headers, owner._isPort ? owner._values : OverlayHeader.PortCount);

            // The label is the port itself, or stands beside it.
            Label = PathLabel.Hashed(owner._isPort ? entropy + 1 : 0);
            Overlay = new OverlayHeader((ushort)(OverlayHeader.FirstPort + (owner._isPort ? 0 : entropy)), OverlayHeader.VxlanPort);
        }

        public override void OnSend(in PathSegment segment, Timestamp now)
        {
            if (_last != Timestamp.MaxValue && now - _last > _owner._gap)
            {
                int value = _owner._isPort ? 1 + (int)_random.Below((uint)_owner._values) : (Label.Number + 1) % _owner._values;
                MoveTo(PathLabel.Hashed(value), segment.InFlight > 0);
            }

            _last = now;
        }
    }
}
