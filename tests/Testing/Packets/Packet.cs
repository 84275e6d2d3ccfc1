using Trunkline.Core.Wire;

namespace Trunkline.Testing.Packets;

/// <summary>Begins a packet: <c>Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(53, 4000).ToFrame()</c>.</summary>
public static class Packet
{
    /// <summary>The source MAC address where none is given.</summary>
    public const string SourceMac = "02:00:00:00:00:15";

    /// <summary>The destination MAC address where none is given.</summary>
    public const string DestinationMac = "02:00:00:00:00:c8";

    /// <summary>A packet with nothing in it yet, for one that begins with none of the below.</summary>
    public static PacketBuilder Empty => new();

    /// <summary>Begins with an Ethernet header.</summary>
    public static PacketBuilder Ethernet(string source = SourceMac, string destination = DestinationMac) =>
        Empty.Ethernet(source, destination);

    /// <summary>Begins with an IPv4 header.</summary>
    public static PacketBuilder Ipv4(string source, string destination) => Empty.Ipv4(source, destination);

    /// <summary>Begins with an IPv6 header.</summary>
    public static PacketBuilder Ipv6(string source, string destination, uint flowLabel = 0) =>
        Empty.Ipv6(source, destination, flowLabel);

    /// <summary>Begins with MPLS labels.</summary>
    public static PacketBuilder Mpls(params uint[] labels) => Empty.Mpls(labels);

    /// <summary>Begins with a VLAN tag.</summary>
    public static PacketBuilder Vlan(ushort tci, ushort etherType = EtherTypes.Vlan) => Empty.Vlan(tci, etherType);
}
