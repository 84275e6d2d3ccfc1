using Trunkline.Core.Tests.Links;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>Hand-computed traces of the flowlet rule and its choices. At 8 Gb/s a byte takes a nanosecond.</summary>
public class FlowletTraceTests
{
    [Fact]
    public void Flowlet_InTurn_SplitsOnlyWhenIdleForLongerThanTheGap() =>
        Trace.Play("flowlet:choice=round-robin:gap=10us:buckets=2", TestLinks.Equal(3), """
        0us       hash 0   1000B -> 0    # the first packet of a bucket begins a flowlet
        10us      hash 0   1000B -> 0    # idle for 10 us, not longer
        20001ns   hash 0   1000B -> 1    # idle for 10.001 us
        20001ns   hash 1   1000B -> 2
        20001ns   hash 3   1000B -> 2    # hash 3 shares bucket 1
        29us      hash 2   1000B -> 1    # hash 2 shares bucket 0
        moves 1 unsafe 0
        """);

    [Fact]
    public void Flowlet_WithAGapShorterThanTheQueue_CountsTheUnsafeMove() =>
        Trace.Play("flowlet:choice=round-robin:gap=10us:buckets=2", TestLinks.Equal(2), """
        0us       hash 0   20KB  -> 0    # arrives at 20 us
        10001ns   hash 0   1000B -> 1    # arrives at 11.001 us: overtakes
        30us      hash 0   1000B -> 0    # arrives at 31 us: safe
        moves 2 unsafe 1
        """);

    [Fact]
    public void Flowlet_WhenItsLinkGoes_ChoosesAnewAtOnce() =>
        Trace.Play("flowlet:choice=round-robin:gap=10us:buckets=2", TestLinks.Equal(2), """
        0us   hash 0   1000B -> 0
        1us   down 0
        1us   hash 0   1000B -> 1
        1us   down 1
        1us   hash 0   1000B -> none
        2us   up 0
        2us   hash 0   1000B -> 0
        moves 2 unsafe 0
        """);

    /// <summary>Draws among four links from seed 1234567: 1, 0, 2, 0, 3 (see the trace of the random rule).</summary>
    [Fact]
    public void Flowlet_AtRandom_DrawsForEachFlowlet() => Trace.Play("flowlet/letflow:buckets=4", TestLinks.Equal(4), """
        0us      hash 0   1000B -> 1
        1us      hash 1   1000B -> 0
        500us    hash 0   1000B -> 1
        600us    hash 1   1000B -> 2
        1001us   hash 0   1000B -> 0
        """, seed: 1234567);

    /// <summary>
    /// Weights 2:1. Tokens in thirds of a byte: link 0 has 2 × all bytes − 3 × its own, link 1 all bytes − 3 × its own.
    /// </summary>
    [Fact]
    public void Flowlet_ByTokens_GivesTheLinkThatIsFurthestBehind() =>
        Trace.Play("flowlet/flare:gap=1us:buckets=4", TestLinks.Weighted(2, 1), """
        0us      hash 0   1000B -> 0     # 0 and 0: the first
        0us      hash 1   400B  -> 1     # 2000 - 3000 and 1000
        0us      hash 2   800B  -> 1     # 2800 - 3000 and 1400 - 1200
        0us      hash 0   100B  -> 0     # within its flowlet
        0us      hash 3   1000B -> 0     # 4600 - 3300 and 2300 - 3600
        5us      hash 0   300B  -> 0     # 6600 - 6300 and 3300 - 3600
        9us      hash 0   1000B -> 0     # 7200 - 7200 and 3600 - 3600: equal, its own is kept
        9us      hash 1   300B  -> 1     # 9200 - 10200 and 4600 - 3600
        20us     hash 0   100B  -> 1     # 9800 - 10200 and 4900 - 4500
        moves 1 unsafe 0
        """);

    private const string Plain =
        "flowlet:choice=quality:gap=1us:buckets=4:sampling=10us:load-average=1:queue-average=1:queue-full=10us"
        + ":bands=4:minimum=25%:maximum=75%";

    /// <summary>
    /// Samples of 10 us without memory; bands 3 below 25 %, 2 below 50 %, 1 below 75 %, 0 from there; load and queue count
    /// half each; a queue of 10 us is full. From seed 1234567 the first of two links is drawn.
    /// </summary>
    [Fact]
    public void Flowlet_ByQuality_TakesTheBestBandOfLoadAndQueue() => Trace.Play(Plain, TestLinks.Equal(2), """
        0us    hash 0   5000B -> 0    # nothing sent yet: both 3, drawn
        10us   hash 1   1000B -> 1    # link 0: load 50 % is 1, no queue 3: 2; link 1: 3
        10us   hash 0   100B  -> 1    # idle for longer than the gap, and link 1 is better
        15us   hash 2   9000B -> 1    # no sample since: still better; arrives at 24 us
        20us   hash 0   100B  -> 0    # link 1: load 101 % is 0, queue 4 us of 10 is 2: 1; link 0: 3
        20us   hash 2   100B  -> 0    # arrives at 20.2 us: overtakes
        moves 3 unsafe 1
        """, seed: 1234567);

    [Fact]
    public void Flowlet_ByQuality_KeepsItsLinkWhileThatIsAmongTheBest() => Trace.Play(Plain, TestLinks.Equal(2), """
        0us    hash 0   1000B -> 0    # drawn
        10us   hash 0   1000B -> 0    # link 0: load 10 % is in the best band as well
        20us   hash 0   1000B -> 0
        30us   hash 0   1000B -> 0
        moves 0 unsafe 0
        """, seed: 1234567);

    /// <summary>Link 1 has half the speed: 3000 B in 10 us are 30 % of link 0 and 60 % of link 1.</summary>
    [Theory]
    [InlineData("true", 0)]
    [InlineData("false", 1)]
    public void Flowlet_ByQuality_JudgesALinkByItsSpeedUnlessToldNotTo(string relative, int expected) =>
        Trace.Play($"{Plain}:gap=5us:load-weight=100%:relative={relative}", TestLinks.Speeds(1, 0.5), $"""
        0us    hash 0   1000B -> 0    # drawn
        4us    hash 0   1000B -> 0
        8us    hash 0   1000B -> 0
        10us   hash 1   3000B -> 1    # link 0: 30 % is 2; link 1: 3
        12us   hash 0   4000B -> 0    # within its flowlet
        20us   hash 1   1000B -> {expected}    # link 0: 40 % is 2; link 1: 60 % is 1, or 30 % is 2 and its own
        """, seed: 1234567);

    /// <summary>Averages of weight 1/2, and bands that end at 10, 30, 60 and 100 %; load alone counts.</summary>
    [Fact]
    public void Flowlet_ByQuality_AveragesItsSamplesAndUsesTheLevelsWritten() =>
        Trace.Play($"{Plain}:load-weight=100%:load-average=2:levels=10,20,30,40", TestLinks.Equal(2), """
        0us    hash 0   10KB  -> 0    # drawn
        10us   hash 1   1000B -> 1    # link 0: 100 % makes 50 %, the third band; link 1: the first
        20us   hash 2   3000B -> 1    # link 0: 0 % makes 25 %, the second; link 1: 10 % makes 5 %, the first
        30us   hash 1   1000B -> 1    # link 0: 12.5 %, the second; link 1: 30 % makes 17.5 %, the second: its own
        60us   hash 2   1000B -> 1    # three samples: link 0 has 1.6 %, link 1 3.3 % and an eighth of the rest: the first both
        """, seed: 1234567);

    [Fact]
    public void Flowlet_OfUnitFlow_NeverLeavesAndOfUnitPacketAlwaysChooses()
    {
        Trace.Play($"{Plain}:unit=flow", TestLinks.Equal(2), """
            0us    hash 0   9000B -> 0
            10us   hash 1   1000B -> 1
            99us   hash 0   1000B -> 0
            """, seed: 1234567);
        Trace.Play($"{Plain}:unit=packet", TestLinks.Equal(2), """
            0us    hash 0   9000B -> 0
            10us   hash 0   1000B -> 1    # load 90 %: 0 and 3; link 1 is better
            10us   hash 0   1000B -> 1    # no idle time at all, but each packet asks; no sample since
            """, seed: 1234567);
    }

    /// <summary>Within the gap a bucket leaves when another link is better by that many bands and the draw of 256ths allows.</summary>
    [Theory]
    [InlineData(3, 256, 1)]
    [InlineData(3, 0, 0)]
    [InlineData(4, 256, 0)]
    public void Flowlet_WithAQualityDelta_LeavesWithinItsFlowlet(int delta, int probability, int expected) =>
        Trace.Play($"{Plain}:gap=1ms:quality-delta={delta}:probability={probability}", TestLinks.Equal(2), $"""
        0us    hash 0   9000B -> 0    # drawn
        9us    hash 0   9000B -> 0
        10us   hash 0   100B  -> {expected}    # link 0: load 180 %, 8 us of queue: 0; link 1: 3
        """, seed: 1234567);
}
