using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Hosts;

/// <summary>Hand-computed traces of senders that leave a congested path: FlowBender and PLB.</summary>
public class RepathTraceTests
{
    [Fact]
    public void FlowBender_AfterOneRoundAboveFivePercent_TakesTheNextValue() => HostTrace.Play("flowbender:values=3", 4, """
        0us     a send 0 1000B flight 0 -> -
        100us   a round 100 5 flight 10 -> -     # 5 % is not above 5 %
        200us   a round 100 6 flight 10 -> v1
        300us   a round 100 100 flight 0 -> v2   # nothing under way
        400us   a round 100 5 flight 10 -> v2
        500us   a timeout -> -                   # 0 comes after 2: its own headers alone
        600us   a round 0 0 flight 5 -> -
        moves a 3 unsafe 1
        """);

    [Fact]
    public void FlowBender_OfTwoRounds_NeedsThemInARow() => HostTrace.Play("flowbender:rounds=2", 4, """
        100us   a round 10 10 flight 10 -> -
        200us   a round 10 0 flight 10 -> -
        300us   a round 10 10 flight 10 -> -
        400us   a round 10 10 flight 10 -> v1
        500us   a round 10 10 flight 10 -> v1    # counted anew
        600us   a round 10 10 flight 10 -> v2
        """);

    [Fact]
    public void FlowBender_WithAPause_SendsNothingForHalfARoundTrip()
    {
        PathSelector flow = HostTrace.Make("flowbender/paused").Open(Site(seed: 1))!;
        flow.OnRound(new PathRound(10, 10, Interval.FromMicroseconds(100), 5), new Timestamp(1_000_000));
        Assert.Equal(new Timestamp(1_050_000), flow.ResumesAt);
    }

    [Fact]
    public void Plb_WhenItPauses_MovesAfterThreeCongestedRounds() => HostTrace.Play("plb", 4, """
        100us   a round 10 5 flight 9 -> -       # half is enough
        200us   a round 10 5 flight 9 -> -
        250us   a send 0 1000B flight 0 -> -     # two rounds are not
        300us   a round 10 4 flight 9 -> -       # back to nothing
        400us   a round 10 5 flight 9 -> -
        500us   a round 10 5 flight 9 -> -
        600us   a round 10 5 flight 9 -> -
        650us   a send 0 1000B flight 1 -> -     # busy
        660us   a send 0 1000B again flight 0 -> -   # not idle: that was lost
        700us   a send 0 1000B flight 0 -> x1
        800us   a round 10 10 flight 9 -> x1
        900us   a round 10 10 flight 9 -> x1
        1000us  a round 10 10 flight 0 -> x2     # all is acknowledged at the end of the third
        moves a 2 unsafe 0
        """);

    [Fact]
    public void Plb_WhenItIsBusy_MovesAfterTwelveCongestedRounds() => HostTrace.Play("plb", 4, """
        1us     a round 10 10 flight 9 -> -
        2us     a round 10 10 flight 9 -> -
        3us     a round 10 10 flight 9 -> -
        4us     a round 10 10 flight 9 -> -
        5us     a round 0 0 flight 9 -> -        # nothing delivered says nothing
        6us     a round 10 10 flight 9 -> -
        7us     a round 10 10 flight 9 -> -
        8us     a round 10 10 flight 9 -> -
        9us     a round 10 10 flight 9 -> -
        10us    a round 10 10 flight 9 -> -
        11us    a round 10 10 flight 9 -> -
        12us    a round 10 10 flight 9 -> -      # the eleventh
        13us    a round 10 10 flight 9 -> x1
        14us    a round 10 10 flight 9 -> x1
        moves a 1 unsafe 1
        """);

    [Fact]
    public void Plb_AfterATimeout_MovesAtOnceAndIsQuietForOneToTwoMinutes()
    {
        var quiet = new List<double>();
        for (ulong seed = 1; seed <= 200; seed++)
        {
            PathSelector flow = HostTrace.Make("plb:rounds=1").Open(Site(seed))!;
            flow.OnTimeout(Timestamp.Zero);
            Assert.Equal(1, flow.Moves.Moves);
            int seconds = 0;
            for (; flow.Moves.Moves == 1; seconds++)
            {
                flow.OnRound(new PathRound(10, 10, new Interval(100_000), 9), Timestamp.Zero + Interval.FromSeconds(seconds));
            }

            quiet.Add(seconds - 1);
        }

        Assert.InRange(quiet.Min(), 60, 64);
        Assert.InRange(quiet.Max(), 116, 120);
        Assert.InRange(quiet.Average(), 86, 94);
    }

    private static FlowSite Site(ulong seed) => new(0, 0, 1, 10, 11, 0, HostTrace.TableOf(10, 10), seed, Timestamp.Zero);
}
