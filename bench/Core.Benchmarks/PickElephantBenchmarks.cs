using BenchmarkDotNet.Attributes;
using Trunkline.Core.Flows;
using Trunkline.Core.Units;

namespace Trunkline.Core.Benchmarks;

/// <summary>What it costs to count a packet's flow among the heavy hitters: of flows that are held, and of a heavy tail.</summary>
public class PickElephantBenchmarks
{
    private const int Packets = 65_536;

    private readonly ulong[] _flows = new ulong[Packets];
    private HeavyHitters<ulong> _hitters = new();

    [Params(500, 100_000)]
    public int Flows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _hitters = new HeavyHitters<ulong>();
        var random = new RandomSource(1);
        for (int i = 0; i < Packets; i++)
        {
            _flows[i] = RandomSource.Mix((ulong)Math.Pow(Flows, (random.Next() >> 11) * Math.Pow(2, -53)));
        }
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public long Add()
    {
        foreach (ulong flow in _flows)
        {
            _hitters.Add(in flow, 1_500);
        }

        return _hitters.TotalBytes;
    }
}
