using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Transport;

/// <summary>Linked windows against what RFC 6356 and the OLIA draft give by hand.</summary>
public sealed class CoupledTests
{
    private const double One = 4_294_967_296;
    private const long MillisecondPs = 1_000_000_000;

    [Fact]
    public void Lia_OfTwoSubflows_GrowsByAlphaOverTheTotal()
    {
        // w = 10, 20 and rtt = 10, 20 ms: max(w / rtt²) is 10/10² = 0.1 (the other 0.05), Σ w / rtt = 1 + 1 = 2 a millisecond, so that
        // alpha / w_total = 0.1 / 2² = 1/40: alpha 0.75. Less than 1/10 and 1/20, so it is what both grow by.
        var windows = new CoupledWindows();
        var lia = new Lia(windows);
        TcpSender first = Subflow(windows, 10, 10);
        TcpSender second = Subflow(windows, 20, 20);
        lia.OnAck(first, 39, 0, 0);
        Assert.Equal(1.0 / 40, lia.LinkedGrowth / One, 1e-9);
        Assert.Equal(10, first.Window);
        lia.OnAck(first, 1, 0, 0);
        Assert.Equal(11, first.Window);

        // 11 at 10 ms: max is 0.11, the sum 2.1: 0.11 / 4.41.
        lia.OnAck(first, 1, 0, 0);
        Assert.Equal(0.11 / 4.41, lia.LinkedGrowth / One, 1e-9);
        Assert.Equal(20, second.Window);
    }

    [Fact]
    public void Lia_NeverGrowsASubflowFasterThanATcpOfItsOwn()
    {
        // w = 2, 100 and rtt = 10, 100 ms: max(0.02, 0.01) / (0.2 + 1)² = 1/72. The large one alone would grow by 1/100: that bounds it.
        var windows = new CoupledWindows();
        var lia = new Lia(windows);
        TcpSender small = Subflow(windows, 2, 10);
        TcpSender large = Subflow(windows, 100, 100);
        var ofLarge = new Lia(windows);
        ofLarge.OnAck(large, 99, 0, 0);
        Assert.Equal(1.0 / 72, ofLarge.LinkedGrowth / One, 1e-9);
        Assert.Equal(100, large.Window);
        ofLarge.OnAck(large, 1, 0, 0);
        Assert.Equal(101, large.Window);
        lia.OnAck(small, 71, 0, 0);
        Assert.Equal(2, small.Window);
        lia.OnAck(small, 3, 0, 0);
        Assert.Equal(3, small.Window);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Lia_OfOneSubflow_IsNewRenoToTheSegment(int window)
    {
        var windows = new CoupledWindows();
        TcpSender sender = Subflow(windows, window, 3);
        var lia = new Lia(windows);
        for (int i = 0; i < 3; i++)
        {
            lia.OnAck(sender, window + i - 1, 0, 0);
            Assert.Equal(window + i, sender.Window);
            lia.OnAck(sender, 1, 0, 0);
            Assert.Equal(window + i + 1, sender.Window);
        }

        Assert.Equal((window + 3) / 2, lia.Reduce(sender, CongestionSignal.Loss, 0));
    }

    [Fact]
    public void Lia_OfEqualSubflows_GrowsAllOfThemAsOneTcp()
    {
        // Four of 10 at one round trip: each 10/40², so that in a round all together grow by 40 · 10/1600 = 1/4 segment, n times as a
        // TCP with a quarter of the window loses it.
        var windows = new CoupledWindows();
        var lia = new Lia(windows);
        for (int i = 0; i < 4; i++)
        {
            Subflow(windows, 10, 5);
        }

        lia.OnAck(windows.Subflows[0], 1, 0, 0);
        Assert.Equal(1.0 / 160, lia.LinkedGrowth / One, 1e-9);
    }

    [Fact]
    public void Olia_WhereTheBestPathHasTheLargestWindow_ShiftsNothing()
    {
        // l = 4 and 15 segments, w = 10 and 20, one round trip: the second is best and largest. 10/30² and 20/30².
        var windows = new CoupledWindows();
        (Olia first, TcpSender one) = OliaSubflow(windows, 6, 10, 10);
        (Olia second, TcpSender two) = OliaSubflow(windows, 5, 20, 10);
        Assert.Equal((4, 15), (first.Quality, second.Quality));
        Assert.Equal(10.0 / 900, first.Growth(one) / One, 1e-8);
        Assert.Equal(20.0 / 900, second.Growth(two) / One, 1e-8);
    }

    [Fact]
    public void Olia_WhereTheBestPathHasASmallWindow_ShiftsTowardsIt()
    {
        // l = 9 and 5: the first is best, the second largest, n = 2. 10/900 + 1/(2 · 10) and 20/900 − 1/(2 · 20).
        var windows = new CoupledWindows();
        (Olia first, TcpSender one) = OliaSubflow(windows, 1, 10, 10);
        (Olia second, TcpSender two) = OliaSubflow(windows, 15, 20, 10);
        Assert.Equal((10.0 / 900) + (1.0 / 20), first.Growth(one) / One, 1e-8);
        Assert.Equal((20.0 / 900) - (1.0 / 40), second.Growth(two) / One, 1e-8);
    }

    [Fact]
    public void Olia_OfAWindowThatIsTooLarge_TakesASegmentAway()
    {
        // 1 and 10 ms, so that the first stays best: (20/100)/(10 + 2)² − 1/40 = −0.02361 a segment, which is one after 42.4 of them.
        var windows = new CoupledWindows();
        OliaSubflow(windows, 1, 10, 1);
        (Olia second, TcpSender two) = OliaSubflow(windows, 15, 20, 10);
        Assert.Equal((0.2 / 144) - (1.0 / 40), second.Growth(two) / One, 1e-8);
        second.OnAck(two, 42, 0, 0);
        Assert.Equal(20, two.Window);
        second.OnAck(two, 1, 0, 0);
        Assert.Equal(19, two.Window);
    }

    [Fact]
    public void Olia_WithALongerRoundTrip_CountsItTwice()
    {
        // l = 9 at 10 ms and 15 at 20 ms: 0.09 against 0.0375, so the first is best, and the second has the largest window. Growth without
        // the shift: (10/10²)/(1 + 1)² = 1/40 and (20/20²)/4 = 1/80.
        var windows = new CoupledWindows();
        (Olia first, TcpSender one) = OliaSubflow(windows, 1, 10, 10);
        (Olia second, TcpSender two) = OliaSubflow(windows, 5, 20, 20);
        Assert.Equal((1.0 / 40) + (1.0 / 20), first.Growth(one) / One, 1e-8);
        Assert.Equal((1.0 / 80) - (1.0 / 40), second.Growth(two) / One, 1e-8);
    }

    [Fact]
    public void Olia_RemembersTheLongerOfTheLastTwoStretches()
    {
        var windows = new CoupledWindows();
        (Olia olia, TcpSender sender) = OliaSubflow(windows, 1, 10, 10);
        olia.Reduce(sender, CongestionSignal.Loss, 0);
        Assert.Equal(9, olia.Quality);
        olia.OnAck(sender, 4, 0, 0);
        Assert.Equal(9, olia.Quality);
        olia.Reduce(sender, CongestionSignal.Loss, 0);
        Assert.Equal(4, olia.Quality);
    }

    // A subflow in congestion avoidance whose round trip is known.
    private static TcpSender Subflow(CoupledWindows windows, int window, long rttMs)
    {
        var sender = new TcpSender();
        Scenarios.Model.Transport transport = TcpTrace.Sack with { InitialWindow = window, InitialSlowStartThreshold = window };
        sender.Reset(new TcpOptions(transport, 1500), isEstablished: true);
        Measure(sender, rttMs);
        windows.Add(sender);
        return sender;
    }

    // One that grew from a first window to a second in slow start, so that what it acknowledged is their difference.
    private static (Olia Olia, TcpSender Sender) OliaSubflow(CoupledWindows windows, int from, int to, long rttMs)
    {
        var sender = new TcpSender();
        var olia = new Olia(windows);
        Scenarios.Model.Transport transport = TcpTrace.Sack with { InitialWindow = from, InitialSlowStartThreshold = to };
        sender.Reset(new TcpOptions(transport, 1500), isEstablished: true, olia);
        windows.Add(sender);
        olia.OnAck(sender, to - from, 0, 0);
        Assert.Equal(to, sender.Window);
        Measure(sender, rttMs);
        return (olia, sender);
    }

    // One segment there and back, which is too little for a window to grow.
    private static void Measure(TcpSender sender, long rttMs)
    {
        sender.Append(1000);
        Assert.True(sender.TrySend(0, out TcpSegment segment));
        sender.OnAck(new TcpAck { Next = 1, NextOffset = (uint)segment.Bytes, EchoPs = 0 }, rttMs * MillisecondPs);
        Assert.Equal(rttMs * MillisecondPs, sender.SmoothedRttPs);
    }
}
