using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

public class LinkLayerTests
{
    private const string Macs = "02 00 00 00 00 c8  02 00 00 00 00 15";
    private const string Mac = "mac 02:00:00:00:00:15 > 02:00:00:00:00:c8";

    /// <summary>The smallest packet with ports: 10.0.0.1:1 to 10.0.0.2:2, UDP without data.</summary>
    private const string Udp = "45 00 00 1c 00 00 00 00 40 11 00 00 0a 00 00 01 0a 00 00 02  00 01 00 02 00 08 00 00";
    private const string UdpText = "ip4 10.0.0.1 > 10.0.0.2 proto 17 port 1 > 2";

    [Theory]
    [InlineData("88 cc", "type 88cc")]
    [InlineData("08 06 00 01 08 00 06 04 00 01", "type 0806")]
    [InlineData("88 09 01 01", "type 8809")]
    [InlineData("08 00" + Udp, "type 0800 " + UdpText)]
    [InlineData("81 00 a0 64  08 00" + Udp, "vlan a064 type 0800 " + UdpText)]
    [InlineData("88 a8 00 0a  81 00 00 64  08 00" + Udp, "vlan 000a inner 0064 type 0800 " + UdpText)]
    [InlineData("91 00 00 0a  91 00 00 64  81 00 00 07  08 00" + Udp, "vlan 000a inner 0064 type 0800 " + UdpText)]
    [InlineData("81 00 00 00  08 00" + Udp, "vlan 0000 type 0800 " + UdpText)]
    public void Ethernet_TypesAndTags_AreRead(string hex, string expected) =>
        Check(LinkType.Ethernet, Macs + hex, $"{Mac} {expected}");

    [Theory]
    [InlineData("00 03  42 42 03  ff ff ff ff", "type 0003")]
    [InlineData("00 24  aa aa 03  00 00 00  08 00" + Udp, "type 0800 " + UdpText)]
    [InlineData("00 24  aa aa 03  00 00 f8  08 00" + Udp, "type 0800 " + UdpText)]
    [InlineData("00 08  aa aa 03  00 00 0c  20 00", "type 0008")]
    [InlineData("00 24  aa aa 03  00 00 00  00 07" + Udp, "type 0024")]
    [InlineData("81 00 00 05  00 24  aa aa 03  00 00 00  08 00" + Udp, "vlan 0005 type 0800 " + UdpText)]
    [InlineData("05 dd 00 00", "type 05dd")]
    [InlineData("00 02  42 42 03", "type 0002\nerror: Truncated")]
    [InlineData("00 40  42 42 03", "type 0040\nerror: Truncated")]
    public void Ethernet_LengthInPlaceOfType_IsLlc(string hex, string expected) =>
        Check(LinkType.Ethernet, Macs + hex, $"{Mac} {expected}");

    [Theory]
    [InlineData("88 64  11 00 00 11 00 1e  00 21" + Udp, "type 8864 " + UdpText)]
    [InlineData("88 64  11 00 00 11 00 1d  21" + Udp, "type 8864 " + UdpText)]
    [InlineData("88 64  11 00 00 11 00 0a  c0 21 01 01 00 08 05 06 07 08", "type 8864")]
    [InlineData("88 64  11 09 00 00 00 00", "type 8864\nerror: BadVersion")]
    [InlineData("88 64  11 00 00 11 00 ff  00 21" + Udp, "type 8864 " + UdpText + "\nerror: Truncated")]
    [InlineData("88 64  11 00 00 11 00 10  00 21" + Udp, "type 8864\nerror: Truncated")]
    public void Pppoe_Sessions_LeadToIp(string hex, string expected) =>
        Check(LinkType.Ethernet, Macs + hex, $"{Mac} {expected}");

    [Theory]
    [InlineData("88 47  03 e8 11 40" + Udp, "type 8847 mpls 16001 " + UdpText)]
    [InlineData("88 48  03 e8 11 40" + Udp, "type 8848 mpls 16001 " + UdpText)]
    [InlineData("88 47  03 e8 10 40  05 dc 51 40" + Udp, "type 8847 mpls 16001 24005 " + UdpText)]
    [InlineData("88 47  03 e8 11 40  10 00 00 00", "type 8847 mpls 16001")]
    [InlineData("88 47  03 e8 11 40", "type 8847 mpls 16001\nerror: Truncated")]
    [InlineData("88 47  03 e8 10 40  05 dc", "type 8847 mpls 16001\nerror: Truncated")]
    public void Mpls_Labels_AreKeptAndThePayloadGuessed(string hex, string expected) =>
        Check(LinkType.Ethernet, Macs + hex, $"{Mac} {expected}");

    [Fact]
    public void Mpls_PseudowireWithAndWithoutControlWord_BeginsALayer()
    {
        const string Inner = "00 1b 21 00 00 02  00 1b 21 00 00 01  08 00" + Udp;
        const string Expected = Mac + " type 8847 mpls 16001\n"
            + "Pseudowire: mac 00:1b:21:00:00:01 > 00:1b:21:00:00:02 type 0800 " + UdpText;
        Check(LinkType.Ethernet, Macs + "88 47  03 e8 11 40  00 00 00 09" + Inner, Expected);
        Check(LinkType.Ethernet, Macs + "88 47  03 e8 11 40" + Inner, Expected);
    }

    [Fact]
    public void Mpls_ControlWordWithoutAFrame_BeginsNoLayer() => Check(
        LinkType.Ethernet,
        Macs + "88 47  03 e8 11 40  00 00 00 09  01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14",
        $"{Mac} type 8847 mpls 16001");

    [Fact]
    public void Tags_MoreThanAreFollowed_AreTooDeep()
    {
        Check(LinkType.Ethernet, Macs + Repeat("81 00 00 01", 8) + "08 00" + Udp, $"{Mac} vlan 0001 inner 0001 type 0800 {UdpText}");
        Check(LinkType.Ethernet, Macs + Repeat("81 00 00 01", 9) + "08 00" + Udp, $"{Mac} vlan 0001 inner 0001 type 8100\nerror: TooDeep");
        Check(LinkType.Ethernet, Macs + "88 47" + Repeat("00 01 00 40", 15) + "00 01 01 40" + Udp, $"{Mac} type 8847 mpls 16 16 16 16 16 {UdpText}");
        Check(LinkType.Ethernet, Macs + "88 47" + Repeat("00 01 00 40", 17) + Udp, $"{Mac} type 8847 mpls 16 16 16 16 16\nerror: TooDeep");
    }

    [Fact]
    public void LinuxSll_Header_GivesSourceMacAndType() => Check(
        LinkType.LinuxSll,
        """
        00 00                    # packet type: to us
        00 01                    # device type: Ethernet
        00 06                    # address length
        02 00 00 00 00 15 00 00  # address
        08 00                    # protocol
        """ + "\n" + Udp,
        "mac 02:00:00:00:00:15 type 0800 " + UdpText);

    [Fact]
    public void LinuxSll2_Header_GivesSourceMacAndType() => Check(
        LinkType.LinuxSll2,
        """
        08 00                    # protocol
        00 00                    # reserved
        00 00 00 02              # interface
        00 01                    # device type: Ethernet
        04                       # packet type: from us
        06                       # address length
        02 00 00 00 00 15 00 00  # address
        """ + "\n" + Udp,
        "mac 02:00:00:00:00:15 type 0800 " + UdpText);

    [Theory]
    // Loopback has an address of 6 zeros; a tunnel device has none.
    [InlineData("0000 0304 0006 0000000000000000 86dd", "mac 00:00:00:00:00:00 type 86dd\nerror: Truncated")]
    [InlineData("0000 0308 0000 0000000000000000 0800" + Udp, "type 0800 " + UdpText)]
    [InlineData("0000 0001 0000 0000000000000000 8100 0007 0800" + Udp, "vlan 0007 type 0800 " + UdpText)]
    [InlineData("0000 0001 0000 0000000000000000 0004 aaaa03 000000 0800" + Udp, "type 0800 " + UdpText)]
    [InlineData("0000 0001 0000 0000000000000000 0001 ffff", "")]
    [InlineData("0000 0338 0000 0000000000000000 0800" + Udp, "")]
    public void LinuxSll_OtherDevices_AreRead(string hex, string expected) => Check(LinkType.LinuxSll, hex, expected);

    [Theory]
    [InlineData(LinkType.Null, "02 00 00 00" + Udp, UdpText)]
    [InlineData(LinkType.Null, "00 00 00 02" + Udp, UdpText)]
    [InlineData(LinkType.Loop, "00 00 00 02" + Udp, UdpText)]
    [InlineData(LinkType.Null, "1e 00 00 00", "\nerror: Truncated")]
    [InlineData(LinkType.Null, "07 00 00 00", "")]
    [InlineData(LinkType.Ppp, "00 21" + Udp, UdpText)]
    [InlineData(LinkType.Ppp, "21" + Udp, UdpText)]
    [InlineData(LinkType.Ppp, "ff 03 00 21" + Udp, UdpText)]
    [InlineData(LinkType.Ppp, "ff 03 02 81 03 e8 11 40" + Udp, "mpls 16001 " + UdpText)]
    [InlineData(LinkType.Ppp, "ff 03 c0 21 01 01 00 04", "")]
    [InlineData(LinkType.Ppp, "ff 03", "\nerror: Truncated")]
    [InlineData(LinkType.Raw, Udp, UdpText)]
    [InlineData(LinkType.RawBsd, Udp, UdpText)]
    [InlineData(LinkType.RawOpenBsd, Udp, UdpText)]
    [InlineData(LinkType.Ipv4, Udp, UdpText)]
    [InlineData(LinkType.Ipv6, Udp, "\nerror: Truncated")]
    [InlineData(LinkType.Raw, "", "\nerror: Truncated")]
    [InlineData((LinkType)127, Udp, "\nerror: UnknownLinkType")]
    public void OtherLinkTypes_Frames_LeadToIp(LinkType linkType, string hex, string expected) => Check(linkType, hex, expected);

    private static void Check(LinkType linkType, string hex, string expected) =>
        Assert.Equal(expected, HeaderText.Parse(linkType, Hex.Bytes(hex)));

    private static string Repeat(string hex, int times) => string.Concat(Enumerable.Repeat(hex + " ", times));
}
