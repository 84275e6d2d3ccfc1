namespace Trunkline.Core.Balancing.Hosts;

/// <summary>The header around a flow's packets in an overlay, which is all that switches hash: the hosts' addresses, and these.</summary>
/// <param name="SourcePort">The outer UDP source port.</param>
/// <param name="DestinationPort">The outer UDP destination port.</param>
public readonly record struct OverlayHeader(ushort SourcePort, ushort DestinationPort)
{
    /// <summary>The destination port of VXLAN (RFC 7348 §5).</summary>
    public const ushort VxlanPort = 4789;

    /// <summary>The first of the source ports that overlays use: those for private use (RFC 7348 §5).</summary>
    public const ushort FirstPort = 49_152;

    /// <summary>How many there are.</summary>
    public const int PortCount = 16_384;
}
