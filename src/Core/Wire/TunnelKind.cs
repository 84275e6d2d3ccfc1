namespace Trunkline.Core.Wire;

/// <summary>How a layer of a packet is carried by the layer around it.</summary>
public enum TunnelKind : byte
{
    /// <summary>It is not: the outermost layer.</summary>
    None = 0,

    /// <summary>GRE carrying IP or Ethernet (RFC 2784, RFC 2890).</summary>
    Gre,

    /// <summary>NVGRE: GRE with a virtual subnet id, carrying Ethernet (RFC 7637).</summary>
    Nvgre,

    /// <summary>ERSPAN types I, II and III: GRE carrying mirrored Ethernet frames.</summary>
    Erspan,

    /// <summary>IPv4 in IPv4 (RFC 2003).</summary>
    IpInIp,

    /// <summary>IPv6 in IPv4 (RFC 4213).</summary>
    SixInFour,

    /// <summary>IPv4 or IPv6 in IPv6 (RFC 2473).</summary>
    IpInIpv6,

    /// <summary>VXLAN, UDP ports 4789 and 8472 (RFC 7348), and its generic form on 4790.</summary>
    Vxlan,

    /// <summary>Geneve, UDP port 6081 (RFC 8926).</summary>
    Geneve,

    /// <summary>GTP-U, UDP port 2152 (3GPP TS 29.281).</summary>
    GtpU,

    /// <summary>MPLS over UDP, port 6635 (RFC 7510).</summary>
    MplsOverUdp,

    /// <summary>Ethernet behind MPLS labels (RFC 4448), told from IP by looking at it.</summary>
    Pseudowire,
}
