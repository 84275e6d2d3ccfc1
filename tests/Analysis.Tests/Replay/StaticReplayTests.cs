using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Fills;
using Trunkline.Core.Links;
using Trunkline.Core.Wire;
using Trunkline.Results;
using Trunkline.Testing;

namespace Trunkline.Analysis.Tests.Replay;

/// <summary>Techniques that never move anything.</summary>
public class StaticReplayTests
{
    [Theory]
    [InlineData("zeek-smb3-multichannel.pcap", 1448, "103919 2490317 0 483")]
    [InlineData("zeek-smb2.pcap", 1178, "0 1585815 0 0")]
    [InlineData("zeek-http-206-bulk.pcap", 1556, "0 1244972 220575 0")]
    [InlineData("zeek-nfs-write.pcap", 153, "316 1356 0 20932")]
    public void Replay_OfKnownCaptures_GivesEachLinkItsBytes(string name, long frames, string bytes)
    {
        using var run = new CaptureRun(CaptureRun.Options() with { Techniques = ["linux-bond/layer3+4"] });

        AnalyzeTechnique technique = Assert.Single(run.AddFile(Path.Combine(Require.Captures(), name)).Finish().Techniques);

        Assert.Equal(bytes, string.Join(' ', technique.Links!.Select(link => link.Bytes)));
        Assert.Equal(frames, technique.Links!.Sum(link => link.Frames));
        Assert.Equal((0, 0, 0), (technique.Moves, technique.UnsafeMoves, technique.ReorderablePackets));
        Assert.Null(technique.OpenLoop);
    }

    [Fact]
    public void Replay_OfTheSmb3Capture_HasItsImbalance()
    {
        using var run = new CaptureRun(CaptureRun.Options() with { Techniques = ["linux-bond/layer3+4"] });

        AnalyzeTechnique technique =
            Assert.Single(run.AddFile(Path.Combine(Require.Captures(), "zeek-smb3-multichannel.pcap")).Finish().Techniques);

        double[] loads = [103919, 2490317, 0, 483];
        Assert.Equal(loads.Max() / loads.Average(), technique.Imbalance!.Value, 1e-12);
        Assert.Equal(3.84, technique.Imbalance.Value, 0.005);
        Assert.Equal(Math.Pow(loads.Sum(), 2) / (4 * loads.Sum(x => x * x)), technique.Jain!.Value, 1e-12);
        Assert.Equal(Math.Sqrt(loads.Sum(x => Math.Pow(x - loads.Average(), 2)) / 4) / loads.Average(), technique.Cov!.Value, 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(17)]
    [InlineData(64)]
    public void EveryPolicy_OnEveryFrame_AgreesWithANaiveReader(int links)
    {
        MixedTrace trace = MixedTrace.Random(1500, seed: 3);
        string[] policies = [.. PolicyCatalog.All.Select(entry => entry.Descriptor.Name)];
        using var run = new CaptureRun(CaptureRun.Options(links) with { Techniques = policies });

        AnalyzeResult result = trace.Play(run).Finish();

        Assert.Equal(policies.Length, result.Techniques.Count);
        foreach (AnalyzeTechnique technique in result.Techniques)
        {
            (long[] bytes, long[] frames) = trace.Sum(links, Naive(technique.Name, links));
            Assert.Equal(bytes, technique.Links!.Select(link => link.Bytes));
            Assert.Equal(frames, technique.Links!.Select(link => link.Frames));
        }
    }

    [Fact]
    public void FrameWithoutIp_UnderAPolicyForIpAlone_GoesWhereLayerTwoSays()
    {
        string ecmp = PolicyCatalog.All.First(entry => entry.IsForIpOnly).Descriptor.Name;
        using var run = new CaptureRun(CaptureRun.Options(2) with { Techniques = [$"static@{ecmp}", "linux-bond/layer2"] });

        AnalyzeResult result = run.After("1us", TestFrames.Arp()).Finish();

        Assert.Equal(result.Techniques[0].Links!, result.Techniques[1].Links!);
        Assert.Equal(42, result.Techniques[0].Links!.Sum(link => link.Bytes));
    }

    [Fact]
    public void RetiredEntries_KeepTheirBytesOnTheirLinks()
    {
        string[] techniques = ["linux-bond/layer3+4", "crc/crc32", "static:fill=resilient"];
        var trace = new MixedTrace();
        for (int i = 0; i < 30_000; i++)
        {
            trace.Add(1000L * i, TestFrames.Tcp(i % 9001), 60 + (i % 1000));
        }

        AnalyzeResult Analyze(int entriesMax)
        {
            using var run = new CaptureRun(
                CaptureRun.Options() with { Techniques = techniques, Window = CaptureRun.Time("1ms") }, entriesMax: entriesMax);
            return trace.Play(run).Finish();
        }

        AnalyzeResult whole = Analyze(FlowTable.EntriesMaxDefault);
        AnalyzeResult retired = Analyze(1100);

        Assert.Null(whole.Capture.Approximate);
        Assert.True(retired.Capture.Approximate);
        Assert.Equal(whole.Techniques.Count, retired.Techniques.Count);
        foreach ((AnalyzeTechnique a, AnalyzeTechnique b) in whole.Techniques.Zip(retired.Techniques))
        {
            Assert.Equal((a.Name, a.Imbalance, a.ImbalanceP99), (b.Name, b.Imbalance, b.ImbalanceP99));
            Assert.Equal(a.Links, b.Links);
        }
    }

    /// <summary>What the policy's hash and the fill that goes with it make of a frame.</summary>
    private static Func<PacketHeaders, int> Naive(string name, int links)
    {
        PolicyEntry entry = PolicyCatalog.Find(name)!;
        IHashPolicy policy = PolicyCatalog.Create(new TechniqueName.Part(name, []), [])!;
        IHashPolicy layerTwo = PolicyCatalog.Create(new TechniqueName.Part("linux-bond/layer2", []), [])!;
        TechniqueName.TryParsePart(entry.DefaultFill, out TechniqueName.Part? part);
        IFill fill = FillCatalog.Create(part!, new Bundle(CaptureRun.Links(links)), [])!;
        return headers =>
        {
            uint hash = (entry.IsForIpOnly && headers.Outer.IpVersion == 0 ? layerTwo : policy).Hash(in headers);
            return entry.DefaultFill == "modulo" ? (int)(hash % (uint)links) : fill.LinkOf(fill.BucketOf(hash)).Index;
        };
    }
}
