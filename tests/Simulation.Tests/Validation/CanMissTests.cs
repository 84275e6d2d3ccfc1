using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>An experiment that cannot fail shows nothing: each refuses a variant that is wrong on purpose.</summary>
public sealed class CanMissTests
{
    [Fact]
    public void TwoPaths_WithFlowletsThatDoNotFollowTheLoad_MissTheLocalBound()
    {
        double random = TwoPathAsymmetry.Measure("flowlet:buckets=65536", 2, Effort.Quick).Demand;
        Assert.False(Bound.Near(80, 6).Holds(random), $"{random}");
    }

    /// <summary>Without what packets report, CONGA's own split of bytes is even, and its goodput misses.</summary>
    [Fact]
    public void TwoPaths_WithCongaThatHearsNoReports_MissTheBoundsOfCongaItself()
    {
        TwoPaths deaf = TwoPathAsymmetry.Measure("conga:dre-interval=200us:ageing=1ns", 2, Effort.Quick);
        Assert.False(Bound.Near(100, 3).Holds(deaf.Demand), $"{deaf}");
        Assert.False(Bound.Near(2, 0.3).Holds(deaf.Split), $"{deaf}");
    }

    [Fact]
    public void LinkFailure_SeenByItsOwnPortsAlone_IsNoBetterThanTheHash()
    {
        Knee local = LinkFailureKnee.Mean("conga/local:dre-interval=200us:gap=5ms", 60, 1, 2);
        Knee hash = LinkFailureKnee.Mean("linux-ecmp/l4", 60, 1, 2);
        Assert.False(Bound.AtLeast(1.5).Holds(hash.MeanMs / local.MeanMs), $"{hash} {local}");
        Assert.False(Bound.Near(75, 9).Holds(hash.KneePercent), $"{hash}");
    }

    [Fact]
    public void Queueing_WithExponentialSizes_MissesTheBoundOfFixedOnes()
    {
        Wait wait = QueueingSanity.Measure(isExponential: true, 500, 200_000);
        Assert.False(QueueingSanity.BoundOf(isExponential: false, 500).Holds(wait.Mean), $"{wait}");
    }

    [Fact]
    public void Tcp_WithCubic_MissesReno()
    {
        Throughput cubic = TcpLaw.UnderLoss(TcpLaw.Reno(control: CongestionControl.Cubic), 300, 400_000);
        Assert.False(Bound.Percent(Math.Sqrt(1.5), 8).Holds(cubic.Constant), $"{cubic}");
    }

    [Fact]
    public void Tcp_WithDelayedAcknowledgementsCountedAsOne_MissesTheUndelayedBound()
    {
        Throughput delayed = TcpLaw.UnderLoss(TcpLaw.Reno(ackEvery: 2) with { CountsSegments = false }, 1000, 150_000);
        Assert.False(Bound.Percent(Math.Sqrt(1.5), 8).Holds(delayed.Constant), $"{delayed}");
    }

    [Fact]
    public void LetFlow_WithDatagramsInPlaceOfTcp_StaysOneToOne()
    {
        Split split = LetFlowElasticity.Measure(isTcp: false, 1, Effort.Quick);
        Assert.False(Bound.Between(3, 4.5).Holds(split.Bytes), $"{split}");
    }

    [Fact]
    public void Reordering_WithAGapBelowTheSkew_IsSeen()
    {
        Assert.NotEqual(0, ReorderingSafety.Sweep(new Core.Units.Interval(5_000), 50_000).Packets);
        Assert.NotEqual(0, ReorderingSafety.Afs("flowlet/afs:gap=500ns:choice=random", 2, 5, isTcp: false, 50_000));
        Assert.NotEqual(0, ReorderingSafety.KeepOrder("shortest-queue", 50_000));
    }

    [Fact]
    public void Hash_ThatIgnoresPorts_MissesBallsInBins()
    {
        Placement placed = HashStatistics.Place("linux-ecmp/l3", 8, 4, 300);
        Assert.False(Bound.Percent(HashStatistics.MostLoaded(8, 4), 3).Holds(placed.MaxOverMean), $"{placed}");
    }

    [Fact]
    public void Elephant_SprayedWithoutResequencer_MissesTheSumOfTheLinks()
    {
        Elephant bare = SingleElephant.Measure("random", isSkewed: true, 20);
        Assert.False(Bound.Percent(4, 3).Holds(bare.Links), $"{bare}");
    }

    [Fact]
    public void Elephant_OverSessionsOnOnePath_MissesTheSumOfTheLinks()
    {
        Elephant shared = SingleElephant.Measure("mptcp:subflows=4 over linux-ecmp/l3", isSkewed: true, 20);
        Assert.False(Bound.Percent(4, 3).Holds(shared.Links), $"{shared}");
    }

    [Fact]
    public void FatTree_WithSubflowsThatTheHashDoesNotTellApart_MissesTheBandOfEight()
    {
        Permutation alike = FatTreePermutation.Measure(4, "mptcp:subflows=8 over linux-ecmp/l3", 1, 100);
        Bound ofEight = FatTreePermutation.BoundOf([FatTreePermutation.Measure(4, "mptcp:subflows=8", 1, 1)]);
        Assert.False(ofEight.Holds(alike.Share), $"{alike} against {ofEight}");
    }

    [Fact]
    public void Incast_WithABufferForAllWindows_HasNoCliff()
    {
        Pull pull = Incast.Measure(18, "mptcp:subflows=8", Core.Units.Interval.FromMilliseconds(200), bufferBytes: 4_000_000);
        Assert.False(pull.Share < 0.5 || pull.Drops > 0, $"{pull}");
    }

    [Fact]
    public void Queues_OfTwoChoices_MissTheBoundOfDrill()
    {
        Queues twoChoices = QueueBalance.Simulate("drill/two-choices", 20_000, 1);
        Assert.False(Bound.Percent(1.25, 5).Holds(twoChoices.Mean), $"{twoChoices}");
    }

    [Fact]
    public void Rebalance_OfEightBuckets_StaysUneven()
    {
        Balance balance = BucketRebalance.Measure("idle-rebalance:interval=50ms:buckets=8@linux-ecmp/l4", 1);
        Assert.False(Bound.AtMost(1.05).Holds(balance.Imbalance), $"{balance}");
    }

    [Fact]
    public void FairShare_AtAnotherLoad_MissesTheBound()
    {
        double slowdown = FairShare.Slowdown("websearch", 200, Effort.Quick);
        Assert.False(Bound.Percent(2, 15).Holds(slowdown), $"{slowdown}");
    }
}
