using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>How far and how calmly the rebalancing rules level a load.</summary>
public class RebalancingTests
{
    private static readonly Interval Round = Interval.FromMilliseconds(100);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]

    // Here the most loaded link is overloaded at first, and its queue always full.
    [InlineData(10)]
    [InlineData(14)]
    public void IdleRebalance_OfAZipfLoad_IsWithinFivePercentInTenRoundsWithoutReordering(ulong seed)
    {
        var idle = new ZipfLoad("idle-rebalance:buckets=256:interval=100ms", seed);
        double before = idle.Imbalance;
        idle.Run(Round * 11);

        Assert.True(before > 0.10, $"The hash alone is off by {before:P1}, which leaves nothing to do.");
        Assert.True(idle.Imbalance <= 0.05, $"{before:P1} became {idle.Imbalance:P1}");
        Assert.Equal(0, idle.Overtakers);
        Assert.Equal(0, idle.Moves.UnsafeMoves);
    }

    /// <summary>The others level it too, but by moving busy buckets: packets are overtaken.</summary>
    [Theory]
    [InlineData("rebalance/ovs:interval=100ms")]
    [InlineData("rebalance/teamd:interval=100ms")]
    public void Rebalance_OfAZipfLoad_LevelsItWithReordering(string technique)
    {
        int overtakers = 0;
        long unsafeMoves = 0;
        long moves = 0;
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var load = new ZipfLoad(technique, seed);
            load.Run(Round * 11);
            Assert.True(load.Imbalance <= 0.08, $"seed {seed}: {load.Imbalance:P1}");
            overtakers += load.Overtakers;
            unsafeMoves += load.Moves.UnsafeMoves;
            moves += load.Moves.Moves;
        }

        Assert.True(overtakers > 0 && unsafeMoves > 0, $"{overtakers} overtaken, {unsafeMoves} of {moves} moves unsafe");
    }

    [Fact]
    public void IdleRebalance_OfARandomLoadThatIsLevel_HardlyMoves()
    {
        var load = new ZipfLoad("idle-rebalance:buckets=256:interval=100ms", 1);
        load.Run(Round * 11);
        long settled = load.Moves.Moves;
        load.Run(Round * 20);

        Assert.InRange(load.Moves.Moves - settled, 0, 20);
        Assert.InRange(load.Imbalance, 0, 0.05);
    }

    /// <summary>
    /// Every round each bucket sends the same: moves come to an end, no round orders more than it may, and no link is left
    /// above what its largest bucket forces.
    /// </summary>
    [Fact]
    public void IdleRebalance_UnderASteadyLoad_ComesToRest()
    {
        Prop.ForAll<ulong>(seed =>
        {
            var random = new RandomSource(seed);
            var bundle = new Bundle([.. Enumerable.Range(0, 2 + (int)random.Below(6))
                .Select(i => new Link($"{i}", new BitRate(1_000_000_000L * (1 + random.Below(4)))))]);
            const int MovesPerRound = 5;
            IBalancer balancer = TestRules.Make($"idle-rebalance:buckets=64:interval=1ms:skew=10us:moves={MovesPerRound}", bundle);
            int[] bytes = [.. Enumerable.Range(0, 64).Select(_ => (int)(1_500 / (1 + random.Below(40))))];
            long before = 0;
            int lastMove = 0;
            for (int round = 0; round < 150; round++)
            {
                for (uint bucket = 0; bucket < 64; bucket++)
                {
                    balancer.Send(bundle, bucket, bytes[bucket], (round * 1_000_000L) + (bucket * 10_000L));
                }

                long moves = balancer.Moves.Moves - before;
                before = balancer.Moves.Moves;
                Assert.InRange(moves, 0, MovesPerRound);
                lastMove = moves > 0 ? round : lastMove;
            }

            Assert.InRange(lastMove, 0, 100);
            Assert.Equal(0, balancer.Moves.UnsafeMoves);
            AssertLevel(bundle, balancer, bytes);
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>A greedy rule without hysteresis swaps equal links' buckets for ever; the orders of the idle rule do not.</summary>
    [Fact]
    public void IdleRebalance_WhereGreedySwapsForEver_StaysAtRest()
    {
        long greedy = MovesOfAlternatingLoad("rebalance:method=greedy:buckets=4:interval=1ms");
        long idle = MovesOfAlternatingLoad("idle-rebalance:buckets=4:interval=1ms:skew=10us");

        Assert.True(greedy > 100, $"greedy moved {greedy} times");
        Assert.InRange(idle, 0, 4);
    }

    [Fact]
    public void IdleRebalance_WhenALinkComesBack_FillsItStepByStep()
    {
        var bundle = new Bundle(TestLinks.Equal(4));
        IBalancer balancer = TestRules.Make("idle-rebalance:buckets=64:interval=1ms:skew=10us:moves=4", bundle);
        int[] steps = new int[40];
        for (int round = 0; round < steps.Length; round++)
        {
            if (round is 5 or 10)
            {
                balancer.KeepDeadlines(new Timestamp(round * 1_000_000L));
                bundle.SetUp(new LinkId(2), round == 10);
                balancer.OnLinkChange(new Timestamp(round * 1_000_000L));
            }

            for (uint bucket = 0; bucket < 64; bucket++)
            {
                balancer.Send(bundle, bucket, 1_000, (round * 1_000_000L) + (bucket * 10_000L));
            }

            steps[round] = balancer.Links().Count(link => link == 2);
        }

        Assert.Equal([16, 0, 0], [steps[4], steps[5], steps[9]]);

        // The round at 11 ms is the first that sees it: four buckets each until it is within 1 % of the mean.
        Assert.Equal([0, 4, 8, 12, 16, 16], steps[10..16]);
        Assert.Equal(16, steps[^1]);
    }

    private static long MovesOfAlternatingLoad(string technique)
    {
        // Two large buckets that take turns being the larger by a tenth, and two small ones.
        var bundle = new Bundle(TestLinks.Equal(2));
        IBalancer balancer = TestRules.Make(technique, bundle);
        for (int round = 0; round < 100; round++)
        {
            for (uint bucket = 0; bucket < 4; bucket++)
            {
                int bytes = bucket > 1 ? 500 : bucket == (uint)(round & 1) ? 1_100 : 1_000;
                balancer.Send(bundle, bucket, bytes, (round * 1_000_000L) + (bucket * 100_000L));
            }
        }

        return balancer.Moves.Moves;
    }

    /// <summary>No single move of a bucket off the most loaded link would lower it by a hundredth of the mean or more.</summary>
    private static void AssertLevel(Bundle bundle, IBalancer balancer, int[] bytes)
    {
        double[] loads = new double[bundle.Count];
        for (int i = 0; i < bytes.Length; i++)
        {
            int link = balancer.LinkOf(i).Index;
            loads[link] += bytes[i] * 8.0 / bundle[new LinkId(link)].Rate.BitsPerSecond;
        }

        double mean = bytes.Sum() * 8.0 / Enumerable.Range(0, bundle.Count).Sum(i => bundle[new LinkId(i)].Rate.BitsPerSecond);
        int most = Array.IndexOf(loads, loads.Max());
        for (int i = 0; i < bytes.Length && loads[most] > mean * 1.03; i++)
        {
            for (int to = 0; to < loads.Length && balancer.LinkOf(i).Index == most; to++)
            {
                double left = loads[most] - (bytes[i] * 8.0 / bundle[new LinkId(most)].Rate.BitsPerSecond);
                double gained = loads[to] + (bytes[i] * 8.0 / bundle[new LinkId(to)].Rate.BitsPerSecond);
                Assert.True(to == most || loads[most] - Math.Max(left, gained) < mean / 100, $"bucket {i} could go from {most} to {to}");
            }
        }
    }
}
