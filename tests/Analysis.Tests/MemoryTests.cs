using System.Buffers.Binary;
using System.Globalization;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Tests;

/// <summary>Alone, because the memory measured is the whole process's.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    private const int Flows = 1_200_000;

    [Theory]
    [InlineData(false, 145_000_000)]
    [InlineData(true, 180_000_000)]
    public void Analyzer_Of1200000Flows_TakesBoundedMemory(bool isV6, long bytesMax)
    {
        // What the test program itself takes does not count; a bare process has 6 MB before.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        long before = PrivateBytes();
        using var analyzer = CaptureAnalyzer.Create(CaptureRun.Options(), [])!;
        byte[] frame = isV6 ? TestFrames.TcpV6(1) : TestFrames.Tcp(1);
        int sourceAt = isV6 ? 30 : 26;
        long nowNs = 0;
        long peak = 0;

        // Two rounds, so that half of the frames are of flows that were there before.
        for (int i = 0; i < 2 * Flows; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(sourceAt), i % Flows);
            analyzer.OnFrame(new CaptureRecord(LinkType.Ethernet, new Timestamp(nowNs += 100), 1000, frame), 0);
            peak = i % 100_000 == 0 ? Math.Max(peak, PrivateBytes()) : peak;
        }

        AnalyzeResult result = analyzer.Finish(["test.pcap"], ["test"]);

        long grown = Math.Max(peak, PrivateBytes()) - before;
        Assert.True(grown < bytesMax, $"{grown / 1_000_000} MB");
        Assert.True(result.Capture.Approximate);
        Assert.Equal(2L * Flows, result.Capture.Frames);
        Assert.InRange(result.Capture.Flows, Flows, 2 * Flows);
    }

    /// <summary>Memory of this process that no other shares, as Linux counts it.</summary>
    private static long PrivateBytes()
    {
        const string Rollup = "/proc/self/smaps_rollup";
        if (!File.Exists(Rollup))
        {
            Assert.Skip("needs /proc/self/smaps_rollup");
        }

        return 1024 * File.ReadLines(Rollup).Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.AsSpan(line.IndexOf(':') + 1).TrimEnd("kB ").Trim(), NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
