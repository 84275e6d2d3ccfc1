using BenchmarkDotNet.Attributes;
using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Benchmarks;

/// <summary>What one packet's hash costs, policy by policy, over a mix of flows.</summary>
[MemoryDiagnoser]
public class HashBenchmarks
{
    // Few enough that what is measured is the hash and not the memory: a parser refills one packet all the time.
    private const int Packets = 64;

    private readonly PacketHeaders[] _packets = new PacketHeaders[Packets];
    private IHashPolicy _policy = null!;

    /// <summary>Every policy with its defaults.</summary>
    public static IEnumerable<string> Policies => PolicyCatalog.All.Select(e => e.Descriptor.Name);

    [ParamsSource(nameof(Policies))]
    public string Policy { get; set; } = "";

    /// <summary>Draws the flows: of eight packets five are TCP and one UDP over IPv4, one is TCP over IPv6, one an ICMP echo.</summary>
    [GlobalSetup]
    public void Setup()
    {
        PolicyEntry entry = PolicyCatalog.Find(Policy)!;
        _policy = entry.Create(ParameterSet.Of(entry.Descriptor.Parameters));
        var random = new Random(1);
        for (int i = 0; i < Packets; i++)
        {
            _packets[i].LayerCount = 1;
            Fill(ref _packets[i].LayerForWriting(0), random, i % 8);
        }
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public uint Hash()
    {
        IHashPolicy policy = _policy;
        uint sum = 0;
        foreach (ref readonly PacketHeaders packet in _packets.AsSpan())
        {
            sum += policy.Hash(in packet);
        }

        return sum;
    }

    private static void Fill(ref HeaderFields layer, Random random, int kind)
    {
        bool isIpv6 = kind == 6;
        bool isIcmp = kind == 7;
        layer.SourceMac = (ulong)random.NextInt64(1L << 48);
        layer.DestinationMac = (ulong)random.NextInt64(1L << 48);
        layer.EtherType = isIpv6 ? (ushort)0x86dd : (ushort)0x0800;
        layer.IpVersion = isIpv6 ? (byte)6 : (byte)4;
        layer.SourceAddress = Address(random, isIpv6);
        layer.DestinationAddress = Address(random, isIpv6);
        layer.Protocol = kind switch { 5 => 17, 7 => 1, _ => 6 };
        layer.Present = HeaderField.SourceMac | HeaderField.DestinationMac | HeaderField.EtherType | HeaderField.SourceAddress
            | HeaderField.DestinationAddress | HeaderField.Protocol | (isIcmp ? HeaderField.IcmpType | HeaderField.IcmpIdentifier
            : HeaderField.SourcePort | HeaderField.DestinationPort);
        if (isIcmp)
        {
            (layer.IcmpType, layer.IcmpIdentifier) = (8, (ushort)random.Next(65536));
        }
        else
        {
            (layer.SourcePort, layer.DestinationPort) = ((ushort)random.Next(65536), (ushort)random.Next(65536));
        }
    }

    private static UInt128 Address(Random random, bool isIpv6) => isIpv6
        ? new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64())
        : (UInt128)(uint)random.NextInt64(1L << 32);
}
