using Trunkline.Core.Wire;
using Trunkline.Results;
using Trunkline.Testing;
using Trunkline.Testing.Packets;

namespace Trunkline.Analysis.Tests.Limits;

public class CaptureLimitsTests
{
    [Fact]
    public void Limits_OfASoundCapture_AreNone()
    {
        using var run = new CaptureRun();
        for (int i = 0; i < 100; i++)
        {
            run.After("1234567ns", TestFrames.Tcp(i, 1514)).After("111ns", SamplePackets.All[i % SamplePackets.All.Count].Frame, linkType: SamplePackets.All[i % SamplePackets.All.Count].LinkType);
        }

        Assert.DoesNotContain(run.Finish().Limits, limit => limit.Contains("clock", StringComparison.Ordinal) || limit.Contains("longer", StringComparison.Ordinal));
    }

    [Fact]
    public void Limits_OfMergedSegments_SayHowMany()
    {
        using var run = new CaptureRun();

        // Three segments of 1460 bytes, twice two, and one jumbo frame's worth that is no multiple.
        AnalyzeResult result = run
            .After("1us", TestFrames.Tcp(1, 54 + (3 * 1460))).After("1us", TestFrames.Tcp(1, 54 + (2 * 1460)))
            .After("1us", TestFrames.TcpV6(1, 74 + (2 * 1440))).After("1us", TestFrames.Tcp(1, 5000)).After("1us", TestFrames.Tcp(1, 1514))
            .Finish();

        string limit = Assert.Single(result.Limits);
        Assert.StartsWith("4 frames are longer than frames of 1500-byte packets, up to 5000 bytes,", limit, StringComparison.Ordinal);
        Assert.Contains("offload (GRO, TSO) merged segments", limit, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_OfJumboFrames_DoNotBlameOffload()
    {
        using var run = new CaptureRun();

        AnalyzeResult result = run.After("1us", TestFrames.Tcp(1, 9014)).After("1us", TestFrames.Tcp(1, 9014)).Finish();

        Assert.Equal(
            ["2 frames are longer than frames of 1500-byte packets, up to 9014 bytes, 100 % of all bytes: jumbo frames, or segments that the capturing host's offload merged"],
            result.Limits);
    }

    [Fact]
    public void Limits_OfFramesLongerThanAnyWireCarries_BlameOffload()
    {
        using var run = new CaptureRun();

        string limit = Assert.Single(run.After("1us", TestFrames.Tcp(1, 100), wireLength: 60_000).Finish().Limits);

        Assert.StartsWith("1 frame is longer than frames of 1500-byte packets, up to 60000 bytes, 100 % of all bytes: the capturing host's", limit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1ms", "timestamps are multiples of 1 ms; flowlets at 16us, 50us, 100us, 256us, 500us, 1ms cannot be told apart")]
    [InlineData("10us", "timestamps are multiples of 10 µs; flowlets at 16us cannot be told apart")]
    [InlineData("1us", null)]
    [InlineData("1ns", null)]
    public void Limits_OfACoarseClock_SayWhichGapsItBlurs(string tick, string? limit)
    {
        using var run = new CaptureRun();
        for (int i = 1; i <= 20; i++)
        {
            run.At(1_700_000_000_000_000_000 + (i * i * CaptureRun.Time(tick).Nanoseconds), TestFrames.Tcp(1));
        }

        Assert.Equal(limit is null ? [] : [limit], run.Finish().Limits);
    }

    [Fact]
    public void Limits_OfAClockThatTicks_SayHowLongATickIs()
    {
        using var run = new CaptureRun();
        for (int i = 0; i < 20; i++)
        {
            run.At(1_700_000_000_000_000_123 + (i / 4 * 15_625_000L), TestFrames.Tcp(1));
        }

        Assert.Equal(
            ["the clock ticks: 15 frames share the instant of the frame before, and no other step is shorter than 15.625 ms; flowlets at 16us, 50us, 100us, 256us, 500us, 1ms, 10ms cannot be told apart"],
            run.Finish().Limits);
    }

    [Fact]
    public void Limits_OfAClockThatGoesBack_SayHowFar()
    {
        using var run = new CaptureRun(CaptureRun.Options(4, "10us"));

        AnalyzeResult result = run
            .At(100_000, TestFrames.Tcp(1)).At(95_000, TestFrames.Tcp(1)).At(40_000, TestFrames.Tcp(1)).At(109_000, TestFrames.Tcp(1)).Finish();

        // Held at 100 µs, so that there is a pause of 9 µs only.
        Assert.Equal(["the clock went back at 2 frames, by up to 60 µs; it was held until it caught up"], result.Limits);
        Assert.Equal(1, result.Flowlets[0].Count);
        Assert.Equal(9e-6, result.Capture.Seconds);
    }

    [Fact]
    public void Limits_OfASnapLengthThatCutsHeaders_SayHowMany()
    {
        using var run = new CaptureRun();
        byte[] frame = TestFrames.Tcp(1, 1000);

        // Behind the ports, between IP and ports, and within IP.
        AnalyzeResult result = run
            .After("1us", frame[..60], 1000).After("1us", frame[..40], 1000).After("1us", frame[..36], 1000).After("1us", frame[..20], 1000)
            .After("1us", TestFrames.Arp()[..20], 60).Finish();

        Assert.Equal(2, result.Capture.UnreadFrames);
        Assert.StartsWith("2 frames were cut before the end of the headers (snap length)", Assert.Single(result.Limits), StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_OfWrongHeaders_SayWhatIsWrong()
    {
        using var run = new CaptureRun();
        byte[] badVersion = TestFrames.Tcp(1);
        badVersion[14] = 0x55;
        byte[] badLength = TestFrames.Tcp(1);
        badLength[17] = 5;

        AnalyzeResult result = run
            .After("1us", badVersion).After("1us", badVersion).After("1us", badLength).After("1us", TestFrames.Tcp(1, 100)[..80], 80)
            .After("1us", TestFrames.Tcp(1), linkType: (LinkType)147).Finish();

        Assert.Equal(5, result.Capture.UnreadFrames);
        Assert.Equal(
            [
                "1 frame has headers or lengths that reach beyond the frame's end; what could be read was used",
                "2 frames have a header of another version than its place announces; what could be read was used",
                "1 frame has a length field that cannot be true; what could be read was used",
                "1 frame has a link type that is not read; all such frames count as one exchange without IP; what could be read was used",
            ],
            result.Limits);
    }

    [Fact]
    public void Limits_OfABrokenFile_SayWhere()
    {
        using var run = new CaptureRun();

        AnalyzeResult result = run.After("1us", TestFrames.Tcp(1)).Finish(["a.pcap: cut at byte 99"]);

        Assert.Equal(["a.pcap: cut at byte 99"], result.Capture.Broken);
        Assert.Equal(["a.pcap: cut at byte 99: the figures are of what was whole"], result.Limits);
    }

    [Fact]
    public void Limits_OfAnImpossibleLength_SayWhatWasCounted()
    {
        using var run = new CaptureRun();

        AnalyzeResult result = run.After("1us", TestFrames.Tcp(1), wireLength: uint.MaxValue).Finish();

        Assert.Equal(int.MaxValue, result.Capture.Bytes);
        Assert.Contains("1 frame claims to be longer than 2 GB on the wire; 2 GB were counted", result.Limits);
    }

    [Theory]
    [InlineData("suricata-sll2.pcap")]
    [InlineData("tcpdump-bigtcp-vxlan-v4.pcap")]
    public void Limits_OfCapturesWithOffload_SaySo(string name)
    {
        using var run = new CaptureRun();

        AnalyzeResult result = run.AddFile(Path.Combine(Require.Captures(), name)).Finish();

        Assert.Contains(result.Limits, limit => limit.Contains("offload (GRO, TSO)", StringComparison.Ordinal));
    }
}
