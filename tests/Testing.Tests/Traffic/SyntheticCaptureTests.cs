using System.Security.Cryptography;
using Trunkline.Core.Flows;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Testing.Traffic;

namespace Trunkline.Testing.Tests.Traffic;

public sealed class SyntheticCaptureTests
{
    [Theory]
    [InlineData(SyntheticMix.None, 0)]
    [InlineData(SyntheticMix.None, 96)]
    [InlineData(SyntheticMix.Vlan, 0)]
    [InlineData(SyntheticMix.Ipv6, 0)]
    [InlineData(SyntheticMix.Vxlan, 0)]
    [InlineData(SyntheticMix.Roce, 0)]
    [InlineData(SyntheticMix.All, 0)]
    [InlineData(SyntheticMix.All, 96)]
    public void Write_OfAnyMix_ReadsBackAsItsSummarySays(SyntheticMix mix, int snapLength)
    {
        var options = new SyntheticCaptureOptions { Frames = 20_000, Flows = 2_001, SnapLength = snapLength, Mix = mix };

        byte[] file = Write(options, out SyntheticSummary summary);

        Assert.Equal(summary, Read(file, snapLength));
        Assert.Equal(options.Frames, summary.Frames);
        if ((mix & SyntheticMix.Roce) == 0)
        {
            Assert.Equal(options.Flows, summary.Flows);
        }
    }

    [Fact]
    public void Write_OfTheSameOptions_GivesTheSameBytesAnywhere()
    {
        var options = new SyntheticCaptureOptions { Frames = 5_000, Flows = 500, Mix = SyntheticMix.All };

        byte[] file = Write(options, out _);

        Assert.Equal("7d05c9fd453fde7b07eaefeb7d5cea42438966fffdccae96fdba1d18761374dd", Convert.ToHexStringLower(SHA256.HashData(file)));
        Assert.NotEqual(file, Write(options with { Seed = 2 }, out _));
    }

    [Fact]
    public void Write_OfFullFrames_HasTheMeanLengthOfThoseOnTheInternet()
    {
        Write(new SyntheticCaptureOptions { Frames = 200_000 }, out SyntheticSummary summary);

        Assert.InRange(summary.WireBytes / (double)summary.Frames, 0.99 * 758, 1.01 * 758);
    }

    [Fact]
    public void Write_OfAMixWithRoce_HasManyQueuePairsOnFewFlows()
    {
        byte[] file = Write(new SyntheticCaptureOptions { Frames = 20_000, Flows = 2_000, Mix = SyntheticMix.Roce }, out _);

        var flows = new HashSet<FlowKey>();
        var queuePairs = new HashSet<uint>();
        ForEach(file, (in PacketHeaders headers, long _, int _, Timestamp _) =>
        {
            if (headers.Outer.Has(HeaderField.BthDestinationQp) && FlowKey.TryFrom(in headers.Outer, out FlowKey flow))
            {
                flows.Add(flow);
                queuePairs.Add(headers.Outer.BthDestinationQp);
            }
        });

        Assert.Equal(2 * 16, flows.Count);
        Assert.InRange(queuePairs.Count, 300, 500);
    }

    [Fact]
    public void Write_OfAllMixes_IsReadByTsharkWithoutComplaint()
    {
        Require.Program("tshark");
        Require.Program("capinfos");
        string file = Path.GetTempFileName();
        try
        {
            byte[] bytes = Write(new SyntheticCaptureOptions { Frames = 5_000, Flows = 1_000, Mix = SyntheticMix.All }, out SyntheticSummary summary);
            File.WriteAllBytes(file, bytes);

            string[] infos = Command.Check("capinfos", "-M", "-T", "-r", "-c", "-d", "-u", file).Trim().Split('\t');
            Assert.Equal([$"{summary.Frames}", $"{summary.WireBytes}", $"{summary.Duration.TotalSeconds:0.000000000}"], infos[1..]);

            string faults = Command.Check(
                "tshark", "-r", file, "-o", "ip.check_checksum:TRUE", "-Y", "_ws.malformed || ip.checksum.status == \"Bad\"");
            Assert.Equal("", faults);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(1000)]
    public void Draw_OfManyRanks_FollowsZipf(int ranks)
    {
        const int draws = 1_000_000;
        var table = new ZipfTable(ranks);
        var random = new RandomSource(1);
        int[] counts = new int[ranks];
        for (int i = 0; i < draws; i++)
        {
            counts[table.Draw(ref random)]++;
        }

        double sum = Enumerable.Range(1, ranks).Sum(r => 1.0 / r);
        for (int r = 0; r < ranks; r++)
        {
            double expected = draws / sum / (r + 1);
            Assert.InRange(counts[r], expected - (6 * Math.Sqrt(expected)), expected + (6 * Math.Sqrt(expected)));
        }
    }

    [Fact]
    public void Write_WithASnapLengthWithoutHeaders_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => SyntheticCapture.Write(Stream.Null, new SyntheticCaptureOptions { SnapLength = 20 }));

    private delegate void Visit(in PacketHeaders headers, long wireLength, int kept, Timestamp time);

    private static byte[] Write(SyntheticCaptureOptions options, out SyntheticSummary summary)
    {
        using var stream = new MemoryStream();
        summary = SyntheticCapture.Write(stream, options);
        return stream.ToArray();
    }

    private static SyntheticSummary Read(byte[] file, int snapLength)
    {
        var flows = new HashSet<FlowKey>();
        long frames = 0, bytes = 0, last = long.MinValue;
        long? first = null;
        ForEach(file, (in PacketHeaders headers, long wireLength, int kept, Timestamp time) =>
        {
            Assert.Equal(snapLength == 0 ? wireLength : Math.Min(wireLength, snapLength), kept);
            Assert.InRange(time.Nanoseconds, last, long.MaxValue);
            Assert.True(FlowKey.TryFrom(in headers.Outer, out FlowKey flow));
            flows.Add(flow);
            first ??= time.Nanoseconds;
            last = time.Nanoseconds;
            frames++;
            bytes += wireLength;
        });
        return new SyntheticSummary(frames, bytes, file.Length, flows.Count, new Interval(last - (first ?? last)));
    }

    private static void ForEach(byte[] file, Visit visit)
    {
        Assert.Equal(CaptureStatus.Ok, PcapReader.TryOpen(file, out PcapReader reader, out int consumed));
        ReadOnlySpan<byte> rest = file;
        PacketHeaders headers = default;
        while (reader.TryRead(rest = rest[consumed..], out CaptureRecord record, out consumed) == CaptureStatus.Ok)
        {
            ParseError error = HeaderParser.Parse(record.LinkType, record.Frame, ref headers);
            Assert.True(error == ParseError.None || (error == ParseError.Truncated && record.IsCut), $"{error}");
            visit(in headers, record.WireLength, record.Frame.Length, record.Time);
        }

        Assert.Equal(0, rest.Length);
    }
}
