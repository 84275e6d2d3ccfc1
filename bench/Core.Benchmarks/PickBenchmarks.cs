using BenchmarkDotNet.Attributes;
using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Benchmarks;

/// <summary>What a rule costs per packet: the choice alone, and in a batch with the bundle's queues, counters and deadlines.</summary>
/// <remarks>Four links of 10 Gb/s at 70 % of load; a thousand flows, the k-th largest in proportion to 1/k, in short bursts.</remarks>
public class PickBenchmarks
{
    private const int Packets = 4_096;

    private readonly OfferedPacket[] _packets = new OfferedPacket[Packets];
    private readonly LinkId[] _picked = new LinkId[Packets];
    private long _spanNs;
    private long _laterNs;
    private Bundle _bundle = null!;
    private IBalancer _balancer = null!;

    [Params(
        "static", "static:fill=hash-threshold", "static:fill=maglev", "single-mode", "round-robin", "random", "shortest-queue", "drill",
        "resilient", "flowlet/letflow", "flowlet/flare", "flowlet/afs", "flowlet/junos-dlb", "rebalance/ovs", "rebalance/tlb",
        "idle-rebalance", "keep-order")]
    public string Rule { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        TechniqueName.TryParsePart(Rule, out TechniqueName.Part? name);
        _bundle = new Bundle([.. Enumerable.Range(0, 4).Select(i => new Link($"{i}", Link.DefaultRate))]);
        _balancer = RuleCatalog.Create(name!, _bundle, 1, new List<string>())!;
        var random = new RandomSource(1);
        uint flow = 0;
        long nowNs = 0;
        for (int i = 0; i < Packets; i++)
        {
            if (random.Below(4) == 0)
            {
                // 1000^u for a uniform u has the density of 1/k.
                flow = (uint)Math.Pow(1_000, (random.Next() >> 11) * Math.Pow(2, -53));
            }

            int bytes = random.Below(3) == 0 ? 64 : 1_500;
            nowNs += bytes * 8 / 28;
            _packets[i] = new OfferedPacket((uint)RandomSource.Mix(flow), bytes, new Timestamp(nowNs));
        }

        _spanNs = nowNs;
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Pick()
    {
        IBalancer balancer = _balancer;
        long laterNs = _laterNs;
        int sum = 0;
        foreach (ref readonly OfferedPacket packet in _packets.AsSpan())
        {
            sum += balancer.Pick(packet.Hash, packet.Bytes, new Timestamp(packet.Now.Nanoseconds + laterNs)).Index;
        }

        _laterNs += _spanNs;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int PickMany()
    {
        _balancer.PickMany(_packets, _picked);
        Later();
        return _picked[0].Index;
    }

    /// <summary>The same packets again, as long after as they last: a cost of its own of about a nanosecond per packet.</summary>
    private void Later()
    {
        var span = new Interval(_spanNs);
        foreach (ref OfferedPacket packet in _packets.AsSpan())
        {
            packet = packet with { Now = packet.Now + span };
        }
    }
}
