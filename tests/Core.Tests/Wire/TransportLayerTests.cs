using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

public class TransportLayerTests
{
    [Theory]
    [InlineData(6, "c93b 0cbc 00000000 00000000 5002 2000 ba2b 0000", "port 51515 > 3260")]
    [InlineData(17, "0035 0fa0 0008 0000", "port 53 > 4000")]
    [InlineData(33, "0035 0fa0 04000000 00000000", "port 53 > 4000")]
    [InlineData(132, "960c 960d 00000001 00000000", "port 38412 > 38413")]
    [InlineData(136, "0035 0fa0 0008 0000", "port 53 > 4000")]
    [InlineData(50, "deadbeef 00000001", "spi deadbeef")]
    [InlineData(51, "06 04 0000 00001001 00000001 00000000", "spi 00001001")]
    [InlineData(1, "08 00 0000 1234 0001", "icmp 8/0 id 1234")]
    [InlineData(1, "0d 00 0000 1234 0001", "icmp 13/0 id 1234")]
    [InlineData(1, "09 00 0000 0102 0003", "icmp 9/0")]
    [InlineData(58, "81 00 0000 1234 0001", "icmp 129/0 id 1234")]
    [InlineData(58, "87 00 0000 0000 0000", "icmp 135/0")]
    [InlineData(2, "11 00 eeff 00000000", "")]
    [InlineData(89, "0201 002c", "")]
    public void Header_OfEachProtocol_GivesItsFields(byte protocol, string hex, string expected) => Check(protocol, hex, expected);

    [Theory]
    [InlineData(6, "c93b 0cbc 00000000 00000000 5002 2000 ba2b", "port 51515 > 3260\nerror: Truncated")]
    [InlineData(6, "c93b 0cbc 00000000 00000000 4002 2000 ba2b 0000", "port 51515 > 3260\nerror: BadLength")]
    [InlineData(6, "c93b 0cbc 00000000 00000000 6002 2000 ba2b 0000", "port 51515 > 3260\nerror: Truncated")]
    [InlineData(6, "c93b 0c", "\nerror: Truncated")]
    [InlineData(6, "", "\nerror: Truncated")]
    [InlineData(17, "0035 0fa0 00", "port 53 > 4000\nerror: Truncated")]
    [InlineData(17, "0035 0fa0 0007 0000", "port 53 > 4000\nerror: BadLength")]
    [InlineData(17, "0035 0fa0 0009 0000", "port 53 > 4000\nerror: Truncated")]
    [InlineData(132, "960c 960d 00000001", "port 38412 > 38413\nerror: Truncated")]
    [InlineData(50, "deadbe", "\nerror: Truncated")]
    [InlineData(51, "06 04 0000 0000", "\nerror: Truncated")]
    [InlineData(1, "08", "\nerror: Truncated")]
    [InlineData(1, "08 00 0000 12", "icmp 8/0\nerror: Truncated")]
    public void Header_CutShort_GivesWhatIsThere(byte protocol, string hex, string expected) => Check(protocol, hex, expected);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(12)]
    public void IcmpError_Quote_IsTheEmbeddedPacket(byte type)
    {
        byte[] error = Packet.Ipv4("10.7.7.1", "192.168.10.21").Icmp(type, 1)
            .Ipv4("192.168.10.21", "192.168.10.200").Tcp(51515, 3260).ToArray();
        string expected = $"ip4 10.7.7.1 > 192.168.10.21 proto 1 icmp {type}/1\nquoted: ip4 192.168.10.21 > 192.168.10.200 proto 6";
        Assert.Equal(expected + " port 51515 > 3260", HeaderText.Parse(LinkType.Ipv4, error));
    }

    [Fact]
    public void IcmpError_WithEightBytesOfTcp_StillGivesThePorts()
    {
        // RFC 792: the IP header and 64 bits. The quoted lengths speak of the packet as it was, so they are no lie.
        byte[] quoted = Packet.Ipv4("192.168.10.21", "192.168.10.200").Tcp(51515, 3260).ToArray()[..28];
        byte[] error = Packet.Ipv4("10.7.7.1", "192.168.10.21").Icmp(11, 0).Payload(quoted).ToArray();
        Assert.Equal(
            "ip4 10.7.7.1 > 192.168.10.21 proto 1 icmp 11/0\nquoted: ip4 192.168.10.21 > 192.168.10.200 proto 6 port 51515 > 3260",
            HeaderText.Parse(LinkType.Ipv4, error));
    }

    [Fact]
    public void IcmpError_QuotingAnotherError_GivesItsTypeAndNoMore()
    {
        byte[] error = Packet.Ipv4("10.0.0.3", "10.0.0.2").Icmp(3, 1)
            .Ipv4("10.0.0.2", "10.0.0.1").Icmp(3, 4).Ipv4("10.0.0.1", "10.0.0.2").Udp(1, 2).ToArray();
        Assert.Equal(
            "ip4 10.0.0.3 > 10.0.0.2 proto 1 icmp 3/1\nquoted: ip4 10.0.0.2 > 10.0.0.1 proto 1 icmp 3/4",
            HeaderText.Parse(LinkType.Ipv4, error));
    }

    [Fact]
    public void IcmpError_QuotingATunnel_GivesTheOuterHeaders()
    {
        byte[] error = Packet.Ipv4("10.0.0.3", "10.0.0.2").Icmp(3, 4)
            .Ipv4("10.0.0.2", "10.0.0.1").Udp(49152, 4789).Vxlan(5).Ethernet().Ipv4("1.1.1.1", "2.2.2.2").Udp(1, 2).ToArray();
        Assert.Equal(
            "ip4 10.0.0.3 > 10.0.0.2 proto 1 icmp 3/4\nquoted: ip4 10.0.0.2 > 10.0.0.1 proto 17 port 49152 > 4789 tunnel 5",
            HeaderText.Parse(LinkType.Ipv4, error));
    }

    [Fact]
    public void IcmpError_QuotingRubbish_HasNoEmbeddedPacket()
    {
        byte[] error = Packet.Ipv4("10.0.0.3", "10.0.0.2").Icmp(3, 4).Payload(new byte[28]).ToArray();
        Assert.Equal("ip4 10.0.0.3 > 10.0.0.2 proto 1 icmp 3/4\nerror: BadVersion", HeaderText.Parse(LinkType.Ipv4, error));
    }

    [Fact]
    public void Roce_BaseTransportHeader_GivesOpcodeAndQueuePair() => Check(
        17,
        """
        c030 12b7 0014 0000  # UDP to 4791
        0a                   # opcode: RC RDMA write only
        40                   # solicited event, migration, padding, version
        ff ff                # partition key
        00                   # reserved
        12 34 56             # destination queue pair
        80 00 00 01          # acknowledge request, sequence number
        """,
        "port 49200 > 4791 bth 0a qp 123456");

    [Fact]
    public void Roce_TooShortForItsHeader_IsPlainUdp() => Check(17, "c030 12b7 000c 0000 0a40ffff", "port 49200 > 4791");

    private static void Check(byte protocol, string hex, string expected)
    {
        byte[] packet = Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", protocol: protocol).Payload(Hex.Bytes(hex)).ToArray();
        string separator = expected.Length == 0 || expected[0] == '\n' ? "" : " ";
        Assert.Equal($"ip4 10.0.0.1 > 10.0.0.2 proto {protocol}{separator}{expected}", HeaderText.Parse(LinkType.Ipv4, packet));
    }
}
