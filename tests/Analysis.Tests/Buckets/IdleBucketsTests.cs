using System.Buffers.Binary;
using System.Net;
using Trunkline.Core.Balancing.Hashes;
using Trunkline.Core.Units;
using Trunkline.Results;

namespace Trunkline.Analysis.Tests.Buckets;

public class IdleBucketsTests
{
    [Fact]
    public void Report_WithoutFrames_IsAllIdle()
    {
        using var run = new CaptureRun();

        Assert.Equal([new(64, 1, 1), new(256, 1, 1), new(1024, 1, 1), new(4096, 1, 1)], run.Finish().Buckets);
    }

    [Fact]
    public void Report_OfOneFlow_HasOneBucketThatIsNotIdle()
    {
        using var run = new CaptureRun();

        IReadOnlyList<AnalyzeBuckets> buckets =
            run.After("0", TestFrames.Tcp(1)).After("1ms", TestFrames.Tcp(1)).After("5s", TestFrames.Tcp(1)).Finish().Buckets;

        Assert.All(buckets, b => Assert.Equal((1 - (1.0 / b.Buckets), 1 - (1.0 / b.Buckets)), (b.IdleShare, b.IdleShareMin)));
    }

    [Fact]
    public void Report_OverWindows_HasTheirMeanAndTheBusiest()
    {
        // 400 flows in one window, 100 of them in another, and one of them a long while after.
        var windows = new List<BucketWindow>();
        using var run = new CaptureRun(CaptureRun.Options() with { Window = CaptureRun.Time("10ms"), OnBucketWindow = windows.Add });
        for (int i = 0; i < 500; i++)
        {
            run.After(i == 400 ? "20ms" : "1us", TestFrames.Tcp(Port(i % 400)));
        }

        IReadOnlyList<AnalyzeBuckets> buckets = run.After("1s", TestFrames.Tcp(Port(0))).Finish().Buckets;

        Assert.Equal([0, 2, 102], windows.Select(w => w.Window));
        Assert.Equal([0, 0.02, 1.02], windows.Select(w => w.Seconds));
        for (int i = 0; i < BucketWindow.Sizes.Count; i++)
        {
            double[] expected = [IdleShare(400, BucketWindow.Sizes[i]), IdleShare(100, BucketWindow.Sizes[i]), IdleShare(1, BucketWindow.Sizes[i])];
            Assert.Equal(expected, windows.Select(w => w.IdleShares[i]));
            Assert.Equal(BucketWindow.Sizes[i], buckets[i].Buckets);
            Assert.Equal(expected.Average(), buckets[i].IdleShare, 12);
            Assert.Equal(expected[0], buckets[i].IdleShareMin);
        }

        // Of n bins m balls leave some e^(−m÷n) empty.
        Assert.InRange(windows[0].IdleShares[1], Math.Exp(-400.0 / 256) - 0.05, Math.Exp(-400.0 / 256) + 0.05);
    }

    [Fact]
    public void Report_OfFramesWithoutIp_TellsThemApartByTheirLayer2()
    {
        using var run = new CaptureRun();
        byte[] arp = [.. TestFrames.Arp()];
        for (int i = 0; i < 20; i++)
        {
            arp[11] = (byte)i;
            run.After("1us", arp).After("1us", arp);
        }

        Assert.Equal(4096 - 20, run.Finish().Buckets[3].IdleShareMin * 4096);
    }

    [Fact]
    public void Report_OfEntriesGivenUpWithinTheWindow_CountsThemStill()
    {
        IReadOnlyList<AnalyzeBuckets> Analyze(int entriesMax, out bool? isApproximate)
        {
            using var run = new CaptureRun(entriesMax: entriesMax);
            for (int i = 0; i < 6000; i++)
            {
                run.After("1us", TestFrames.Tcp(Port(i)));
            }

            AnalyzeResult result = run.Finish();
            isApproximate = result.Capture.Approximate;
            return result.Buckets;
        }

        IReadOnlyList<AnalyzeBuckets> exact = Analyze(FlowTable.EntriesMaxDefault, out bool? isExactApproximate);
        IReadOnlyList<AnalyzeBuckets> bounded = Analyze(1024, out bool? isBoundedApproximate);

        Assert.Equal((null, true), (isExactApproximate, isBoundedApproximate));
        Assert.Equal(exact, bounded);
        Assert.InRange(exact[3].IdleShare, 0.2, 0.3);
    }

    /// <summary>Ports without order: a CRC spreads those that follow each other more evenly than chance does.</summary>
    private static int Port(int flow) => 1024 + (int)(RandomSource.Mix((ulong)flow) % 60_000);

    /// <summary>Of the first flows, by the CRC of their 5-tuples written out.</summary>
    private static double IdleShare(int flows, int buckets)
    {
        var hit = new HashSet<uint>();
        Span<byte> tuple = stackalloc byte[13];
        IPAddress.Parse("10.0.0.1").TryWriteBytes(tuple, out _);
        IPAddress.Parse("10.0.0.2").TryWriteBytes(tuple[4..], out _);
        for (int i = 0; i < flows; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(tuple[8..], (ushort)Port(i));
            BinaryPrimitives.WriteUInt16BigEndian(tuple[10..], 443);
            tuple[12] = 6;
            hit.Add(Crc.Crc32.Compute(tuple) % (uint)buckets);
        }

        return 1 - ((double)hit.Count / buckets);
    }
}
