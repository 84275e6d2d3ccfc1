using FsCheck;
using FsCheck.Fluent;
using Trunkline.Results;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Analysis.Tests.Flows;

public class FlowletStatisticsTests
{
    [Fact]
    public void Flowlets_OfPausesOfManyLengths_AreSplitByLongerOnes()
    {
        using var run = new CaptureRun(CaptureRun.Options(4, "1ms", "10us", "100us"));

        // 100 bytes each; pauses of 10 µs (not longer than the gap), 10.001 µs, 100 µs and 2 ms.
        AnalyzeResult result = run
            .After("0", TestFrames.Tcp(1, 100)).After("10us", TestFrames.Tcp(1, 100)).After("10001ns", TestFrames.Tcp(1, 100))
            .After("100us", TestFrames.Tcp(1, 100)).After("2ms", TestFrames.Tcp(1, 100))
            .Finish();

        Assert.Equal(
            [
                // First flowlets of 2, 4 and 4 frames stay where they are.
                new AnalyzeFlowlets(0.000_01, 4, 125, 0.6),
                new AnalyzeFlowlets(0.000_1, 2, 250, 0.2),
                new AnalyzeFlowlets(0.001, 2, 250, 0.2),
            ],
            result.Flowlets);
    }

    [Fact]
    public void Flowlets_OfTwoDirections_AreCountedApart()
    {
        using var run = new CaptureRun(CaptureRun.Options(4, "10us"));
        byte[] back = TestFrames.Tcp(443, 60, 1, "10.0.0.1", "10.0.0.2");

        // Each direction pauses for 16 µs though the connection never does for more than 8.
        AnalyzeResult result = run
            .After("0", TestFrames.Tcp(1, 60)).After("8us", back).After("8us", TestFrames.Tcp(1, 60)).After("8us", back).Finish();

        Assert.Equal([new AnalyzeFlowlets(0.000_01, 4, 60, 0.5)], result.Flowlets);
    }

    [Fact]
    public void Flowlets_OfOneFlowInTwoEntries_AreOneFlows()
    {
        using var run = new CaptureRun(CaptureRun.Options(4, "10us"));
        byte[] frame = TestFrames.Tcp(1, 60);

        // The same flow by two interfaces in turn: each entry pauses, the flow does not.
        AnalyzeResult result = run
            .After("0", frame).After("8us", frame, interfaceIndex: 1).After("8us", frame).After("8us", frame, interfaceIndex: 1).Finish();

        Assert.Equal([new AnalyzeFlowlets(0.000_01, 1, 240, 0)], result.Flowlets);
    }

    [Fact]
    public void Flowlets_BehindGapsBelowTheSkew_CannotMove()
    {
        using var run = new CaptureRun(CaptureRun.Options(4, "2us", "3us", "1s") with { Skew = Interval.FromMicroseconds(3) });

        AnalyzeResult result = run.After("0", TestFrames.Tcp(1, 100)).After("5us", TestFrames.Tcp(1, 300)).Finish();

        Assert.Equal([0, 0.75, 0], result.Flowlets.Select(f => f.MovableShare));
        Assert.Equal([2L, 2, 1], result.Flowlets.Select(f => f.Count));
        Assert.Equal(3e-6, result.SmallestSafeGapSeconds);
    }

    [Theory]
    [InlineData("3us", 16e-6)]
    [InlineData("16us", 16e-6)]
    [InlineData("17us", 50e-6)]
    [InlineData("1s", null)]
    public void SmallestSafeGap_OfASkew_IsTheNextGapOfThoseAskedFor(string skew, double? gap)
    {
        using var run = new CaptureRun(CaptureRun.Options() with { Skew = CaptureRun.Time(skew) });

        Assert.Equal(gap, run.Finish().SmallestSafeGapSeconds);
    }

    [Fact]
    public void Flowlets_OfFramesWithoutIp_AreNone()
    {
        using var run = new CaptureRun(CaptureRun.Options(4, "10us"));

        AnalyzeResult result = run
            .After("0", TestFrames.Arp()).After("1s", TestFrames.Arp()).After("1s", TestFrames.Tcp(1, 42 + 100)).After("1s", TestFrames.Tcp(1, 142))
            .Finish();

        // ARP frames are 42 bytes: they count among all bytes, and never move.
        Assert.Equal([new AnalyzeFlowlets(0.000_01, 2, 142, 142 / 368.0)], result.Flowlets);
    }

    [Fact]
    public void Flowlets_OfAnyTraffic_AreThoseCountedPlainly() => Prop.ForAll(
        Gen.Choose(0, 5).Zip(Gen.Choose(0, 60)).ListOf(400).ToArbitrary(),
        Gen.Choose(0, 50).ListOf(6).ToArbitrary(),
        (frames, gaps) =>
        {
            using var run = new CaptureRun(CaptureRun.Options() with { Gaps = [.. gaps.Select(g => new Interval(g))], Skew = Interval.Zero });
            var times = new Dictionary<int, List<long>>();
            long nowNs = 1_000_000;
            foreach ((int port, int pause) in frames)
            {
                nowNs += pause;
                run.At(nowNs, TestFrames.Tcp(port, 100));
                times.TryAdd(port, []);
                times[port].Add(nowNs);
            }

            AnalyzeResult result = run.Finish();

            long[] sorted = [.. gaps.Select(g => (long)g).Distinct().Order()];
            Assert.Equal(sorted.Length, result.Flowlets.Count);
            foreach ((long gap, AnalyzeFlowlets flowlets) in sorted.Zip(result.Flowlets))
            {
                int pauses = times.Values.Sum(t => t.Zip(t.Skip(1)).Count(p => p.Second - p.First > gap));
                int first = times.Values.Sum(t => 1 + t.Zip(t.Skip(1)).TakeWhile(p => p.Second - p.First <= gap).Count());
                Assert.Equal(times.Count + pauses, flowlets.Count);
                Assert.Equal((double)(frames.Count - first) / frames.Count, flowlets.MovableShare, 1e-12);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
}
