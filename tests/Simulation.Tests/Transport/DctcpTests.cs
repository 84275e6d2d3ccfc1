using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Transport;

public class DctcpTests
{
    private static readonly Scenarios.Model.Transport Transport = TcpTrace.Rack with { CongestionControl = CongestionControl.Dctcp };

    [Fact]
    public void Alpha_MovesASixteenthTowardsTheShareOfMarks()
    {
        // RFC 8257 §3.3 by hand, g = 1/16, from 1: 15/16; then 15/16 · 15/16 + 1/16 · 1/2; then with all marked.
        var dctcp = new Dctcp();
        var sender = new TcpSender();
        sender.Reset(new TcpOptions(Transport, 1500), true, dctcp);
        Assert.Equal(1.0, Alpha());
        dctcp.OnRoundTrip(sender, 10, 0, 0);
        Assert.Equal(0.9375, Alpha(), 1e-5);
        dctcp.OnRoundTrip(sender, 10, 5, 0);
        Assert.Equal(0.910156, Alpha(), 1e-5);
        dctcp.OnRoundTrip(sender, 10, 10, 0);
        Assert.Equal(0.915771, Alpha(), 1e-5);

        // 10 segments: 0.4579 of them, and of a loss half.
        Assert.Equal((6, 5), (dctcp.Reduce(sender, CongestionSignal.Mark, 0), dctcp.Reduce(sender, CongestionSignal.Loss, 0)));
        for (int i = 0; i < 500; i++)
        {
            dctcp.OnRoundTrip(sender, 10, 0, 0);
        }

        Assert.Equal(0, Alpha(), 1e-4);
        Assert.Equal(10, dctcp.Reduce(sender, CongestionSignal.Mark, 0));

        double Alpha() => (double)dctcp.Alpha / Dctcp.One;
    }

    [Fact]
    public void Window_WithFewMarks_ShrinksLittle()
    {
        // A queue of 20 segments is kept at about the mark, where classic ECN would halve the window.
        (double dctcp, _) = QueueAndUse(CongestionControl.Dctcp, 20);
        (double reno, _) = QueueAndUse(CongestionControl.NewReno, 20);
        Assert.InRange(dctcp, 12, 22);
        Assert.True(reno < dctcp, $"{reno} against {dctcp}");
    }

    [Fact]
    public void Link_WithAMarkAboveASeventhOfThePipe_IsFull()
    {
        // The pipe is 100 segments: K > 100 / 7 keeps it full (SIGCOMM 2010, §3.4).
        (_, double use) = QueueAndUse(CongestionControl.Dctcp, 20);
        Assert.InRange(use, 0.995, 1.001);
        (_, double shallow) = QueueAndUse(CongestionControl.Dctcp, 2);
        Assert.True(shallow < use, $"{shallow} against {use}");
    }

    private static (double Queue, double Use) QueueAndUse(CongestionControl control, int markFrom)
    {
        Scenarios.Model.Transport transport = Transport with { CongestionControl = control, Ecn = true };
        var pipe = new TcpPipe(new TcpOptions(transport, 1500)) { RoundTripPs = 120.Us, SegmentPs = 1_200_000, MarkFrom = markFrom };
        pipe.Sender.Append(TcpSender.Endless);
        pipe.Run(20.Ms);
        pipe.Mark();
        long sum = 0, count = 0;
        pipe.Check = () =>
        {
            sum += pipe.QueueLength;
            count++;
        };
        pipe.Run(60.Ms);
        return ((double)sum / count, pipe.Utilization);
    }
}
