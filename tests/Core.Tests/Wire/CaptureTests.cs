using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

/// <summary>Real captures of many origins: what is in them, counted by kind.</summary>
public class CaptureTests
{
    [Theory]
    [InlineData("local-ovs31-lacp-fast", "4 eth 8809")]
    [InlineData(
        "ndpi-1kxun",
        """
        1381 eth ip4 tcp
        278 eth ip4 udp
        64 eth ip6 udp
        """)]
    [InlineData("ndpi-ceph", "39 eth ip4 tcp")]
    [InlineData(
        "ndpi-netflix",
        """
        1748 eth ip4 tcp
        44 eth ip4 udp
        1 eth ip4 2
        """)]
    [InlineData(
        "suricata-nfs3",
        """
        128 eth ip4 udp
        81 eth ip4 tcp
        """)]
    [InlineData("suricata-nfs4", "81 eth ip4 tcp")]
    [InlineData("suricata-sll2", "159 ip4 tcp")]
    [InlineData("tcpdump-8021ad-qinq", "2 eth qinq 0806")]
    [InlineData("tcpdump-aoe-linux", "186 eth 88a2")]
    [InlineData("tcpdump-bigtcp-vxlan-v4", "1 eth ip4 udp Vxlan( eth ip4 tcp")]
    [InlineData(
        "tcpdump-geneve",
        """
        33 eth ip4 udp Geneve( eth ip4 tcp
        6 eth ip4 udp Geneve( eth ip4 icmp
        """)]
    [InlineData("tcpdump-gso-geneve-v6", "1 eth ip4 udp Geneve( eth ip6 tcp")]
    [InlineData("tcpdump-invalid-nano", "3 ip4 tcp")]
    [InlineData("tcpdump-ipv6-jumbogram", "1 eth ip6 icmp")]
    [InlineData("tcpdump-lacp", "20 eth 8809")]
    [InlineData("tcpdump-mpls-over-udp", "2 eth ip4 udp MplsOverUdp( mpls×1 ip4 icmp")]
    [InlineData(
        "tcpdump-mpls-traceroute",
        """
        9 ip4 icmp quoting ip4 udp
        9 mpls×1 ip4 udp
        """)]
    [InlineData("tcpdump-nanosecond", "3 ip4 tcp")]
    // Its GRE carries Cisco metadata, which the parser does not follow.
    [InlineData(
        "tcpdump-various-gre",
        """
        44 eth llc
        30 eth vlan ip4 gre
        21 eth vlan llc
        5 eth 9000
        """)]
    // Mirrored by VMware: bridging GRE with the keys 0 and 0x02000000, of which the second looks like NVGRE's.
    [InlineData(
        "zeek-erspan",
        """
        73 eth ip4 gre Gre( eth ip4 tcp
        55 eth ip4 fragment gre
        42 eth ip4 gre Gre( eth ip4 icmp
        42 eth ip4 gre Nvgre( eth ip4 icmp
        37 eth ip4 gre Nvgre( eth ip4 udp
        17 eth ip4 gre Nvgre( eth ip4 tcp
        6 eth ip4 gre Nvgre( eth ip6 udp
        5 eth ip4 gre Gre( eth 0806
        5 eth ip4 gre Gre( eth ip4 udp
        5 eth ip4 gre Nvgre( eth 0806
        """)]
    [InlineData(
        "zeek-gre-within-gre",
        """
        624 eth ip4 gre Gre( ip4 gre Gre( ip4 icmp
        4 eth ip4 gre Gre( ip4 gre Gre( ip4 udp
        """)]
    [InlineData(
        "zeek-gtp1-fragmentation",
        """
        76 eth ip4 fragment udp
        32 eth ip4 udp GtpU( ip4 tcp
        """)]
    [InlineData("zeek-http-206-bulk", "1556 eth ip4 tcp")]
    [InlineData("zeek-http-qinq", "14 eth qinq ip4 tcp")]
    [InlineData("zeek-ipv4-fragmented", "5 eth ip4 fragment tcp")]
    [InlineData(
        "zeek-ipv6-fragmented-dns",
        """
        4 eth ip6 fragment udp
        4 eth ip6 udp
        """)]
    [InlineData(
        "zeek-mixed-vlan-mpls",
        """
        22 eth ip4 tcp
        14 eth vlan ip4 tcp
        11 eth mpls×1 ip4 tcp
        """)]
    [InlineData(
        "zeek-nfs-write",
        """
        138 eth ip4 tcp
        14 eth ip4 udp
        1 eth llc
        """)]
    // Six of its packets have an IP total length of 46 in a PPPoE frame that has room for 40.
    [InlineData(
        "zeek-pppoe-over-qinq",
        """
        80 eth qinq pppoe ip4 tcp
        6 eth qinq pppoe ip4 tcp ! Truncated
        """)]
    [InlineData("zeek-sctp", "74 eth ip4 sctp")]
    [InlineData("zeek-smb2-100-small-files", "979 eth ip4 tcp")]
    [InlineData("zeek-smb2", "1178 eth ip4 tcp")]
    [InlineData(
        "zeek-smb3-multichannel",
        """
        1407 eth ip4 tcp
        40 eth 0806
        1 eth ip4 udp
        """)]
    [InlineData("zeek-vxlan-http", "12 eth ip4 udp Vxlan( eth ip4 tcp")]
    public void Capture_Parsed_HasThePacketsThatItIsKnownFor(string file, string expected)
    {
        IReadOnlyList<CapturedFrame> frames = CaptureFile.Read(Path.Combine(Require.Captures(), file + ".pcap"));
        IEnumerable<string> kinds = frames
            .Select(frame => KindOf(frame.LinkType, frame.Frame))
            .CountBy(kind => kind)
            .OrderByDescending(kind => kind.Value)
            .ThenBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => $"{kind.Value} {kind.Key}");
        Assert.Equal(expected.ReplaceLineEndings("\n"), string.Join('\n', kinds));
    }

    private static string KindOf(LinkType linkType, byte[] frame)
    {
        HeaderInvariants.Check(linkType, frame);
        PacketHeaders headers = default;
        ParseError error = HeaderParser.Parse(linkType, frame, ref headers);
        var parts = new List<string>();
        for (int i = 0; i < headers.LayerCount; i++)
        {
            parts.Add(headers.TunnelInto(i) == TunnelKind.None ? "" : $"{headers.TunnelInto(i)}(");
            AddLayer(parts, in headers.Layer(i));
        }

        if (headers.HasEmbedded)
        {
            parts.Add("quoting");
            AddLayer(parts, in headers.Embedded);
        }

        parts.Add(error == ParseError.None ? "" : $"! {error}");
        return string.Join(' ', parts.Where(part => part.Length > 0));
    }

    private static void AddLayer(List<string> parts, in HeaderFields layer)
    {
        parts.Add(layer.Has(HeaderField.SourceMac | HeaderField.DestinationMac) ? "eth" : "");
        parts.Add(layer.Has(HeaderField.InnerVlan) ? "qinq" : layer.Has(HeaderField.Vlan) ? "vlan" : "");
        parts.Add(layer.EtherType == EtherTypes.PppoeSession ? "pppoe" : "");
        parts.Add(layer.MplsLabelCount > 0 ? $"mpls×{layer.MplsLabelCount}" : "");
        parts.Add(layer.IpVersion != 0 ? $"ip{layer.IpVersion}" : layer.EtherType <= EtherTypes.LengthMax ? "llc" : $"{layer.EtherType:x4}");
        parts.Add(layer.IsFragment ? "fragment" : "");
        parts.Add(layer.IpVersion == 0 ? "" : layer.Protocol switch
        {
            IpProtocols.Tcp => "tcp",
            IpProtocols.Udp => "udp",
            IpProtocols.Sctp => "sctp",
            IpProtocols.Icmp or IpProtocols.IcmpV6 => "icmp",
            IpProtocols.Gre => "gre",
            _ => $"{layer.Protocol}",
        });
    }
}
