namespace Trunkline.Core.Wire;

/// <summary>The header fields that a policy can hash, as a set.</summary>
[Flags]
public enum HeaderField : uint
{
    /// <summary>No field.</summary>
    None = 0,

    /// <summary>Source MAC address, 48 bits.</summary>
    SourceMac = 1 << 0,

    /// <summary>Destination MAC address, 48 bits.</summary>
    DestinationMac = 1 << 1,

    /// <summary>EtherType behind all VLAN tags, 16 bits; not there where a frame has none (raw IP, IP in IP).</summary>
    EtherType = 1 << 2,

    /// <summary>The outermost VLAN tag's TCI (priority, DEI and VLAN id), 16 bits.</summary>
    Vlan = 1 << 3,

    /// <summary>The second VLAN tag's TCI, 16 bits.</summary>
    InnerVlan = 1 << 4,

    /// <summary>Source IP address, 32 or 128 bits.</summary>
    SourceAddress = 1 << 5,

    /// <summary>Destination IP address, 32 or 128 bits.</summary>
    DestinationAddress = 1 << 6,

    /// <summary>IP protocol, or the last next-header value of IPv6, 8 bits.</summary>
    Protocol = 1 << 7,

    /// <summary>TTL or hop limit, 8 bits.</summary>
    Ttl = 1 << 8,

    /// <summary>DSCP and ECN, 8 bits.</summary>
    TrafficClass = 1 << 9,

    /// <summary>IPv6 flow label, 20 bits.</summary>
    FlowLabel = 1 << 10,

    /// <summary>Source port of TCP, UDP, SCTP and their like, 16 bits.</summary>
    SourcePort = 1 << 11,

    /// <summary>Destination port, 16 bits.</summary>
    DestinationPort = 1 << 12,

    /// <summary>Security parameters index of ESP or AH, 32 bits.</summary>
    Spi = 1 << 13,

    /// <summary>ICMP or ICMPv6 type and code, 8 bits each.</summary>
    IcmpType = 1 << 14,

    /// <summary>Identifier of an ICMP query (echo, timestamp, information, address mask), 16 bits.</summary>
    IcmpIdentifier = 1 << 15,

    /// <summary>MPLS labels, 20 bits each, the top of the stack first.</summary>
    MplsLabels = 1 << 16,

    /// <summary>The key that the layer's tunnel header carries: GRE key, VNI, NVGRE VSID, GTP TEID, ERSPAN session; 32 bits.</summary>
    TunnelId = 1 << 17,

    /// <summary>RoCEv2 base transport header: opcode, 8 bits.</summary>
    BthOpcode = 1 << 18,

    /// <summary>RoCEv2 base transport header: destination queue pair, 24 bits.</summary>
    BthDestinationQp = 1 << 19,

    /// <summary>The port on which the balancing box received the frame; not in any header, 32 bits.</summary>
    IngressPort = 1 << 20,

    /// <summary>The packet is an IP fragment, the first one included.</summary>
    Fragment = 1 << 21,

    /// <summary>IPv6 extension headers stand before what the protocol names.</summary>
    ExtensionHeaders = 1 << 22,
}
