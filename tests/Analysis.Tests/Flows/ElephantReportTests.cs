using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Results;
using Trunkline.Testing.Packets;

namespace Trunkline.Analysis.Tests.Flows;

public class ElephantReportTests
{
    [Fact]
    public void Elephants_AmongMice_AreFoundWithoutANumber()
    {
        using var run = new CaptureRun();

        // Two of 100 frames of 1500 bytes, 50 of one frame of 100.
        for (int i = 0; i < 100; i++)
        {
            run.After("10ms", TestFrames.Tcp(1, 1500)).After("0", TestFrames.TcpV6(2, 1500));
        }

        for (int port = 100; port < 150; port++)
        {
            run.After("1us", TestFrames.Tcp(port, 100));
        }

        AnalyzeResult result = run.Finish();

        Assert.Equal(2, result.Elephants.Count);
        AnalyzeElephant first = result.Elephants[0];
        Assert.Equal(("10.0.0.1", "10.0.0.2", "tcp", 1, 443), (first.Src, first.Dst, first.Proto, first.Sport, first.Dport));
        Assert.Equal((150_000, 100), (first.Bytes, first.Frames));
        Assert.Equal(150_000 / 305_000.0, first.Share);
        Assert.Equal(0.99, first.Seconds);
        Assert.Equal(150_000 * 8 / 0.99, first.RateBps!.Value, 1e-6);
        Assert.Equal(("fd00::1", "fd00::2", 2), (result.Elephants[1].Src, result.Elephants[1].Dst, result.Elephants[1].Sport));
        Assert.Equal(new AnalyzeMice(50, 5000, 5000 / 305_000.0), result.Mice);
    }

    [Fact]
    public void Elephants_AmongManyEqualFlows_AreNone()
    {
        using var run = new CaptureRun();
        for (int port = 0; port < 200; port++)
        {
            run.After("1us", TestFrames.Tcp(port, 1000));
        }

        AnalyzeResult result = run.Finish();

        // Half a percent each: nothing that weighs.
        Assert.Empty(result.Elephants);
        Assert.Equal(new AnalyzeMice(200, 200_000, 1), result.Mice);
    }

    [Fact]
    public void Elephants_OfOneInstant_HaveNoRate()
    {
        using var run = new CaptureRun();

        AnalyzeElephant elephant = Assert.Single(run.After("0", TestFrames.Udp(1, 2, 100)).Finish().Elephants);

        Assert.Equal("udp", elephant.Proto);
        Assert.Equal(0, elephant.Seconds);
        Assert.Null(elephant.RateBps);
    }

    [Theory]
    [InlineData(4, 2.4)]
    [InlineData(2, 1.2)]
    [InlineData(1, 1)]
    public void Floor_OfTheLargestFlow_IsItsShareOfTheFairShare(int links, double floor)
    {
        using var run = new CaptureRun(CaptureRun.Options(links));

        AnalyzeResult result = run.After("0", TestFrames.Tcp(1, 600)).After("0", TestFrames.Tcp(2, 300)).After("0", TestFrames.Tcp(3, 100)).Finish();

        Assert.Equal(new AnalyzeFloor(floor, 0.6), result.Floor);
    }

    [Fact]
    public void Floor_OfUnequalSpeeds_PutsTheLargestFlowOnTheFastest()
    {
        using var run = new CaptureRun(CaptureRun.Options() with
        {
            Links = [new Link("a", new BitRate(30_000_000_000)), new Link("b", new BitRate(10_000_000_000))],
        });

        AnalyzeResult result = run.After("0", TestFrames.Tcp(1, 900)).After("0", TestFrames.Tcp(2, 100)).Finish();

        // 900 bytes on three quarters of the speed: 1200 ÷ 1000.
        Assert.Equal(1.2, result.Floor.Imbalance, 1e-12);
    }

    [Fact]
    public void Floor_OfFramesWithoutIp_CountsWhatNoPolicyTellsApart()
    {
        using var run = new CaptureRun();
        byte[] storage = Packet.Empty.EtherType(0x88a2).Payload(86).ToFrame();

        AnalyzeResult result = run.After("0", storage).After("0", storage).After("0", storage).After("0", TestFrames.Tcp(1, 100)).Finish();

        Assert.Equal(3, result.Floor.Imbalance, 1e-12);
        Assert.Equal(0.75, result.Floor.LargestFlowShare);
    }

    [Fact]
    public void FewFlows_ThatCarryMost_AreLowEntropy()
    {
        using var run = new CaptureRun(CaptureRun.Options(4));
        run.After("0", TestFrames.Tcp(1, 1400)).After("0", TestFrames.Tcp(2, 700)).After("0", TestFrames.Tcp(3, 700));
        for (int port = 10; port < 12; port++)
        {
            run.After("0", TestFrames.Tcp(port, 100));
        }

        // Of 3000 bytes three flows carry 2800, and 2700 are 90 %.
        Assert.Equal(new AnalyzeLowEntropy("few flows", 2800, 3, 0, 2, 2), run.Finish().LowEntropy);
    }

    [Fact]
    public void ManyFlows_AreNotLowEntropy()
    {
        using var run = new CaptureRun(CaptureRun.Options(4));
        for (int port = 0; port < 5; port++)
        {
            run.After("0", TestFrames.Tcp(port, 100));
        }

        Assert.Null(run.Finish().LowEntropy);
    }
}
