using System.Net;
using System.Net.Sockets;
using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>Packets filled by hand, so that the policies are tested without the parser.</summary>
internal static class Frames
{
    public const ulong SourceMac = 0x020000000015;
    public const ulong DestinationMac = 0x0200000000c8;

    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Icmp = 1;
    public const byte IcmpV6 = 58;
    public const byte Esp = 50;
    public const byte Ah = 51;
    public const byte Gre = 47;

    /// <summary>iSCSI.</summary>
    public static readonly PacketHeaders A = Tcp4("192.168.10.21", 51515, "192.168.10.200", 3260);

    /// <summary>A, another connection.</summary>
    public static readonly PacketHeaders A2 = Tcp4("192.168.10.21", 51516, "192.168.10.200", 3260);

    /// <summary>NFS.</summary>
    public static readonly PacketHeaders B = Tcp4("10.60.192.205", 1021, "10.60.192.181", 2049);

    /// <summary>RoCEv2.</summary>
    public static readonly PacketHeaders C = Ip("10.20.0.11", "10.20.0.12", Udp, 49200, 4791);

    /// <summary>An IPv4 fragment.</summary>
    public static readonly PacketHeaders D = Fragment(Ip("10.9.8.7", "10.1.2.3", Udp));

    /// <summary>TCP over IPv6.</summary>
    public static readonly PacketHeaders E = Ip("2001:db8::1", "2001:db8::2", Tcp, 40000, 443);

    public static PacketHeaders ByName(string name) => name switch
    {
        "A" => A,
        "A'" => A2,
        "B" => B,
        "C" => C,
        "D" => D,
        "E" => E,
        "echo" => IcmpEcho("10.1.1.1", "10.1.1.2", 0x1234),
        "vxlan" => Ip("10.0.0.1", "10.0.0.2", Udp, 49152, 4789),
        "arp" => NonIp(0x0806),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    public static UInt128 Address(string text)
    {
        var address = IPAddress.Parse(text);
        UInt128 value = 0;
        foreach (byte part in address.GetAddressBytes())
        {
            value = (value << 8) | part;
        }

        return value;
    }

    public static PacketHeaders Tcp4(string source, int sourcePort, string destination, int destinationPort) =>
        Ip(source, destination, Tcp, sourcePort, destinationPort);

    /// <summary>An IP packet in an Ethernet frame; ports where they are given.</summary>
    public static PacketHeaders Ip(string source, string destination, byte protocol, int sourcePort = -1, int destinationPort = -1)
    {
        var packet = new PacketHeaders { LayerCount = 1 };
        packet.LayerForWriting(0) = Layer(source, destination, protocol, sourcePort, destinationPort);
        return packet;
    }

    public static HeaderFields Layer(string source, string destination, byte protocol, int sourcePort = -1, int destinationPort = -1)
    {
        bool isIpv6 = IPAddress.Parse(source).AddressFamily == AddressFamily.InterNetworkV6;
        var layer = new HeaderFields
        {
            SourceMac = SourceMac,
            DestinationMac = DestinationMac,
            EtherType = isIpv6 ? (ushort)0x86dd : (ushort)0x0800,
            IpVersion = isIpv6 ? (byte)6 : (byte)4,
            SourceAddress = Address(source),
            DestinationAddress = Address(destination),
            Protocol = protocol,
            Ttl = 64,
            Present = HeaderField.SourceMac | HeaderField.DestinationMac | HeaderField.EtherType | HeaderField.SourceAddress
                | HeaderField.DestinationAddress | HeaderField.Protocol | HeaderField.Ttl | HeaderField.TrafficClass
                | (isIpv6 ? HeaderField.FlowLabel : HeaderField.None),
        };
        if (sourcePort >= 0)
        {
            (layer.SourcePort, layer.DestinationPort) = ((ushort)sourcePort, (ushort)destinationPort);
            layer.Present |= HeaderField.SourcePort | HeaderField.DestinationPort;
        }

        return layer;
    }

    public static PacketHeaders IcmpMessage(string source, string destination, byte type, byte code = 0)
    {
        PacketHeaders packet = Ip(source, destination, source.Contains(':') ? IcmpV6 : Icmp);
        ref HeaderFields layer = ref packet.LayerForWriting(0);
        (layer.IcmpType, layer.IcmpCode) = (type, code);
        layer.Present |= HeaderField.IcmpType;
        return packet;
    }

    public static PacketHeaders IcmpEcho(string source, string destination, ushort identifier)
    {
        PacketHeaders packet = IcmpMessage(source, destination, source.Contains(':') ? (byte)128 : (byte)8);
        packet.LayerForWriting(0).IcmpIdentifier = identifier;
        packet.LayerForWriting(0).Present |= HeaderField.IcmpIdentifier;
        return packet;
    }

    /// <summary>An ICMP error (time exceeded) that quotes a packet.</summary>
    public static PacketHeaders IcmpError(string source, string destination, in HeaderFields quoted)
    {
        PacketHeaders packet = IcmpMessage(source, destination, source.Contains(':') ? (byte)3 : (byte)11);
        packet.HasEmbedded = true;
        packet.EmbeddedForWriting() = quoted;
        return packet;
    }

    public static PacketHeaders Secured(string source, string destination, uint spi, byte protocol = Esp)
    {
        PacketHeaders packet = Ip(source, destination, protocol);
        packet.LayerForWriting(0).Spi = spi;
        packet.LayerForWriting(0).Present |= HeaderField.Spi;
        return packet;
    }

    public static PacketHeaders Fragment(PacketHeaders packet)
    {
        ref HeaderFields layer = ref packet.LayerForWriting(0);
        (layer.SourcePort, layer.DestinationPort) = (0, 0);
        layer.Present = (layer.Present & ~(HeaderField.SourcePort | HeaderField.DestinationPort)) | HeaderField.Fragment;
        return packet;
    }

    public static PacketHeaders NonIp(ushort etherType)
    {
        var packet = new PacketHeaders { LayerCount = 1 };
        ref HeaderFields layer = ref packet.LayerForWriting(0);
        (layer.SourceMac, layer.DestinationMac, layer.EtherType) = (SourceMac, DestinationMac, etherType);
        layer.Present = HeaderField.SourceMac | HeaderField.DestinationMac | HeaderField.EtherType;
        return packet;
    }

    public static PacketHeaders Tagged(PacketHeaders packet, ushort tci)
    {
        packet.LayerForWriting(0).Vlan = tci;
        packet.LayerForWriting(0).Present |= HeaderField.Vlan;
        return packet;
    }

    public static PacketHeaders WithMac(PacketHeaders packet, ulong sourceMac)
    {
        packet.LayerForWriting(0).SourceMac = sourceMac;
        return packet;
    }

    public static PacketHeaders WithFlowLabel(PacketHeaders packet, uint label)
    {
        packet.LayerForWriting(0).FlowLabel = label;
        return packet;
    }

    /// <summary>Puts a packet into a tunnel: the inner one's outermost layer becomes the outer one's next.</summary>
    public static PacketHeaders Tunnel(PacketHeaders outer, TunnelKind kind, PacketHeaders inner)
    {
        outer.LayerForWriting(outer.LayerCount) = inner.Outer;
        outer.SetTunnelInto(outer.LayerCount, kind);
        outer.LayerCount++;
        return outer;
    }

    /// <summary>The other direction: both ends of every pair of fields exchanged.</summary>
    public static PacketHeaders Reversed(PacketHeaders packet)
    {
        for (int i = 0; i < packet.LayerCount; i++)
        {
            ref HeaderFields layer = ref packet.LayerForWriting(i);
            (layer.SourceAddress, layer.DestinationAddress) = (layer.DestinationAddress, layer.SourceAddress);
            (layer.SourcePort, layer.DestinationPort) = (layer.DestinationPort, layer.SourcePort);
            (layer.SourceMac, layer.DestinationMac) = (layer.DestinationMac, layer.SourceMac);
        }

        return packet;
    }

    /// <summary>The policy of a name with parameters, as a user writes it.</summary>
    public static IHashPolicy Policy(string name)
    {
        Assert.Null(TechniqueName.TryParse(name, out TechniqueName? parsed));
        var faults = new List<string>();
        IHashPolicy? policy = PolicyCatalog.Create(parsed!.Head, faults);
        Assert.Empty(faults);
        return policy!;
    }

    public static uint Hash(string policy, PacketHeaders packet) => Policy(policy).Hash(in packet);
}
