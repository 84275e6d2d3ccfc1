using Trunkline.Core.Balancing;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;
using static Trunkline.Simulation.Tests.Validation.Quantities;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Buckets of unequal rates over four links: moving idle ones evens out the load, and reorders nothing.</summary>
internal sealed class BucketRebalance : Experiment
{
    private const int Links = 4;
    private const int Rounds = 20;
    private const int MovesOfARound = 16;
    private static readonly Interval Round = 50.Ms;

    public override int Number => 16;

    public override string Title => "rebalancing by idle buckets";

    public override string Expected =>
        "Where no bucket exceeds a link's share, moving buckets from loaded to unloaded links brings the most loaded link to within 5 "
        + "% of the mean in 10 rounds and then "
        + "rests; since a bucket moves only when idle for longer than the skew, nothing is reordered. A hash alone stays where it fell.";

    public override string Source =>
        "the idle-bucket rule of the flowlets article; OVS bond.c for the shape of the loop; arithmetic for the bound";

    public override string Method =>
        "256 streams whose rates follow Zipf's law (the largest has 16 %, a link's share is 25 %), bursts of 4 frames of 1 KB at "
        + "Poisson times, 2.4 Gb/s over four links "
        + "of 1 Gb/s, 256 buckets, rounds of 50 ms. Load over rounds 11 to 20; seeds 1 to 5.";

    public override string Misses => "Too few buckets: with 8, each is an eighth of all and no placing is even. `CanMissTests.Rebalance…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int runs = effort == Effort.Quick ? 1 : 5;
        Balance[] hash = Trial.All(Enumerable.Range(1, runs), seed => Measure("static@linux-ecmp/l4", (ulong)seed));
        Balance[] idle = Trial.All(
            Enumerable.Range(1, runs), seed => Measure("idle-rebalance:interval=50ms:buckets=256@linux-ecmp/l4", (ulong)seed));
        yield return new Row("hash alone: most loaded link over the mean", Bound.AtLeast(1.05), hash.Average(b => b.Imbalance));
        yield return new Row(
            "idle buckets moved: most loaded link over the mean, worst run",
            Bound.AtMost(1.05),
            idle.Max(b => b.Imbalance));
        yield return new Row("idle buckets moved: frames overtaken", Bound.Exactly(0), idle.Sum(b => b.Overtaken));
        yield return new Row(
            "idle buckets moved: moves in rounds 1 to 10, most in a run",
            Bound.Between(1, 10 * MovesOfARound),
            idle.Max(b => b.FirstMoves));
        yield return new Row(
            "idle buckets moved: moves in rounds 11 to 20 over those in rounds 1 to 10",
            Bound.AtMost(0.5),
            idle.Sum(b => b.LastMoves) / (double)idle.Sum(b => b.FirstMoves));
    }

    /// <summary>How even the load becomes.</summary>
    public static Balance Measure(string technique, ulong seed)
    {
        var scenario = new Scenario
        {
            Name = "buckets",
            Hosts = [new Host("a"), new Host("b")],
            Switches = [new Switch("s")],
            Bundles =
            [
                Bundle("nic", "a", Link("s", 10.Gbps, 1.Us)),
                Bundle("lag", "s", [.. Enumerable.Repeat(Link("b", 1.Gbps, 5.Us), Links)]),
            ],
            Measured = ["lag"],
            Traffic = [],
        };
        Simulator simulator = Trial.Prepare(scenario, technique, seed);
        var source = new ZipfSource(seed) { Traffic = 0, Simulator = simulator };
        Trial.Start(simulator, source);
        int[] ports = Trial.Forth(simulator, "lag");
        LinkGroup group = Trial.Group(simulator, "lag");
        Trial.RunTo(simulator, SimTime.ToPs(Round) * Rounds / 2);
        long[] before = [.. ports.Select(p => simulator.Network.Ports[p].Bytes)];
        MoveCounters half = group.Balancer.Moves;
        Trial.RunTo(simulator, SimTime.ToPs(Round) * Rounds);
        double[] bytes = [.. ports.Select((p, i) => (double)(simulator.Network.Ports[p].Bytes - before[i]))];
        return new Balance(
            bytes.Max() / bytes.Average(),
            simulator.Connections.Sum(c => c.DatagramsLate),
            half.Moves,
            group.Balancer.Moves.Moves - half.Moves);
    }

    private sealed class ZipfSource(ulong seed) : TrafficSource
    {
        private const int Streams = 256;
        private const int Burst = 4;
        private const int Payload = 1000 - 28 - 38;
        private const long BitsPerSecond = 2_400_000_000;

        private readonly List<Connection> _streams = [];
        private readonly long[] _gapsPs = new long[Streams];
        private RandomSource _random = new(seed);

        public override void OnStart()
        {
            double sum = Enumerable.Range(1, Streams).Sum(rank => 1.0 / rank);
            for (int i = 0; i < Streams; i++)
            {
                _gapsPs[i] = (long)(Burst * 8000.0 / BitsPerSecond * sum * (i + 1) * SimTime.SecondPs);
                var address = new FlowAddress(0, 1, (ushort)_random.Below(65_536), (ushort)_random.Below(65_536), 17);
                _streams.Add(Simulator.OpenDatagrams(this, 0, 1, in address));
                Simulator.Schedule(this, ExactMath.Exponential(ref _random, _gapsPs[i]), i);
            }
        }

        public override void OnTimer(int tag)
        {
            for (int i = 0; i < Burst; i++)
            {
                Simulator.SendDatagram(_streams[tag], 1, Payload);
            }

            Simulator.Schedule(this, Simulator.NowPs + ExactMath.Exponential(ref _random, _gapsPs[tag]), tag);
        }
    }
}

/// <summary>How even a load became, and at what price.</summary>
/// <param name="Imbalance">Most loaded link over the mean.</param>
/// <param name="Overtaken">Frames that arrived after a later one.</param>
/// <param name="FirstMoves">Moves of buckets in the first half.</param>
/// <param name="LastMoves">Moves of buckets in the second half.</param>
internal readonly record struct Balance(double Imbalance, long Overtaken, long FirstMoves, long LastMoves);
