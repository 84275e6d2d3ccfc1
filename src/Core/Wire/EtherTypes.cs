namespace Trunkline.Core.Wire;

/// <summary>The EtherTypes that the parser knows (IEEE 802 numbers registry).</summary>
public static class EtherTypes
{
    /// <summary>The largest value that is an 802.3 length and no type (IEEE 802.3 §3.2.6).</summary>
    public const ushort LengthMax = 1500;

    /// <summary>IPv4.</summary>
    public const ushort Ipv4 = 0x0800;

    /// <summary>ARP.</summary>
    public const ushort Arp = 0x0806;

    /// <summary>ERSPAN type III, in GRE.</summary>
    public const ushort Erspan3 = 0x22eb;

    /// <summary>Transparent Ethernet bridging: a whole frame, in GRE and Geneve.</summary>
    public const ushort EthernetBridging = 0x6558;

    /// <summary>The customer's VLAN tag (802.1Q).</summary>
    public const ushort Vlan = 0x8100;

    /// <summary>IPv6.</summary>
    public const ushort Ipv6 = 0x86dd;

    /// <summary>Slow protocols: LACP and the marker protocol.</summary>
    public const ushort SlowProtocols = 0x8809;

    /// <summary>PPP, in GRE (RFC 2637).</summary>
    public const ushort Ppp = 0x880b;

    /// <summary>MPLS, unicast labels.</summary>
    public const ushort Mpls = 0x8847;

    /// <summary>MPLS, upstream-assigned labels (RFC 5332).</summary>
    public const ushort MplsMulticast = 0x8848;

    /// <summary>PPPoE, session stage (RFC 2516).</summary>
    public const ushort PppoeSession = 0x8864;

    /// <summary>The provider's VLAN tag (802.1ad).</summary>
    public const ushort ProviderVlan = 0x88a8;

    /// <summary>ERSPAN types I and II, in GRE.</summary>
    public const ushort Erspan = 0x88be;

    /// <summary>A second VLAN tag as many switches wrote it before 802.1ad.</summary>
    public const ushort QinQ = 0x9100;

    /// <summary>Whether a VLAN tag follows.</summary>
    public static bool IsVlan(ushort etherType) => etherType is Vlan or ProviderVlan or QinQ;
}
