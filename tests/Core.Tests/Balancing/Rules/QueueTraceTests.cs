using Trunkline.Core.Links;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>Hand-computed traces of the rules that look at queues packet by packet. At 8 Gb/s a byte takes a nanosecond.</summary>
public class QueueTraceTests
{
    /// <summary>Draws among four links from seed 1234567: 1, 0, 2, 0, 3 (see the trace of the random rule).</summary>
    [Fact]
    public void Drill_OfOneDrawAndOneMemory_TakesTheShorterOfTheTwo() => Trace.Play("drill:d=1:m=1", TestLinks.Equal(4), """
        0us   hash 1   1000B -> 1    # draws 1, remembers nothing yet
        0us   hash 2   3000B -> 0    # draws 0, empty; of 0 with 3000 B and 1 with 1000 B it remembers 1
        0us   hash 3   500B  -> 2    # draws 2, empty; remembers it with 500 B
        0us   hash 4   100B  -> 2    # draws 0 with 3000 B; remembered 2 is shorter
        0us   hash 5   1000B -> 3    # draws 3, empty
        """, seed: 1234567);

    /// <summary>Each packet takes two numbers, times four: 1.4 and 0.69 are links 1 and 0, then 2.1 and 0.996 links 2 and 0.</summary>
    [Fact]
    public void Drill_OfTwoChoices_TakesTheShorterAndRemembersNothing() => Trace.Play("drill/two-choices", TestLinks.Equal(4), """
        0us   hash 1   1000B -> 0    # 0 and 1, both empty: the first
        0us   hash 1   500B  -> 2    # 0 has 1000 B, 2 is empty; arrives at 0.5 us, before 1 us: unsafe
        moves 1 unsafe 1
        """, seed: 1234567);

    [Fact]
    public void ShortestQueue_OverUnequalSpeeds_CountsTheTimeToSend() => Trace.Play("shortest-queue", TestLinks.Speeds(1, 0.5), """
        0us   hash 1   1000B -> 0    # would leave at 1 us on link 0, at 2 us on link 1
        0us   hash 2   1000B -> 1    # at 2 us on both: link 1 comes behind the one chosen last
        0us   hash 3   1000B -> 0    # at 2 us, at 4 us
        0us   hash 4   500B  -> 0    # at 2.5 us, at 3 us
        3us   hash 5   100B  -> 0    # both empty: at 3.1 us, at 3.2 us
        """);

    [Fact]
    public void ShortestQueue_OfIdleEqualLinks_GoesRound() => Trace.Play("shortest-queue", TestLinks.Equal(3), """
        0us   hash 1   1000B -> 0
        9us   hash 1   1000B -> 1
        19us  hash 1   1000B -> 2
        29us  hash 1   1000B -> 0
        29us  down 1
        39us  hash 1   1000B -> 2
        moves 4 unsafe 0
        """);

    /// <summary>Link 0 without delay, link 1 with 2 us.</summary>
    [Fact]
    public void KeepOrder_OfOneFlowWithoutGaps_UsesBothLinksAndNeverOvertakes() => Trace.Play(
        "keep-order:buckets=2",
        [new Link("near", TestLinks.NanosecondPerByte), new Link("far", TestLinks.NanosecondPerByte) { Delay = new Interval(2_000) }],
        """
        0us   hash 0   1000B -> 0    # arrives at 1 us; over link 1 at 3 us
        0us   hash 0   1000B -> 0    # at 2 us; 3 us
        0us   hash 0   1000B -> 0    # at 3 us on both: stays
        0us   hash 0   1000B -> 1    # at 4 us; over link 1 at 3 us, which is not before the last one's 3 us
        0us   hash 0   500B  -> 1    # at 3.5 us on both: stays
        0us   hash 1   500B  -> 0    # a new flow: at 3.5 us over link 0, at 4 us over link 1
        1us   hash 0   100B  -> 1    # at 3.6 us on both: stays
        2us   hash 0   100B  -> 0    # link 1 is empty again: 4.1 us; over link 0 at 3.6 us, not before 3.6 us
        moves 2 unsafe 0
        """);

    [Fact]
    public void KeepOrder_WhenTheLinkGoes_TakesWhatThereIs() => Trace.Play("keep-order:buckets=2", TestLinks.Equal(3), """
        0us   hash 0   5000B -> 0    # arrives at 5 us
        1us   hash 1   9000B -> 1    # bucket 1 counts from link 1; at 10 us
        1us   hash 2   1000B -> 0    # bucket 0 again: link 2 would be at 2 us, before 5 us; stays, at 6 us
        2us   down 0
        2us   hash 0   5000B -> 2    # at 7 us, not before 6 us: safe
        2us   down 2
        2us   hash 0   1000B -> 1    # at 11 us
        2us   up 0
        2us   down 1
        3us   hash 0   1000B -> 0    # at 7 us behind what waits there: before 11 us, but there is no other
        moves 3 unsafe 1
        3us   down 0
        3us   hash 0   1000B -> none
        """);

    /// <summary>A byte takes 1 ns on link 0 and 0.8 ns on link 1.</summary>
    [Fact]
    public void KeepOrder_BelowANanosecond_RoundsToTheSafeSide() => Trace.Play("keep-order:buckets=2", TestLinks.Speeds(1, 1.25), """
        0us   hash 1   7B    -> 1    # 5.6 ns; over link 0 at 7 ns
        0us   hash 1   5B    -> 1    # 9.6 ns; over link 0 at 5 ns, before 5.6 ns
        0us   hash 1   9B    -> 1    # 16.8 ns; over link 0 at 9 ns, before 9.6 ns
        0us   hash 1   17B   -> 0    # 30.4 ns; over link 0 at 17 ns, behind 16.8 ns
        0us   hash 1   1B    -> 1    # 18 ns; over link 1 at 17.6 ns, behind 17 ns
        0us   hash 1   1B    -> 0    # 18.4 ns; over link 0 at 18 ns, behind 17.6 ns
        0us   hash 1   1B    -> 1    # 19 ns; over link 1 at 18.4 ns, behind 18 ns
        moves 4 unsafe 0
        """);
}
