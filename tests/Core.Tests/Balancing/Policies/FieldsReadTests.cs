using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Policies;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>Which fields a user has to give, kind by kind.</summary>
public sealed class FieldsReadTests
{
    private const string Link = "smac dmac ethertype";
    private const string Ends = "src dst";
    private const string Tuple = "src dst proto sport dport";

    [Theory]
    [InlineData("tcp", Tuple)]
    [InlineData("udp6", Tuple)]
    [InlineData("esp", "src dst proto spi")]
    [InlineData("echo", "src dst proto icmp-type icmp-id")]
    [InlineData("unreachable", "smac dmac ethertype proto icmp-type")]
    [InlineData("error", "proto icmp-type")]
    [InlineData("ospf", "src dst proto")]
    [InlineData("fragment", Ends)]
    [InlineData("arp", Link)]
    [InlineData("addresses", "src dst proto")]
    [InlineData("nothing", "src dst proto")]
    public void Layer34_AsksForWhatTheKindHas(string kind, string fields) => Assert.Equal(fields, Read("linux-bond/layer3+4", kind));

    [Theory]
    [InlineData("tcp", "smac dmac ethertype src dst")]
    [InlineData("fragment", "smac dmac ethertype src dst")]
    [InlineData("addresses", "smac dmac ethertype src dst")]
    [InlineData("nothing", "smac dmac ethertype src dst")]
    [InlineData("error", "smac dmac ethertype proto icmp-type")]
    [InlineData("arp", Link)]
    public void Layer23_AsksForNoProtocol(string kind, string fields) => Assert.Equal(fields, Read("linux-bond/layer2+3", kind));

    [Theory]
    [InlineData("linux-bond/layer2", "nothing", Link)]
    [InlineData("linux-bond/vlan+srcmac", "tcp", "smac")]
    [InlineData("linux-bond/vlan+srcmac", "tagged", "smac vlan")]
    [InlineData("linux-bond/encap3+4", "tcp", Tuple)]
    [InlineData("linux-bond/encap3+4", "gre", "")]
    [InlineData("linux-bond/encap3+4", "error", "src dst proto icmp-type")]
    [InlineData("linux-bond/encap3+4", "arp", "ethertype")]
    [InlineData("linux-bond/encap3+4", "aoe", Link)]
    [InlineData("linux-bond/encap2+3", "tcp", "smac dmac ethertype src dst")]
    [InlineData("linux-bond/encap2+3", "gre", Link)]
    [InlineData("linux-bond/encap2+3", "arp", Link)]
    [InlineData("linux-ecmp/l3", "tcp", Ends)]
    [InlineData("linux-ecmp/l3", "udp6", "src dst proto flow-label")]
    [InlineData("linux-ecmp/l3", "error", "proto icmp-type")]
    [InlineData("linux-ecmp/l3", "nothing", Ends)]
    [InlineData("linux-ecmp/l3", "arp", "")]
    [InlineData("linux-ecmp/l4", "tcp", Tuple)]
    [InlineData("linux-ecmp/l4", "udp6", Tuple)]
    [InlineData("linux-ecmp/l4", "esp", "src dst proto spi")]
    [InlineData("linux-ecmp/l4", "echo", "src dst proto")]
    [InlineData("linux-ecmp/l4", "fragment", "src dst proto")]
    [InlineData("linux-ecmp/l4", "addresses", "src dst proto")]
    [InlineData("linux-ecmp/l4", "gre", "src dst proto")]
    [InlineData("linux-ecmp/l3-inner", "tcp", Ends)]
    [InlineData("linux-ecmp/l3-inner", "gre", "")]
    [InlineData("linux-ecmp/l3-inner:origin=local", "gre", Ends)]
    [InlineData("linux-ecmp/custom", "tcp", "src dst proto")]
    [InlineData("linux-ecmp/custom:fields=0x8", "tcp", "")]
    [InlineData("linux-ecmp/custom:fields=0x8", "udp6", "flow-label")]
    [InlineData("linux-ecmp/custom:fields=0x10", "tcp", "proto sport")]
    [InlineData("linux-ecmp/custom:fields=0x20", "fragment", "")]
    [InlineData("linux-ecmp/custom:fields=0xfc0", "tcp", "")]
    [InlineData("rss/toeplitz", "tcp", Tuple)]
    [InlineData("rss/toeplitz", "esp", "src dst proto")]
    [InlineData("rss/toeplitz", "fragment", Ends)]
    [InlineData("rss/toeplitz:ports=false", "tcp", Ends)]
    [InlineData("rss/toeplitz", "arp", "")]
    [InlineData("netapp/xor-nibble", "tcp", Ends)]
    [InlineData("netapp/xor-nibble", "nothing", Ends)]
    [InlineData("netapp/xor-nibble", "arp", "smac dmac")]
    [InlineData("netapp/sfh-ip", "addresses", Ends)]
    [InlineData("netapp/sfh-mac", "tcp", "smac dmac")]
    [InlineData("netapp/sfh-port", "tcp", Tuple)]
    [InlineData("netapp/sfh-port", "addresses", "src dst proto")]
    [InlineData("netapp/sfh-port", "fragment", Ends)]
    [InlineData("crc/crc32", "tcp", Tuple)]
    [InlineData("crc/crc32", "addresses", "src dst proto")]
    [InlineData("crc/crc32", "fragment", "src dst proto")]
    [InlineData("crc/crc32", "arp", "")]
    [InlineData("custom:fields=smac+vlan+src+inner-dst+ingress-port", "tcp", "smac src dst ingress-port")]
    [InlineData("custom:fields=smac+vlan+src+inner-dst+ingress-port", "tagged", "smac vlan src dst ingress-port")]
    [InlineData("custom:fields=smac+vlan+src+inner-dst+ingress-port", "gre", "smac src ingress-port")]
    [InlineData("custom:fields=flow-label+spi+icmp-type+dest-qp", "tcp", "proto")]
    [InlineData("custom:fields=flow-label+spi+icmp-type+dest-qp", "udp6", "proto flow-label")]
    [InlineData("custom:fields=flow-label+spi+icmp-type+dest-qp", "esp", "proto spi")]
    [InlineData("custom:fields=flow-label+spi+icmp-type+dest-qp", "echo", "proto icmp-type")]
    [InlineData("custom:fields=bth-opcode+dest-qp", "roce", "proto bth-opcode dest-qp")]
    [InlineData("ovs/slb", "tcp", "smac")]
    [InlineData("ovs/slb", "tagged", "smac vlan")]
    [InlineData("ovs/tcp", "tcp", Tuple)]
    [InlineData("ovs/tcp", "echo", "src dst proto icmp-type")]
    [InlineData("ovs/tcp", "esp", "src dst proto")]
    [InlineData("ovs/tcp", "arp", "")]
    [InlineData("teamd/default", "tcp", "smac dmac src dst")]
    [InlineData("teamd/default", "arp", "smac dmac")]
    [InlineData("teamd/l3", "nothing", Ends)]
    [InlineData("teamd/l4", "tcp", Tuple)]
    [InlineData("teamd/l4", "udp6", "src dst proto dport")]
    [InlineData("teamd/l4", "fragment", Ends)]
    [InlineData("teamd/l4:fields=vlan+tcp", "tagged", "vlan proto sport dport")]
    public void EveryFamily_AsksForWhatTheKindHas(string policy, string kind, string fields) => Assert.Equal(fields, Read(policy, kind));

    /// <summary>
    /// A field that is not listed may be anything, and one that is listed matters. What decides the kind of packet is left
    /// alone: EtherType, protocol and ICMP type are looked at without being hashed.
    /// </summary>
    [Fact]
    public void EveryPolicy_OfEveryKind_HashesExactlyWhatItLists()
    {
        foreach (string policy in PolicyCatalog.All.Select(e => e.Descriptor.Name).Concat(Variants))
        {
            IHashPolicy hash = Frames.Policy(policy);
            foreach ((string kind, PacketHeaders packet) in Kinds)
            {
                if (kind is "nothing" or "addresses")
                {
                    continue;
                }

                HeaderField read = hash.FieldsRead(in packet);
                foreach (HeaderField field in Enum.GetValues<HeaderField>())
                {
                    bool decidesKind = field is HeaderField.None or HeaderField.EtherType or HeaderField.Protocol or HeaderField.IcmpType
                        or HeaderField.Fragment;
                    bool keepsKind = field != HeaderField.DestinationPort || kind != "roce";
                    if (!decidesKind && keepsKind && packet.Outer.Has(field))
                    {
                        Assert.True(Matters(hash, packet, field) == ((read & field) != 0), $"{policy}, {kind}: {FieldNames.Of(field)}");
                    }
                }
            }
        }
    }

    private static readonly string[] Variants =
    [
        "linux-ecmp/l3-inner:origin=local", "linux-ecmp/custom:origin=local:fields=0x3f", "linux-ecmp/custom:fields=0x3f",
        "linux-ecmp/custom:fields=0xfff",
        "rss/toeplitz:ports=false", "teamd/l4:fields=vlan+eth+tcp",
        "custom:fields=smac+dmac+vlan+src+dst+ttl+tos+flow-label+sport+spi+icmp-id",
        "custom:fields=inner-src+inner-dport:function=siphash", "custom:fields=src/24+dst/24+proto:symmetric=true",
        "crc/crc16-arc:symmetric=true",
    ];

    private static readonly Dictionary<string, PacketHeaders> Kinds = new()
    {
        ["tcp"] = Frames.A,
        ["udp6"] = Frames.WithFlowLabel(Frames.Ip("2001:db8::1", "2001:db8::2", Frames.Udp, 40000, 443), 0x12345),
        ["roce"] = WithBth(Frames.C),
        ["esp"] = Frames.Secured("10.0.0.1", "10.0.0.2", 0x11223344),
        ["echo"] = Frames.IcmpEcho("10.1.1.1", "10.1.1.2", 0x1234),
        ["unreachable"] = Frames.IcmpMessage("10.1.1.1", "10.1.1.2", type: 3),
        ["error"] = Frames.IcmpError("10.1.1.1", "10.1.1.2", Frames.A.Outer),
        ["ospf"] = Frames.Ip("10.1.1.1", "10.1.1.2", 89),
        ["fragment"] = Frames.D,
        ["fragment6"] = Frames.Fragment(Frames.E),
        ["arp"] = Frames.NonIp(0x0806),
        ["aoe"] = Frames.NonIp(0x88a2),
        ["tagged"] = Frames.Tagged(Frames.A, 100),
        ["gre"] = Frames.Tunnel(Frames.Ip("10.0.0.1", "10.0.0.2", Frames.Gre), TunnelKind.Gre, Frames.B),
        ["vxlan"] = Frames.Tunnel(Frames.Ip("10.0.0.1", "10.0.0.2", Frames.Udp, 50000, 4789), TunnelKind.Vxlan, Frames.B),
        ["addresses"] = Addresses(),
        ["nothing"] = new PacketHeaders { LayerCount = 1 },
    };

    private static string Read(string policy, string kind)
    {
        PacketHeaders packet = Kinds[kind];
        return string.Join(' ', FieldNames.OfAll(Frames.Policy(policy).FieldsRead(in packet)));
    }

    private static bool Matters(IHashPolicy policy, PacketHeaders packet, HeaderField field)
    {
        uint hash = policy.Hash(in packet);
        var random = new Random(7);
        for (int i = 0; i < 64; i++)
        {
            PacketHeaders changed = packet;
            Change(ref changed.LayerForWriting(0), field, random);
            if (policy.Hash(in changed) != hash)
            {
                return true;
            }
        }

        return false;
    }

    private static void Change(ref HeaderFields layer, HeaderField field, Random random)
    {
        uint value = (uint)random.NextInt64(1L << 32);
        switch (field)
        {
            case HeaderField.SourceMac: layer.SourceMac = (ulong)random.NextInt64(1L << 48); break;
            case HeaderField.DestinationMac: layer.DestinationMac = (ulong)random.NextInt64(1L << 48); break;
            case HeaderField.Vlan: layer.Vlan = (ushort)value; break;
            case HeaderField.SourceAddress: layer.SourceAddress = layer.IpVersion == 6 ? (UInt128)value << 64 : value; break;
            case HeaderField.DestinationAddress: layer.DestinationAddress = layer.IpVersion == 6 ? (UInt128)value << 32 : value; break;
            case HeaderField.Ttl: layer.Ttl = (byte)value; break;
            case HeaderField.TrafficClass: layer.TrafficClass = (byte)value; break;
            case HeaderField.FlowLabel: layer.FlowLabel = value & 0xfffff; break;
            case HeaderField.SourcePort: layer.SourcePort = (ushort)value; break;
            case HeaderField.DestinationPort: layer.DestinationPort = (ushort)value; break;
            case HeaderField.Spi: layer.Spi = value; break;
            case HeaderField.IcmpIdentifier: layer.IcmpIdentifier = (ushort)value; break;
            case HeaderField.BthOpcode: layer.BthOpcode = (byte)value; break;
            case HeaderField.BthDestinationQp: layer.BthDestinationQp = value & 0xffffff; break;
            default: throw new ArgumentOutOfRangeException(nameof(field), field, null);
        }
    }

    private static PacketHeaders WithBth(PacketHeaders packet)
    {
        ref HeaderFields layer = ref packet.LayerForWriting(0);
        (layer.BthOpcode, layer.BthDestinationQp) = (10, 0x1234);
        layer.Present |= HeaderField.BthOpcode | HeaderField.BthDestinationQp;
        return packet;
    }

    private static PacketHeaders Addresses()
    {
        PacketHeaders packet = Frames.A;
        ref HeaderFields layer = ref packet.LayerForWriting(0);
        (layer.Protocol, layer.SourcePort, layer.DestinationPort) = (0, 0, 0);
        layer.Present = HeaderField.SourceAddress | HeaderField.DestinationAddress;
        return packet;
    }
}
