namespace Trunkline.Core.Balancing.Hosts;

/// <summary>What an ordinary overlay gives to ECMP: its hosts' addresses, and a hash of the inner headers in a field of the outer.</summary>
public sealed class EdgeEntropy : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "edge-entropy",
        Kind = TechniqueKind.Host,
        Summary = "an overlay's switches hash only a field of the outer header, which the sender fills from the inner flow",
        Remarks =
            "The field is the outer UDP source port, from 49152 on, or the IPv6 flow label. Flows between two hosts for which it is the same "
            + "take one path, whatever their own ports; with few values, as of a sender that hashes little or of a tunnel with one key, some "
            + "paths stay empty. A policy that hashes addresses alone does not see it. Leaves out the bytes of the outer header.",
        Source = "RFC 7348 §5 (VXLAN), RFC 6438 (IPv6 flow label in tunnels); Linux udp_flow_src_port()",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("values", ParameterKind.WholeNumber, "16384", "values of the field: 1 for a tunnel without any, 16384 of UDP, 1048576 of a flow label")
            {
                Minimum = 1,
                Maximum = 1 << 20,
            },
        ],
        Presets =
        [
            new("ipv6-flow-label", "20 bits in the header of IPv6", "RFC 6437, RFC 6438", new Dictionary<string, string> { ["values"] = "1048576" }),
            new("none", "nothing: all between two hosts is one flow, as with GRE or IPsec", "RFC 2784", new Dictionary<string, string> { ["values"] = "1" }),
        ],
    };

    private readonly int _values;

    private EdgeEntropy(int values) => _values = values;

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new EdgeEntropy(parameters.Number("values"));

    /// <inheritdoc/>
    public override PathSelector Open(in FlowSite site)
    {
        int value = ValueOf(site.Headers, _values);
        return new Flow(_values <= OverlayHeader.PortCount
            ? new OverlayHeader((ushort)(OverlayHeader.FirstPort + value), OverlayHeader.VxlanPort)
            : new OverlayHeader((ushort)value, (ushort)(value >> 16)));
    }

    /// <summary>The value that a hash falls on, as udp_flow_src_port() has it: by its high bits.</summary>
    internal static int ValueOf(uint headers, int values) => (int)(((ulong)headers * (uint)values) >> 32);

    private sealed class Flow : PathSelector
    {
        public Flow(OverlayHeader overlay) => Overlay = overlay;
    }
}
