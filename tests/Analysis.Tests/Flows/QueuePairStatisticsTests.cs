using Trunkline.Results;
using Trunkline.Testing.Packets;

namespace Trunkline.Analysis.Tests.Flows;

public class QueuePairStatisticsTests
{
    private static byte[] Roce(string destination, int sourcePort, uint queuePair, int length, byte opcode = 4) =>
        Packet.Ipv4("10.0.0.1", destination).Udp((ushort)sourcePort, 4791).RoceV2(opcode, queuePair).Payload(length - 54).ToFrame();

    [Fact]
    public void QueuePairs_ThatShareAFlow_LowerTheFloor()
    {
        using var run = new CaptureRun(CaptureRun.Options(4));

        // One 5-tuple with queue pairs 1 and 2 at .2, one with number 1 again at .3; other traffic does not count.
        AnalyzeResult result = run
            .After("0", Roce("10.0.0.2", 49152, 1, 1000)).After("1us", Roce("10.0.0.2", 49152, 1, 1000, opcode: 5))
            .After("1us", Roce("10.0.0.2", 49152, 2, 1000)).After("1us", Roce("10.0.0.3", 49152, 1, 1000))
            .After("1us", TestFrames.Tcp(1, 9000))
            .Finish();

        // By 5-tuples 3000 of 4000 stay together, by queue pairs 2000.
        Assert.Equal(new AnalyzeLowEntropy("RoCEv2", 4000, 2, 3, 3, 2), result.LowEntropy);
        Assert.Equal(3, result.Capture.Flows);
    }

    [Fact]
    public void QueuePair_ThatUsesSeveralPorts_IsOne()
    {
        using var run = new CaptureRun(CaptureRun.Options(4));

        AnalyzeResult result = run.After("0", Roce("10.0.0.2", 49152, 7, 600)).After("1us", Roce("10.0.0.2", 49153, 7, 400)).Finish();

        Assert.Equal(new AnalyzeLowEntropy("RoCEv2", 1000, 2, 1, 2.4, 4), result.LowEntropy);
    }

    [Fact]
    public void QueuePairs_ThatWereRetired_StayCounted()
    {
        using var run = new CaptureRun(CaptureRun.Options(4), entriesMax: 1024);
        run.After("0", Roce("10.0.0.2", 49152, 7, 5000));
        for (int port = 0; port < 2000; port++)
        {
            run.After("1us", TestFrames.Tcp(port));
        }

        AnalyzeResult result = run.After("1us", Roce("10.0.0.2", 49152, 8, 1000)).Finish();

        Assert.True(result.Capture.Approximate);
        Assert.Equal((6000, 2), (result.LowEntropy!.Bytes, result.LowEntropy.QueuePairs));
        Assert.Equal(5000 * 4 / 6000.0, result.LowEntropy.QueuePairFloor);
    }
}
