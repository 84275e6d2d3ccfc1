using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

public class TunnelTests
{
    private const string Ip4 = "45 00 00 1c 0000 0000 40 11 0000 c0a80a15 c0a80ac8  0001 0002 0008 0000";
    private const string Ip4Text = "ip4 192.168.10.21 > 192.168.10.200 proto 17 port 1 > 2";
    private const string Ip6 = "60000000 0008 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002  0001 0002 0008 0000";
    private const string Ip6Text = "ip6 2001:db8::1 > 2001:db8::2 proto 17 label 00000 port 1 > 2";
    private const string Frame = "02 00 00 00 00 02  02 00 00 00 00 01  08 00" + Ip4;
    private const string FrameText = "mac 02:00:00:00:00:01 > 02:00:00:00:00:02 type 0800 " + Ip4Text;

    [Theory]
    [InlineData("0000 0800" + Ip4, "", "Gre: type 0800 " + Ip4Text)]
    [InlineData("0000 86dd" + Ip6, "", "Gre: type 86dd " + Ip6Text)]
    [InlineData("0000 6558" + Frame, "", "Gre: " + FrameText)]
    [InlineData("0000 8847 03e81140" + Ip4, "", "Gre: type 8847 mpls 16001 " + Ip4Text)]
    // Checksum; key; sequence; all three.
    [InlineData("8000 0800 1234 0000" + Ip4, "", "Gre: type 0800 " + Ip4Text)]
    [InlineData("2000 0800 cafe0001" + Ip4, " tunnel cafe0001", "Gre: type 0800 " + Ip4Text)]
    [InlineData("1000 0800 00000007" + Ip4, "", "Gre: type 0800 " + Ip4Text)]
    [InlineData("b000 0800 1234 0000 cafe0001 00000007" + Ip4, " tunnel cafe0001", "Gre: type 0800 " + Ip4Text)]
    // Source routes of RFC 1701: one of four bytes, then the end.
    [InlineData("4000 0800 0000 0000  0800 00 04 0a000009  0000 00 00" + Ip4, "", "Gre: type 0800 " + Ip4Text)]
    [InlineData("e000 0800 0000 0000 00000005 0000 00 00" + Ip4, " tunnel 5", "Gre: type 0800 " + Ip4Text)]
    public void Gre_EveryCombinationOfFields_LeadsToThePayload(string gre, string outer, string inner) => CheckIp(47, gre, outer, inner);

    [Theory]
    [InlineData("2001 880b 0020 1234  ff03 0021" + Ip4, " tunnel 1234", "Gre: " + Ip4Text)]
    [InlineData("3001 880b 001e 1234 00000001  21" + Ip4, " tunnel 1234", "Gre: " + Ip4Text)]
    [InlineData("3081 880b 001e 1234 00000001 00000002  0057" + Ip6, " tunnel 1234", "Gre: " + Ip6Text)]
    [InlineData("2081 880b 0000 1234 00000002", " tunnel 1234", null)]
    public void Gre_Version1OfPptp_LeadsThroughPpp(string gre, string outer, string? inner) => CheckIp(47, gre, outer, inner);

    [Theory]
    [InlineData("0000 0000", "", null)]
    [InlineData("0000 2000 02b4", "", null)]
    [InlineData("2000 88cc 00000009", " tunnel 9", null)]
    [InlineData("0002 0800" + Ip4, "", "error: BadVersion")]
    [InlineData("0001 0800" + Ip4, "", "error: BadVersion")]
    [InlineData("0000 08", "", "error: Truncated")]
    [InlineData("2000 0800 cafe", "", "error: Truncated")]
    [InlineData("0000 0800", "", "Gre: type 0800\nerror: Truncated")]
    [InlineData("0000 6558 0200", "", "error: Truncated")]
    [InlineData("4000 0800 0000 0000  0800 00 ff 0a000009", "", "error: Truncated")]
    public void Gre_WithoutAPayloadToRead_HasNoInnerLayer(string gre, string outer, string? rest) => CheckIp(47, gre, outer, rest);

    [Fact]
    public void Gre_SourceRoutesWithoutEnd_AreTooDeep() =>
        CheckIp(47, "4000 0800 0000 0000" + string.Concat(Enumerable.Repeat("0800 00 04 0a000009", 40)), "", "error: TooDeep");

    [Fact]
    public void Nvgre_Key_IsTheVirtualSubnet() => CheckIp(
        47,
        """
        20 00     # key present
        65 58     # Ethernet
        12 34 56  # virtual subnet
        78        # flow
        """ + "\n" + Frame,
        " tunnel 123456",
        "Nvgre: " + FrameText);

    [Theory]
    // Subnets below 4096 are reserved, so this is the key of a bridge over GRE; so it is with a sequence or a checksum.
    [InlineData("2000 6558 000fffff" + Frame, " tunnel fffff", "Gre: " + FrameText)]
    [InlineData("2000 6558 00100000" + Frame, " tunnel 1000", "Nvgre: " + FrameText)]
    [InlineData("3000 6558 12345678 00000001" + Frame, " tunnel 12345678", "Gre: " + FrameText)]
    [InlineData("a000 6558 0000 0000 12345678" + Frame, " tunnel 12345678", "Gre: " + FrameText)]
    public void Gre_BridgingWithAKey_IsNvgreOnlyWhereItCanBe(string gre, string outer, string inner) => CheckIp(47, gre, outer, inner);

    [Fact]
    public void Erspan1_WithoutSequence_HasNoHeader() => CheckIp(47, "0000 88be" + Frame, "", "Erspan: " + FrameText);

    [Fact]
    public void Erspan2_Header_GivesTheSession() => CheckIp(
        47,
        """
        10 00        # sequence present
        88 be        # ERSPAN
        00 00 00 01  # sequence
        10 64        # version 1, VLAN 100
        6b ff        # class 3, encapsulation 1, session 1023
        00 00 00 02  # index
        """ + "\n" + Frame,
        " tunnel 3ff",
        "Erspan: " + FrameText);

    [Theory]
    [InlineData("00 00", "", Frame, "Erspan: " + FrameText)]
    [InlineData("00 01", "0000000000000000", Frame, "Erspan: " + FrameText)]
    [InlineData("08 00", "", Ip4, "Erspan: " + Ip4Text)]
    [InlineData("04 00", "", Ip4, null)]
    public void Erspan3_Header_GivesTheSession(string flags, string subheader, string payload, string? expected) => CheckIp(
        47,
        $"""
        10 00        # sequence present
        22 eb        # ERSPAN III
        00 00 00 01  # sequence
        20 64        # version 2, VLAN 100
        00 65        # class 0, session 101
        01 02 03 04  # timestamp
        00 00        # group tag
        {flags}      # frame type, hardware, direction, granularity, subheader
        {subheader}
        {payload}
        """,
        " tunnel 65",
        expected);

    [Theory]
    [InlineData(4, Ip4, "IpInIp: " + Ip4Text)]
    [InlineData(41, Ip6, "SixInFour: " + Ip6Text)]
    [InlineData(4, Ip6, "error: BadVersion")]
    [InlineData(41, "60", "error: Truncated")]
    public void IpInIp_InnerHeader_BeginsALayer(byte protocol, string hex, string expected) => CheckIp(protocol, hex, "", expected);

    [Theory]
    [InlineData(4789, "0800 0000 001388 00" + Frame, " tunnel 1388", "Vxlan: " + FrameText)]
    [InlineData(8472, "0800 0000 001388 00" + Frame, " tunnel 1388", "Vxlan: " + FrameText)]
    // Group policy bits, as Linux writes them; the flag that a VNI is there is missing; another port.
    [InlineData(4789, "8800 1234 001388 00" + Frame, " tunnel 1388", "Vxlan: " + FrameText)]
    [InlineData(4789, "0000 0000 001388 00" + Frame, "", null)]
    [InlineData(4788, "0800 0000 001388 00" + Frame, "", null)]
    [InlineData(4789, "0800 0000 0013", "", null)]
    [InlineData(4789, "0800 0000 001388 00 0200", " tunnel 1388", "error: Truncated")]
    // The generic form.
    [InlineData(4790, "0c00 0001 001388 00" + Ip4, " tunnel 1388", "Vxlan: " + Ip4Text)]
    [InlineData(4790, "0c00 0002 001388 00" + Ip6, " tunnel 1388", "Vxlan: " + Ip6Text)]
    [InlineData(4790, "0c00 0003 001388 00" + Frame, " tunnel 1388", "Vxlan: " + FrameText)]
    [InlineData(4790, "0c00 0004 001388 00" + Frame, " tunnel 1388", null)]
    public void Vxlan_Header_GivesTheVni(ushort port, string hex, string outer, string? inner) => CheckUdp(port, hex, outer, inner);

    [Theory]
    [InlineData("0000 6558 00004d 00" + Frame, " tunnel 4d", "Geneve: " + FrameText)]
    [InlineData("0000 0800 00004d 00" + Ip4, " tunnel 4d", "Geneve: type 0800 " + Ip4Text)]
    [InlineData("0200 86dd 00004d 00 0102 8001 09090909" + Ip6, " tunnel 4d", "Geneve: type 86dd " + Ip6Text)]
    [InlineData("3f00 6558 00004d 00 0102", " tunnel 4d", "error: Truncated")]
    [InlineData("4000 6558 00004d 00" + Frame, "", null)]
    [InlineData("0000 894f 00004d 00" + Frame, " tunnel 4d", null)]
    public void Geneve_Header_GivesTheVni(string hex, string outer, string? inner) => CheckUdp(6081, hex, outer, inner);

    [Theory]
    [InlineData("30 ff 001c 11223344" + Ip4, " tunnel 11223344", "GtpU: " + Ip4Text)]
    [InlineData("30 ff 0030 11223344" + Ip6, " tunnel 11223344", "GtpU: " + Ip6Text)]
    // Sequence number; an extension header of one word and one of two.
    [InlineData("32 ff 0020 11223344 0009 00 00" + Ip4, " tunnel 11223344", "GtpU: " + Ip4Text)]
    [InlineData("36 ff 002c 11223344 0009 00 85  01 0009 c0  02 010203040506 00" + Ip4, " tunnel 11223344", "GtpU: " + Ip4Text)]
    // The extension type counts only where its flag is set.
    [InlineData("32 ff 0020 11223344 0009 00 85" + Ip4, " tunnel 11223344", "GtpU: " + Ip4Text)]
    [InlineData("34 ff 0024 11223344 0000 00 85  00 0000 00" + Ip4, " tunnel 11223344", "error: BadLength")]
    [InlineData("34 ff 0008 11223344 0000 00 85  02 0000 00", " tunnel 11223344", "error: Truncated")]
    [InlineData("30 ff 001d 11223344" + Ip4, " tunnel 11223344", "GtpU: " + Ip4Text + "\nerror: Truncated")]
    // An echo request, GTP', another version, and a frame in place of a packet.
    [InlineData("32 01 0004 00000000 0001 00 00", " tunnel 0", null)]
    [InlineData("20 ff 001c 11223344" + Ip4, "", null)]
    [InlineData("50 ff 001c 11223344" + Ip4, "", null)]
    [InlineData("30 ff 002a 11223344" + Frame, " tunnel 11223344", null)]
    public void GtpU_Header_GivesTheEndpoint(string hex, string outer, string? inner) => CheckUdp(2152, hex, outer, inner);

    [Fact]
    public void GtpU_ExtensionsWithoutEnd_AreTooDeep() => CheckUdp(
        2152,
        "34 ff 0044 11223344 0000 00 85" + string.Concat(Enumerable.Repeat("01 0009 85", 16)),
        " tunnel 11223344",
        "error: TooDeep");

    [Theory]
    [InlineData("03e81040 05dc5140" + Ip4, "", "MplsOverUdp: mpls 16001 24005 " + Ip4Text)]
    [InlineData("03e8", "", null)]
    public void MplsOverUdp_Labels_BeginALayer(string hex, string outer, string? inner) => CheckUdp(6635, hex, outer, inner);

    [Fact]
    public void Tunnels_DeeperThanAreKept_EndWithTheLastOneKept()
    {
        PacketBuilder Nested(int layers) => Enumerable.Range(2, layers - 1)
            .Aggregate(Packet.Ipv4("10.0.0.1", "10.0.1.1"), (packet, i) => packet.Ipv4($"10.0.0.{i}", $"10.0.1.{i}"))
            .Udp(1, 2);
        PacketHeaders headers = HeaderText.Rubbish();
        Assert.Equal(ParseError.None, HeaderParser.Parse(LinkType.Ipv4, Nested(PacketHeaders.LayersMax).ToArray(), ref headers));
        Assert.Equal(PacketHeaders.LayersMax, headers.LayerCount);
        Assert.Equal(2, headers.Inner.DestinationPort);

        Assert.Equal(ParseError.TooDeep, HeaderParser.Parse(LinkType.Ipv4, Nested(PacketHeaders.LayersMax + 1).ToArray(), ref headers));
        Assert.Equal(PacketHeaders.LayersMax, headers.LayerCount);
        Assert.Equal(0x0a000004u, headers.Inner.SourceAddress);
        Assert.False(headers.Inner.Has(HeaderField.DestinationPort));
    }

    private static void CheckIp(byte protocol, string hex, string outer, string? rest)
    {
        byte[] packet = Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", protocol: protocol).Payload(Hex.Bytes(hex)).ToArray();
        string end = rest is null ? "" : "\n" + rest;
        Assert.Equal($"ip4 10.0.0.1 > 10.0.0.2 proto {protocol}{outer}{end}", HeaderText.Parse(LinkType.Ipv4, packet));
    }

    private static void CheckUdp(ushort port, string hex, string outer, string? rest)
    {
        byte[] packet = Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(49152, port).Payload(Hex.Bytes(hex)).ToArray();
        string end = rest is null ? "" : "\n" + rest;
        Assert.Equal($"ip4 10.0.0.1 > 10.0.0.2 proto 17 port 49152 > {port}{outer}{end}", HeaderText.Parse(LinkType.Ipv4, packet));
    }
}
