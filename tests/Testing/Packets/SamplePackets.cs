using Trunkline.Core.Wire;

namespace Trunkline.Testing.Packets;

/// <summary>A frame with a name.</summary>
public sealed record SamplePacket(string Name, LinkType LinkType, byte[] Frame);

/// <summary>One frame or more of every kind that the parser knows: what properties are tried on and fuzzing begins with.</summary>
public static class SamplePackets
{
    private const string A4 = "192.168.10.21", B4 = "192.168.10.200", C4 = "10.0.0.1", D4 = "10.0.0.2";
    private const string A6 = "2001:db8::1", B6 = "2001:db8::2", C6 = "fd00::1", D6 = "fd00::2";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SamplePacket> All { get; } =
    [
        Frame("tcp", Packet.Ipv4(A4, B4).Tcp(51515, 3260).Payload(40)),
        Frame("tcp-padded", Packet.Ipv4(A4, B4).Tcp(51515, 3260, flags: 0x10), new byte[6]),
        Frame("tcp-ip-options", Packet.Empty.Ipv4(A4, B4, options: [0x94, 4, 0, 0]).Tcp(51515, 3260)),
        Frame("tcp-options", Packet.Ipv4(A4, B4).Tcp(51515, 3260, options: [2, 4, 5, 0xb4, 1, 1, 4, 2])),
        Frame("tcp6", Packet.Ipv6(A6, B6, flowLabel: 0xabcde).Tcp(40000, 443).Payload(40)),
        Frame("udp", Packet.Ipv4(A4, B4).Udp(53, 4000).Payload(12)),
        Frame("udp6", Packet.Ipv6(A6, B6).Udp(53, 4000).Payload(12)),
        Frame("udp-lite", Packet.Ipv4(A4, B4).Ports(IpProtocols.UdpLite, 53, 4000, length: 8).Payload(12)),
        Frame("sctp", Packet.Ipv4(A4, B4).Ports(IpProtocols.Sctp, 38412, 38413)),
        Frame("dccp", Packet.Ipv4(A4, B4).Ports(IpProtocols.Dccp, 5001, 5002, length: 16)),
        Frame("icmp-echo", Packet.Ipv4(C4, D4).Icmp(8, 0, 0x1234, 1).Payload(40)),
        Frame("icmp-unreachable", Packet.Ipv4(C4, A4).Icmp(3, 4).Ipv4(A4, B4).Tcp(51515, 3260)),
        Frame("icmp6-echo", Packet.Ipv6(A6, B6).IcmpV6(128, 0, 0x1234, 1).Payload(8)),
        Frame("icmp6-too-big", Packet.Ipv6(C6, A6).IcmpV6(2, 0).Ipv6(A6, B6).Udp(53, 4000).Payload(12)),
        Frame("esp", Packet.Ipv4(C4, D4).Esp(0xdeadbeef).Payload(32)),
        Frame("ah", Packet.Ipv4(C4, D4).Ah(0x1001).Tcp(1, 2)),
        Frame("roce", Packet.Ipv4(C4, D4).Udp(49200, 4791).RoceV2(0x04, 0x12345).Payload(20)),
        Frame("igmp", Packet.Empty.Ipv4(C4, "224.0.0.22", protocol: 2).Payload(0x11, 0, 0xee, 0xff, 0, 0, 0, 0)),
        Frame("arp", Packet.Empty.EtherType(EtherTypes.Arp).Payload(Hex.Bytes("0001 0800 06 04 0001 020000000015 0a000001 000000000000 0a000002"))),
        Frame("lacp", Packet.Empty.EtherType(EtherTypes.SlowProtocols).Payload([1, 1, .. new byte[108]])),
        Frame("stp", Packet.Empty.EtherType(38).Payload([0x42, 0x42, 0x03, .. new byte[35]])),
        Frame("snap-ipv4", Packet.Empty.EtherType(8 + 40).Payload([0xaa, 0xaa, 0x03, 0, 0, 0, 8, 0, .. Packet.Ipv4(A4, B4).Tcp(1, 2).ToArray()])),
        Frame("fragment-first", Packet.Empty.Ipv4(A4, B4, flagsAndOffset: 0x2000).Udp(53, 4000).Payload(40)),
        Frame("fragment-later", Packet.Empty.Ipv4(A4, B4, flagsAndOffset: 0x00b9, protocol: IpProtocols.Udp).Payload(40)),
        Frame("fragment6-first", Packet.Ipv6(A6, B6).Fragment(0x0001).Udp(53, 4000).Payload(40)),
        Frame("fragment6-later", Packet.Ipv6(A6, B6).Fragment(0x00b8).Udp(53, 4000).Payload(40)),
        Frame("extensions6", Packet.Ipv6(A6, B6)
            .Extension(IpProtocols.HopByHop, [5, 2, 0, 0, 1, 0])
            .Extension(IpProtocols.DestinationOptions, [1, 12, .. new byte[12]])
            .Extension(IpProtocols.Routing, [253, 0, 0, 0, 0, 0])
            .Tcp(40000, 443)),
        Frame("vlan", Packet.Vlan(0x6064).Ipv4(A4, B4).Tcp(51515, 3260)),
        Frame("vlan-qinq", Packet.Vlan(10, EtherTypes.ProviderVlan).Vlan(100).Ipv4(A4, B4).Tcp(51515, 3260)),
        Frame("vlan-old-qinq", Packet.Vlan(10, EtherTypes.QinQ).Vlan(100).Vlan(7).Ipv6(A6, B6).Udp(53, 4000)),
        Frame("pppoe", Packet.Empty.Pppoe(17).Ipv4(A4, B4).Tcp(51515, 3260)),
        Frame("pppoe-vlan6", Packet.Vlan(7).Pppoe(17).Ipv6(A6, B6).Tcp(51515, 3260)),
        Frame("mpls", Packet.Mpls(16001, 24005).Ipv4(A4, B4).Tcp(51515, 3260)),
        Frame("mpls6-deep", Packet.Mpls(16, 17, 18, 19, 20, 21, 22).Ipv6(A6, B6).Udp(53, 4000)),
        Frame("mpls-pseudowire", Packet.Mpls(17001).Payload(0, 0, 0, 1).Ethernet("02:00:00:00:00:01").Ipv4(C4, D4).Udp(53, 4000)),
        Frame("gre", Packet.Ipv4(C4, D4).Gre().Ipv4(A4, B4).Tcp(1234, 80)),
        Frame("gre-all-fields", Packet.Ipv4(C4, D4).Gre(key: 0xcafe0001, sequence: 7, hasChecksum: true).Ipv6(A6, B6).Tcp(1234, 80)),
        Frame("gre-mpls", Packet.Ipv4(C4, D4).Gre().Mpls(16001).Ipv4(A4, B4).Tcp(1234, 80)),
        Frame("gre6", Packet.Ipv6(C6, D6).Gre(key: 5).Ipv4(A4, B4).Tcp(1234, 80)),
        Frame("nvgre", Packet.Ipv4(C4, D4).Nvgre(0x123456, flow: 0x78).Ethernet("02:00:00:00:00:01").Ipv4(A4, B4).Tcp(1234, 80)),
        Frame("erspan1", Packet.Ipv4(C4, D4).Erspan1().Ethernet("02:00:00:00:00:01").Ipv4(A4, B4).Tcp(1234, 80)),
        Frame("erspan2", Packet.Ipv4(C4, D4).Erspan2(100).Ethernet("02:00:00:00:00:01").Vlan(5).Ipv4(A4, B4).Tcp(1234, 80)),
        Frame("erspan3", Packet.Ipv4(C4, D4).Erspan3(101, hasSubheader: true).Ethernet("02:00:00:00:00:01").Ipv4(A4, B4).Tcp(1234, 80)),
        Frame("ipip", Packet.Ipv4(C4, D4).Ipv4(A4, B4).Tcp(1234, 80)),
        Frame("6in4", Packet.Ipv4(C4, D4).Ipv6(A6, B6).Tcp(1234, 80)),
        Frame("4in6", Packet.Ipv6(C6, D6).Ipv4(A4, B4).Tcp(1234, 80)),
        Frame("6in6", Packet.Ipv6(C6, D6).Ipv6(A6, B6).Tcp(1234, 80)),
        Frame("vxlan", Packet.Ipv4(C4, D4).Udp(49152, 4789).Vxlan(5000).Ethernet("02:00:00:00:00:01").Ipv4(A4, B4).Tcp(40000, 443)),
        Frame("vxlan-linux-port", Packet.Ipv6(C6, D6).Udp(49152, 8472).Vxlan(5000).Ethernet("02:00:00:00:00:01").Ipv6(A6, B6).Udp(1, 2)),
        Frame("vxlan-gpe", Packet.Ipv4(C4, D4).Udp(49152, 4790).Vxlan(5000, nextProtocol: 2).Ipv6(A6, B6).Tcp(40000, 443)),
        Frame("geneve", Packet.Ipv4(C4, D4).Udp(49152, 6081).Geneve(77, [1, 2, 0x80, 1, 9, 9, 9, 9]).Ethernet("02:00:00:00:00:01").Ipv4(A4, B4).Icmp(0, 0, 9, 9)),
        Frame("geneve-ip", Packet.Ipv4(C4, D4).Udp(49152, 6081).Geneve(77).Ipv6(A6, B6).Tcp(40000, 443)),
        Frame("gtpu", Packet.Ipv4(C4, D4).Udp(2152, 2152).GtpU(0x11223344).Ipv4(A4, B4).Tcp(40000, 443)),
        Frame("gtpu-extensions", Packet.Ipv4(C4, D4).Udp(2152, 2152).GtpU(0x11223344, 9, [0x85, 1, 0, 9], [0xc0, 2, 1, 2, 3, 4, 5, 6]).Ipv6(A6, B6).Udp(1, 2)),
        Frame("mpls-over-udp", Packet.Ipv4(C4, D4).Udp(49152, 6635).Mpls(16001).Ipv4(A4, B4).Icmp(8, 0, 9, 9)),
        Frame("four-layers", Packet.Ipv4(C4, D4).Gre().Ipv4(C4, D4).Udp(1, 4789).Vxlan(1).Ethernet().Ipv6(C6, D6).Ipv4(A4, B4).Udp(1, 2)),
        Frame("five-layers", Packet.Ipv4(C4, D4).Gre().Ipv4(C4, D4).Ipv4(C4, D4).Ipv4(C4, D4).Ipv4(A4, B4).Udp(1, 2)),
        new("raw4", LinkType.Raw, Packet.Ipv4(A4, B4).Tcp(51515, 3260).ToArray()),
        new("raw6", LinkType.RawBsd, Packet.Ipv6(A6, B6).Udp(53, 4000).ToArray()),
        new("ipv4", LinkType.Ipv4, Packet.Ipv4(A4, B4).Udp(53, 4000).ToArray()),
        new("ipv6", LinkType.Ipv6, Packet.Ipv6(A6, B6).Udp(53, 4000).ToArray()),
        new("null", LinkType.Null, [2, 0, 0, 0, .. Packet.Ipv4("127.0.0.1", "127.0.0.1").Tcp(51515, 3260).ToArray()]),
        new("loop", LinkType.Loop, [0, 0, 0, 24, .. Packet.Ipv6("::1", "::1").Tcp(51515, 3260).ToArray()]),
        new("ppp", LinkType.Ppp, [0x00, 0x21, .. Packet.Ipv4(A4, B4).Tcp(51515, 3260).ToArray()]),
        new("ppp-hdlc", LinkType.Ppp, [0xff, 0x03, 0x02, 0x81, .. Packet.Mpls(16001).Ipv4(A4, B4).Tcp(51515, 3260).ToArray()]),
        new("sll", LinkType.LinuxSll, [.. Hex.Bytes("0000 0001 0006 020000000015 0000 0800"), .. Packet.Ipv4(A4, B4).Tcp(51515, 3260).ToArray()]),
        new("sll2", LinkType.LinuxSll2, [.. Hex.Bytes("86dd 0000 00000002 0001 04 06 020000000015 0000"), .. Packet.Ipv6(A6, B6).Udp(53, 4000).ToArray()]),
    ];

    private static SamplePacket Frame(string name, PacketBuilder packet, params byte[] padding) =>
        new(name, LinkType.Ethernet, [.. packet.ToFrame(), .. padding]);
}
