using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Policies;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Balancing.Policies;

public sealed class PolicyCatalogTests
{
    [Fact]
    public void All_HasEveryPolicyOnce_DescribedAndMadeByItsDefaults()
    {
        Assert.Equal(
            """
            netapp/xor-full netapp/xor-octet netapp/xor-nibble netapp/sfh-ip netapp/sfh-mac netapp/sfh-port
            linux-bond/layer2 linux-bond/layer2+3 linux-bond/layer3+4 linux-bond/encap2+3 linux-bond/encap3+4 linux-bond/vlan+srcmac
            linux-ecmp/l3 linux-ecmp/l4 linux-ecmp/l3-inner linux-ecmp/custom
            rss/toeplitz rss/toeplitz-symmetric
            crc/crc16-arc crc/crc16-ccitt crc/crc16-xmodem crc/crc16-kermit crc/crc16-buypass crc/crc32 crc/crc32c crc/crc32-bzip2
            xor/xor8 xor/xor16
            custom
            ovs/slb ovs/tcp ovs/slb-sse42 ovs/tcp-sse42
            teamd/default teamd/eth teamd/l3 teamd/l4
            """.Split([' ', '\n'], StringSplitOptions.TrimEntries),
            PolicyCatalog.All.Select(e => e.Descriptor.Name));
        foreach (PolicyEntry entry in PolicyCatalog.All)
        {
            Assert.Equal(TechniqueKind.Policy, entry.Descriptor.Kind);
            Assert.Same(entry, PolicyCatalog.Find(entry.Descriptor.Name));
            Assert.NotEmpty(entry.Descriptor.Summary);
            Assert.NotEmpty(entry.Descriptor.Remarks);
            Assert.NotEmpty(entry.Descriptor.Source);
            Assert.NotNull(entry.Create(ParameterSet.Of(entry.Descriptor.Parameters)));
        }
    }

    [Theory]
    [InlineData("netapp/xor-nibble", "modulo", false)]
    [InlineData("linux-bond/layer3+4", "modulo", false)]
    [InlineData("linux-ecmp/custom", "hash-threshold", false)]
    [InlineData("rss/toeplitz", "table:buckets=128", false)]
    [InlineData("crc/crc16-arc", "modulo", false)]
    [InlineData("custom", "modulo", false)]
    [InlineData("ovs/tcp-sse42", "table:buckets=256", true)]
    [InlineData("teamd/l4", "modulo", false)]
    public void DefaultFill_IsWhatSuchBoxesUse(string name, string fill, bool isLinkAssumed)
    {
        PolicyEntry entry = PolicyCatalog.Find(name)!;

        Assert.Equal(fill, entry.DefaultFill);
        Assert.Equal(isLinkAssumed, entry.IsLinkAssumed);
    }

    [Theory]
    [InlineData("linux-bond/layer34", "linux-bond/layer3+4")]
    [InlineData("linux-bond/layer23", "linux-bond/layer2+3")]
    [InlineData("linux-bond/vlan-srcmac", "linux-bond/vlan+srcmac")]
    [InlineData("Linux-Bond/Layer2", "linux-bond/layer2")]
    [InlineData("layer3+4", "linux-bond/layer3+4")]
    [InlineData("layer34", "linux-bond/layer3+4")]
    [InlineData("toeplitz", "rss/toeplitz")]
    [InlineData("crc32", "crc/crc32")]
    [InlineData("linxu-bond/layer3+4", "linux-bond/layer3+4")]
    [InlineData("netapp/nibble", "netapp/xor-nibble")]
    [InlineData("crc/crc16-ccit", "crc/crc16-ccitt")]
    [InlineData("ovs/tpc", "ovs/tcp")]
    [InlineData("cutsom", "custom")]
    [InlineData("rss/tplz", "rss/toeplitz")]
    [InlineData("cisco", null)]
    [InlineData("", null)]
    public void Nearest_OfAMisspeltName_IsTheOneMeant(string name, string? nearest) => Assert.Equal(nearest, PolicyCatalog.Nearest(name));

    [Theory]
    [InlineData("linux-bond/layer34", "linux-bond/layer34: no such policy; did you mean linux-bond/layer3+4?")]
    [InlineData("cisco", "cisco: no such policy; there are netapp/…, linux-bond/…, linux-ecmp/…, rss/…, crc/…, xor/…, custom, ovs/…, teamd/…")]
    [InlineData("linux-ecmp/l4:sead=1", "linux-ecmp/l4: no parameter \"sead\"; it has seed")]
    [InlineData("linux-ecmp/l4:seed=0x100000000", "linux-ecmp/l4: seed: 0x100000000 is out of range; write 0 to 4294967295")]
    [InlineData("linux-ecmp/custom:fields=0", "linux-ecmp/custom: fields: 0 is out of range; write 1 to 4095")]
    [InlineData("rss/toeplitz:key=6d5", "rss/toeplitz: key: \"6d5\" is not hex; write 40 to 52 bytes in hex digits, two a byte, with nothing between")]
    [InlineData("rss/toeplitz:key=6d5a", "rss/toeplitz: key: 2 bytes; write 40 to 52 bytes in hex")]
    [InlineData("rss/toeplitz-symmetric:key=6d5a56", "rss/toeplitz-symmetric: key: 3 bytes; write 2 bytes in hex, such as 6d5a")]
    [InlineData("custom:function=md5", "custom: function: \"md5\" is not one of its words; write crc32, crc32c, crc32-bzip2, crc16-arc, crc16-ccitt, crc16-xmodem, crc16-kermit, crc16-buypass, xor8, xor16, sfh, murmur3, siphash, toeplitz")]
    [InlineData("custom:function=xor8:offset=8", "custom: offset: xor8 has 8 bits; write 0 to 7")]
    [InlineData("crc/crc16-arc:offset=16", "crc/crc16-arc: offset: 16 is out of range; write 0 to 15")]
    [InlineData("custom:fields=src+src", "custom: fields: \"src\" is there twice; write each field once")]
    [InlineData("custom:fields=src:symmetric=true", "custom: fields: symmetric needs src and dst, both with the same mask; write both")]
    [InlineData("custom:fields=inner-sport+inner-dport/0xff:symmetric=true", "custom: fields: symmetric needs inner-sport and inner-dport, both with the same mask; write both")]
    [InlineData("custom:fields=dst/129", "custom: fields: \"dst/129\": \"129\" is no mask of it; write a prefix length of 0 to 128, or 0x0 to 0xffffffff")]
    [InlineData("custom:fields=sport/8", "custom: fields: \"sport/8\": \"8\" is no mask of it; write 0x0 to 0xffff")]
    [InlineData("custom:fields=sport/0x10000", "custom: fields: \"sport/0x10000\": \"0x10000\" is no mask of it; write 0x0 to 0xffff")]
    [InlineData("custom:fields=mpls/0xff", "custom: fields: \"mpls/0xff\": mpls takes no mask; write mpls0/0x… to mpls4/0x…")]
    [InlineData("teamd/l4:fields=eth+ports", "teamd/l4: fields: \"ports\" is no fragment of teamd; write one or more of eth, vlan, ipv4, ipv6, ip, l3, tcp, udp, sctp, l4, joined by +")]
    public void Create_OfWhatIsWrong_SaysWhatToWrite(string name, string fault)
    {
        Assert.Null(TechniqueName.TryParse(name, out TechniqueName? parsed));
        var faults = new List<string>();

        Assert.Null(PolicyCatalog.Create(parsed!.Head, faults));
        Assert.Equal([fault], faults);
    }

    [Theory]
    [InlineData("custom:fields=ports")]
    [InlineData("custom:fields=fragment")]
    [InlineData("custom:fields=src++dst")]
    [InlineData("custom:fields=inner-")]
    [InlineData("custom:fields=mpls5")]
    public void Create_OfAFieldThatIsNone_ListsTheFields(string name)
    {
        Assert.Null(TechniqueName.TryParse(name, out TechniqueName? parsed));
        var faults = new List<string>();

        Assert.Null(PolicyCatalog.Create(parsed!.Head, faults));
        Assert.Contains("is no field; write smac, dmac, ", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("src+dst+sport+dport+proto", "c0a80a15c0a80ac8c93b0cbc06")]
    [InlineData("dport+src", "0cbcc0a80a15")]
    [InlineData("dst/24", "c0a80a00")]
    [InlineData("dst/0", "00000000")]
    [InlineData("dst/0xff", "000000c8")]
    [InlineData("sport/0x00ff", "003b")]
    [InlineData("smac+dmac+ethertype", "0200000000150200000000c80800")]
    [InlineData("vlan+ttl+tos", "0064402e")]
    [InlineData("vlan/0xf", "0004")]
    [InlineData("mpls", "000010000020000000000000000000")]
    [InlineData("mpls1+mpls0/0xff0+mpls4", "000020000010000000")]
    [InlineData("inner-src+inner-dport", "0a3cc0cd0801")]
    [InlineData("ingress-port+tunnel-id", "0000000700001234")]
    public void Fields_OfAPacket_MakeTheKey(string fields, string key)
    {
        PacketHeaders packet = Frames.Tunnel(Frames.Tagged(Frames.A, 0x2064), TunnelKind.Gre, Frames.B);
        ref HeaderFields layer = ref packet.LayerForWriting(0);
        (layer.MplsLabelCount, layer.MplsLabels[0], layer.MplsLabels[1], layer.MplsLabels[2]) = (2, 0x10, 0x20, 0x30);
        (layer.IngressPort, layer.TunnelId, layer.TrafficClass) = (7, 0x1234, 0x2e);
        Span<byte> written = stackalloc byte[IHashPolicy.KeyBytesMax];
        int length = Frames.Policy("custom:fields=" + fields).WriteKey(in packet, written);

        Assert.Equal(key, Convert.ToHexStringLower(written[..length]));
    }

    [Fact]
    public void Fields_OfIpv6_AreMaskedAndThenFolded()
    {
        Span<byte> key = stackalloc byte[IHashPolicy.KeyBytesMax];
        PacketHeaders packet = Frames.Ip("2001:db8:1:2:3:4:5:6", "2001:db8::2", Frames.Tcp, 1, 2);

        int length = Frames.Policy("custom:fields=src+dst").WriteKey(in packet, key);
        Assert.Equal("2006" + "0db8" + "2001" + "0dba", Convert.ToHexStringLower(key[..length]));

        length = Frames.Policy("custom:fields=src/48+proto").WriteKey(in packet, key);
        Assert.Equal("20000db8" + "06", Convert.ToHexStringLower(key[..length]));
    }

    [Fact]
    public void FieldNames_OfEveryField_ReadBack()
    {
        foreach (HeaderField field in Enum.GetValues<HeaderField>().Where(f => f is not (HeaderField.None or HeaderField.ExtensionHeaders)))
        {
            Assert.Equal(field, FieldNames.Find(FieldNames.Of(field)));
        }

        Assert.Equal(HeaderField.None, FieldNames.Find("sport "));
        Assert.Equal(["src", "sport"], FieldNames.OfAll(HeaderField.SourcePort | HeaderField.SourceAddress));
        Assert.Throws<ArgumentOutOfRangeException>(() => FieldNames.Of(HeaderField.SourcePort | HeaderField.SourceAddress));
    }
}
