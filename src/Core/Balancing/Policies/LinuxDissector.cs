using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>What the Linux kernel sees of a packet: words as it loads them, and how far its flow dissector walks inwards.</summary>
/// <remarks>
/// Source: Linux <c>net/core/flow_dissector.c</c> (<c>__skb_flow_dissect</c>, <c>__skb_flow_get_ports</c>,
/// <c>skb_flow_get_icmp_tci</c>) and <c>drivers/net/bonding/bond_main.c</c>, read in 6.1 and 6.12. Words are those of
/// a little-endian host. An IPv6 header with extension headers other than a fragment header is taken as one without.
/// </remarks>
internal static class LinuxDissector
{
    private const ushort Rarp = 0x8035;
    private const ushort Tipc = 0x88ca;
    private const ushort Ptp = 0x88f7;
    private const ushort Cfm = 0x8902;
    private const ushort Fcoe = 0x8906;

    /// <summary>
    /// The VLAN tag that is held outside the frame, 0 for none: the first one, but that the kernel puts it into a frame of MPLS.
    /// </summary>
    public static ushort OutsideTag(in HeaderFields layer) => layer.MplsLabelCount > 0 ? (ushort)0 : layer.Vlan;

    /// <summary>The EtherType in the frame as bonding sends it, a tag's where one stands in the frame.</summary>
    public static ushort LinkEtherType(in HeaderFields layer)
    {
        bool hasLabels = layer.MplsLabelCount > 0;
        if (layer.Has(HeaderField.InnerVlan) || (hasLabels && layer.Has(HeaderField.Vlan)))
        {
            return EtherTypes.Vlan;
        }

        ushort etherType = layer.Has(HeaderField.EtherType) ? layer.EtherType : layer.IpVersion switch
        {
            4 => EtherTypes.Ipv4,
            6 => EtherTypes.Ipv6,
            _ => default,
        };

        // Whoever fills a packet by hand may name what the labels carry.
        return hasLabels && etherType is EtherTypes.Ipv4 or EtherTypes.Ipv6 or default(ushort) ? EtherTypes.Mpls : etherType;
    }

    /// <summary>Whether IP follows the Ethernet header at once, so that code that does not dissect sees it.</summary>
    public static bool IsPlainIp(in HeaderFields layer) =>
        layer.IpVersion != 0 && LinkEtherType(in layer) is EtherTypes.Ipv4 or EtherTypes.Ipv6;

    /// <summary>An address as one little-endian word, IPv6 folded.</summary>
    public static uint AddressWord(UInt128 address) => BinaryPrimitives.ReverseEndianness(PacketKind.Fold(address));

    /// <summary>The word at the place of the ports: both ports, or an SPI, as a little-endian word; 0 for fragments and the rest.</summary>
    public static uint PortsWord(in HeaderFields layer)
    {
        if (layer.IsFragment)
        {
            return 0;
        }

        return layer.Protocol switch
        {
            IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp or IpProtocols.Dccp or IpProtocols.UdpLite =>
                BinaryPrimitives.ReverseEndianness(((uint)layer.SourcePort << 16) | layer.DestinationPort),
            IpProtocols.Esp or IpProtocols.Ah => BinaryPrimitives.ReverseEndianness(layer.Spi),
            _ => 0,
        };
    }

    /// <summary>Type, code and identifier of an ICMP message that has one, as a little-endian word; 0 for others.</summary>
    /// <remarks>An identifier of 0 counts as 1.</remarks>
    public static uint IcmpWord(in HeaderFields layer)
    {
        bool isRead = layer.Has(HeaderField.IcmpType) && !layer.IsFragment && PacketKind.IsIcmp(in layer);
        if (!isRead || !IcmpHasIdentifier(layer.IcmpType))
        {
            return 0;
        }

        uint identifier = layer.IcmpIdentifier == 0 ? 1u : layer.IcmpIdentifier;
        return (identifier << 16) | ((uint)layer.IcmpCode << 8) | layer.IcmpType;
    }

    /// <summary>The types that the kernel takes to have an identifier, of ICMP and ICMPv6 alike.</summary>
    public static bool IcmpHasIdentifier(byte type) => type is 0 or 8 or 13 or 14 or 128 or 129;

    /// <summary>Whether the layer is an ICMP error message.</summary>
    public static bool IsIcmpError(in HeaderFields layer)
    {
        if (layer.IsFragment || !layer.Has(HeaderField.IcmpType))
        {
            return false;
        }

        return layer.Protocol switch
        {
            IpProtocols.Icmp => layer.IcmpType is 3 or 4 or 5 or 11 or 12,
            IpProtocols.IcmpV6 => layer.IcmpType is 1 or 2 or 3 or 4,
            _ => false,
        };
    }

    /// <summary>The packet's quoted one, where the layer on the wire is an ICMP error that quotes one.</summary>
    public static bool QuotesPacket(in PacketHeaders packet) => packet.HasEmbedded && packet.LayerCount <= 1;

    /// <summary>Walks inwards as the flow dissector does: into GRE, IP in IP and its kin, not into what UDP carries.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="last">The innermost layer with an IP header that it reaches; 0 where even the outer one has none.</param>
    /// <returns>Whether the dissector says that it understood the packet; what it read counts for routing all the same.</returns>
    public static bool Walk(in PacketHeaders packet, out int last)
    {
        last = 0;
        for (int i = 0; ; i++)
        {
            ref readonly HeaderFields layer = ref packet.Layer(i);
            if (layer.IpVersion == 0 || layer.MplsLabelCount > 0)
            {
                return EndsWell(in layer);
            }

            last = i;
            if (layer.IsFragment || i + 1 >= Math.Min(packet.LayerCount, PacketHeaders.LayersMax))
            {
                return true;
            }

            switch (packet.TunnelInto(i + 1))
            {
                case TunnelKind.Gre or TunnelKind.Nvgre or TunnelKind.IpInIp or TunnelKind.SixInFour or TunnelKind.IpInIpv6:
                    break;
                case TunnelKind.Erspan:
                    return false;
                default:
                    return true;
            }
        }
    }

    /// <summary>Whether the dissector enters a tunnel of this layer, or would but for what is inside.</summary>
    public static bool IsEncapsulation(in HeaderFields layer) =>
        !layer.IsFragment && layer.Protocol is IpProtocols.Gre or IpProtocols.Ipv4 or IpProtocols.Ipv6;

    /// <summary>EtherTypes at which the dissector stops content; at others it gives up.</summary>
    private static bool EndsWell(in HeaderFields layer)
    {
        if (layer.MplsLabelCount > 0)
        {
            // Where the kernel has just put the one tag back into the frame, it takes the label for the tag and makes nothing of it.
            return !layer.Has(HeaderField.Vlan) || layer.Has(HeaderField.InnerVlan);
        }

        return layer.EtherType is EtherTypes.Arp or Rarp or EtherTypes.Mpls or EtherTypes.MplsMulticast or EtherTypes.PppoeSession
            or Ptp or Tipc or Cfm or Fcoe;
    }
}
