using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>The tables of published and live-checked values, policy by policy.</summary>
public sealed class PolicyVectorTests
{
    [Theory]
    [InlineData("10.10.7.31", "10.10.5.6", 0x219, 0x19, 0x9)]
    [InlineData("10.60.192.181", "10.60.192.205", 0x78, 0x78, 0x8)]
    public void NetAppXor_OfTheArticlesExamples_HasThreeReadings(string source, string destination, uint full, uint octet, uint nibble)
    {
        PacketHeaders packet = Frames.Ip(source, destination, Frames.Tcp);

        Assert.Equal(full, Frames.Hash("netapp/xor-full", packet));
        Assert.Equal(octet, Frames.Hash("netapp/xor-octet", packet));
        Assert.Equal(nibble, Frames.Hash("netapp/xor-nibble", packet));
    }

    [Theory]
    [InlineData("10.10.7.31", "10.10.5.6", "full", "1 0 1 1")]
    [InlineData("10.10.7.31", "10.10.5.6", "octet", "1 1 1 1")]
    [InlineData("10.10.7.31", "10.10.5.6", "nibble", "1 0 1 1")]
    [InlineData("10.60.192.181", "10.60.192.205", "full", "0 0 0 0")]
    [InlineData("10.60.192.181", "10.60.192.205", "octet", "0 0 0 0")]
    [InlineData("10.60.192.181", "10.60.192.205", "nibble", "0 2 0 0")]
    public void NetAppXor_Of2348Links_IsAsTheReadingsSay(string source, string destination, string reading, string links) =>
        Assert.Equal(links, Links(Frames.Hash("netapp/xor-" + reading, Frames.Ip(source, destination, Frames.Tcp)), 2, 3, 4, 8));

    [Theory]
    [InlineData("10.60.192.181", 2049, "10.60.192.205", 1021, 0xf41fa8d6, "0 0 2 6", 0x99a78297, "1 1 3 7")]
    [InlineData("10.10.7.31", 2049, "10.10.5.6", 1021, 0xe1958949, "1 2 1 1", 0x17331ad9, "1 2 1 1")]
    [InlineData("192.168.10.200", 3260, "192.168.10.21", 51516, 0x7b4898aa, "0 1 2 2", 0x4c787b86, "0 0 2 6")]
    public void NetAppSfh_OfFilerToClient_IsAsInTheTable(
        string filer, int filerPort, string client, int clientPort, uint ip, string ipLinks, uint port, string portLinks)
    {
        PacketHeaders packet = Frames.Tcp4(filer, filerPort, client, clientPort);

        Assert.Equal(ip, Frames.Hash("netapp/sfh-ip", packet));
        Assert.Equal(ipLinks, Links(ip, 2, 3, 4, 8));
        Assert.Equal(port, Frames.Hash("netapp/sfh-port", packet));
        Assert.Equal(portLinks, Links(port, 2, 3, 4, 8));
    }

    [Fact]
    public void NetAppSfh_WithAnotherLayout_HashesOtherBytes()
    {
        var key = new byte[IHashPolicy.KeyBytesMax];
        PacketHeaders packet = Frames.Tcp4("10.60.192.181", 2049, "10.60.192.205", 1021);

        Assert.Equal("c0b5c0cd080103fd", Key("netapp/sfh-port", packet, key));
        Assert.Equal("c0cdc0b503fd0801", Key("netapp/sfh-port:layout=dst-src", packet, key));
        Assert.Equal("b5c0cdc00108fd03", Key("netapp/sfh-port:bytes=little-endian", packet, key));
        Assert.Equal("001500c8", Key("netapp/sfh-mac", Frames.A, key));
        Assert.Equal("001500c8", Key("netapp/sfh-port", Frames.NonIp(0x0806), key));
        Assert.Equal("08070203", Key("netapp/sfh-port", Frames.D, key));
    }

    [Theory]
    [InlineData("A", 0x8dd, "1 1 1 4 5", 0xddddd508, "0 0 0 3 0", 0x30b6ab4f, "1 0 3 0 7")]
    [InlineData("A'", 0x8dd, "1 1 1 4 5", 0xddddd508, "0 0 0 3 0", 0x30b6a8cc, "0 2 0 2 4")]
    [InlineData("B", 0x8dd, "1 1 1 4 5", 0x787870ad, "1 0 1 0 5", 0x3cb8c647, "1 0 3 3 7")]
    [InlineData("C", 0x8dd, "1 1 1 4 5", 0x07070fd2, "0 2 2 4 2", 0x58514929, "1 1 1 3 1")]
    [InlineData("echo", 0x8dd, "1 1 1 4 5", 0x03030bd6, null, 0x08929296, "0 0 2 0 6")]
    [InlineData("vxlan", 0x8dd, "1 1 1 4 5", 0x03030bd6, null, 0x5b525232, null)]
    public void LinuxBond_OfTheFrames_IsAsTheKernelSends(
        string frame, uint layer2, string layer2Links, uint layer23, string? layer23Links, uint layer34, string? layer34Links)
    {
        PacketHeaders packet = Frames.ByName(frame);

        Assert.Equal(layer2, Frames.Hash("linux-bond/layer2", packet));
        Assert.Equal(layer2Links, Links(layer2, 2, 3, 4, 5, 8));
        Assert.Equal(layer23, Frames.Hash("linux-bond/layer2+3", packet));
        Assert.Equal(layer23, Frames.Hash("linux-bond/encap2+3", packet));
        Assert.Equal(layer23Links ?? Links(layer23, 2, 3, 4, 5, 8), Links(layer23, 2, 3, 4, 5, 8));
        Assert.Equal(layer34, Frames.Hash("linux-bond/layer3+4", packet));
        Assert.Equal(layer34, Frames.Hash("linux-bond/encap3+4", packet));
        Assert.Equal(layer34Links ?? Links(layer34, 2, 3, 4, 5, 8), Links(layer34, 2, 3, 4, 5, 8));
    }

    [Theory]
    [InlineData(0x020000000015, 0, 0x20015)]
    [InlineData(0x020000000015, 100, 0x20071)]
    [InlineData(0x001b213c9df8, 0, 0x3c86d9)]
    [InlineData(0x001b213c9df8, 100, 0x3c86bd)]
    public void LinuxBondVlanSourceMac_OfTaggedAndUntaggedFrames_IsAsInTheTable(ulong mac, ushort vlan, uint hash)
    {
        PacketHeaders packet = Frames.WithMac(Frames.A, mac);

        Assert.Equal(hash, Frames.Hash("linux-bond/vlan+srcmac", vlan == 0 ? packet : Frames.Tagged(packet, vlan)));
    }

    [Theory]
    [InlineData("linux-ecmp/l3", "A", 0x805adf12)]
    [InlineData("linux-ecmp/l4", "A", 0xc2d2debf)]
    [InlineData("linux-ecmp/l3", "E", 0x1c1a59e8)]
    [InlineData("linux-ecmp/l4", "E", 0x1856a8c8)]
    public void LinuxEcmp_WithASeed_IsAsTheKernelRoutesBothDirections(string policy, string frame, uint hash)
    {
        Assert.Equal(hash, Frames.Hash(policy + ":seed=0x12345678", Frames.ByName(frame)));
        Assert.Equal(hash, Frames.Hash(policy + ":seed=0x12345678", Frames.Reversed(Frames.ByName(frame))));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    public void LinuxEcmpL4_OfEqualNexthops_FallsIntoTheUpperRange(int nexthops, int link)
    {
        uint hash = Frames.Hash("linux-ecmp/l4:seed=0x12345678", Frames.A);

        Assert.Equal(link, EcmpThreshold.Select(hash, [.. Enumerable.Repeat(1, nexthops)]));
    }

    [Theory]
    [InlineData("66.9.149.187", 2794, "161.142.100.80", 1766, 0x323e8fc2, 0x51ccc178)]
    [InlineData("199.92.111.2", 14230, "65.69.140.83", 4739, 0xd718262a, 0xc626b0ea)]
    [InlineData("24.19.198.95", 12898, "12.22.207.184", 38024, 0xd2d0a5de, 0x5c2b394a)]
    [InlineData("153.39.163.191", 44251, "202.188.127.2", 1303, 0x5d1809c5, 0x10e828a2)]
    [InlineData("3ffe:2501:200:1fff::7", 2794, "3ffe:2501:200:3::1", 1766, 0x2cc18cd5, 0x40207d3d)]
    [InlineData("3ffe:1900:4545:3:200:f8ff:fe21:67cf", 44251, "fe80::200:f8ff:fe21:67cf", 38024, 0x4b61e985, 0x02d1feef)]
    public void Rss_OfMicrosoftsSuite_IsMicrosoftsValue(
        string source, int sourcePort, string destination, int destinationPort, uint addresses, uint withPorts)
    {
        PacketHeaders packet = Frames.Ip(source, destination, Frames.Tcp, sourcePort, destinationPort);

        Assert.Equal(addresses, Frames.Hash("rss/toeplitz:ports=false", packet));
        Assert.Equal(withPorts, Frames.Hash("rss/toeplitz", packet));
        Assert.Equal(addresses, Frames.Hash("rss/toeplitz", Frames.Fragment(packet)));
    }

    [Fact]
    public void RssSymmetric_OfTheFirstRow_IsTheSameBothWays()
    {
        PacketHeaders packet = Frames.Tcp4("66.9.149.187", 2794, "161.142.100.80", 1766);

        Assert.Equal(0x0a590a59u, Frames.Hash("rss/toeplitz-symmetric:ports=false", packet));
        Assert.Equal(0x9fcc9fccu, Frames.Hash("rss/toeplitz-symmetric", packet));
        Assert.Equal(0x0a590a59u, Frames.Hash("rss/toeplitz-symmetric:ports=false", Frames.Reversed(packet)));
        Assert.Equal(0x9fcc9fccu, Frames.Hash("rss/toeplitz-symmetric", Frames.Reversed(packet)));
    }

    [Theory]
    [InlineData("crc/crc16-arc", 0x35ac)]
    [InlineData("crc/crc16-ccitt", 0x575d)]
    [InlineData("crc/crc16-xmodem", 0x7f51)]
    [InlineData("crc/crc32", 0x41fb207d)]
    [InlineData("crc/crc32c", 0x842d16ea)]
    [InlineData("xor/xor8", 0x78)]
    [InlineData("xor/xor16", 0x1e60)]
    [InlineData("custom", 0x41fb207d)]
    [InlineData("custom:function=crc32c", 0x842d16ea)]
    [InlineData("custom:function=xor16:fields=src+dst+sport+dport+proto", 0x1e60)]
    [InlineData("custom:function=toeplitz:fields=src+dst+sport+dport", 0x51ccc178)]
    [InlineData("custom:function=toeplitz:fields=src+dst", 0x323e8fc2)]
    public void Switch_OfTheFirstRow_IsTheFunctionOfThirteenBytes(string policy, uint hash) =>
        Assert.Equal(hash, Frames.Hash(policy, Frames.Tcp4("66.9.149.187", 2794, "161.142.100.80", 1766)));

    [Theory]
    [InlineData(0x020000000015, 0, 0, 0x8e2bc54du, 77)]
    [InlineData(0x020000000015, 100, 0, 0xfbb1cfe8u, 232)]
    [InlineData(0x020000000015, 100, 7, null, 91)]
    [InlineData(0x001b213c9df8, 10, 0, null, 254)]
    public void OvsSlb_OfTheTable_IsWhatOvsAppctlSays(ulong mac, ushort vlan, uint basis, uint? hash, uint bucket)
    {
        PacketHeaders packet = Frames.WithMac(Frames.A, mac);
        uint computed = Frames.Hash($"ovs/slb:basis={basis}", vlan == 0 ? packet : Frames.Tagged(packet, vlan));

        Assert.Equal(hash ?? computed, computed);
        Assert.Equal(bucket, computed & 0xff);
    }

    [Theory]
    [InlineData(0, 0xd4784fd3, 211)]
    [InlineData(100, 0x262c17e3, 227)]
    public void OvsSlbSse42_OfTheTable_IsTheOtherFamily(ushort vlan, uint hash, uint bucket)
    {
        Assert.Equal(hash, Frames.Hash("ovs/slb-sse42", vlan == 0 ? Frames.A : Frames.Tagged(Frames.A, vlan)));
        Assert.Equal(bucket, hash & 0xff);
    }

    [Theory]
    [InlineData("A", 0xb0648fe4, 228, 0x6bd062c5, 197)]
    [InlineData("A'", 0x82cfae7f, 127, 0x25598800, 0)]
    [InlineData("B", 0xecbc1b15, 21, 0xd9d1e0f4, 244)]
    public void OvsTcp_OfTheFrames_IsAsInTheTable(string frame, uint murmur, uint murmurBucket, uint crc, uint crcBucket)
    {
        Assert.Equal(murmur, Frames.Hash("ovs/tcp", Frames.ByName(frame)));
        Assert.Equal(murmurBucket, murmur & 0xff);
        Assert.Equal(crc, Frames.Hash("ovs/tcp-sse42", Frames.ByName(frame)));
        Assert.Equal(crcBucket, crc & 0xff);
    }

    /// <summary>Worked by hand from the filter that teamd builds: XOR of big-endian words, then of the four bytes.</summary>
    [Theory]
    [InlineData("teamd/eth", "A", 0x15 ^ 0xc8)]
    [InlineData("teamd/default", "A", 0x15 ^ 0xc8 ^ 21 ^ 200)]
    [InlineData("teamd/l3", "A", 21 ^ 200)]
    [InlineData("teamd/l4", "A", 21 ^ 200 ^ 0xc9 ^ 0x3b ^ 0x0c ^ 0xbc)]
    [InlineData("teamd/l4", "D", 10 ^ 9 ^ 8 ^ 7 ^ 10 ^ 1 ^ 2 ^ 3)]
    [InlineData("teamd/l3", "E", 1 ^ 2)]
    [InlineData("teamd/l4", "E", 1 ^ 2 ^ 0x01 ^ 0xbb)]
    [InlineData("teamd/l4:fields=udp", "A", 0)]
    [InlineData("teamd/l4:fields=tcp", "A", 0xc9 ^ 0x3b ^ 0x0c ^ 0xbc)]
    [InlineData("teamd/default", "arp", 0x15 ^ 0xc8)]
    [InlineData("teamd/l4", "arp", 0)]
    public void Teamd_OfTheFrames_IsTheXorOfItsFragments(string policy, string frame, uint hash) =>
        Assert.Equal(hash, Frames.Hash(policy, Frames.ByName(frame)));

    private static string Links(uint hash, params uint[] counts) => string.Join(' ', counts.Select(n => hash % n));

    private static string Key(string policy, PacketHeaders packet, byte[] key) =>
        Convert.ToHexStringLower(key.AsSpan(0, Frames.Policy(policy).WriteKey(in packet, key)));
}
