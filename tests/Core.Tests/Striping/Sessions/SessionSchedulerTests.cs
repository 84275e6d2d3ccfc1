using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Striping.Sessions;

public sealed class SessionSchedulerTests
{
    // Session 0: 1 Gb/s, nothing under way; 1: 8 Gb/s, 100 KB; 2: 8 Gb/s, 300 KB in one request; 3: does not work.
    private static readonly PathSample[] Sessions =
    [
        Session(0, 0, rateBytesPerMs: 125_000, rttUs: 300),
        Session(100_000, 4, rateBytesPerMs: 1_000_000, rttUs: 200),
        Session(300_000, 1, rateBytesPerMs: 1_000_000, rttUs: 100),
        default,
    ];

    [Theory]
    [InlineData(SchedulingPolicy.LowestRoundTrip, 2)]
    [InlineData(SchedulingPolicy.RoundRobin, 0)]
    [InlineData(SchedulingPolicy.LeastQueue, 0)]
    [InlineData(SchedulingPolicy.Failover, 0)]
    // 64 KB after what is there: 512 us, 164 us, 364 us.
    [InlineData(SchedulingPolicy.ServiceTime, 1)]
    public void Pick_FirstRequest_IsThatOfThePolicy(SchedulingPolicy policy, int expected) =>
        Assert.Equal(expected, new SessionScheduler(policy, [], 1).Pick(Sessions, 64_000));

    [Theory]
    [InlineData(SchedulingPolicy.RoundRobin, "0 1 2 0 1 2 0 1")]
    [InlineData(SchedulingPolicy.Failover, "0 0 0 0 0 0 0 0")]
    // 1, then each the shortest of what grows by 64 KB: us of 0, 1, 2 are
    // 512 164 364; 512 228 364; 512 292 364; 512 356 364; 512 420 364; 512 420 428; 512 484 428; 512 484 492.
    [InlineData(SchedulingPolicy.ServiceTime, "1 1 1 1 2 1 2 1")]
    // Requests: 0 has none, 2 has 1, 1 has 4; of equals the next in turn.
    [InlineData(SchedulingPolicy.LeastQueue, "0 2 0 2 0 2 0 1")]
    public void Pick_InARow_IsTheHandMadeTrace(SchedulingPolicy policy, string expected)
    {
        var scheduler = new SessionScheduler(policy, [], 1);
        PathSample[] sessions = [.. Sessions];
        var picked = new List<int>();
        for (int i = 0; i < 8; i++)
        {
            int session = scheduler.Pick(sessions, 64_000);
            picked.Add(session);
            sessions[session] = sessions[session] with
            {
                UnacknowledgedBytes = sessions[session].UnacknowledgedBytes + 64_000,
                Requests = sessions[session].Requests + 1,
            };
        }

        Assert.Equal(expected, string.Join(' ', picked));
    }

    [Fact]
    public void ServiceTime_WhileARateIsUnknown_CountsBytes()
    {
        PathSample[] sessions = [.. Sessions];
        sessions[2] = sessions[2] with { RatedBytes = 0 };
        Assert.Equal(0, new SessionScheduler(SchedulingPolicy.ServiceTime, [], 1).Pick(sessions, 64_000));
    }

    [Fact]
    public void LowestRoundTrip_WithoutRoom_TakesTheNext_OrNone()
    {
        PathSample[] sessions = [.. Sessions];
        var scheduler = new SessionScheduler(SchedulingPolicy.LowestRoundTrip, [], 1);
        sessions[2] = sessions[2] with { RoomBytes = 0 };
        Assert.Equal(1, scheduler.Pick(sessions, 1000));
        Assert.Equal(SessionScheduler.None, scheduler.Pick([default, default], 1000));
    }

    [Fact]
    public void Share_DrawsByParts_WhateverIsBusy()
    {
        var scheduler = new SessionScheduler(SchedulingPolicy.Share, [6, 1, 1], 7);
        var drawn = new int[3];
        for (int i = 0; i < 8000; i++)
        {
            drawn[scheduler.Pick(Sessions.AsSpan(0, 3), 1000)]++;
        }

        Assert.InRange(drawn[0], 5850, 6150);
        Assert.InRange(drawn[1], 900, 1100);
    }

    [Fact]
    public void Watch_FindsTheSlowest_AfterTwoIntervals_AndOneAtATime()
    {
        // Three carry 100 an interval, one 60: less than 75 % of the mean of 90.
        var watch = new SlowSessionWatch(4, 750_000);
        Assert.Equal(SlowSessionWatch.None, watch.OnInterval([100, 60, 100, 100]));
        Assert.Equal(1, watch.OnInterval([200, 120, 200, 200]));

        // Opened anew it counts from 0; a slow start is forgiven once.
        Assert.Equal(SlowSessionWatch.None, watch.OnInterval([300, 50, 300, 300]));
        Assert.Equal(SlowSessionWatch.None, watch.OnInterval([400, 150, 400, 400]));

        // All alike, or one at 80 % of the mean: nothing to do.
        Assert.Equal(SlowSessionWatch.None, watch.OnInterval([500, 230, 500, 500]));
        Assert.Equal(SlowSessionWatch.None, watch.OnInterval([600, 310, 600, 600]));
    }

    private static PathSample Session(long bytes, int requests, long rateBytesPerMs, int rttUs) => new(
        true, bytes, 0, 64_000, requests, rateBytesPerMs, Interval.FromMilliseconds(1), Interval.FromMicroseconds(rttUs));
}
