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

    // A bare process has 6 MB before.
    private const long BytesMax = 194_000_000;

    [Theory]
    [InlineData(false, 120_000_000)]
    [InlineData(true, 170_000_000)]
    public void Analyzer_Of1200000Flows_TakesBoundedMemory(bool isV6, long bytesMax)
    {
        // Two rounds, so that half of the frames are of flows that were there before.
        AnalyzeResult result = Analyze(isV6, Flows, 2 * Flows, [], bytesMax);

        Assert.True(result.Capture.Approximate);
        Assert.Equal(2L * Flows, result.Capture.Frames);
        Assert.InRange(result.Capture.Flows, Flows, 2 * Flows);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Analyzer_OfAMillionFlowsUnderTheDefaultTechniques_TakesBoundedMemory(bool isV6)
    {
        AnalyzeResult result = Analyze(isV6, 1_000_000, 1_000_000, AnalysisOptions.DefaultTechniques, BytesMax);

        Assert.Null(result.Capture.Approximate);
        Assert.Equal(1_000_000, result.Capture.Flows);
        Assert.All(result.Techniques, technique => Assert.Equal(1_000_000_000, technique.Links!.Sum(link => link.Bytes)));
    }

    /// <summary>Analyses frames of so many flows in turn, 1000 bytes each.</summary>
    private static AnalyzeResult Analyze(bool isV6, int flows, int frames, IReadOnlyList<string> techniques, long bytesMax)
    {
        // What the test program itself takes does not count.
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        long before = PrivateBytes();
        using CaptureAnalyzer analyzer = CaptureAnalyzer.Create(CaptureRun.Options() with { Techniques = techniques }, [])!;
        byte[] frame = isV6 ? TestFrames.TcpV6(1) : TestFrames.Tcp(1);
        int sourceAt = isV6 ? 30 : 26;
        long nowNs = 0;
        long peak = 0;
        for (int i = 0; i < frames; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(sourceAt), i % flows);
            analyzer.OnFrame(new CaptureRecord(LinkType.Ethernet, new Timestamp(nowNs += 100), 1000, frame), 0);
            peak = i % 100_000 == 0 ? Math.Max(peak, PrivateBytes()) : peak;
        }

        AnalyzeResult result = analyzer.Finish(["test.pcap"], ["test"]);

        long grown = Math.Max(peak, PrivateBytes()) - before;
        TestContext.Current.SendDiagnosticMessage($"IPv{(isV6 ? 6 : 4)}, {techniques.Count} techniques: {grown / 1_000_000} MB");
        Assert.True(grown < bytesMax, $"{grown / 1_000_000} MB");
        return result;
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
