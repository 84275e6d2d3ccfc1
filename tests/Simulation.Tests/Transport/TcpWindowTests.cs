using Trunkline.Core.Units;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Transport;

/// <summary>The window while nothing is lost.</summary>
public class TcpWindowTests
{
    [Fact]
    public void SlowStart_GrowsByWhatIsAcknowledged() => new TcpTrace(TcpTrace.Reno)
        .Sends(0..10)
        .At(100.Us).Acks(1).Sends(10..12).HasWindow(11)
        .Acks(3).Sends(12..16).HasWindow(13);

    [Fact]
    public void CongestionAvoidance_GrowsByOneARoundTrip() => new TcpTrace(TcpTrace.Reno with { InitialSlowStartThreshold = 10 })
        .Sends(0..10)
        .At(100.Us).Acks(5).Sends(10..15).HasWindow(10)
        .Acks(10).Sends(15..21).HasWindow(11)
        .At(200.Us).Acks(20).Sends(21..31).HasWindow(11)
        .Acks(21).Sends(31..33).HasWindow(12);

    [Fact]
    public void CongestionAvoidance_ThatCountsAcknowledgements_GrowsHalfAsFast()
    {
        Scenarios.Model.Transport transport = TcpTrace.Reno with { InitialSlowStartThreshold = 4, InitialWindow = 4 };
        var options = new TcpOptions(transport, 1500) { CountsSegments = false };
        new TcpTrace(options)
            .Sends(0..4)
            .At(100.Us).Acks(2).Sends(4..6).Acks(4).Sends(6..8)
            .At(200.Us).Acks(6).Sends(8..10).HasWindow(4)
            .Acks(8).Sends(10..13).HasWindow(5);
    }

    [Fact]
    public void Window_ThatIsNotUsed_DoesNotGrow() => new TcpTrace(TcpTrace.Reno, segments: 4)
        .Sends(0..4)
        .At(100.Us).Acks(1).Acks(2).Acks(3).Acks(4).HasWindow(10)
        .Append(3).Sends(4..7)
        .At(200.Us).Acks(7).HasWindow(10);

    [Fact]
    public void Window_OfWhichHalfIsUsed_GrowsInSlowStart() => new TcpTrace(TcpTrace.Reno, segments: 6)
        .Sends(0..6)
        .At(100.Us).Acks(1).Acks(2).HasWindow(12).Acks(3).HasWindow(12);

    [Fact]
    public void Window_AfterAPause_HalvesForEachTimeout()
    {
        // RTO is 200 ms, so that the window is 16, 8, and then what it began with.
        Idle(150.Ms).Sends(12..28).HasWindow(16);
        Idle(250.Ms).Sends(12..20).HasWindow(8);
        Idle(10_000.Ms).Sends(12..16).HasWindow(4);

        static TcpTrace Idle(long pausePs)
        {
            TcpTrace trace = new TcpTrace(TcpTrace.Reno with { InitialWindow = 4 }, segments: 4).Sends(0..4).At(100.Us);
            for (int i = 1; i <= 4; i++)
            {
                trace.Acks(i);
            }

            trace.Append(8).Sends(4..12).At(200.Us);
            for (int i = 5; i <= 12; i++)
            {
                trace.Acks(i);
            }

            return trace.HasWindow(16).At(pausePs).Append(40);
        }
    }

    [Fact]
    public void ReceiveWindow_BoundsWhatIsInFlight() => new TcpTrace(TcpTrace.Reno with { ReceiveWindow = new ByteCount(5 * TcpTrace.Mss) })
        .Sends(0..5)
        .At(100.Us).Acks(2).Sends(5..7);

    [Fact]
    public void Tso_PutsOffABurst_UntilItIsWorthIt() => new TcpTrace(
        TcpTrace.Reno with { InitialWindow = 30, Tso = new ByteCount(10 * TcpTrace.Mss) })
        .Sends(0..30)
        .At(100.Us).Acks(1).Acks(2).Acks(3).Acks(4).HasWindow(34)
        .Acks(5).Sends(30..40);

    [Fact]
    public void Tso_AtTheEndOfTheData_PutsOffNothing() => new TcpTrace(
        TcpTrace.Reno with { InitialWindow = 30, Tso = new ByteCount(10 * TcpTrace.Mss) }, segments: 32)
        .Sends(0..30)
        .At(100.Us).Acks(1).Sends(30..32);

    [Fact]
    public void Pacing_SpreadsSegments_AtTwiceTheRateInSlowStart() => new TcpTrace(TcpTrace.Reno with { IsPaced = true })
        .Sends(0..10)
        .At(100.Us).Acks(2).Sends(10..11).HasWindow(12)
        .Deadline(100.Us + (100.Us / 2 / 12)).Sends(11..12)
        .Deadline(100.Us + (100.Us / 2 / 12 * 2)).Sends(12..13);

    [Fact]
    public void Pacing_InCongestionAvoidance_IsAFifthFasterThanTheWindow() => new TcpTrace(
        TcpTrace.Reno with { IsPaced = true, InitialSlowStartThreshold = 10 })
        .Sends(0..10)
        .At(100.Us).Acks(2).Sends(10..11)
        .Deadline(100.Us + (100.Us * 5 / 6 / 10)).Sends(11..12);

    [Fact]
    public void Marks_ShrinkTheWindow_OnceARoundTrip()
    {
        // The window comes down to 5 as one segment leaves for two that arrive (RFC 6937); the next mark counts behind segment 10.
        TcpTrace trace = new TcpTrace(TcpTrace.Reno with { Ecn = true })
            .Sends(0..10)
            .At(100.Us).Acks(1, isMarked: true).Sends(10..11).HasWindow(10, 5).IsIn(TcpState.WindowReduced)
            .Acks(2, isMarked: true)
            .Acks(3, isMarked: true).Sends(11..12)
            .Acks(5).Sends(12..13)
            .Acks(7).Sends(13..14)
            .Acks(9).HasWindow(5)
            .Acks(10).Sends(14..15).HasWindow(5);
        Assert.Equal(1, trace.Sender.MarkReductions);

        trace.At(200.Us).Acks(11, isMarked: true);
        Assert.Equal((2, 2, 0), ((int)trace.Sender.MarkReductions, trace.Sender.SlowStartThreshold, (int)trace.Sender.Retransmissions));
    }

    [Fact]
    public void RoundTrips_CountWhatWasMarkedInEach()
    {
        TcpTrace trace = new TcpTrace(TcpTrace.Reno with { Ecn = true })
            .Sends(0..10)
            .At(100.Us).Acks(1).Sends(10..12)
            .Acks(4, isMarked: true).Sends(12..14)
            .Acks(10);
        Assert.Equal((2, 9, 3), (trace.Sender.RoundTrips, trace.Sender.RoundDelivered, trace.Sender.RoundMarked));
    }

    [Fact]
    public void Acknowledgement_OfWhatWasNeverSent_IsIgnored()
    {
        TcpTrace trace = new TcpTrace(TcpTrace.Reno, segments: 3).Sends(0..3);
        trace.Sender.OnAck(new TcpAck { Next = 4, NextOffset = 4 * TcpTrace.Mss }, 100.Us);
        Assert.Equal((0, 3), (trace.Sender.BytesAcked, trace.Sender.InFlight));
    }

    [Fact]
    public void Marks_WithoutEcn_MeanNothing() => new TcpTrace(TcpTrace.Reno)
        .Sends(0..10)
        .At(100.Us).Acks(1, isMarked: true).Sends(10..12).HasWindow(11);

    [Fact]
    public void Opening_ThatIsLostOnce_IsRepeatedAfterASecond() => new TcpTrace(TcpTrace.Reno, isEstablished: false)
        .Opens()
        .Deadline(1.Seconds).Opens()
        .At(1_100.Ms).Accepts(1.Seconds).Sends(0..10)
        .Deadline(1_400.Ms).Retransmits(0);

    [Fact]
    public void Opening_ThatIsLostTwice_BeginsWithOneSegment() => new TcpTrace(TcpTrace.Reno, isEstablished: false)
        .Opens()
        .Deadline(1.Seconds).Opens()
        .Deadline(3.Seconds).Opens()
        .At(3_100.Ms).Accepts(3.Seconds).Sends(0..1);

    [Fact]
    public void Offsets_BeyondFourGigabytes_Wrap()
    {
        var pipe = new TcpPipe(new TcpOptions(new Scenarios.Model.Transport(), 65_000)) { RoundTripPs = 100.Us, SegmentPs = 5.Us };
        pipe.Sender.Append(5_000_000_000);
        pipe.Sender.Close();
        pipe.Run(3_600.Seconds);

        Assert.True(pipe.Sender.IsDone);
        Assert.Equal((5_000_000_000, 5_000_000_000), (pipe.Sender.BytesAcked, pipe.Receiver.DeliveredBytes));
    }
}
