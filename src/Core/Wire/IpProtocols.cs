namespace Trunkline.Core.Wire;

/// <summary>The IP protocol and IPv6 next-header numbers that the parser knows (IANA protocol numbers).</summary>
public static class IpProtocols
{
    /// <summary>IPv6 hop-by-hop options.</summary>
    public const byte HopByHop = 0;

    /// <summary>ICMP.</summary>
    public const byte Icmp = 1;

    /// <summary>An IPv4 packet.</summary>
    public const byte Ipv4 = 4;

    /// <summary>TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>UDP.</summary>
    public const byte Udp = 17;

    /// <summary>DCCP.</summary>
    public const byte Dccp = 33;

    /// <summary>An IPv6 packet.</summary>
    public const byte Ipv6 = 41;

    /// <summary>IPv6 routing header.</summary>
    public const byte Routing = 43;

    /// <summary>IPv6 fragment header.</summary>
    public const byte Fragment = 44;

    /// <summary>GRE.</summary>
    public const byte Gre = 47;

    /// <summary>ESP.</summary>
    public const byte Esp = 50;

    /// <summary>AH.</summary>
    public const byte Ah = 51;

    /// <summary>ICMPv6.</summary>
    public const byte IcmpV6 = 58;

    /// <summary>IPv6 without anything behind it.</summary>
    public const byte NoNextHeader = 59;

    /// <summary>IPv6 destination options.</summary>
    public const byte DestinationOptions = 60;

    /// <summary>SCTP.</summary>
    public const byte Sctp = 132;

    /// <summary>UDP-Lite.</summary>
    public const byte UdpLite = 136;
}
