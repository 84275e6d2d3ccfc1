using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Balancing.Hosts;

/// <summary>Hand-computed traces of FlowBender: CoNEXT 2014, §3.</summary>
public class FlowBenderTests
{
    [Fact]
    public void Flow_WithMoreThanFivePercentMarkedInARound_TakesTheNextValue() => HostTrace.Play("flowbender", 4, """
        100us   a round 100 0 flight 9    -> -
        200us   a round 100 5 flight 9    -> -     # exactly the threshold is not more than it
        300us   a round 100 6 flight 9    -> v1
        400us   a round 19 1 flight 9     -> v2    # 5.3 %
        500us   a round 20 1 flight 9     -> v2    # 5 %
        600us   a round 0 0 flight 9      -> v2    # nothing came: nothing is known
        700us   a send 0 1448B flight 0   -> v2    # it never waits for a pause
        800us   a round 10 9 flight 0     -> v3    # nothing under way: that move was safe
        moves a 3 unsafe 2
        """);

    [Fact]
    public void Flow_WithNRounds_TakesNOneAfterTheOther() => HostTrace.Play("flowbender:rounds=3", 4, """
        100us   a round 10 9 flight 9   -> -
        200us   a round 10 9 flight 9   -> -
        300us   a round 10 0 flight 9   -> -     # calm: counts anew
        400us   a round 10 9 flight 9   -> -
        500us   a round 10 9 flight 9   -> -
        600us   a round 10 9 flight 9   -> v1
        700us   a round 10 9 flight 9   -> v1    # and after a move
        800us   a round 10 9 flight 9   -> v1
        900us   a round 10 9 flight 9   -> v2
        """);

    [Fact]
    public void Values_InOrder_ComeRoundAgain() => HostTrace.Play("flowbender:values=3", 4, """
        100us   a round 1 1 flight 1   -> v1
        200us   a round 1 1 flight 1   -> v2
        300us   a round 1 1 flight 1   -> -
        400us   a round 1 1 flight 1   -> v1
        moves a 4 unsafe 4
        """);

    /// <summary>Seed 1234567 draws, the odd ones for the spread: of seven steps 1, 1, 2, 1, each one more.</summary>
    [Fact]
    public void Values_AtRandom_AreNeverTheSameAgain() => HostTrace.Play("flowbender:choice=random", 4, """
        100us   a round 1 1 flight 1   -> v2
        200us   a round 1 1 flight 1   -> v4
        300us   a round 1 1 flight 1   -> v7
        400us   a round 1 1 flight 1   -> v1    # 7 + 2, of eight values
        """, _ => Seed);

    /// <summary>Seed 1234567 draws of four: 1, 0, 2. So 2 rounds before the first move, then 1, then 3.</summary>
    [Fact]
    public void Rounds_WithASpread_AreDrawnForEachMoveAndTheFirst() => HostTrace.Play("flowbender:spread=3", 4, """
        100us   a round 1 1 flight 1   -> -
        200us   a round 1 1 flight 1   -> v1
        300us   a round 1 1 flight 1   -> v2
        400us   a round 1 1 flight 1   -> v2
        500us   a round 1 1 flight 1   -> v2
        600us   a round 1 1 flight 1   -> v3
        """, _ => Seed);

    [Fact]
    public void Pause_AfterAMove_IsHalfARoundTrip() => HostTrace.Play("flowbender/paused", 4, """
        100us   a round 10 0 flight 9     -> -
        200us   a round 10 1 flight 9     -> v1 until 250us
        249us   a send 0 1448B flight 9   -> v1 until 250us
        250us   a send 0 1448B flight 9   -> v1
        300us   a timeout                 -> v2                # nothing is under way that could be overtaken
        """);

    [Fact]
    public void Timeout_TakesTheNextValueAndCountsAnew() => HostTrace.Play("flowbender:rounds=2", 4, """
        100us    a round 10 9 flight 9   -> -
        200ms    a timeout               -> v1
        201ms    a round 10 9 flight 9   -> v1    # the first after the timeout
        202ms    a round 10 9 flight 9   -> v2    # at once: a timeout keeps it not quiet
        600ms    a timeout               -> v3
        1000ms   a timeout               -> v4    # each one
        moves a 4 unsafe 1
        """);

    private const ulong Seed = 1234567;

    [Fact]
    public void Rounds_DoNotAllocate()
    {
        PathSelector selector = HostTrace.Open("flowbender:choice=random:spread=3");
        AllocationAssert.None(() => selector.OnRound(new PathRound(10, 9, Interval.FromMicroseconds(100), 9), new Timestamp(1)));
    }
}
