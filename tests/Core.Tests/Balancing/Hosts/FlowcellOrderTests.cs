using System.Globalization;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Balancing.Hosts;

/// <summary>Hand-computed traces of the receiving half of Presto: flowcells of four segments of 1000 bytes; 0 to 3, 4 to 7, 8 to 11.</summary>
public class FlowcellOrderTests
{
    [Fact]
    public void Order_OfAHoleInsideAFlowcell_IsALossAndGoesUp() => Play("""
        0us   0 -> 0
        1us   2 -> 2        # 1 took the same path: it is lost
        2us   3 -> 3
        3us   1 -> 1        # sent again
        4us   4 -> 4
        """);

    [Fact]
    public void Order_OfAHoleBeforeAFlowcell_IsWaitedFor() => Play("""
        0us   0 -> 0
        1us   5 -> -        # 4, too, comes late
        2us   8 -> -
        3us   4 -> -
        4us   1 -> 1
        5us   2 -> 2
        6us   3 -> 3 4 5    # 6 and 7 are still missing
        7us   6 -> 6
        8us   7 -> 7 8
        """);

    [Fact]
    public void Order_OfAHoleThatIsNotFilled_EndsAfterTwiceTheMean() => Play("""
        0us     0 -> 0
        10us    4 -> -
        209us   tick -> -
        210us   tick -> 4   # held for twice 100 us
        211us   5 -> 5
        212us   9 -> -      # 6, 7 and 8 are missing before it
        400us   10 -> -     # it joins, 12 us before the end: half of 100 us more
        449us   tick -> -
        450us   tick -> 9 10
        """);

    [Fact]
    public void Order_AfterReorderingThatLasted_WaitsForLonger() => Play("""
        0us     0 -> 0
        0us     4 -> -
        180us   1 -> 1
        180us   2 -> 2
        180us   3 -> 3 4    # 180 us: the mean is 110 us
        200us   5 -> 5
        300us   8 -> -
        519us   tick -> -
        520us   tick -> 8
        600us   6 -> 6      # late by 300 us: (300 - 110) / 8 more, 133.75 us
        1000us  12 -> -
        1267us  tick -> -
        1268us  tick -> 12
        """);

    [Fact]
    public void Order_OfAFlowThatIsOver_GivesUpWhatItHolds()
    {
        SegmentOrder order = Make();
        Assert.False(order.OnArrival(new ArrivedSegment(4, 4000, 70), Timestamp.Zero));
        order.ReleaseAll();
        Assert.True(order.TryRelease(out int token));
        Assert.Equal((70, 0, Timestamp.MaxValue), (token, order.Held, order.NextDeadline));
    }

    [Fact]
    public void Order_AtWork_AllocatesNothing()
    {
        SegmentOrder order = Make();
        int next = 0;
        AllocationAssert.None(() =>
        {
            // Two flowcells, the second before the first.
            for (int i = 0; i < 8; i++)
            {
                int index = next + ((i + 4) % 8);
                order.OnArrival(new ArrivedSegment(index, index * 1000L, index), new Timestamp(next * 100L));
                while (order.TryRelease(out _))
                {
                }
            }

            next += 8;
        });
    }

    private static SegmentOrder Make() => HostTrace.Make("presto:cell=4KB").OpenReceiver(
        new FlowSite(0, 0, 1, 10, 11, 0, HostTrace.TableOf(10), 1, Timestamp.Zero))!;

    private static void Play(string table)
    {
        SegmentOrder order = Make();
        string[] lines = [.. table.Split('\n').Select(l => l.Split('#')[0].TrimEnd()).Where(l => l.Length > 0)];
        Assert.Equal(lines, lines.Select(line =>
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(Interval.TryParse(words[0], out Interval time));
            Timestamp now = Timestamp.Zero + time;
            var up = new List<int>();
            if (words[1] == "tick")
            {
                order.OnDeadline(now);
            }
            else
            {
                int index = int.Parse(words[1], CultureInfo.InvariantCulture);
                if (order.OnArrival(new ArrivedSegment(index, index * 1000L, index), now))
                {
                    up.Add(index);
                }
            }

            while (order.TryRelease(out int token))
            {
                up.Add(token);
            }

            return $"{line[..line.IndexOf('>')]}> {(up.Count == 0 ? "-" : string.Join(' ', up))}";
        }));
    }
}
