using System.Buffers.Binary;
using System.Text.Json;
using Trunkline.Cli.Which;
using Trunkline.Testing.Captures;
using Trunkline.Testing.Packets;
using Trunkline.Testing.Traffic;

namespace Trunkline.Cli.Tests.Which;

/// <summary>Captures with more flows than are kept.</summary>
public sealed class CaptureFlowsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trunkline-flows-");

    private static readonly byte[] Template = Packet.Ipv4("10.0.0.1", "10.0.0.2").Tcp(40_000, 3260).ToFrame();

    private string File => Path.Combine(_folder.FullName, "flows.pcap");

    [Fact]
    public void Read_OfMoreFlowsThanAreKept_CountsEveryFlowAndFrameOnce()
    {
        SyntheticSummary written = Generate(new SyntheticCaptureOptions { Frames = 60_000, Flows = 5_000, SnapLength = 128, Mix = SyntheticMix.Vlan | SyntheticMix.Ipv6 });

        (CaptureFlows whole, List<Part> wholeCounted) = Read(10_000);
        (CaptureFlows few, List<Part> counted) = Read(100);

        Assert.Equal(written.Flows, whole.IpFlows);
        Assert.Equal(written.Flows, whole.Kept.Count);
        Assert.Equal(written.Flows, few.IpFlows);
        Assert.InRange(few.Kept.Count, 50, 100);
        Assert.Equal(written.Flows, counted.Count(f => !f.IsBack));
        Assert.Equal(written.Frames, counted.Sum(f => f.Frames));
        Assert.Equal(written.WireBytes, counted.Sum(f => f.Bytes));
        Assert.Equal(written.WireBytes, wholeCounted.Sum(f => f.Bytes));
        Assert.Empty(whole.Notes);
        Assert.StartsWith("more than 100 flows", Assert.Single(few.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfMoreFlowsThanAreKept_KeepsTheLargest()
    {
        Generate(new SyntheticCaptureOptions { Frames = 60_000, Flows = 5_000, SnapLength = 64 });

        Flow[] largest = [.. Read(10_000).Capture.Kept.Take(10)];
        Flow[] kept = [.. Read(1_000).Capture.Kept.Take(10)];

        Assert.Equal(largest.Select(f => f.Bytes), kept.Select(f => f.Bytes));
        Assert.Equal(largest.Select(f => new FlowIdentity(f.Headers)), kept.Select(f => new FlowIdentity(f.Headers)));
    }

    [Fact]
    public void Which_OfMoreFlowsThanAreKept_SaysOfLinksWhatItSaysOfAll()
    {
        const int Flows = CaptureFlows.FlowsMax + 40_000;
        using (FileStream file = System.IO.File.Create(File))
        {
            file.Write(PcapOf(Flows));
        }

        JsonElement document = CommandLineRun.Of($"which --capture {File} --policy linux-bond/layer3+4 --without 1 --links 4 --json").Json();

        Assert.Equal(Flows, document.GetProperty("flows").GetInt64());
        JsonElement[] links = [.. document.GetProperty("spread")[0].GetProperty("links").EnumerateArray()];
        Assert.Equal(Flows, links.Sum(l => l.GetProperty("flows").GetInt64()));
        Assert.Equal(Flows, links.Sum(l => l.GetProperty("frames").GetInt64()));
        Assert.Equal(Flows, document.GetProperty("without")[0].GetProperty("flows").GetInt64());
        Assert.Equal(document.GetProperty("results").GetArrayLength(), document.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("fields").ToString()).Distinct().Count());
        Assert.Contains(document.GetProperty("notes").EnumerateArray(), n => n.GetString()!.Contains("of 140,000 flows are listed", StringComparison.Ordinal));
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Delete(recursive: true);

    private SyntheticSummary Generate(SyntheticCaptureOptions options)
    {
        using FileStream file = System.IO.File.Create(File);
        return SyntheticCapture.Write(file, options);
    }

    private (CaptureFlows Capture, List<Part> Counted) Read(int flowsMax)
    {
        using CaptureFlows capture = CaptureFlows.Open(File, out _, flowsMax)!;
        var counted = new List<Part>();
        Assert.Null(capture.Read(f => counted.Add(new Part(f.IsBack, f.Frames, f.Bytes))));
        return (capture, counted);
    }

    /// <summary>What was counted at once.</summary>
    private readonly record struct Part(bool IsBack, long Frames, long Bytes);

    /// <summary>One frame of each of so many flows.</summary>
    private static byte[] PcapOf(int flows)
    {
        const int SourceAddressAt = 26;
        var file = new PcapBuilder();
        for (int i = 0; i < flows; i++)
        {
            byte[] frame = [.. Template];
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(SourceAddressAt), 0x0a000000 + i);
            file.Packet(0, (uint)i, frame);
        }

        return file.ToBytes();
    }
}
