using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Striping.Sessions;

public sealed class PortRedrawTests
{
    // Sessions on links of 100 each, which those on it share.
    private static (int Used, long Draws, long SteadyDraws) Play(int sessions, int links, ulong seed, Func<int, int>? place = null)
    {
        var random = new RandomSource(seed);
        int[] link = [.. Enumerable.Range(0, sessions).Select(s => place is null ? (int)random.Below((uint)links) : place(s))];
        int[] before = [.. link];
        long[] bytes = new long[sessions];
        var redraw = new PortRedraw(sessions);
        var now = new Timestamp(0);
        long drawsAtStart = 0;
        for (int interval = 0; interval < 4 * 600; interval++)
        {
            for (int s = 0; s < sessions; s++)
            {
                bytes[s] += 1_000_000 / link.Count(l => l == link[s]);
            }

            now += PortRedraw.IntervalLength;
            switch (redraw.OnInterval(bytes, true, now, out int session))
            {
                case PortRedraw.Verdict.Draw:
                    (before[session], link[session], bytes[session]) = (link[session], (int)random.Below((uint)links), 0);
                    break;
                case PortRedraw.Verdict.TakeBack:
                    (link[session], bytes[session]) = (before[session], 0);
                    break;
            }

            drawsAtStart = interval == 80 ? redraw.Draws : drawsAtStart;
        }

        return (link.Distinct().Count(), drawsAtStart, redraw.Draws - drawsAtStart);
    }

    [Fact]
    public void EightSessions_OnRandomLinks_UseAllFourInTime()
    {
        (int Used, long Draws, long SteadyDraws)[] runs = [.. Enumerable.Range(0, 200).Select(seed => Play(8, 4, (ulong)seed))];

        Assert.True(runs.Count(r => r.Used == 4) >= 190, $"{runs.Count(r => r.Used == 4)} of 200");
        Assert.All(runs, run => Assert.InRange(run.SteadyDraws, 0, 10));
    }

    [Fact]
    public void FourSessions_TwoAndTwoOnHalfTheLinks_AreFoundToShare() =>
        Assert.True(Enumerable.Range(0, 100).Count(seed => Play(4, 4, (ulong)seed, s => s % 2).Used >= 3) >= 95);

    [Fact]
    public void FourSessions_OneOnEachLink_StayThere() =>
        Assert.All(Enumerable.Range(0, 100), seed => Assert.Equal(4, Play(4, 4, (ulong)seed, s => s).Used));

    [Fact]
    public void Sessions_WithNothingToSend_AreLetBe()
    {
        var redraw = new PortRedraw(4);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(PortRedraw.Verdict.Keep, redraw.OnInterval([i, 0, 0, 0], false, new Timestamp(i * 250_000_000L), out _));
        }
    }
}
