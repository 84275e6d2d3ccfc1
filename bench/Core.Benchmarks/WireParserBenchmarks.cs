using BenchmarkDotNet.Attributes;
using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Benchmarks;

/// <summary>What it costs to read the headers of one packet.</summary>
public class WireParserBenchmarks
{
    private const int Packets = 256;

    private byte[][] _tcp = [];
    private byte[][] _udp = [];
    private byte[][] _vlanUdp = [];
    private byte[][] _tcp6 = [];
    private byte[][] _vxlan = [];
    private PacketHeaders _headers;

    [GlobalSetup]
    public void Setup()
    {
        // Many flows, so that neither branches nor values can be learnt by heart.
        var random = new Random(1);
        _tcp = Make(i => Packet.Ipv4(Host(random), Host(random)).Tcp(Port(random), 3260).Payload(i));
        _udp = Make(i => Packet.Ipv4(Host(random), Host(random)).Udp(Port(random), 53).Payload(i));
        _vlanUdp = Make(i => Packet.Vlan((ushort)i).Ipv4(Host(random), Host(random)).Udp(Port(random), 53).Payload(i));
        _tcp6 = Make(i => Packet.Ipv6($"2001:db8::{i:x}", "2001:db8::1").Tcp(Port(random), 443).Payload(i));
        _vxlan = Make(i => Packet.Ipv4(Host(random), Host(random)).Udp(Port(random), 4789).Vxlan((uint)i)
            .Ethernet().Ipv4(Host(random), Host(random)).Tcp(Port(random), 443).Payload(i));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Packets)]
    public int Ipv4Tcp() => Parse(_tcp);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Ipv4Udp() => Parse(_udp);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int VlanIpv4Udp() => Parse(_vlanUdp);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Ipv6Tcp() => Parse(_tcp6);

    [Benchmark(OperationsPerInvoke = Packets)]
    public int VxlanInner() => Parse(_vxlan);

    private int Parse(byte[][] frames)
    {
        int sum = 0;
        foreach (byte[] frame in frames)
        {
            HeaderParser.Parse(LinkType.Ethernet, frame, ref _headers);
            sum += _headers.Inner.SourcePort;
        }

        return sum;
    }

    private static byte[][] Make(Func<int, PacketBuilder> make) =>
        [.. Enumerable.Range(0, Packets).Select(i => make(i).ToFrame())];

    private static string Host(Random random) => $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}";

    private static ushort Port(Random random) => (ushort)random.Next(1024, 65536);
}
