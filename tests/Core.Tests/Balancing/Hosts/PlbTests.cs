using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Balancing.Hosts;

/// <summary>
/// Hand-computed traces of PLB, as net/ipv4/tcp_plb.c has it. Labels drawn from seed 1234567: 11472, 5690, 17439, and of 60 s its second
/// draw is 10.42 s.
/// </summary>
public class PlbTests
{
    [Fact]
    public void Flow_CongestedForThreeRounds_MovesAtItsNextPause() => HostTrace.Play("plb", 4, """
        1ms   a round 10 9 flight 9           -> -
        2ms   a round 10 9 flight 9           -> -
        3ms   a send 0 1448B flight 0         -> -         # a pause after two
        4ms   a round 100 50 flight 9         -> -         # exactly the threshold is congested
        5ms   a send 0 1448B flight 1         -> -         # no pause
        6ms   a send 0 1448B again flight 0   -> -         # lost is not idle
        7ms   a send 0 1448B flight 0         -> v11472
        8ms   a send 0 1448B flight 0         -> v11472    # counts anew
        moves a 1 unsafe 0
        """, _ => Seed);

    [Fact]
    public void Flow_WithNothingUnderWayAfterTheThirdRound_MovesThen() => HostTrace.Play("plb", 4, """
        1ms   a round 10 9 flight 0   -> -
        2ms   a round 10 9 flight 0   -> -
        3ms   a round 10 9 flight 0   -> v11472
        moves a 1 unsafe 0
        """, _ => Seed);

    [Fact]
    public void Flow_ThatNeverPauses_MovesAfterTwelveRounds() => HostTrace.Play("plb", 4, """
        1ms    a round 10 9 flight 9   -> -
        2ms    a round 10 9 flight 9   -> -
        3ms    a round 10 9 flight 9   -> -
        4ms    a round 10 9 flight 9   -> -
        5ms    a round 10 9 flight 9   -> -
        6ms    a round 10 9 flight 9   -> -
        7ms    a round 10 9 flight 9   -> -
        8ms    a round 10 9 flight 9   -> -
        9ms    a round 10 9 flight 9   -> -
        10ms   a round 10 9 flight 9   -> -
        11ms   a round 10 9 flight 9   -> -
        12ms   a round 10 9 flight 9   -> v11472
        13ms   a round 10 9 flight 9   -> v11472
        14ms   a round 10 9 flight 9   -> v11472
        15ms   a round 10 9 flight 9   -> v11472
        16ms   a round 10 9 flight 9   -> v11472
        17ms   a round 10 9 flight 9   -> v11472
        18ms   a round 10 9 flight 9   -> v11472
        19ms   a round 10 9 flight 9   -> v11472
        20ms   a round 10 9 flight 9   -> v11472
        21ms   a round 10 9 flight 9   -> v11472
        22ms   a round 10 9 flight 9   -> v11472
        23ms   a round 10 9 flight 9   -> v11472
        24ms   a round 10 9 flight 9   -> v5690     # twelve more
        moves a 2 unsafe 2
        """, _ => Seed);

    [Fact]
    public void Round_ThatIsCalm_CountsAnewAndAnEmptyOneDoesNot() => HostTrace.Play("plb", 4, """
        1ms   a round 10 9 flight 9     -> -
        2ms   a round 10 9 flight 9     -> -
        3ms   a round 100 49 flight 9   -> -
        4ms   a round 10 9 flight 9     -> -
        5ms   a round 10 9 flight 9     -> -
        6ms   a send 0 1448B flight 0   -> -         # two since
        7ms   a round 0 0 flight 9      -> -
        8ms   a round 10 9 flight 9     -> -
        9ms   a send 0 1448B flight 0   -> v11472
        """, _ => Seed);

    [Fact]
    public void Flow_WithIdleRoundsZero_WaitsForNoPause() => HostTrace.Play("plb:idle-rounds=0:rounds=4", 4, """
        1ms   a round 10 9 flight 9     -> -
        2ms   a round 10 9 flight 9     -> -
        3ms   a round 10 9 flight 9     -> -
        4ms   a send 0 1448B flight 0   -> -
        5ms   a round 10 9 flight 9     -> v11472
        """, _ => Seed);

    /// <summary>Quiet for 60 s and 60 s · 0.173644 more.</summary>
    [Fact]
    public void Timeout_MovesAtOnceAndKeepsItQuietForOneToTwoMinutes() => HostTrace.Play("plb:rounds=2", 4, """
        1ms             a round 10 9 flight 9     -> -
        2ms             a timeout                 -> v11472
        3ms             a round 10 9 flight 9     -> v11472
        4ms             a round 10 9 flight 9     -> v11472
        5ms             a send 0 1448B flight 0   -> v11472
        60s             a round 10 9 flight 9     -> v11472
        70420645799ns   a round 10 9 flight 9     -> v11472
        70420645800ns   a round 10 9 flight 9     -> v17439
        moves a 2 unsafe 1
        """, _ => Seed);

    [Fact]
    public void Quiet_IsDrawnBetweenOneAndTwoMinutes()
    {
        var seen = new List<double>();
        for (ulong seed = 0; seed < 200; seed++)
        {
            PathSelector selector = HostTrace.Open("plb:rounds=1", seed);
            selector.OnTimeout(new Timestamp(0));
            PathLabel label = selector.Label;
            long now = 0;
            while (selector.Label == label && now < 200_000_000_000)
            {
                now += 500_000_000;
                selector.OnRound(new PathRound(1, 1, Interval.FromMicroseconds(100), 1), new Timestamp(now));
            }

            seen.Add(now / 1e9);
        }

        Assert.InRange(seen.Min(), 60, 62);
        Assert.InRange(seen.Max(), 118, 120);
        Assert.InRange(seen.Average(), 86, 94);
    }

    [Fact]
    public void FlowBender_WithTheSameNumbers_KnowsNeitherPauseNorQuietAndAsksForMore()
    {
        // The same parameters: what differs is the rule.
        foreach ((string technique, int atThreshold, int atPause, int afterTimeout) in (
            (string, int, int, int)[])[("plb:rounds=4:idle-rounds=3", 1, 1, 0), ("flowbender:rounds=4:threshold=50%:choice=random", 0, 0, 1)])
        {
            Assert.Equal(atThreshold, MovesOf(technique, marked: 5, rounds: 4, isIdleAfter: false, hasTimeout: false));
            Assert.Equal(atPause, MovesOf(technique, marked: 9, rounds: 3, isIdleAfter: true, hasTimeout: false));
            Assert.Equal(1 + afterTimeout, MovesOf(technique, marked: 9, rounds: 4, isIdleAfter: false, hasTimeout: true));
        }
    }

    [Fact]
    public void Rounds_DoNotAllocate()
    {
        PathSelector selector = HostTrace.Open("plb:rounds=1");
        AllocationAssert.None(() => selector.OnRound(new PathRound(10, 9, Interval.FromMicroseconds(100), 9), new Timestamp(1)));
    }

    private const ulong Seed = 1234567;

    private static long MovesOf(string technique, int marked, int rounds, bool isIdleAfter, bool hasTimeout)
    {
        PathSelector selector = HostTrace.Open(technique);
        if (hasTimeout)
        {
            selector.OnTimeout(new Timestamp(0));
        }

        for (int round = 1; round <= rounds; round++)
        {
            selector.OnRound(new PathRound(10, marked, Interval.FromMicroseconds(100), 9), new Timestamp(round * 100_000));
        }

        if (isIdleAfter)
        {
            selector.OnSend(new PathSegment(0, 1448, false, 0), new Timestamp(10_000_000));
        }

        return selector.Moves.Moves;
    }
}
