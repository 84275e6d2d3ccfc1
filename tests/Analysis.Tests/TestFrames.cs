using Trunkline.Testing.Packets;

namespace Trunkline.Analysis.Tests;

/// <summary>Frames that tests need again and again.</summary>
internal static class TestFrames
{
    /// <summary>A TCP frame of 10.0.0.1, padded to a length.</summary>
    public static byte[] Tcp(int sourcePort, int length = 54, int destinationPort = 443, string destination = "10.0.0.2", string source = "10.0.0.1") =>
        Packet.Ipv4(source, destination).Tcp((ushort)sourcePort, (ushort)destinationPort, flags: 0x10).Payload(length - 54).ToFrame();

    /// <summary>The same over IPv6.</summary>
    public static byte[] TcpV6(int sourcePort, int length = 74, string source = "fd00::1") =>
        Packet.Ipv6(source, "fd00::2", flowLabel: 7).Tcp((ushort)sourcePort, 443, flags: 0x10).Payload(length - 74).ToFrame();

    /// <summary>A UDP frame.</summary>
    public static byte[] Udp(int sourcePort, int destinationPort, int length = 60) =>
        Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp((ushort)sourcePort, (ushort)destinationPort).Payload(length - 42).ToFrame();

    /// <summary>An ARP frame, which is no IP.</summary>
    public static byte[] Arp() => SamplePackets.All.First(sample => sample.Name == "arp").Frame;
}
