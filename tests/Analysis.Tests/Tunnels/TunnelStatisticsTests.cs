using System.Buffers.Binary;
using Trunkline.Core.Balancing.Hashes;
using Trunkline.Results;
using Trunkline.Testing.Packets;

namespace Trunkline.Analysis.Tests.Tunnels;

public class TunnelStatisticsTests
{
    [Fact]
    public void Vxlan_OfOneOuterFlow_SpreadsByItsInnerFlows()
    {
        using var run = new CaptureRun(CaptureRun.Options(4));
        var inner = new long[4];
        long bytes = 0;
        for (int port = 1; port <= 8; port++)
        {
            byte[] frame = Vxlan(port, 40 * port);
            inner[Link("10.1.0.1", "10.1.0.2", port, 443, 6)] += frame.Length;
            bytes += frame.Length;
            run.After("1us", frame);
        }

        AnalyzeTunnel tunnel = Assert.Single(run.After("1us", TestFrames.Tcp(1)).Finish().Tunnels!);

        Assert.Equal(("vxlan", 8, bytes, 1, 8), (tunnel.Kind, tunnel.Frames, tunnel.Bytes, tunnel.OuterFlows, tunnel.InnerFlows));
        Assert.Equal(4, tunnel.OuterImbalance);
        Assert.Equal(inner.Max() * 4.0 / bytes, tunnel.InnerImbalance, 1e-12);
    }

    [Fact]
    public void Tunnels_OfSeveralKinds_AreToldApart()
    {
        using var run = new CaptureRun();
        foreach (SamplePacket sample in SamplePackets.All)
        {
            run.After("1us", sample.Frame, linkType: sample.LinkType);
        }

        IReadOnlyList<AnalyzeTunnel> tunnels = run.Finish().Tunnels!;

        Assert.Equal(
            ["gre", "nvgre", "erspan", "ipip", "6in4", "ip-in-ipv6", "vxlan", "geneve", "gtp-u", "mpls-over-udp", "pseudowire"],
            tunnels.Select(t => t.Kind));
        Assert.All(tunnels, t => Assert.True(t.OuterImbalance is >= 1 and <= 4 && t.InnerImbalance is >= 1 and <= 4));
    }

    [Fact]
    public void Tunnels_WhereThereAreNone_AreLeftOut()
    {
        using var run = new CaptureRun();

        Assert.Null(run.After("0", TestFrames.Tcp(1)).Finish().Tunnels);
    }

    [Fact]
    public void Tunnel_WhoseEntriesWereRetired_KeepsItsBytes()
    {
        using var run = new CaptureRun(entriesMax: 1024);
        long bytes = 0;
        for (int port = 1; port <= 3000; port++)
        {
            byte[] frame = Vxlan(port, 0);
            bytes += frame.Length;
            run.After("1us", frame);
        }

        AnalyzeTunnel tunnel = Assert.Single(run.Finish().Tunnels!);

        Assert.Equal((3000, bytes, 1, 3000), (tunnel.Frames, tunnel.Bytes, tunnel.OuterFlows, tunnel.InnerFlows));
    }

    private static byte[] Vxlan(int port, int payload) =>
        Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(49152, 4789).Vxlan(5000).Ethernet()
            .Ipv4("10.1.0.1", "10.1.0.2").Tcp((ushort)port, 443).Payload(payload).ToFrame();

    private static int Link(string source, string destination, int sourcePort, int destinationPort, byte protocol)
    {
        Span<byte> key = stackalloc byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(key, (uint)Address.Ip(source));
        BinaryPrimitives.WriteUInt32BigEndian(key[4..], (uint)Address.Ip(destination));
        BinaryPrimitives.WriteUInt16BigEndian(key[8..], (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(key[10..], (ushort)destinationPort);
        key[12] = protocol;
        return (int)(Crc.Crc32.Compute(key) % 4);
    }
}
