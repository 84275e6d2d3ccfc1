using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>What the families share: the numbers of protocols, and questions about a layer that decide what there is to hash.</summary>
internal static class PacketKind
{
    public const byte Icmp = 1;
    public const byte IpInIp = 4;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Dccp = 33;
    public const byte Ipv6InIp = 41;
    public const byte Ipv6Fragment = 44;
    public const byte Gre = 47;
    public const byte Esp = 50;
    public const byte Ah = 51;
    public const byte IcmpV6 = 58;
    public const byte Sctp = 132;
    public const byte UdpLite = 136;

    public const ushort EtherTypeIpv4 = 0x0800;
    public const ushort EtherTypeArp = 0x0806;
    public const ushort EtherTypeRarp = 0x8035;
    public const ushort EtherTypeVlan = 0x8100;
    public const ushort EtherTypeIpv6 = 0x86dd;
    public const ushort EtherTypeMpls = 0x8847;
    public const ushort EtherTypeMplsMulticast = 0x8848;
    public const ushort EtherTypePppoeSession = 0x8864;
    public const ushort EtherTypePtp = 0x88f7;
    public const ushort EtherTypeTipc = 0x88ca;
    public const ushort EtherTypeCfm = 0x8902;
    public const ushort EtherTypeFcoe = 0x8906;

    public const HeaderField Macs = HeaderField.SourceMac | HeaderField.DestinationMac;
    public const HeaderField Addresses = HeaderField.SourceAddress | HeaderField.DestinationAddress;
    public const HeaderField Ports = HeaderField.SourcePort | HeaderField.DestinationPort;

    /// <summary>Whether the layer is known to carry no IP; a layer of which nothing is known may yet.</summary>
    public static bool IsKnownNonIp(in HeaderFields layer) => layer.IpVersion == 0 && layer.Has(HeaderField.EtherType);

    /// <summary>Whether the protocol begins with a source and a destination port.</summary>
    public static bool HasPorts(byte protocol) => protocol is Tcp or Udp or Sctp or Dccp or UdpLite;

    /// <summary>Whether the layer is an ICMP or ICMPv6 message, of the version that its IP header says.</summary>
    public static bool IsIcmp(in HeaderFields layer) => layer.Protocol is Icmp or IcmpV6;

    /// <summary>
    /// The 32 bits of an address: an IPv4 address itself, of an IPv6 address the XOR of its four words (network order).
    /// </summary>
    public static uint Fold(UInt128 address)
    {
        ulong half = (ulong)address ^ (ulong)(address >> 64);
        return (uint)half ^ (uint)(half >> 32);
    }

    /// <summary>
    /// Fields that tell this layer's ports: the protocol, and what it says that there is. Nothing for a fragment.
    /// </summary>
    public static HeaderField PortFields(in HeaderFields layer, HeaderField wanted)
    {
        if (layer.IsFragment)
        {
            return HeaderField.None;
        }

        return HeaderField.Protocol | (HasPorts(layer.Protocol) ? wanted : HeaderField.None);
    }
}
