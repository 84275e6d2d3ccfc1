using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

/// <summary>The seventeen frames that the vectors of the hash policies are about.</summary>
public class CanonicalFramesTests
{
    private const string Mac = "mac 02:00:00:00:00:15 > 02:00:00:00:00:c8 ";
    private const string A = "ip4 192.168.10.21 > 192.168.10.200 proto 6 port 51515 > 3260";

    private static readonly string[] Expected =
    [
        Mac + "type 0800 " + A,
        Mac + "type 0800 ip4 192.168.10.21 > 192.168.10.200 proto 6 port 51516 > 3260",
        Mac + "type 0800 ip4 10.60.192.205 > 10.60.192.181 proto 6 port 1021 > 2049",
        Mac + "type 0800 ip4 10.20.0.11 > 10.20.0.12 proto 17 port 49200 > 4791 bth 78 qp 787878",
        Mac + "type 0800 ip4 10.9.8.7 > 10.1.2.3 proto 17 fragment",
        Mac + "type 0800 ip4 10.9.8.7 > 10.1.2.3 proto 17 fragment",
        Mac + "type 86dd ip6 2001:db8::1 > 2001:db8::2 proto 6 label 00000 port 40000 > 443",
        Mac + "type 0800 ip4 10.1.1.1 > 10.1.1.2 proto 1 icmp 8/0 id 1234",
        Mac + "type 0806",
        Mac + "type 0800 ip4 10.0.0.1 > 10.0.0.2 proto 17 port 49152 > 4789 tunnel 1388\n"
            + "Vxlan: mac aa:bb:cc:00:00:01 > aa:bb:cc:00:00:02 type 0800 ip4 172.16.0.10 > 172.16.0.20 proto 6 port 40000 > 443",
        Mac + "type 0800 ip4 203.0.113.1 > 203.0.113.2 proto 47\n"
            + "Gre: type 0800 ip4 192.0.2.10 > 198.51.100.20 proto 6 port 1234 > 80",
        Mac + "type 0800 ip4 203.0.113.1 > 203.0.113.2 proto 4\nIpInIp: ip4 192.0.2.10 > 198.51.100.20 proto 6 port 1234 > 80",
        Mac + "vlan 0064 type 0800 " + A,
        Mac + "vlan 000a inner 0064 type 0800 " + A,
        Mac + "type 8847 mpls 16001 24005 " + A,
        Mac + "type 0800 ip4 10.3.3.1 > 10.3.3.2 proto 50 spi deadbeef",
        Mac + "type 0800 ip4 10.7.7.1 > 192.168.10.21 proto 1 icmp 3/4\nquoted: " + A,
    ];

    [Fact]
    public void CanonicalFrames_Parsed_AreWhatTheirNamesSay()
    {
        IReadOnlyList<CapturedFrame> frames = CaptureFile.Read(Path.Combine(Require.Captures(), "local-canonical-17-frames.pcap"));
        Assert.Equal(Expected, frames.Select(f => HeaderText.Parse(f.LinkType, f.Frame)));
    }

    /// <summary>Another builder made these frames; that ours makes the same bytes says that lengths and checksums are right.</summary>
    [Fact]
    public void CanonicalFrames_BuiltHere_AreTheSameBytes()
    {
        IReadOnlyList<CapturedFrame> frames = CaptureFile.Read(Path.Combine(Require.Captures(), "local-canonical-17-frames.pcap"));
        byte[][] built =
        [
            Packet.Ipv4("192.168.10.21", "192.168.10.200").Tcp(51515, 3260).Payload(40).ToFrame(),
            Packet.Ipv4("192.168.10.21", "192.168.10.200").Tcp(51516, 3260).Payload(40).ToFrame(),
            Packet.Ipv4("10.60.192.205", "10.60.192.181").Tcp(1021, 2049).Payload(40).ToFrame(),
            Packet.Ipv4("10.20.0.11", "10.20.0.12").Udp(49200, 4791).Payload(60).ToFrame(),
            Packet.Empty.Ipv4("10.9.8.7", "10.1.2.3", flagsAndOffset: 185, protocol: 17).Payload(60).ToFrame(),
            Packet.Empty.Ipv4("10.9.8.7", "10.1.2.3", flagsAndOffset: 0x2000).Udp(1111, 2222).Payload(60).ToFrame(),
            Packet.Ipv6("2001:db8::1", "2001:db8::2").Tcp(40000, 443).Payload(40).ToFrame(),
            Packet.Ipv4("10.1.1.1", "10.1.1.2").Icmp(8, 0, 0x1234, 1).Payload(40).ToFrame(),
            Packet.Ipv4("203.0.113.1", "203.0.113.2").Gre().Ipv4("192.0.2.10", "198.51.100.20").Tcp(1234, 80).Payload(40).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(49152, 4789).Vxlan(5000, nextProtocol: 3).Ethernet("aa:bb:cc:00:00:01", "aa:bb:cc:00:00:02")
                .Ipv4("172.16.0.10", "172.16.0.20").Tcp(40000, 443).Payload(40).ToFrame(),
            Packet.Ipv4("203.0.113.1", "203.0.113.2").Ipv4("192.0.2.10", "198.51.100.20").Tcp(1234, 80).Payload(40).ToFrame(),
            Packet.Vlan(100).Ipv4("192.168.10.21", "192.168.10.200").Tcp(51515, 3260).Payload(40).ToFrame(),
            Packet.Vlan(10, EtherTypes.ProviderVlan).Vlan(100).Ipv4("192.168.10.21", "192.168.10.200").Tcp(51515, 3260).Payload(40).ToFrame(),
            Packet.Mpls(16001, 24005).Ipv4("192.168.10.21", "192.168.10.200").Tcp(51515, 3260).Payload(40).ToFrame(),
            Packet.Ipv4("10.3.3.1", "10.3.3.2").Esp(0xdeadbeef).Payload(40).ToFrame(),
            Packet.Ipv4("10.7.7.1", "192.168.10.21").Icmp(3, 4).Ipv4("192.168.10.21", "192.168.10.200").Tcp(51515, 3260).ToFrame(),
        ];
        int[] numbers = [0, 1, 2, 3, 4, 5, 6, 7, 10, 9, 11, 12, 13, 14, 15, 16];
        foreach ((byte[] frame, int number) in built.Zip(numbers))
        {
            Assert.Equal(Hex.Text(frames[number].Frame), Hex.Text(frame));
        }
    }
}
