using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>What the families share: questions about a layer that decide what there is to hash.</summary>
internal static class PacketKind
{
    public const HeaderField Macs = HeaderField.SourceMac | HeaderField.DestinationMac;
    public const HeaderField Addresses = HeaderField.SourceAddress | HeaderField.DestinationAddress;
    public const HeaderField Ports = HeaderField.SourcePort | HeaderField.DestinationPort;

    /// <summary>Whether the layer is known to carry no IP; a layer of which nothing is known may yet.</summary>
    public static bool IsKnownNonIp(in HeaderFields layer) => layer.IpVersion == 0 && layer.Has(HeaderField.EtherType);

    /// <summary>Whether the protocol begins with a source and a destination port.</summary>
    public static bool HasPorts(byte protocol) => protocol
        is IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp or IpProtocols.Dccp or IpProtocols.UdpLite;

    /// <summary>Whether the layer is an ICMP or ICMPv6 message, of the version that its IP header says.</summary>
    public static bool IsIcmp(in HeaderFields layer) => layer.Protocol is IpProtocols.Icmp or IpProtocols.IcmpV6;

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
