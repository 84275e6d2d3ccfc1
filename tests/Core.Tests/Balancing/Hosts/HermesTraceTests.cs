using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Hosts;

/// <summary>
/// Hand-computed traces of Hermes. The shortest round trip is 50 us: below 90 us is short, above 170 us long, and a longer one than 290 us
/// counts as that. A probe weighs a quarter of the marks and half of the round trip.
/// </summary>
public class HermesTraceTests
{
    private const string Quiet = "hermes:probe=0s";

    [Fact]
    public void Hermes_ANewFlow_TakesTheGoodPathThatCarriesLeast() => HostTrace.Play(Quiet, 3, """
        0us    a send 0 9000B flight 0 -> p0     # nothing is known: the one drawn
        1us    echo 0 rtt 50us
        1us    echo 1 rtt 80us
        1us    echo 2 rtt 95us                   # gray
        2us    b send 0 1000B flight 0 -> p1
        3us    c send 0 1000B flight 0 -> p1     # 9000 bytes on 0, 1000 on 1
        """, _ => HostTrace.SeedFor(0, 3));

    [Fact]
    public void Hermes_AFlowOnABadPath_MovesOnlyWhenItIsLargeAndSlowAndTheOtherBetterByFar() => HostTrace.Play(Quiet, 2, """
        0us      a send 0 1000B flight 0 -> p0
        1us      echo 0 rtt 50us
        1us      echo 1 rtt 50us
        2us      echo 0 rtt 999us marked           # 25 %, 170 us: not above
        3us      a send 601000 1000B flight 3 -> p0
        4us      echo 0 rtt 999us marked           # 44 %, 230 us: bad
        5us      b send 600000 1000B flight 3 -> p1    # new flows keep away
        6us      a send 602000 1000B flight 3 -> p1    # 600 KB sent, hardly anything lately; 180 us and 44 % better
        moves a 1 unsafe 1
        """, _ => HostTrace.SeedFor(0, 2));

    [Fact]
    public void Hermes_AFlowOnABadPath_StaysWhenItIsSmallOrFast() => HostTrace.Play(Quiet, 2, """
        0us      a send 0 1000B flight 0 -> p0
        0us      b send 0 1000B flight 0 -> p1
        0us      c send 0 9000B flight 0 -> p0
        1us      echo 0 rtt 50us
        1us      echo 1 rtt 50us
        2us      echo 0 rtt 999us marked
        2us      echo 0 rtt 999us marked           # bad
        3us      a send 599000 1000B flight 3 -> p0    # sent 1000 bytes
        4us      a send 600000 1000B flight 3 -> p0    # 600,000: not more
        5us      c send 700000 75000B flight 3 -> p0
        6us      c send 775000 1000B flight 3 -> p0    # 75 KB in 200 us are 3 Gb/s, and 9000 before: 30 %, not less
        7us      a send 601000 1000B flight 3 -> p1
        """, flow => HostTrace.SeedFor(flow == "b" ? 1u : 0, 2));

    [Fact]
    public void Hermes_WhereNoOtherIsBetterByFar_Stays() => HostTrace.Play(Quiet, 2, """
        0us      a send 601000 1000B flight 0 -> p0
        1us      echo 1 rtt 50us
        1us      echo 1 rtt 230us                  # 140 us, without marks: gray
        2us      echo 0 rtt 999us marked
        2us      echo 0 rtt 999us marked           # 290 us, 44 %
        3us      a send 602000 1000B flight 3 -> p1    # 150 us and 44 % better
        4us      echo 1 rtt 999us marked
        4us      echo 1 rtt 999us marked           # 215 us, then 252 us and 44 %: bad as well
        5us      a send 603000 1000B flight 3 -> p1    # 38 us worse than the other is no reason
        """, _ => HostTrace.SeedFor(0, 2));

    [Fact]
    public void Hermes_AfterThreeTimeoutsInARow_LeavesAPathAloneForASecond() => HostTrace.Play(Quiet, 2, """
        0us      a send 0 1000B flight 0 -> p0
        10ms     a timeout -> p0
        20ms     a ack 1 0 sent 1us -> p0          # counted anew
        30ms     a timeout -> p0
        40ms     a timeout -> p0
        50ms     b send 0 1000B flight 0 -> p0
        60ms     a timeout -> p0
        61ms     a send 0 1000B again flight 0 -> p1
        62ms     b send 0 1000B flight 3 -> p1     # on a failed path, at once
        63ms     c send 0 1000B flight 0 -> p1
        2000ms   d send 0 1000B flight 0 -> p0
        """, _ => HostTrace.SeedFor(0, 2));

    [Fact]
    public void Hermes_OnAPathThatDropsMoreThanOnePercent_Leaves()
    {
        Assert.Equal(0, PathAfter(sentAgain: 4));
        Assert.Equal(1, PathAfter(sentAgain: 5));
    }

    [Fact]
    public void Hermes_ProbesTwoPathsAndTheBestOfTheLastTime()
    {
        HostTechnique hermes = HostTrace.Make("hermes");
        hermes.Open(new FlowSite(0, 3, 4, 10, 11, 0, HostTrace.TableOf([.. Enumerable.Repeat(10, 16)]), 1, new Timestamp(5)));
        Assert.Equal(new Timestamp(5), hermes.NextDeadline);
        int best = -1;
        for (int round = 0; round < 20; round++)
        {
            hermes.OnDeadline(new Timestamp(5));
            Assert.Equal(new Timestamp(500_005), hermes.NextDeadline);
            var paths = new List<int>();
            while (hermes.TryProbe(out HostProbe probe))
            {
                Assert.Equal((3, 4), (probe.Source, probe.Destination));
                paths.Add(probe.Path);
            }

            Assert.Equal(paths.Count, paths.Distinct().Count());
            Assert.True(best < 0 ? paths.Count == 2 : paths.Contains(best));

            // The shortest way is over path 0, and grows with the number.
            paths.ForEach(p => hermes.OnEcho(new HostProbe(3, 4, p, 84, 0), Interval.FromMicroseconds(50 + (10 * p)), false, new Timestamp(6)));
            best = best < 0 ? paths.Min() : Math.Min(best, paths.Min());
        }
    }

    // 400 segments in 10 ms, and then one more.
    private static int PathAfter(int sentAgain)
    {
        HostTechnique hermes = HostTrace.Make(Quiet);
        PathTable paths = HostTrace.TableOf(10, 10);
        PathSelector flow = hermes.Open(new FlowSite(0, 0, 1, 10, 11, 0, paths, HostTrace.SeedFor(0, 2), Timestamp.Zero))!;
        flow.OnSend(new PathSegment(0, 1000, false, 0), Timestamp.Zero);
        for (int i = 1; i < 400; i++)
        {
            flow.OnSend(new PathSegment(i * 1000, 1000, i <= sentAgain, 5), new Timestamp(i * 10_000));
        }

        flow.OnSend(new PathSegment(400_000, 1000, false, 5), new Timestamp(10_000_000));
        flow.OnSend(new PathSegment(401_000, 1000, false, 5), new Timestamp(10_000_001));
        return flow.Label.Number;
    }
}
