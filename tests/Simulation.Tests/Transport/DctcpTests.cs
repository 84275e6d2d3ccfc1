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

    /// <summary>
    /// Ten segments, no slow start. The first acknowledgement ends a round trip of one without a mark: alpha is 15/16. Then all are
    /// marked. The cut is 10 · 15/32 = 4.69, in Linux 4, so that over the round trip six of ten leave: ceil(6 · delivered / 10).
    /// </summary>
    [Fact]
    public void Window_OfLinux_ShrinksOverTheRoundTripOnce()
    {
        TcpTrace trace = new TcpTrace(OptionsOf(cutsAtOnce: false)).Sends(0..10);
        At(trace, 1, isMarked: false).Sends(10..11).HasWindow(10, 10);
        HasAlpha(trace, 15 / 16.0);
        (int Window, int Sent)[] expected = [(10, 1), (10, 1), (9, 0), (9, 1), (8, 0), (8, 1), (8, 1), (7, 0), (6, 0)];
        int next = 11;
        for (int i = 0; i < expected.Length; i++)
        {
            At(trace, 2 + i, isMarked: true).Sends(next..(next + expected[i].Sent)).HasWindow(expected[i].Window, 6);
            next += expected[i].Sent;
        }

        // Segment 9 was the last of the round trip: nine of nine marked, 15/16 · 15/16 + 1/16.
        HasAlpha(trace, 241 / 256.0);
        At(trace, 11, isMarked: false).Sends(16..17).HasWindow(6, 6).IsIn(TcpState.WindowReduced);
        At(trace, 12, isMarked: false).Sends(17..18).HasWindow(6, 6).IsIn(TcpState.Open);
    }

    /// <summary>The same of the model's sender: 4.69 is 5, at once; five and then six acknowledgements are a segment more.</summary>
    [Fact]
    public void Window_OfTheModel_IsCutAtOnceAndGoesOnGrowing()
    {
        TcpTrace trace = new TcpTrace(OptionsOf(cutsAtOnce: true)).Sends(0..10);
        At(trace, 1, isMarked: false).Sends(10..11).HasWindow(10, 10);
        for (int next = 2; next < 6; next++)
        {
            At(trace, next, isMarked: true).NothingMore().HasWindow(5, 5);
        }

        for (int next = 6; next <= 10; next++)
        {
            At(trace, next, isMarked: true).Sends((next + 5)..(next + 6)).HasWindow(6, 5);
        }

        HasAlpha(trace, 241 / 256.0);
        At(trace, 11, isMarked: false).Sends(16..17).HasWindow(6, 5);
        At(trace, 12, isMarked: false).Sends(17..19).HasWindow(7, 5).IsIn(TcpState.Open);
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

    private static TcpOptions OptionsOf(bool cutsAtOnce) =>
        new(Transport with { InitialSlowStartThreshold = 10 }, TcpTrace.Mss + Transport.HeaderBytes) { CutsAtOnce = cutsAtOnce };

    private static TcpTrace At(TcpTrace trace, int next, bool isMarked) => trace.At(100.Us + next.Us).Acks(next, isMarked: isMarked);

    private static void HasAlpha(TcpTrace trace, double expected) =>
        Assert.Equal(expected, (double)Assert.IsType<Dctcp>(trace.Sender.Control).Alpha / Dctcp.One);

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
