using Trunkline.Core.Links;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>
/// Hand-computed traces of the rules that move buckets in rounds. Four buckets over two links: link 0 has 0 and 2, link 1
/// has 1 and 3. The frames are large, as segments of offloading hosts are.
/// </summary>
public class RebalanceTraceTests
{
    [Fact]
    public void Ovs_ShiftsTheLargestBucketsThatFitHalfTheGap() => Trace.Play("rebalance/ovs:buckets=4", TestLinks.Equal(2), """
        0s      hash 0   400KB -> 0
        1s      hash 2   300KB -> 0
        2s      hash 1   100KB -> 1
        10s     tick                  # 700 against 100: half the gap is 300; 400 is too much, 300 fits and gains all
        10s     hash 2   300KB -> 1
        11s     hash 0   400KB -> 0
        moves 1 unsafe 0              # counters are halved, and what comes is added: 600, 50, 450, 0
        20s     tick                  # 600 against 500: a gap of 100 000 bytes is enough, but link 0 has one bucket only
        20s     hash 0   1B    -> 0
        moves 1 unsafe 0
        """);

    [Fact]
    public void Ovs_WhereNothingFits_TakesTheSmallestIfThatGainsATenth() => Trace.Play("rebalance/ovs:buckets=4", TestLinks.Equal(2), """
        0s      hash 0   500KB -> 0
        0s      hash 2   450KB -> 0
        0s      hash 1   300KB -> 1
        10s     tick                  # 950 against 300: half the gap is 325; the smallest is 450: 500 and 750, 200 gained of 325
        10s     hash 2   1B    -> 1
        10s     hash 0   1B    -> 0
        moves 1 unsafe 0
        """);

    [Fact]
    public void Ovs_BelowAHundredThousandBytes_Rests() => Trace.Play("rebalance/ovs:buckets=4", TestLinks.Equal(2), """
        0s      hash 0   60KB  -> 0
        0s      hash 2   39999B -> 0
        10s     tick                  # 99 999 against 0
        10s     hash 2   1B    -> 0
        moves 0 unsafe 0
        """);

    [Fact]
    public void Ovs_MovesABucketThatIsBusy() => Trace.Play("rebalance/ovs:buckets=4", TestLinks.Equal(2), """
        0s           hash 0   400KB -> 0
        9999950us    hash 2   300KB -> 0    # arrives at 10.00025 s
        10s          hash 2   1000B -> 1    # 700 against 0: half is 350, 300 fits; arrives at 10.000001 s
        moves 1 unsafe 1
        """);

    [Fact]
    public void Teamd_PlacesTheLargestFirstOnTheLeastLoaded() => Trace.Play("rebalance/teamd:buckets=4", TestLinks.Equal(2), """
        0s      hash 0   100KB -> 0
        0s      hash 1   300KB -> 1
        0s      hash 2   200KB -> 0
        5s      tick                  # 300 to link 0, 200 to link 1, 100 to link 1; bucket 3 had nothing and stays
        5s      hash 1   1B    -> 0
        5s      hash 2   1B    -> 1
        5s      hash 0   1B    -> 1
        5s      hash 3   1B    -> 1
        moves 3 unsafe 0
        """);

    /// <summary>1 Gb/s counts as 1000 × 2²⁰ = 1 048 576 000 bits per second.</summary>
    [Fact]
    public void Forget_EachRound_LetsTheNextPacketTakeTheLinkWithMostSpeedLeft() => Trace.Play(
        "rebalance:method=forget:buckets=4",
        [new Link("a", new BitRate(1_000_000_000)), new Link("b", new BitRate(1_000_000_000))],
        """
        0s      hash 0   500MB -> 0    # nothing is known of any bucket: equal, the first
        0s      hash 1   100MB -> 0
        10s     hash 1   1KB   -> 0    # equal again; brings 10 000 001 B/s
        10s     hash 0   1KB   -> 1    # link 0 has 80 000 008 bits less
        11s     hash 1   1KB   -> 0    # placed until the next round
        20s     hash 2   1KB   -> 0    # a new bucket brings 1 B/s
        20s     hash 0   1KB   -> 1
        20s     hash 1   1KB   -> 0    # link 1 has what bucket 0 brings, 101 B/s, link 0 only 1
        moves 1 unsafe 0
        """);

    /// <summary>In 32 bits 10 000 × 2²⁰ is 1808 × 2²⁰ and 25 000 × 2²⁰ is 424 × 2²⁰.</summary>
    [Theory]
    [InlineData("rebalance/tlb", 1)]
    [InlineData("rebalance/tlb:wrap32=false", 0)]
    public void Tlb_Takes10GigabitForFasterThan25(string technique, int expected) => Trace.Play(
        technique,
        [new Link("a", new BitRate(25_000_000_000)), new Link("b", new BitRate(10_000_000_000))],
        $"0s hash 0 1000B -> {expected}");

    [Fact]
    public void Tlb_WhenALinkGoesOrComes_PlacesAnew() => Trace.Play("rebalance/tlb:buckets=4", TestLinks.Equal(2), """
        0s      hash 0   1000B -> 0
        0s      hash 1   1000B -> 0
        1s      down 0
        1s      hash 0   1000B -> 1
        2s      up 0                   # orders a round at once: what was sent, 2000 B and 1000 B, is 201 and 101 B/s
        2s      hash 0   1000B -> 0
        2s      hash 1   1000B -> 1    # was on link 0
        moves 3 unsafe 0
        """);

    /// <summary>With link counters a bucket counts as half of its link: an empty one goes, a full one comes, 400 against 0.</summary>
    [Fact]
    public void Nokia_WithLinkCountersOnly_MovesWithoutKnowingWhat() => Trace.Play("rebalance/nokia:buckets=4", TestLinks.Equal(2), """
        0s      hash 0   300KB -> 0
        0s      hash 1   100KB -> 1
        30s     tick                  # 300 against 100: a bucket of link 0 counts 150, more than half the gap: its last goes
        30s     hash 0   1B    -> 0
        30s     hash 2   1B    -> 1
        30s     hash 1   1B    -> 0    # 150 against 250 now: a bucket of link 1 counts 50, half the gap: its first goes
        moves 2 unsafe 0
        """);

    [Theory]
    [InlineData("rebalance/junos-ae", 1)]
    [InlineData("rebalance/junos-ae-pps", 0)]
    public void JunosAe_CountsBytesOrPackets(string preset, int expected) => Trace.Play($"{preset}:buckets=4", TestLinks.Equal(2), $"""
        0s      hash 0   300KB -> 0
        0s      hash 2   200KB -> 0
        0s      hash 1   10KB  -> 1
        0s      hash 3   10KB  -> 1
        30s     tick                  # 500 000 B against 20 000 B: 200 fit half the gap of 240; in packets two against two
        30s     hash 2   1B    -> {expected}
        """);

    [Fact]
    public void Rebalance_BySpeed_LevelsWhatALinkNeedsToSend() => Trace.Play("rebalance:buckets=4", TestLinks.Speeds(3, 1), """
        0s      hash 0   200KB -> 0
        0s      hash 2   100KB -> 0
        0s      hash 1   200KB -> 1
        0s      hash 3   100KB -> 1
        10s     tick                  # 100 us against 300 us: level when 150 KB less are on link 1, so 100 fits, 200 does not
        10s     hash 3   1B    -> 0
        10s     hash 1   1B    -> 1
        moves 1 unsafe 0
        """);

    [Fact]
    public void Rebalance_BelowItsThreshold_Rests() => Trace.Play("rebalance:buckets=4:threshold=10%:interval=1ms", TestLinks.Equal(2), """
        0s      hash 0   100KB -> 0
        0s      hash 2   99KB  -> 0
        1ms     tick                  # 199 000 B of the 2 000 000 B that two links carry in 1 ms
        1ms     hash 2   101KB -> 0
        1ms     hash 0   100KB -> 0
        2ms     hash 2   1B    -> 0
        2ms     hash 0   1B    -> 1    # 201 000 B: the larger does not fit half, the smaller does
        """);

    /// <summary>The most loaded link goes down to the mean by one order; the bucket obeys at its next packet after a pause.</summary>
    [Fact]
    public void IdleRebalance_OfAnIdleBucket_MovesItAtItsNextPacket() =>
        Trace.Play("idle-rebalance:buckets=4:interval=1ms:skew=10us", TestLinks.Equal(2), """
        0us      hash 0   1000B -> 0
        0us      hash 2   1000B -> 0
        0us      hash 1   500B  -> 1
        1ms      tick                  # 2000 against 500: either bucket makes it 1000 and 1500: the first goes
        moves 0 unsafe 0
        1ms      hash 0   1000B -> 1
        1ms      hash 2   1000B -> 0
        moves 1 unsafe 0
        """);

    [Fact]
    public void IdleRebalance_OfABusyBucket_WaitsForAPauseLongerThanTheSkew() =>
        Trace.Play("idle-rebalance:buckets=4:interval=1ms:skew=10us", TestLinks.Equal(2), """
        0us      hash 0   1000B -> 0
        0us      hash 2   2000B -> 0
        995us    hash 0   1000B -> 0    # as much as bucket 2, and the first: it is ordered to link 1
        1ms      hash 0   1000B -> 0    # 5 us after the one before
        1010us   hash 0   1000B -> 0    # 10 us, not longer
        1021us   hash 0   1000B -> 1
        moves 1 unsafe 0
        """);

    [Fact]
    public void IdleRebalance_IntoAShorterQueue_WaitsUntilNothingCanBeOvertaken() =>
        Trace.Play("idle-rebalance:buckets=4:interval=1ms:skew=10us", TestLinks.Equal(2), """
        0us      hash 2   40KB  -> 0
        990us    hash 0   50KB  -> 0    # arrives at 1040 us
        1010us   hash 0   1000B -> 0    # ordered to link 1 and idle for 20 us, but there it would arrive at 1011 us
        1035us   hash 0   1000B -> 0    # at 1036 us, before 1041 us
        1050us   hash 0   1000B -> 1
        moves 1 unsafe 0
        """);

    [Fact]
    public void IdleRebalance_OfABucketThatNeverPauses_TriesAnother() =>
        Trace.Play("idle-rebalance:buckets=4:interval=1ms:skew=600us", TestLinks.Equal(2), """
        0us      hash 0   900B  -> 0
        0us      hash 2   800B  -> 0
        500us    hash 0   100B  -> 0
        1ms      hash 0   900B  -> 0    # 1000 and 800 against 0: either bucket makes it 1000, the first is ordered
        1ms      hash 2   800B  -> 0
        1500us   hash 0   100B  -> 0
        2ms      hash 0   900B  -> 0    # it did not pause: held for four rounds; bucket 2 is ordered
        2ms      hash 2   800B  -> 1
        moves 1 unsafe 0
        """);

    [Fact]
    public void IdleRebalance_BySpeed_LoadsAFasterLinkMore() =>
        Trace.Play("idle-rebalance:buckets=4:interval=1ms", TestLinks.Speeds(3, 1), """
        0us      hash 0   1000B -> 0
        0us      hash 2   1000B -> 0
        0us      hash 1   1000B -> 1
        0us      hash 3   1000B -> 1
        1ms      hash 1   1000B -> 0    # 0.67 us against 2 us; one more makes it 1 us and 1 us
        1ms      hash 3   1000B -> 1
        2ms      hash 0   1000B -> 0
        3ms      hash 0   1000B -> 0
        moves 1 unsafe 0
        """);
}
