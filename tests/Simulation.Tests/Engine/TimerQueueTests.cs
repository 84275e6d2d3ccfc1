using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Tests.Engine;

public sealed class TimerQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Timers_ComeByTime_AndTiesInTheOrderInWhichTheyWereAdded(ulong seed)
    {
        var queue = new TimerQueue();
        var list = new SortedSet<(long Ps, int Id)>();
        var random = new RandomSource(seed);
        long nowPs = 0;
        for (int id = 0; id < 50_000; id++)
        {
            // Ids count up, so that they are the order of insertion.
            long ps = nowPs + random.Below(20);
            queue.Add(ps, id);
            list.Add((ps, id));
            for (uint takes = random.Below(id < 25_000 ? 2u : 3u); takes > 0 && list.Count > 0; takes--)
            {
                (long firstPs, int first) = list.Min;
                Assert.Equal(firstPs, queue.NextPs);
                Assert.Equal(first, queue.Take());
                list.Remove((firstPs, first));
                nowPs = firstPs;
            }
        }

        while (list.Count > 0)
        {
            Assert.Equal(list.Min.Ps, queue.NextPs);
            Assert.Equal(list.Min.Id, queue.Take());
            list.Remove(list.Min);
        }

        Assert.Equal(SimTime.NeverPs, queue.NextPs);
    }
}
