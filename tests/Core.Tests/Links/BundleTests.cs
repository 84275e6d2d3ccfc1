using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Links;

public class BundleTests
{
    private static readonly LinkId First = new(0);

    // Half of 2026 in nanoseconds of the Unix epoch: an instant that must never be turned into picoseconds.
    public static TheoryData<long> Origins => [0, 1_782_000_000_000_000_000];

    [Theory]
    [MemberData(nameof(Origins))]
    public void EstimateArrival_OverABusyLink_AddsWaitSendingAndDelay(long origin)
    {
        var now = new Timestamp(origin);
        var bundle = new Bundle([new Link("a", TestLinks.NanosecondPerByte) { Delay = Interval.FromMicroseconds(5) }]);

        // Idle: 1000 B take 1000 ns, then 5000 ns of cable.
        Assert.Equal(origin + 6_000, bundle.EstimateArrival(First, 1_000, now).Nanoseconds);

        // Behind 1500 B that left 300 ns ago 1200 ns are still to be sent.
        bundle.OnSent(First, 1_500, now);
        Timestamp later = now + new Interval(300);
        Assert.Equal(origin + 300 + 1_200 + 1_000 + 5_000, bundle.EstimateArrival(First, 1_000, later).Nanoseconds);
        Assert.Equal(1_200, bundle.BacklogBytes(First, later));
        Assert.Equal(new Interval(1_200), bundle.Wait(First, later));

        // Long after, the queue is empty again.
        Timestamp idle = now + Interval.FromSeconds(1);
        Assert.Equal(idle.Nanoseconds + 6_000, bundle.EstimateArrival(First, 1_000, idle).Nanoseconds);
        Assert.Equal(0, bundle.BacklogBytes(First, idle));
    }

    [Theory]
    [MemberData(nameof(Origins))]
    public void OnSent_OfManyFramesBackToBack_IsExactToThePicosecond(long origin)
    {
        // 64 B at 100 Gb/s take 5 120 ps: a thousand of them 5 120 000 ps, and not a thousand times 6 ns.
        var bundle = new Bundle([new Link("a", new BitRate(100_000_000_000))]);
        for (int i = 0; i < 1_000; i++)
        {
            bundle.OnSent(First, 64, new Timestamp(origin));
        }

        Assert.Equal(5_120, bundle.Wait(First, new Timestamp(origin)).Nanoseconds);
        Assert.Equal(64_000, bundle.BacklogBytes(First, new Timestamp(origin)));

        // The next frame's last byte leaves after 5 125.12 ns.
        Assert.Equal(origin + 5_126, bundle.EstimateArrival(First, 64, new Timestamp(origin)).Nanoseconds);
        Assert.Equal(64_000, bundle.Bytes(First));
        Assert.Equal(1_000, bundle.Frames(First));
    }

    [Fact]
    public void SetFinish_FromAnEnvironmentWithQueues_ReplacesTheModel()
    {
        var bundle = new Bundle(TestLinks.Equal(1));
        bundle.OnSent(First, 10_000, Timestamp.Zero);

        bundle.SetFinish(First, new Timestamp(2_000), 999);

        // 2 000.999 ns and 1 ns for the byte, rounded up.
        Assert.Equal(2_002, bundle.EstimateArrival(First, 1, Timestamp.Zero).Nanoseconds);
        Assert.Equal(2_001, bundle.BacklogBytes(First, Timestamp.Zero));
    }

    [Fact]
    public void OnSent_OverABoundedQueue_DropsWhatDoesNotFit()
    {
        var bundle = new Bundle(TestLinks.Equal(1), new BundleOptions { QueueMax = new ByteCount(3_000) });

        bundle.OnSent(First, 1_500, Timestamp.Zero);
        bundle.OnSent(First, 1_500, Timestamp.Zero);
        bundle.OnSent(First, 1, Timestamp.Zero);
        Assert.Equal((3_000, 2, 1), (bundle.BacklogBytes(First, Timestamp.Zero), bundle.Frames(First), bundle.DroppedFrames(First)));

        // A nanosecond later there is room for one byte again.
        bundle.OnSent(First, 1, new Timestamp(1));
        Assert.Equal((3_000, 3, 1), (bundle.BacklogBytes(First, new Timestamp(1)), bundle.Frames(First), bundle.DroppedFrames(First)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000_000)]
    [InlineData(8_000_000_000_000)]
    [InlineData(0)]
    public void OnSent_OfHostileSizesAndTimes_NeverThrowsOrRunsBackwards(long rate)
    {
        var bundle = new Bundle([new Link("a", new BitRate(rate))]);
        var random = new RandomSource(3);
        for (int i = 0; i < 10_000; i++)
        {
            var now = new Timestamp((long)(random.Next() >> 2));
            bundle.OnSent(First, (int)random.Next(), now);
            Assert.True(bundle.BacklogBytes(First, now) >= 0);
            Assert.True(bundle.Load(First, now) >= 0);
            Assert.True(bundle.EstimateArrival(First, 1, now) >= now);
        }
    }

    [Fact]
    public void UsableMask_OfLinksThatAreDownDrainedOrWithoutSpeed_LeavesThemOut()
    {
        var bundle = new Bundle(
        [
            new Link("down", TestLinks.NanosecondPerByte),
            new Link("drained", TestLinks.NanosecondPerByte) { Weight = 0 },
            new Link("slow", new BitRate(0)),
            new Link("good", TestLinks.NanosecondPerByte),
        ]);
        bundle.Down(0);

        Assert.Equal(0b1110UL, bundle.UpMask);
        Assert.Equal(0b1000UL, bundle.UsableMask);
        Assert.False(bundle.IsUp(First));

        bundle.Up(0);
        Assert.Equal(0b1001UL, bundle.UsableMask);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Constructor_WithNoLinkOrTooMany_Throws(int links) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bundle(TestLinks.Equal(links)));

    [Fact]
    public void Constructor_WithSixtyFourLinks_UsesThemAll() => Assert.Equal(ulong.MaxValue, new Bundle(TestLinks.Equal(64)).UsableMask);

    [Theory]
    [InlineData(257, 3, 20_000)]
    [InlineData(-1, 3, 20_000)]
    [InlineData(1, 0, 20_000)]
    [InlineData(1, 9, 20_000)]
    [InlineData(1, 3, 999)]
    [InlineData(1, 3, 10_000_001)]
    public void Constructor_WithValuesOutOfRange_Throws(int weight, int shift, long periodNs) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Bundle(
            TestLinks.Weighted(weight),
            new BundleOptions { LoadShift = shift, LoadPeriod = new Interval(periodNs) }));

    [Theory]
    [InlineData(3, 0.25)]
    [InlineData(3, 1.0)]
    [InlineData(1, 0.5)]
    [InlineData(6, 0.75)]
    public void Load_OfASteadyRate_ReadsThatRateAtAnyInstant(int shift, double load)
    {
        // 100 B every 100 / load ns, for ten times what the estimator remembers. Read in between, it is off by the ripple
        // that a straight line leaves of an exponential, 2^-2shift ÷ 4, and by one frame.
        var bundle = new Bundle(TestLinks.Equal(1), new BundleOptions { LoadShift = shift });
        long memoryNs = 20_000L << shift;
        long nowNs = 0;
        for (int i = 0; nowNs < 10 * memoryNs; i++)
        {
            nowNs = (long)(i * 100 / load);
            bundle.OnSent(First, 100, new Timestamp(nowNs));
            if (nowNs > 9 * memoryNs)
            {
                double tolerance = (Math.Pow(2, -2 * shift) / 2) + 0.01;
                Assert.Equal(load, bundle.Load(First, new Timestamp(nowNs)) / (double)Bundle.LoadUnit, load * tolerance);
            }
        }
    }

    [Fact]
    public void Load_IsRelativeToTheLinksOwnSpeed()
    {
        var bundle = new Bundle(TestLinks.Speeds(1, 0.25));
        for (int i = 0; i < 20_000; i++)
        {
            bundle.OnSent(new LinkId(0), 100, new Timestamp(i * 800L));
            bundle.OnSent(new LinkId(1), 100, new Timestamp(i * 800L));
        }

        var now = new Timestamp(20_000 * 800L);
        Assert.Equal(0.125, bundle.Load(new LinkId(0), now) / (double)Bundle.LoadUnit, 0.01);
        Assert.Equal(0.5, bundle.Load(new LinkId(1), now) / (double)Bundle.LoadUnit, 0.01);

        // In CONGA's eight bands: 0.125 is the start of the second, 0.5 of the fifth; a hair below falls one lower.
        Assert.InRange(bundle.LoadBand(new LinkId(0), 3, now), 0, 1);
        Assert.InRange(bundle.LoadBand(new LinkId(1), 3, now), 3, 4);
    }

    [Fact]
    public void Load_AfterTrafficStops_FallsByAnEighthEachPeriod()
    {
        // 20 000 B at once at an instant that starts a period.
        var bundle = new Bundle(TestLinks.Equal(1));
        bundle.OnSent(First, 20_000, Timestamp.Zero);
        long atOnce = bundle.Load(First, Timestamp.Zero);

        // Remembered are 7 periods of 20 000 B each.
        Assert.Equal(Bundle.LoadUnit / 7, atOnce);
        Assert.Equal(atOnce * 7 / 8.0, bundle.Load(First, new Timestamp(20_000)), 2.0);
        Assert.Equal(atOnce * 15 / 16.0, bundle.Load(First, new Timestamp(10_000)), 2.0);
        Assert.Equal(atOnce * Math.Pow(0.875, 20), bundle.Load(First, new Timestamp(20 * 20_000)), 3.0);
        Assert.Equal(0, bundle.Load(First, Timestamp.Zero + Interval.FromSeconds(1)));
    }

    [Fact]
    public void LoadBand_OfALinkThatIsOverloaded_IsTheLast()
    {
        var bundle = new Bundle(TestLinks.Equal(1));
        for (int i = 0; i < 4_000; i++)
        {
            bundle.OnSent(First, 1_000, new Timestamp(i * 500L));
        }

        Assert.Equal(7, bundle.LoadBand(First, 3, new Timestamp(4_000 * 500L)));
    }

    [Fact]
    public void OnSent_AndEstimates_AllocateNothing()
    {
        var bundle = new Bundle(TestLinks.Equal(4));
        long nowNs = 0;

        AllocationAssert.None(() =>
        {
            nowNs += 1_234;
            var now = new Timestamp(nowNs);
            bundle.OnSent(new LinkId((int)(nowNs & 3)), 1_500, now);
            _ = bundle.EstimateArrival(First, 64, now);
            _ = bundle.Load(First, now);
        });
    }
}
