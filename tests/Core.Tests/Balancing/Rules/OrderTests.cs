using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>What the rules promise of order, judged by an independent account of arrivals.</summary>
public class OrderTests
{
    /// <summary>Rates and delays that make no whole nanoseconds.</summary>
    private static Link[] OddLinks(ulong seed)
    {
        var random = new RandomSource(seed);
        int count = 2 + (int)random.Below(5);
        return [.. Enumerable.Range(0, count).Select(i => new Link($"{i}", new BitRate(700_000_000 + (random.Below(900_000_000) * 9L)))
        {
            Delay = new Interval(random.Below(50_000)),
        })];
    }

    /// <summary>Bursts of some flows, one per bucket of the smallest table, at about the speed of the links.</summary>
    private static IEnumerable<OfferedPacket> Bursts(ulong seed, int count, long meanGapNs)
    {
        var random = new RandomSource(seed);
        long nowNs = 1_782_000_000_000_000_000;
        for (int i = 0; i < count; i++)
        {
            nowNs += random.Below(4) == 0 ? random.Below((uint)(meanGapNs * 7)) : 0;
            yield return new OfferedPacket(random.Below(4), 64 + (int)random.Below(9_000), new Timestamp(nowNs));
        }
    }

    private static OrderChecker Play(string technique, Link[] links, IEnumerable<OfferedPacket> packets, out MoveCounters moves)
    {
        var bundle = new Bundle(links);
        IBalancer balancer = TestRules.Make(technique, bundle);
        var checker = new OrderChecker(links);
        foreach (OfferedPacket packet in packets)
        {
            int link = balancer.Send(bundle, packet.Hash, packet.Bytes, packet.Now.Nanoseconds);
            checker.Send(packet.Hash, link, packet.Bytes, packet.Now.Nanoseconds);
        }

        moves = balancer.Moves;
        return checker;
    }

    [Fact]
    public void KeepOrder_OverAnyLinksAndTraffic_IsNeverOvertakenAndHasNoUnsafeMove()
    {
        long moved = 0;
        Prop.ForAll<ulong>(seed =>
        {
            OrderChecker checker = Play("keep-order:buckets=4", OddLinks(seed), Bursts(seed, 2_000, 2_000), out MoveCounters moves);
            moved += moves.Moves;
            return checker.Overtakers == 0 && moves.UnsafeMoves == 0;
        }).QuickCheckThrowOnFailure();

        Assert.True(moved > 10_000, "It keeps order by moving, not by staying.");
    }

    [Theory]
    [InlineData("round-robin")]
    [InlineData("random")]
    [InlineData("tokens")]
    [InlineData("quality")]
    public void Flowlet_WithAGapOfTheSlowestPath_IsNeverOvertakenAndHasNoUnsafeMove(string choice)
    {
        long moved = 0;
        Prop.ForAll<ulong>(seed =>
        {
            // No path is slower than the slowest seen, so that no two differ by more, queues included.
            Link[] links = OddLinks(seed);
            string technique = $"flowlet:choice={choice}:buckets=4";
            long slowestNs = Play($"{technique}:gap=10s", links, Bursts(seed, 500, 20_000), out _).SlowestNs;
            OrderChecker checker = Play($"{technique}:gap={slowestNs}ns", links, Bursts(seed, 500, 20_000), out MoveCounters moves);
            moved += moves.Moves;
            return checker.SlowestNs > slowestNs || (checker.Overtakers == 0 && moves.UnsafeMoves == 0);
        }).QuickCheckThrowOnFailure();

        Assert.True(moved > 100);
    }

    [Fact]
    public void IdleRebalance_OverAnyLinksAndTraffic_IsNeverOvertakenAndHasNoUnsafeMove()
    {
        long moved = 0;
        Prop.ForAll<ulong>(seed =>
        {
            const string Technique = "idle-rebalance:buckets=4:interval=1ms:skew=0s";
            OrderChecker checker = Play(Technique, OddLinks(seed), Bursts(seed, 2_000, 20_000), out MoveCounters moves);
            moved += moves.Moves;
            return checker.Overtakers == 0 && moves.UnsafeMoves == 0;
        }).QuickCheckThrowOnFailure();

        Assert.True(moved > 50);
    }

    /// <summary>The rules rank links without branches; a twin written plainly, on exact picoseconds, must pick the same.</summary>
    [Fact]
    public void KeepOrderAndShortestQueue_BesidePlainTwins_PickTheSame() => Prop.ForAll<ulong>(seed =>
    {
        Link[] links = OddLinks(seed);
        var random = new RandomSource(seed);
        var bundle = new Bundle(links);
        IBalancer keepOrder = TestRules.Make("keep-order:buckets=4", bundle);
        var other = new Bundle(links);
        IBalancer shortest = TestRules.Make("shortest-queue", other);
        var keepOrderTwin = new PlainTwin(links);
        var shortestTwin = new PlainTwin(links);
        foreach (OfferedPacket packet in Bursts(seed, 500, 3_000))
        {
            if (random.Below(100) == 0)
            {
                var link = new LinkId((int)random.Below((uint)links.Length));
                bundle.SetUp(link, !bundle.IsUp(link));
                other.SetUp(link, !other.IsUp(link));
                keepOrder.OnLinkChange(packet.Now);
                shortest.OnLinkChange(packet.Now);
            }

            long nowNs = packet.Now.Nanoseconds;
            Assert.Equal(
                keepOrderTwin.KeepOrder(bundle.UsableMask, (int)packet.Hash, buckets: 4, packet.Bytes, nowNs),
                keepOrder.Send(bundle, packet.Hash, packet.Bytes, nowNs));
            Assert.Equal(
                shortestTwin.ShortestQueue(other.UsableMask, packet.Bytes, nowNs),
                shortest.Send(other, packet.Hash, packet.Bytes, nowNs));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Drill_BesideAPlainTwin_PicksTheSame() => Prop.ForAll<ulong>(seed =>
    {
        Link[] links = OddLinks(seed);
        var random = new RandomSource(seed);
        var draws = new RandomSource(seed);
        var bundle = new Bundle(links);
        IBalancer drill = TestRules.Make("drill", bundle, seed);
        var twin = new PlainTwin(links);
        foreach (OfferedPacket packet in Bursts(seed, 500, 3_000))
        {
            if (random.Below(100) == 0)
            {
                var link = new LinkId((int)random.Below((uint)links.Length));
                bundle.SetUp(link, !bundle.IsUp(link));
                drill.OnLinkChange(packet.Now);
                twin.Forget();
            }

            long nowNs = packet.Now.Nanoseconds;
            Assert.Equal(twin.Drill(bundle.UsableMask, packet.Bytes, nowNs, ref draws), drill.Send(bundle, packet.Hash, packet.Bytes, nowNs));
        }
    }).QuickCheckThrowOnFailure();

    /// <summary>A move is counted unsafe exactly when packets of the bucket are overtaken by it.</summary>
    [Theory]
    [InlineData("random")]
    [InlineData("flowlet:gap=3us")]
    [InlineData("rebalance:buckets=4:interval=1ms")]
    public void UnsafeMoves_OfRulesThatReorder_AreThoseThatOvertake(string technique)
    {
        int reordered = 0;
        Prop.ForAll<ulong>(seed =>
        {
            OrderChecker checker = Play(technique, OddLinks(seed), Bursts(seed, 3_000, 6_000), out MoveCounters moves);
            reordered += checker.Overtakers > 0 ? 1 : 0;

            // The estimate is rounded to the safe side, so that a move may be called unsafe for less than a nanosecond.
            return checker.Overtakers == 0 || moves.UnsafeMoves > 0;
        }).QuickCheckThrowOnFailure();

        Assert.True(reordered >= 5, $"{reordered} of 100 runs were reordered");
    }

    /// <summary>Experiment 8: none at a gap of the skew or more, ever more below; Adaptive Flowlet Splicing's 16 us over 3 us.</summary>
    [Fact]
    public void Flowlet_AsTheGapFallsBelowTheSkew_ReordersEverMore()
    {
        Link[] links = [.. TestLinks.Speeds(1.25, 1.25, 1.25).Select((link, i) => link with { Delay = new Interval(2_000 + (i * 1_500)) })];
        int At(string gap) => Play($"flowlet:choice=round-robin:gap={gap}:buckets=64", links, Poisson(), out _).Overtakers;

        // The skew is 3 us of delay and, at 4 % of load, a few frames' wait.
        Assert.Equal(0, At("16us"));
        int[] overtakers = [At("4us"), At("2us"), At("1us"), At("500ns")];
        Assert.Equal(0, overtakers[0]);
        Assert.True(overtakers[1] > 0 && overtakers[2] > overtakers[1] && overtakers[3] > overtakers[2], string.Join(' ', overtakers));

        static IEnumerable<OfferedPacket> Poisson()
        {
            var random = new RandomSource(2);
            double nowNs = 0;
            for (int i = 0; i < 50_000; i++)
            {
                nowNs += -Math.Log(1 - ((random.Next() >> 11) * Math.Pow(2, -53))) * 1_000;
                yield return new OfferedPacket(random.Below(4), 150, new Timestamp((long)nowNs));
            }
        }
    }
}
