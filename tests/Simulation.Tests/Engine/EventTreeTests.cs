using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Tests.Engine;

public sealed class EventTreeTests
{
    private const long HourPs = 3600 * SimTime.SecondPs;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(100, 4)]
    [InlineData(300, 5)]
    public void Events_SetAndTaken_ComeInTheOrderOfASortedList(int sources, ulong seed)
    {
        var tree = new EventTree(sources);
        var list = new SortedSet<(long Ps, int Source)>();
        var at = new long?[sources];
        var random = new RandomSource(seed);
        long nowPs = 0;
        long rebasedPs = 0;
        for (int step = 0; step < 40_000; step++)
        {
            int source = (int)random.Below((uint)sources);
            if (random.Below(10) == 0 && at[source] is { } old)
            {
                tree.Clear(source);
                list.Remove((old, source));
                at[source] = null;
            }
            else if (random.Below(3) != 0 || list.Count == 0)
            {
                // Few distinct instants, near and far, so that ties are many; now and then any.
                long stepPs = random.Below(2) == 0 ? 1 : EventTree.HorizonPs / 10;
                long ps = nowPs + (random.Below(8) == 0 ? (long)(random.Next() % (EventTree.HorizonPs / 2)) : random.Below(5) * stepPs);
                list.Remove((at[source] ?? -1, source));
                list.Add((ps, source));
                tree.Set(source, ps);
                at[source] = ps;
            }
            else
            {
                (long ps, int first) = list.Min;
                Assert.Equal(first, tree.NextSource);
                nowPs = ps;
                list.Remove((ps, first));
                tree.Clear(first);
                at[first] = null;
            }

            if (nowPs - rebasedPs > EventTree.HorizonPs / 2)
            {
                tree.Rebase(nowPs);
                rebasedPs = nowPs;
            }

            Assert.Equal(list.Count == 0 ? SimTime.NeverPs : list.Min.Ps, tree.NextPs);
            Assert.True(list.Count == 0 || list.Min.Source == tree.NextSource);
        }

        Assert.True(nowPs > EventTree.HorizonPs, "the base had to move");
    }

    [Fact]
    public void Ties_GoToTheLowerNumber()
    {
        var tree = new EventTree(5);
        foreach (int source in (int[])[4, 1, 3, 0, 2])
        {
            tree.Set(source, 77);
        }

        for (int expected = 0; expected < 5; expected++)
        {
            Assert.Equal((77, expected), (tree.NextPs, tree.NextSource));
            tree.Clear(expected);
        }

        Assert.Equal(SimTime.NeverPs, tree.NextPs);
    }

    [Fact]
    public void Hours_OfSimulatedTime_KeepTheirPicoseconds()
    {
        var tree = new EventTree(3);
        long nowPs = 0;
        for (; nowPs < 30 * HourPs; nowPs += EventTree.HorizonPs / 2)
        {
            tree.Rebase(nowPs);
            tree.Set(0, nowPs + EventTree.HorizonPs - 1);
            tree.Set(1, nowPs + 1);
            tree.Set(2, nowPs + (EventTree.HorizonPs / 2));
            Assert.Equal((nowPs + 1, 1), (tree.NextPs, tree.NextSource));
            tree.Clear(1);
            Assert.Equal((nowPs + (EventTree.HorizonPs / 2), 2), (tree.NextPs, tree.NextSource));
            tree.Clear(2);
            Assert.Equal((nowPs + EventTree.HorizonPs - 1, 0), (tree.NextPs, tree.NextSource));
        }
    }
}
