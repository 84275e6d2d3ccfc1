using Trunkline.Core.Units;
using Trunkline.Testing.Traffic;

namespace Trunkline.Testing.Tests.Traffic;

[Collection("namespaces")]
public sealed class CaptureRecorderTests
{
    [Fact]
    public void Record_OverFourLinks_ShowsEveryFlowWhereTheKernelsHashSays()
    {
        Require.Namespaces();
        Require.Program("dumpcap");
        Assert.SkipWhen(CaptureRecorder.WhyUnavailable is not null, CaptureRecorder.WhyUnavailable ?? "");
        var options = new StorageTrafficOptions { Mice = 60, MiceTime = TimeSpan.FromMilliseconds(500) };
        options = options with { Block = options.Block with { Writes = 2 }, File = options.File with { Writes = 2 } };

        RecordedCapture capture = CaptureRecorder.Record(options);

        Assert.Equal(["link0", "link1", "link2", "link3"], capture.Interfaces);
        Assert.Equal(new LinkAgreement(2 * 62, 2 * 62), LinkAgreement.Of(capture, $"linux-ecmp/l4:seed={CaptureRecorder.HashSeed}"));
        Assert.InRange(LinkAgreement.Of(capture, $"linux-ecmp/l4:seed={CaptureRecorder.HashSeed + 1}").FlowsExplained, 0, 62);
        Assert.InRange(capture.Frames.Max(f => f.WireLength), 1514, 1514);
        Assert.InRange(capture.Frames.Max(f => f.Bytes.Length), 96, 96);
    }

    [Fact]
    public void Read_OfWhatWasWritten_GivesTheSame()
    {
        var written = new RecordedCapture
        {
            Remark = "three frames",
            Interfaces = ["a", "link1"],
            Speed = new BitRate(20_000_000),
            SnapLength = 96,
            Frames =
            [
                new RecordedFrame(1, new Timestamp(1_700_000_000_000_000_001), 1514, [1, 2, 3]),
                new RecordedFrame(0, new Timestamp(1_700_000_000_000_000_002), 60, [4, 5, 6, 7]),
                new RecordedFrame(1, new Timestamp(1_700_000_009_999_999_999), 64, []),
            ],
        };
        string file = Path.GetTempFileName();
        try
        {
            written.Write(file);
            RecordedCapture read = RecordedCapture.Read(file);

            Assert.Equal(written.Interfaces, read.Interfaces);
            Assert.Equal((written.Speed, written.SnapLength), (read.Speed, read.SnapLength));
            Assert.Equal(written.Frames.Select(Text), read.Frames.Select(Text));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Read_OfAFileThatBreaksOff_Throws()
    {
        string file = Path.GetTempFileName();
        try
        {
            byte[] shipped = File.ReadAllBytes(RepositoryRoot.Combine("examples/captures/two-elephants.pcapng"));
            File.WriteAllBytes(file, shipped[..^5]);

            Assert.Throws<InvalidDataException>(() => RecordedCapture.Read(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Text(RecordedFrame frame) =>
        $"{frame.Interface} {frame.Time.Nanoseconds} {frame.WireLength} {Convert.ToHexString(frame.Bytes)}";
}
