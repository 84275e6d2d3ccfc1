using Trunkline.Core.Tests.Links;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>Hand-computed traces of the rules that do not look at load. At 8 Gb/s a byte takes a nanosecond.</summary>
public class StaticTraceTests
{
    [Fact]
    public void Static_WithModulo_MovesEveryBucketWhenALinkGoes() => Trace.Play("static", TestLinks.Equal(3), """
        0us   hash 3   1000B -> 0    # 3 mod 3
        0us   hash 4   1000B -> 1
        0us   hash 5   9000B -> 2    # arrives at 9 us
        1us   hash 3   1000B -> 0
        moves 0 unsafe 0
        2us   down 2                 # three buckets become two: all three count as moved
        3us   hash 4   1000B -> 0    # 4 mod 2; arrives at 4 us, while hash 5 arrives at 9 us: unsafe
        3us   hash 5   1000B -> 1    # 5 mod 2; arrives at 4 us: unsafe
        9us   hash 5   1000B -> 1    # the bucket is on its new link already
        moves 3 unsafe 2
        10us  up 2
        20us  hash 5   1000B -> 2    # back to three; nothing is under way any more
        moves 5 unsafe 2
        """);

    [Fact]
    public void Static_WithAResilientFill_MovesOnlyTheLostBuckets() => Trace.Play("static:fill=resilient:buckets=4", TestLinks.Equal(2), """
        0us   hash 0   1000B -> 1    # value 0, bucket 0: the last link has the first buckets
        0us   hash 4   1000B -> 0    # value 2, bucket 2
        1us   down 1
        2us   hash 0   1000B -> 0    # arrives at 3 us, the last one at 1 us
        2us   hash 4   1000B -> 0
        moves 2 unsafe 0             # buckets 0 and 1
        3us   down 0
        4us   hash 0   1000B -> none
        """);

    [Fact]
    public void SingleMode_ByDefault_StaysOnTheStandbyAfterTheFirstIsBack() => Trace.Play("single-mode", TestLinks.Equal(3), """
        0us   hash 7   1000B -> 0
        0us   hash 8   1000B -> 0
        1us   down 0
        1us   hash 7   1000B -> 1    # both others idle: arrives at 2 us, as the last one on link 0: safe
        5us   up 0
        6us   hash 7   1000B -> 1
        7us   down 1
        8us   hash 7   1000B -> 0
        9us   down 0
        9us   hash 7   1000B -> 2
        9us   down 2
        9us   hash 7   1000B -> none
        9us   up 1
        9us   hash 7   1000B -> 1
        moves 4 unsafe 0
        """);

    [Fact]
    public void SingleMode_WithAPrimary_GoesBackToIt() => Trace.Play("single-mode/linux-primary:order=2,0", TestLinks.Equal(3), """
        0us   hash 7   9000B -> 2
        1us   down 2
        1us   hash 7   1000B -> 0    # arrives at 2 us, before the 9 us of the frame on link 2
        2us   up 2
        9us   hash 7   1000B -> 2
        moves 2 unsafe 1
        """);

    [Fact]
    public void SingleMode_WithBetterOnly_GoesBackOnlyToAFasterLink() =>
        Trace.Play("single-mode/linux-better:order=1,0,2", TestLinks.Speeds(1, 1, 2), """
        0us   hash 7   1000B -> 1
        1us   down 1
        2us   hash 7   1000B -> 0
        3us   up 1
        4us   hash 7   1000B -> 0    # link 1 is more wanted but not faster
        moves 1 unsafe 0
        """);

    [Fact]
    public void RoundRobin_WithTwoPacketsPerLink_TurnsEverySecondPacket() =>
        Trace.Play("round-robin:packets-per-link=2", TestLinks.Equal(3), """
        0us   hash 1   1000B -> 0
        0us   hash 1   1000B -> 0    # arrives at 2 us
        0us   hash 1   1000B -> 1    # arrives at 1 us: unsafe
        0us   hash 1   1000B -> 1
        0us   hash 2   1000B -> 2
        1us   down 1                 # a link's change begins a new turn
        2us   hash 1   1000B -> 0
        2us   hash 1   1000B -> 0
        2us   hash 1   1000B -> 2    # 3 us, the one before 4 us: unsafe
        moves 3 unsafe 2
        """);

    [Fact]
    public void RoundRobin_WithWeights_GivesTurnsByWeight() => Trace.Play("round-robin", TestLinks.Weighted(2, 1), """
        0us   hash 1   1000B -> 0
        0us   hash 1   1000B -> 1
        0us   hash 1   1000B -> 0
        0us   hash 1   1000B -> 0
        """);

    /// <summary>
    /// SplitMix64 from seed 1234567 begins 0x599ed017fb08fc85, 0x2c73f08458540fa5, 0x883ebce5a3f27c77, 0x3fbef740e9177b3f,
    /// 0xe3b8346708cb5ecd: in quarters by the top two bits 1, 0, 2, 0, 3.
    /// </summary>
    [Fact]
    public void Random_FromAPublishedSeed_TakesTheTopBitsLink() => Trace.Play("random", TestLinks.Equal(4), """
        0us   hash 1   1000B -> 1
        0us   hash 1   1000B -> 0
        0us   hash 1   1000B -> 2
        0us   hash 1   1000B -> 0
        0us   hash 1   1000B -> 3
        """, seed: 1234567);

    /// <summary>Four buckets over two links: link 1 has 0 and 1, link 0 has 2 and 3; a bucket is half the hash, modulo 4.</summary>
    [Fact]
    public void Resilient_WhenALinkComesBack_MovesIdleBucketsAtOnceAndBusyOnesWhenIdle() =>
        Trace.Play("resilient:buckets=4:idle-timer=2s", TestLinks.Equal(2), """
        0s       hash 0   1000B -> 1
        0s       hash 2   1000B -> 1
        0s       hash 4   1000B -> 0
        1s       down 1                 # buckets 0 and 1 go to link 0, which wants all four
        1s       hash 0   1000B -> 0
        1s       hash 2   1000B -> 0
        1s       hash 6   1000B -> 0
        moves 2 unsafe 0
        2s       up 1                   # link 1 wants two; bucket 2 was last used 2 s ago: it moves, the others are busy
        2s       hash 4   1000B -> 1
        2s       hash 0   1000B -> 0
        2500ms   hash 2   1000B -> 0
        2500ms   hash 6   1000B -> 0
        moves 3 unsafe 0
        3s       hash 0   1000B -> 0
        4500ms   tick                   # buckets 1 and 3 become idle now; one is enough, the first
        4500ms   hash 2   1000B -> 1
        4500ms   hash 6   1000B -> 0
        4500ms   hash 0   1000B -> 0
        moves 4 unsafe 0
        """);

    [Fact]
    public void Resilient_WithAnUnbalancedTimer_ForcesBusyBuckets() =>
        Trace.Play("resilient:buckets=4:idle-timer=10s:unbalanced-timer=3s", TestLinks.Equal(2), """
        0s       hash 0   1000B -> 1
        0s       hash 2   1000B -> 1
        0s       hash 4   1000B -> 0
        0s       hash 6   1000B -> 0
        1s       down 1
        1s       hash 0   1000B -> 0
        1s       hash 2   1000B -> 0
        2s       up 1                   # unbalanced from now on; all four are busy
        5s       hash 0   1000B -> 0    # 3 s, but not longer
        5499ms   hash 0   1000B -> 0
        5500ms   tick                   # the next look, half a second later: buckets 0 and 1, the first two, are forced
        5500ms   hash 0   1000B -> 1
        5500ms   hash 2   1000B -> 1
        5500ms   hash 4   1000B -> 0
        moves 4 unsafe 0
        """);

    [Fact]
    public void Resilient_WithoutAnUnbalancedTimer_NeverForces() => Trace.Play("resilient:buckets=2:idle-timer=10s", TestLinks.Equal(2), """
        0s       hash 0   1000B -> 1
        0s       hash 2   1000B -> 0
        1s       down 1
        2s       hash 0   1000B -> 0
        2s       up 1
        9s       hash 0   1000B -> 0
        18s      hash 0   1000B -> 0
        18s      hash 2   1000B -> 1    # idle since 0 s: at the 10 s look it moved
        moves 2 unsafe 0
        """);
}
