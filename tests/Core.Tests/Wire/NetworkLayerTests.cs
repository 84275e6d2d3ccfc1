using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

public class NetworkLayerTests
{
    private const string From4To4 = "ip4 10.0.0.1 > 10.0.0.2";
    private const string From6To6 = "ip6 2001:db8::1 > 2001:db8::2";
    private const string Addresses6 = "20010db8 00000000 00000000 00000001  20010db8 00000000 00000000 00000002";
    private const string Udp = "0035 0fa0 0008 0000";

    [Fact]
    public void Ipv4_Fields_AreRead()
    {
        byte[] bytes = Hex.Bytes(
            """
            46           # version, header length in words
            b9           # DSCP 46, ECN 1
            00 20        # total length
            12 34        # identification
            40 00        # do not fragment
            3f           # TTL
            11           # protocol
            00 00        # checksum
            0a 00 00 01  # source
            0a 00 00 02  # destination
            94 04 00 00  # router alert
            """ + "\n" + Udp);
        Assert.Equal($"{From4To4} proto 17 ttl 63 class b9 port 53 > 4000", HeaderText.Parse(LinkType.Ipv4, bytes));

        Assert.Equal(ParseError.None, Ipv4Header.Parse(bytes, out Ipv4Header header));
        Assert.Equal(24, header.HeaderLength);
        Assert.Equal(0xb9, header.TrafficClass);
        Assert.Equal(32, header.TotalLength);
        Assert.Equal(0x1234, header.Identification);
        Assert.Equal(0x4000, header.FlagsAndOffset);
        Assert.False(header.IsFragment);
        Assert.Equal(63, header.Ttl);
        Assert.Equal(17, header.Protocol);
        Assert.Equal(0x0a000001u, header.SourceAddress);
        Assert.Equal(0x0a000002u, header.DestinationAddress);
        Assert.Equal(Hex.Bytes("94040000"), header.Options);
        Assert.Equal(Hex.Bytes(Udp), header.Payload);
        Assert.True(header.IsWhole);
    }

    [Theory]
    [InlineData("35 00 00 1c", ParseError.BadVersion)]
    [InlineData("65 00 00 1c", ParseError.BadVersion)]
    [InlineData("44 00 00 1c", ParseError.BadLength)]
    [InlineData("45 00 00 13", ParseError.BadLength)]
    [InlineData("46 00 00 17", ParseError.BadLength)]
    [InlineData("48 00 00 30", ParseError.Truncated)]
    public void Ipv4_WithALyingHeader_IsRefused(string start, ParseError expected)
    {
        byte[] bytes = Hex.Bytes(start + "0000 0000 40 11 0000 0a000001 0a000002" + Udp);
        Assert.Equal($"\nerror: {expected}", HeaderText.Parse(LinkType.Ipv4, bytes));
        Assert.Equal(expected, Ipv4Header.Parse(bytes, out _));
    }

    [Fact]
    public void Parse_WithALyingTotalLength_ReportsTruncated()
    {
        byte[] bytes = Hex.Bytes("45 00 00 1d 0000 0000 40 11 0000 0a000001 0a000002" + Udp);
        Assert.Equal($"{From4To4} proto 17 port 53 > 4000\nerror: Truncated", HeaderText.Parse(LinkType.Ipv4, bytes));
    }

    [Fact]
    public void Ipv4_PaddingBehindTheTotalLength_IsNotRead()
    {
        // The total length leaves two bytes for UDP, so the ports that follow are padding.
        byte[] bytes = Hex.Bytes("45 00 00 16 0000 0000 40 11 0000 0a000001 0a000002" + Udp);
        Assert.Equal($"{From4To4} proto 17\nerror: Truncated", HeaderText.Parse(LinkType.Ipv4, bytes));
    }

    [Fact]
    public void Ipv4_WithTotalLengthZero_IsReadToTheEnd()
    {
        byte[] bytes = Hex.Bytes("45 00 00 00 0000 0000 40 11 0000 0a000001 0a000002  0035 0fa0 0000 0000");
        Assert.Equal($"{From4To4} proto 17 port 53 > 4000", HeaderText.Parse(LinkType.Ipv4, [.. bytes, .. new byte[100_000]]));
    }

    [Theory]
    [InlineData("20 00", true)]
    [InlineData("00 01", true)]
    [InlineData("3f ff", true)]
    [InlineData("1f ff", true)]
    [InlineData("40 00", false)]
    [InlineData("80 00", false)]
    [InlineData("00 00", false)]
    public void Ipv4_Fragments_HaveNoPortsWhicheverTheyAre(string flagsAndOffset, bool isFragment)
    {
        byte[] bytes = Hex.Bytes("45 00 00 1c 0001" + flagsAndOffset + "40 11 0000 0a000001 0a000002" + Udp);
        Assert.Equal($"{From4To4} proto 17 {(isFragment ? "fragment" : "port 53 > 4000")}", HeaderText.Parse(LinkType.Ipv4, bytes));
    }

    [Fact]
    public void Fragment_OfATunnel_BeginsNoLayer()
    {
        byte[] gre = Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", flagsAndOffset: 0x2000)
            .Gre(key: 1).Ipv4("1.1.1.1", "2.2.2.2").Udp(1, 2).ToArray();
        Assert.Equal($"{From4To4} proto 47 fragment", HeaderText.Parse(LinkType.Ipv4, gre));
    }

    [Fact]
    public void Ipv6_Fields_AreRead()
    {
        byte[] bytes = Hex.Bytes(
            """
            6b 9a bc de  # version, DSCP 46 and ECN 1, flow label
            00 08        # payload length
            11           # next header
            3f           # hop limit
            """ + "\n" + Addresses6 + Udp);
        Assert.Equal($"{From6To6} proto 17 ttl 63 class b9 label abcde port 53 > 4000", HeaderText.Parse(LinkType.Ipv6, bytes));
    }

    [Theory]
    // Hop-by-hop, destination options and routing, in an order of their own.
    [InlineData("18", "00", "3c 00 0104 00000000  2b 00 0104 00000000  11 00 0000 00000000", "proto 17 port 53 > 4000")]
    [InlineData("10", "2b", "11 01 0000 00000000 00000000 00000000", "proto 17 port 53 > 4000")]
    // A whole packet with a fragment header is a fragment to those who stop there.
    [InlineData("08", "2c", "11 00 0000 00000001", "proto 17 fragment")]
    [InlineData("08", "2c", "11 00 0001 00000001", "proto 17 fragment")]
    [InlineData("08", "2c", "11 00 0fa0 00000001", "proto 17 fragment")]
    [InlineData("10", "3c", "2c 00 0104 00000000  11 00 0001 00000001", "proto 17 fragment")]
    // AH and ESP end the walk, and so does "no next header".
    [InlineData("18", "33", "11 04 0000 0000abcd 00000001 00000000 00000000 00000000", "proto 51 spi 0000abcd")]
    [InlineData("08", "3c", "32 00 0104 00000000", "proto 50 spi 00350fa0")]
    [InlineData("08", "3c", "3b 00 0104 00000000", "proto 59")]
    // The extension header says that it is longer than all there is.
    [InlineData("08", "3c", "11 02 0104 00000000", "proto 60\nerror: Truncated")]
    [InlineData("08", "2b", "11 ff 0104 00000000", "proto 43\nerror: Truncated")]
    public void Ipv6_ExtensionHeaders_AreWalked(string length, string next, string extensions, string expected)
    {
        int payload = Convert.ToInt32(length, 16) + 8;
        byte[] bytes = Hex.Bytes($"60000000 {payload:x4} {next} 40 {Addresses6} {extensions} {Udp}");
        string found = HeaderText.Parse(LinkType.Ipv6, bytes).Replace(" label 00000", "", StringComparison.Ordinal);
        Assert.Equal($"{From6To6} {expected}", found);
    }

    [Fact]
    public void Ipv6_MoreExtensionHeadersThanAreFollowed_AreTooDeep()
    {
        PacketBuilder With(int count) => Enumerable.Range(0, count)
            .Aggregate(
                Packet.Ipv6("2001:db8::1", "2001:db8::2"),
                (packet, _) => packet.Extension(IpProtocols.DestinationOptions, new byte[6]))
            .Udp(53, 4000);
        Assert.Equal($"{From6To6} proto 17 label 00000 port 53 > 4000", HeaderText.Parse(LinkType.Ipv6, With(8).ToArray()));
        Assert.Equal($"{From6To6} proto 60 label 00000\nerror: TooDeep", HeaderText.Parse(LinkType.Ipv6, With(9).ToArray()));
    }

    [Theory]
    [InlineData("0035 0fa0 0000 0000", 0x10, "port 53 > 4000")]
    [InlineData("0035 0fa0 0000 0000", 0x11, "port 53 > 4000\nerror: Truncated")]
    [InlineData("0035 0fa0 0000 0000", 0x0a, "\nerror: Truncated")]
    [InlineData("0035 0fa0 0000 0000", 0x07, "port 53 > 4000\nerror: BadLength")]
    [InlineData("0035 0fa0 0000 0000", -1, "port 53 > 4000\nerror: Truncated")]
    public void Ipv6_Jumbogram_IsAsLongAsItsOptionSays(string udp, int jumboLength, string expected)
    {
        byte[] bytes = Hex.Bytes($"60000000 0000 00 40 {Addresses6}  11 00 c2 04 {(uint)jumboLength:x8} {udp}");
        string text = $"{From6To6} proto 17 label 00000 {expected}".Replace(" \n", "\n", StringComparison.Ordinal);
        Assert.Equal(text, HeaderText.Parse(LinkType.Ipv6, bytes));
    }

    [Theory]
    [InlineData("40000000 0008 11 40" + Addresses6 + Udp, ParseError.BadVersion)]
    [InlineData("60000000 0008 11 40" + "20010db8", ParseError.Truncated)]
    public void Ipv6_WithALyingHeader_IsRefused(string hex, ParseError expected) =>
        Assert.Equal($"\nerror: {expected}", HeaderText.Parse(LinkType.Ipv6, Hex.Bytes(hex)));

    [Fact]
    public void Ipv6_WithALyingPayloadLength_ReportsTruncated() => Assert.Equal(
        $"{From6To6} proto 17 label 00000 port 53 > 4000\nerror: Truncated",
        HeaderText.Parse(LinkType.Ipv6, Hex.Bytes($"60000000 0009 11 40 {Addresses6} {Udp}")));
}
