using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>The frames that the bonding driver judges: every kind that its hash and the flow dissector treat in a way of its own.</summary>
internal static class BondingGuestFrames
{
    private const string A4 = "192.168.10.21", B4 = "192.168.10.200", C4 = "10.0.0.1", D4 = "10.0.0.2";
    private const string A6 = "2001:db8::1", B6 = "2001:db8::2", C6 = "fd00::1", D6 = "fd00::2";
    private const ushort MoreFragments = 0x2000;
    private const ushort Lldp = 0x88cc;

    private static readonly byte[] Datagram = Packet.Ipv4(A4, B4).Udp(7, 9).ToArray();

    /// <summary>Frames by name.</summary>
    public static IReadOnlyList<(string Name, byte[] Frame)> All { get; } =
    [
        .. SamplePackets.All.Where(s => s.LinkType == LinkType.Ethernet).Select(s => (s.Name, s.Frame)),
        .. References(),
        .. Icmp(),
        .. IcmpErrors(),
        .. Tunnels(),
        .. Ipv6Extensions(),
        .. OtherProtocols(),
        .. EtherTypeFrames(),
        .. Tags(),
        .. RandomFlows(),
    ];

    /// <summary>Frames that the policies place otherwise than the driver, and why.</summary>
    public static IReadOnlyDictionary<string, string> KnownDifferences { get; } = new Dictionary<string, string>
    {
        ["gre-wccp"] = "the dissector gives up at an EtherType that it does not know, in GRE too",
        ["gre-lldp"] = "the dissector gives up at an EtherType that it does not know, in GRE too",
        ["gre-pptp-lcp"] = "the dissector gives up at a PPP protocol that it does not know",
        ["gre-vlan"] = "the parser does not look behind a tag without an Ethernet header",
        ["gre-pppoe"] = "the parser does not look for PPPoE without an Ethernet header",
        ["qinq-ad-ad"] = "a second tag's EtherType is taken to be 0x8100",
        ["qinq-q-ad"] = "a second tag's EtherType is taken to be 0x8100",
        ["qinq-9100"] = "the kernel does not know 0x9100 as a tag",
        ["vlan-old-qinq"] = "the kernel does not know 0x9100 as a tag",
        ["snap-ipv4"] = "the kernel sees the length where the parser finds the EtherType of the SNAP header",
        ["icmp-128"] = "the kernel takes echo types of the other ICMP for echoes",
        ["icmp6-8"] = "the kernel takes echo types of the other ICMP for echoes",
        ["error-of-other-version"] = "the kernel reads the quoted packet by the version of the outer one",
        ["cfm"] = "the dissector of Linux 6.1, which judges here, does not know CFM yet",
        ["hsr"] = "the parser does not know HSR",
        ["pppoe-compressed"] = "the kernel does not know PPP's short protocol field",
        ["five-layers"] = "the parser keeps four layers",
    };

    /// <summary>The frames of which the values are published with the policies.</summary>
    private static IEnumerable<(string Name, byte[] Frame)> References() =>
    [
        ("A", Packet.Ipv4(A4, B4).Tcp(51515, 3260).ToFrame()),
        ("A'", Packet.Ipv4(A4, B4).Tcp(51516, 3260).ToFrame()),
        ("B", Packet.Ipv4("10.60.192.205", "10.60.192.181").Tcp(1021, 2049).ToFrame()),
        ("C", Packet.Ipv4("10.20.0.11", "10.20.0.12").Udp(49200, 4791).ToFrame()),
        ("echo", Packet.Ipv4("10.1.1.1", "10.1.1.2").Icmp(8, 0, 0x1234, 1).ToFrame()),
        ("vxlan-outer", Packet.Ipv4(C4, D4).Udp(49152, 4789).ToFrame()),
        ("vlan-100", Packet.Vlan(100).Ipv4(A4, B4).Tcp(51515, 3260).ToFrame()),
        ("other-mac", Packet.Ethernet("00:1b:21:3c:9d:f8").Ipv4(A4, B4).Tcp(51515, 3260).ToArray()),
        ("other-mac-vlan-100", Packet.Ethernet("00:1b:21:3c:9d:f8").Vlan(100).Ipv4(A4, B4).Tcp(51515, 3260).ToArray()),
    ];

    private static IEnumerable<(string Name, byte[] Frame)> Icmp() =>
    [
        ("icmp-echo-0", Packet.Ipv4(C4, D4).Icmp(8, 0, 0, 1).ToFrame()),
        ("icmp-timestamp", Packet.Ipv4(C4, D4).Icmp(13, 0, 0x55, 1).ToFrame()),
        ("icmp-information", Packet.Ipv4(C4, D4).Icmp(15, 0, 0x55, 1).ToFrame()),
        ("icmp-mask", Packet.Ipv4(C4, D4).Icmp(17, 0, 0x55, 1).ToFrame()),
        ("icmp-router", Packet.Ipv4(C4, D4).Icmp(9, 0, 0x55, 1).ToFrame()),
        ("icmp-128", Packet.Ipv4(C4, D4).Icmp(128, 0, 0x55, 1).ToFrame()),
        ("icmp6-8", Packet.Ipv6(A6, B6).IcmpV6(8, 0, 0x55, 1).ToFrame()),
        ("icmp6-neighbour", Packet.Ipv6(A6, B6).IcmpV6(135, 0).Payload(16).ToFrame()),
        ("icmp6-in-ipv4", Packet.Empty.Ipv4(C4, D4, protocol: IpProtocols.IcmpV6).Payload(128, 0, 0, 0, 0, 9, 0, 1).ToFrame()),
        ("icmp-in-ipv6", Packet.Empty.Ipv6(C6, D6, nextHeader: IpProtocols.Icmp).Payload(8, 0, 0, 0, 0, 9, 0, 1).ToFrame()),
    ];

    private static IEnumerable<(string Name, byte[] Frame)> IcmpErrors()
    {
        foreach (byte type in (byte[])[3, 4, 5, 11, 12])
        {
            yield return ($"error-{type}", Packet.Ipv4(C4, A4).Icmp(type, 1, 0x1234, 0x567).Ipv4(A4, B4).Udp(53, 4000).ToFrame());
        }

        foreach (byte type in (byte[])[1, 2, 3, 4, 5])
        {
            yield return ($"error6-{type}", Packet.Ipv6(C6, A6).IcmpV6(type, 1, 0x1234, 0x567).Ipv6(A6, B6).Udp(53, 4000).ToFrame());
        }

        PacketBuilder error = Packet.Ipv4(C4, A4).Icmp(3, 1);
        PacketBuilder error6 = Packet.Ipv6(C6, A6).IcmpV6(1, 1);
        yield return ("error-of-echo", error.Ipv4(A4, B4).Icmp(8, 0, 9, 9).ToFrame());
        yield return ("error-of-error", error.Ipv4(A4, B4).Icmp(3, 0).Ipv4(B4, D4).Udp(1, 2).ToFrame());
        yield return ("error-of-esp", error.Ipv4(A4, B4).Esp(0x12345).ToFrame());
        yield return ("error-of-ah", error.Ipv4(A4, B4).Ah(0x12345).Tcp(1, 2).ToFrame());
        yield return ("error-of-eight-bytes", error.Ipv4(A4, B4, protocol: IpProtocols.Tcp).Payload(1, 2, 3, 4, 5, 6, 7, 8).ToFrame());
        yield return ("error-of-options", error.Ipv4(A4, B4, options: [0x94, 4, 0, 0]).Tcp(1, 2).ToFrame());
        yield return ("error-of-first-fragment", error.Ipv4(A4, B4, flagsAndOffset: MoreFragments).Udp(1, 2).ToFrame());
        yield return ("error-of-fragment", error.Ipv4(A4, B4, flagsAndOffset: 9, protocol: IpProtocols.Udp).Payload(8).ToFrame());
        yield return ("error-of-gre", error.Ipv4(A4, B4).Gre().Ipv4(C4, D4).Tcp(1, 2).ToFrame());
        yield return ("error-of-other-version", error.Ipv6(A6, B6).Tcp(1, 2).ToFrame());
        yield return ("error-of-nothing", error.ToFrame());
        PacketBuilder fragment = Packet.Empty.Ipv4(C4, A4, flagsAndOffset: MoreFragments);
        yield return ("error-fragment", fragment.Icmp(3, 1).Ipv4(A4, B4).Udp(1, 2).ToFrame());
        yield return ("error6-of-echo", error6.Ipv6(A6, B6).IcmpV6(128, 0, 7, 7).ToFrame());
        yield return ("error6-of-fragment", error6.Ipv6(A6, B6).Fragment(1).Udp(1, 2).ToFrame());
        yield return ("error6-of-extension", error6.Ipv6(A6, B6).Extension(60, [1, 4, 0, 0, 0, 0]).Udp(1, 2).ToFrame());
        yield return ("error6-of-nothing", error6.Payload(8).ToFrame());
        yield return ("error-in-ipip", Packet.Ipv4(C4, D4).Ipv4(C4, A4).Icmp(3, 1).Ipv4(A4, B4).Udp(1, 2).ToFrame());
    }

    private static IEnumerable<(string Name, byte[] Frame)> Tunnels()
    {
        PacketBuilder gre = Packet.Ipv4(C4, D4).Gre();
        PacketBuilder nvgre = Packet.Ipv4(C4, D4).Nvgre(7).Ethernet();
        PacketBuilder greByHand = Packet.Empty.Ipv4(C4, D4, protocol: IpProtocols.Gre);
        byte[] pptp = [0x30, 1, 0x88, 0x0b, 0, 60, 0, 1, 0, 0, 0, 1];
        return
        [
            ("gre-echo", gre.Ipv4(A4, B4).Icmp(8, 0, 7, 7).ToFrame()),
            ("gre-esp", gre.Ipv4(A4, B4).Esp(77).ToFrame()),
            ("gre-fragment", gre.Ipv4(A4, B4, flagsAndOffset: MoreFragments).Udp(7, 9).ToFrame()),
            ("gre-arp", Packet.Ipv4(C4, D4).Gre(etherType: EtherTypes.Arp).Payload(28).ToFrame()),
            ("gre-wccp", Packet.Ipv4(C4, D4).Gre(etherType: 0x883e).Payload(Datagram).ToFrame()),
            ("gre-lldp", Packet.Ipv4(C4, D4).Gre(etherType: Lldp).Payload(28).ToFrame()),
            ("gre-vlan", gre.Vlan(7).Ipv4(A4, B4).Udp(7, 9).ToFrame()),
            ("gre-pppoe", gre.Pppoe(7).Ipv4(A4, B4).Udp(7, 9).ToFrame()),
            ("gre-routing", greByHand.Payload([0x40, 0, 8, 0, 0, 0, 0, 0, .. Datagram]).ToFrame()),
            ("gre-version-2", greByHand.Payload([0, 2, 8, 0, .. Datagram]).ToFrame()),
            ("gre-pptp", greByHand.Payload([.. pptp, 0xff, 3, 0, 0x21, .. Datagram]).ToFrame()),
            ("gre-pptp-lcp", greByHand.Payload([.. pptp, 0xff, 3, 0xc0, 0x21, .. new byte[20]]).ToFrame()),
            ("nvgre-arp", nvgre.EtherType(EtherTypes.Arp).Payload(28).ToFrame()),
            ("nvgre-vlan", nvgre.Vlan(7).Ipv4(A4, B4).Udp(7, 9).ToFrame()),
            ("fragment-of-gre", Packet.Empty.Ipv4(C4, D4, flagsAndOffset: MoreFragments).Gre().Ipv4(A4, B4).Udp(7, 9).ToFrame()),
            ("fragment-of-ipip", Packet.Empty.Ipv4(C4, D4, flagsAndOffset: MoreFragments).Ipv4(A4, B4).Udp(7, 9).ToFrame()),
            ("6in4-extension", Packet.Ipv4(C4, D4).Ipv6(A6, B6).Extension(0, [5, 2, 0, 0, 1, 0]).Tcp(1, 2).ToFrame()),
            ("mpls-in-ip", Packet.Empty.Ipv4(C4, D4, protocol: 137).Payload([0, 1, 1, 64, .. Datagram]).ToFrame()),
        ];
    }

    private static IEnumerable<(string Name, byte[] Frame)> Ipv6Extensions()
    {
        byte[] options = [1, 4, 0, 0, 0, 0];
        PacketBuilder extension = Packet.Ipv6(A6, B6).Extension(IpProtocols.DestinationOptions, options);
        return
        [
            ("extension-report", Packet.Ipv6(A6, B6).Extension(IpProtocols.HopByHop, [5, 2, 0, 0, 1, 0]).IcmpV6(143, 0).ToFrame()),
            ("extension-echo", extension.IcmpV6(128, 0, 7, 7).ToFrame()),
            ("extension-error", extension.IcmpV6(1, 0).Ipv6(A6, D6).Udp(1, 2).ToFrame()),
            ("extension-fragment", extension.Fragment(1).Udp(1, 2).ToFrame()),
            ("fragment6-atomic", Packet.Ipv6(A6, B6).Fragment(0).Udp(1, 2).ToFrame()),
            ("fragment6-of-ipip", Packet.Ipv6(A6, B6).Fragment(0).Ipv4(C4, D4).Udp(1, 2).ToFrame()),
            ("esp6", Packet.Ipv6(A6, B6).Esp(0x7777).ToFrame()),
            ("ah6", Packet.Ipv6(A6, B6).Ah(0x7777).Tcp(1, 2).ToFrame()),
            ("mobility6", Packet.Ipv6(A6, B6).Extension(135, options).ToFrame()),
        ];
    }

    private static IEnumerable<(string Name, byte[] Frame)> OtherProtocols() =>
    [
        ("ospf", Packet.Empty.Ipv4(A4, B4, protocol: 89).Payload(44).ToFrame()),
        ("l2tp", Packet.Empty.Ipv4(A4, B4, protocol: 115).Payload(44).ToFrame()),
        ("esp-in-udp", Packet.Ipv4(A4, B4).Udp(4500, 4500).Payload(0, 0, 0x77, 0x77, 0, 0, 0, 1).ToFrame()),
    ];

    private static IEnumerable<(string Name, byte[] Frame)> EtherTypeFrames()
    {
        (string Name, ushort Number)[] types =
        [
            ("lldp", Lldp), ("ptp", 0x88f7), ("fcoe", 0x8906), ("cfm", 0x8902), ("batman", 0x4305), ("eapol", 0x888e), ("macsec", 0x88e5),
            ("aoe", 0x88a2), ("ipx", 0x8137), ("rarp", 0x8035), ("pppoe-discovery", 0x8863), ("mpls-multicast", 0x8848), ("lowest", 0x0600),
        ];
        foreach ((string name, ushort number) in types)
        {
            yield return (name, Packet.Empty.EtherType(number).Payload([1, 2, 3, 4, 5, 6, 7, 8, .. new byte[40]]).ToFrame());
        }

        PacketBuilder pppoe = Packet.Empty.EtherType(EtherTypes.PppoeSession);
        yield return ("hsr", Packet.Empty.EtherType(0x892f).Payload([0, 60, 0, 1, 8, 0, .. Datagram]).ToFrame());
        yield return ("pppoe-lcp", pppoe.Payload([0x11, 0, 0, 7, 0, 30, 0xc0, 0x21, .. new byte[28]]).ToFrame());
        yield return ("pppoe-mpls", Packet.Empty.Pppoe(7).Mpls(16001).Ipv4(A4, B4).Udp(1, 2).ToFrame());
        yield return ("pppoe-compressed", pppoe.Payload([0x11, 0, 0, 7, 0, 29, 0x21, .. Datagram]).ToFrame());
        yield return ("mpls-entropy", Packet.Mpls(16001, 7, 70000).Ipv4(A4, B4).Udp(1, 2).ToFrame());
    }

    private static IEnumerable<(string Name, byte[] Frame)> Tags()
    {
        PacketBuilder tags = Packet.Vlan(7).Vlan(8);
        return
        [
            ("vlan-0", Packet.Vlan(0).Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("vlan-ad", Packet.Vlan(0xffff, EtherTypes.ProviderVlan).Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("vlan-6", Packet.Vlan(7).Ipv6(A6, B6).Udp(1, 2).ToFrame()),
            ("vlan-gre", Packet.Vlan(7).Ipv4(C4, D4).Gre().Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("vlan-arp", Packet.Vlan(7).EtherType(EtherTypes.Arp).Payload(28).ToFrame()),
            ("vlan-lldp", Packet.Vlan(7).EtherType(Lldp).Payload(28).ToFrame()),
            ("vlan-llc", Packet.Vlan(7).EtherType(38).Payload([0x42, 0x42, 3, .. new byte[35]]).ToFrame()),
            ("vlan-mpls", Packet.Vlan(7).Mpls(16001).Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("qinq-6", tags.Ipv6(A6, B6).Udp(1, 2).ToFrame()),
            ("qinq-gre", tags.Ipv4(C4, D4).Gre().Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("qinq-arp", tags.EtherType(EtherTypes.Arp).Payload(28).ToFrame()),
            ("qinq-lldp", tags.EtherType(Lldp).Payload(28).ToFrame()),
            ("qinq-pppoe", tags.Pppoe(16).Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("qinq-mpls", tags.Mpls(16001).Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("qinq-ad-ad", Packet.Vlan(7, EtherTypes.ProviderVlan).Vlan(8, EtherTypes.ProviderVlan).Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("qinq-q-ad", Packet.Vlan(7).Vlan(8, EtherTypes.ProviderVlan).Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("qinq-9100", Packet.Vlan(7).Vlan(8, EtherTypes.QinQ).Ipv4(A4, B4).Udp(1, 2).ToFrame()),
            ("three-tags", Packet.Vlan(7, EtherTypes.ProviderVlan).Vlan(8).Vlan(9).Ipv4(A4, B4).Udp(1, 2).ToFrame()),
        ];
    }

    private static IEnumerable<(string Name, byte[] Frame)> RandomFlows()
    {
        var random = new Random(1);
        for (int i = 0; i < 60; i++)
        {
            PacketBuilder packet = Packet.Ethernet(Mac(random), Mac(random));
            packet = random.Next(4) == 0 ? packet.Vlan((ushort)random.Next(0x10000)) : packet;
            packet = random.Next(3) == 0
                ? packet.Ipv6(Address.Text(Bits(random), 6), Address.Text(Bits(random), 6))
                : packet.Ipv4(Address.Text((uint)Bits(random), 4), Address.Text((uint)Bits(random), 4));
            (ushort from, ushort to) = ((ushort)random.Next(0x10000), (ushort)random.Next(0x10000));
            packet = random.Next(4) switch
            {
                0 => packet.Udp(from, to),
                1 => packet.Ports(IpProtocols.Sctp, from, to),
                _ => packet.Tcp(from, to),
            };
            yield return ($"random-{i}", packet.ToArray());
        }
    }

    private static UInt128 Bits(Random random) => new((ulong)random.NextInt64(), (ulong)random.NextInt64());

    // A unicast address.
    private static string Mac(Random random) =>
        string.Join(':', Enumerable.Range(0, 6).Select(i => (random.Next(256) & (i == 0 ? 0xfe : 0xff)).ToString("x2", null)));
}
