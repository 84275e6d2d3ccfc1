using Trunkline.Core.Wire;
using Trunkline.Results;
using Trunkline.Testing.Packets;

namespace Trunkline.Analysis.Tests.Assumptions;

public class AssumptionReportTests
{
    [Fact]
    public void Report_OfFlowsAndFramesWithoutIp_CountsBothByTheirBytes()
    {
        using var run = new CaptureRun();

        // Shares of 4, 4 and 2 tenths; the latter two frames of ARP.
        byte[] arp = [.. TestFrames.Arp()];
        AnalyzeAssumptions found = run.After("0", TestFrames.Tcp(1, 100), 400).After("1us", TestFrames.TcpV6(2, 100), 400)
            .After("1us", arp, 100).After("1us", arp, 100).Finish().Assumptions;

        Assert.Equal(1 / 0.36, found.EffectiveFlows, 12);
        Assert.Equal(10_000, found.Seeds);
        Assert.Equal([0.1, 0.25, 0.5], found.Excess.Select(e => e.Over));
        Assert.Equal([1557, 263, 70], found.Excess.Select(e => e.EqualSessions));
        Assert.All(found.Excess, e => Assert.Null(e.WindowShare));

        // Whatever the seed, 40 % on one of four links exceed by 60 %.
        Assert.All(found.Excess, e => Assert.Equal(1, e.Probability));
    }

    [Fact]
    public void Report_OfOneFlow_IsOneAndExceeds()
    {
        using var run = new CaptureRun();

        AnalyzeAssumptions found = run.After("0", TestFrames.Tcp(1, 100)).Finish().Assumptions;

        Assert.Equal(1, found.EffectiveFlows);
        Assert.All(found.Excess, e => Assert.Equal(1, e.Probability));
    }

    [Fact]
    public void Report_WithoutFrames_IsZero()
    {
        using var run = new CaptureRun();

        AnalyzeAssumptions found = run.Finish().Assumptions;

        Assert.Equal(0, found.EffectiveFlows);
        Assert.All(found.Excess, e => Assert.Equal(0, e.Probability));
    }

    [Fact]
    public void Report_WithAReplayedTechnique_AsksItForItsWindows()
    {
        using var run = new CaptureRun(sinks: _ => [new Windows()]);

        AnalyzeAssumptions found = run.After("0", TestFrames.Tcp(1, 100)).Finish().Assumptions;

        Assert.Equal([0.9, 0.75, 0.5], found.Excess.Select(e => e.WindowShare!.Value));
    }

    [Fact]
    public void Report_OfFlowsThatWereGivenUp_CountsThemStill()
    {
        // More than live at once, and more than are remembered behind that; and as many exchanges without IP.
        const int Flows = 25_000;
        using var run = new CaptureRun(entriesMax: 1024);
        byte[] arp = [.. TestFrames.Arp()];
        for (int i = 0; i < Flows; i++)
        {
            (arp[6], arp[7], arp[8]) = (2, (byte)(i >> 8), (byte)i);
            run.After("1us", Packet.Ipv4("10.0.0.1", $"10.1.{i >> 8}.{i & 255}").Udp(1, 2).ToFrame(), 100).After("1us", arp, 100);
        }

        AnalyzeResult result = run.Finish();

        Assert.True(result.Capture.Approximate);
        Assert.Equal(2 * Flows, result.Assumptions.EffectiveFlows, 3);
        Assert.Equal(1.0 / (2 * Flows), result.Floor.LargestFlowShare, 9);
    }

    private sealed class Windows : IPacketSink, IWindowExcess
    {
        public void OnEntry(int entry, in PacketHeaders headers)
        {
        }

        public void OnPackets(ReadOnlySpan<SeenPacket> packets)
        {
        }


        public double? ShareOver(double excess) => 1 - excess;
    }
}
