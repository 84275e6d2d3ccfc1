using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Transport;

/// <summary>What a sender does when segments are lost, or only late.</summary>
public class TcpRecoveryTests
{
    [Fact]
    public void NewReno_AtTheThirdDuplicate_Retransmits()
    {
        // 0 is lost. Two duplicates let a new segment leave each (RFC 3042); from the eighth on the pipe is smaller than half the window.
        TcpTrace trace = ThreeDuplicates(TcpTrace.Reno).HasWindow(5, 5).IsIn(TcpState.Recovery)
            .Acks(0).Acks(0).Acks(0).Acks(0)
            .Acks(0).Sends(12..13)
            .Acks(0).Sends(13..14)
            .Acks(0).Sends(14..15)
            .Acks(0).Sends(15..16)
            .At(200.Us).Acks(12).Sends(16..17).HasWindow(5).IsIn(TcpState.Open);
        Assert.Equal((1, 1, 0), (trace.Sender.Retransmissions, trace.Sender.FastRecoveries, trace.Sender.Timeouts));
    }

    [Fact]
    public void NewReno_AtAPartialAcknowledgement_RetransmitsTheNext() => ThreeDuplicates(TcpTrace.Reno)
        .Acks(0).Acks(0).Acks(0).Acks(0)
        .Acks(0).Sends(12..13)
        .Acks(0).Sends(13..14)
        .Acks(0).Sends(14..15)
        // 5 is lost too: it goes again, and one more as the pipe shrinks by what is acknowledged less one (RFC 6582 §3.2, step 5).
        .At(200.Us).Acks(5).Retransmits(5).Sends(15..16).HasWindow(5).IsIn(TcpState.Recovery)
        // All is acknowledged but 15: the window is what is in flight and one, so that no burst follows (step 3).
        .At(300.Us).Acks(15).Sends(16..17).HasWindow(2, 5).IsIn(TcpState.Open);

    [Fact]
    public void NewReno_AfterATimeout_TakesDuplicatesForCopies() => new TcpTrace(TcpTrace.Reno)
        .Sends(0..10)
        .Deadline(1.Seconds).Retransmits(0)
        .At(1_100.Ms).Acks(4).Retransmits(4, 5, 6, 7, 8).HasWindow(5)
        // The copies of what had arrived come back as duplicates: nothing below 10 starts another recovery (RFC 6582 §3.2, step 1).
        .At(1_200.Ms).Acks(9).Retransmits(9).Sends(10..15)
        .Acks(9).Sends(15..16).Acks(9).Sends(16..17).Acks(9).Sends(17..18).IsIn(TcpState.Loss);

    [Fact]
    public void Sack_WithTwoHoles_RetransmitsEachWhenThreeBehindHaveArrived()
    {
        // 0 and 3 are lost. PRR: one leaves for two that arrive, until 5 are in the pipe.
        TcpTrace trace = new TcpTrace(TcpTrace.Sack)
            .Sends(0..10)
            .At(100.Us).Acks(0, [1..2]).Sends(10..11)
            .Acks(0, [1..3]).Sends(11..12)
            .Acks(0, [4..5, 1..3]).Retransmits(0).IsIn(TcpState.Recovery).HasWindow(9, 5)
            .Acks(0, [4..6, 1..3])
            .Acks(0, [4..7, 1..3]).Retransmits(3)
            .Acks(0, [4..8, 1..3])
            .Acks(0, [4..9, 1..3])
            .Acks(0, [4..10, 1..3]).Sends(12..13)
            .At(200.Us).Acks(3, [4..10]).Sends(13..14)
            .Acks(12).Sends(14..17).HasWindow(5).IsIn(TcpState.Open);
        Assert.Equal((2, 1), (trace.Sender.Retransmissions, trace.Sender.FastRecoveries));
    }

    [Fact]
    public void Sack_WithARetransmissionLost_WaitsForTheTimer() => ThreeBehind(TcpTrace.Sack)
        .Acks(0, [1..5]).Acks(0, [1..6]).Sends(12..13)
        .At(200.Us).Acks(0, [1..13]).Sends(13..17).Acks(0, [1..14]).Sends(17..18)
        .Deadline(1.Seconds).Retransmits(0);

    [Fact]
    public void Rack_WithARetransmissionLost_SeesThat() => ThreeBehind(TcpTrace.Rack)
        .Acks(0, [1..5]).Acks(0, [1..6]).Sends(12..13)
        // 12 left after the retransmission, and arrives.
        .At(200.Us).Acks(0, [1..13]).Retransmits(0);

    [Fact]
    public void Prr_WithOneLoss_SendsOneForTwo()
    {
        // RFC 6937 §3: 20 in flight, half of it remains.
        TcpTrace trace = new TcpTrace(TcpTrace.Sack with { InitialWindow = 20 })
            .Sends(0..20)
            .At(100.Us).Acks(0, [1..2]).Sends(20..21).Acks(0, [1..3]).Sends(21..22)
            .Acks(0, [1..4]).Retransmits(0).HasWindow(19, 10);
        int sent = 22;
        for (int arrived = 4; arrived <= 18; arrived++)
        {
            trace.Acks(0, [1..(arrived + 1)]);
            if (arrived % 2 == 1)
            {
                trace.Sends(sent..(sent + 1));
                sent++;
            }
        }

        trace.Acks(0, [1..20]).HasWindow(10).Acks(0, [1..21]).Sends(29..30).Acks(0, [1..22]).Sends(30..31).HasWindow(10)
            .At(200.Us).Acks(22).Sends(31..32).HasWindow(10, 10);
    }

    [Fact]
    public void Prr_WithALongLoss_GrowsThePipeAsInSlowStart() => new TcpTrace(TcpTrace.Sack with { InitialWindow = 20 })
        .Sends(0..20)
        .At(100.Us).Acks(0, [16..17]).Sends(20..21).Acks(0, [16..18]).Sends(21..22)
        // 0 to 15 are lost, 3 are left in the pipe: one for one while nothing is filled, then two for one.
        .Acks(0, [16..19]).Retransmits(0).HasWindow(4, 10)
        .Acks(0, [16..20]).Retransmits(1)
        .Acks(0, [16..21]).Retransmits(2)
        .Acks(0, [16..22]).Retransmits(3)
        .At(200.Us).Acks(1, [16..22]).Retransmits(4, 5)
        .Acks(2, [16..22]).Retransmits(6, 7);

    [Fact]
    public void Rack_WithASegmentLateByLessThanAQuarter_Waits() => RackBegun()
        .At(110.Us).Acks(2, [3..4]).Sends(14..15).IsIn(TcpState.Disorder)
        .At(134.Us).Acks(4).Sends(15..17).IsIn(TcpState.Open);

    [Fact]
    public void Rack_WithASegmentLateByMore_Retransmits() => RackBegun()
        .At(110.Us).Acks(2, [3..4]).Sends(14..15)
        // Sent at 0; the last round trip took 110 us, and a quarter of the shortest is 25 us.
        .Deadline(135.Us).Retransmits(2).IsIn(TcpState.Recovery);

    [Fact]
    public void Rack_UntilReorderingIsSeen_TakesThreeBehindForALoss() => RackBegun()
        .At(110.Us).Acks(2, [3..5]).Sends(14..16)
        .Acks(2, [3..6]).Retransmits(2);

    [Fact]
    public void Rack_OnceReorderingIsSeen_CountsNoDuplicates()
    {
        TcpTrace trace = RackBegun()
            .At(110.Us).Acks(2, [3..4]).Sends(14..15)
            .At(120.Us).Acks(4).Sends(15..17);
        Assert.True(trace.Sender.HasSeenReordering);

        trace.At(121.Us).Acks(4, [5..9]).Sends(17..21).IsIn(TcpState.Disorder)
            .Deadline(146.Us).Retransmits(4);
    }

    [Fact]
    public void Rack_AfterADuplicate_WaitsForAnotherQuarter() => RackBegun()
        .At(110.Us).Acks(2, [3..4]).Sends(14..15)
        .At(120.Us).Acks(4).Sends(15..17)
        .At(121.Us).Acks(4, [5..10]).Sends(17..22)
        .Deadline(146.Us).Retransmits(4)
        // The original arrives after all, and later its copy: patience was too short (RFC 8985 §6.2, step 4).
        .At(150.Us).Acks(10, isOriginal: true).Sends(22..24).IsIn(TcpState.Open)
        .At(246.Us).Acks(10, duplicate: 4..5)
        // 10 was sent at 100 us; the last round trip took 160 us, and two quarters of the shortest are 50 us. Reordering was seen, so
        // that the window grows by what arrives out of order too.
        .At(260.Us).Acks(10, [11..12]).Sends(24..26)
        .Deadline(310.Us).Retransmits(10);

    [Fact]
    public void DuplicateAcks_OfFive_MeanALossAtTheFifth() => new TcpTrace(TcpTrace.Reno with { DuplicateAcks = 5 })
        .Sends(0..10)
        .At(100.Us).Acks(0).Sends(10..11).Acks(0).Sends(11..12).Acks(0).Sends(12..13).Acks(0).Sends(13..14)
        .Acks(0).Retransmits(0);

    [Fact]
    public void RoundTrip_OfAnOriginalSentAgain_IsNotThatOfTheCopy()
    {
        TcpTrace trace = ThreeBehind(TcpTrace.Sack).At(101.Us).Acks(4, isOriginal: true);
        Assert.Equal(100.Us, trace.Sender.RttMinPs);
    }

    [Fact]
    public void Probe_AfterTwoRoundTrips_ShowsALostTail()
    {
        // 1 and 2, the last, are lost.
        TcpTrace trace = new TcpTrace(TcpTrace.Rack, segments: 3, isEstablished: false)
            .Opens()
            .At(100.Us).Accepts(0).Sends(0..3)
            .At(200.Us).Acks(1)
            .Deadline(400.Us).Retransmits(2).IsIn(TcpState.Open)
            .At(500.Us).Acks(1, [2..3]).Retransmits(1).IsIn(TcpState.Recovery);
        Assert.Equal((1, 0), (trace.Sender.Probes, trace.Sender.Timeouts));
    }

    [Fact]
    public void Probe_WithSomethingNewToSend_SendsThat()
    {
        TcpTrace trace = new TcpTrace(TcpTrace.Rack, isEstablished: false)
            .Opens()
            .At(100.Us).Accepts(0).Sends(0..10)
            .Deadline(300.Us).Sends(10..11);
        Assert.Equal(11, trace.Sender.InFlight);
    }

    [Fact]
    public void Probe_ThatRepairsTheLoss_ShrinksTheWindow() => new TcpTrace(TcpTrace.Rack, segments: 3, isEstablished: false)
        .Opens()
        .At(100.Us).Accepts(0).Sends(0..3)
        .At(200.Us).Acks(2)
        .Deadline(400.Us).Retransmits(2)
        .At(500.Us).Acks(3).HasWindow(10).Append(1).Sends(3..4)
        .At(600.Us).Acks(4).HasWindow(5, 5).IsIn(TcpState.Open);

    [Fact]
    public void DuplicateAcks_WithoutAProbe_WaitForTheTimer() => new TcpTrace(TcpTrace.Sack, segments: 3, isEstablished: false)
        .Opens()
        .At(100.Us).Accepts(0).Sends(0..3)
        .At(200.Us).Acks(1)
        .Deadline(200_300.Us).Retransmits(1).IsIn(TcpState.Loss);

    [Fact]
    public void Timeout_DoublesUntilSomethingIsAcknowledged()
    {
        TcpTrace trace = new TcpTrace(TcpTrace.Reno)
            .Sends(0..10)
            .Deadline(1.Seconds).Retransmits(0).HasWindow(1, 5).IsIn(TcpState.Loss)
            .Deadline(3.Seconds).Retransmits(0).HasWindow(1, 5)
            .Deadline(7.Seconds).Retransmits(0)
            // The sample is 100 ms, from the stamp: 0.1 s and four times 0.05 s.
            .At(7_100.Ms).Acks(1).Retransmits(1, 2).HasWindow(2)
            .At(7_200.Ms).Acks(3).Retransmits(3, 4, 5, 6).HasWindow(4);
        Assert.Equal(3, trace.Sender.Timeouts);
        Assert.Equal(7_200.Ms + trace.Sender.RtoPs, trace.Sender.NextDeadlinePs);
    }

    [Fact]
    public void Timeout_WithoutStamps_TakesNoSampleFromWhatWasSentTwice()
    {
        TcpTrace trace = new TcpTrace(TcpTrace.Reno with { HeaderBytes = 40 })
            .Sends(0..10)
            .Deadline(1.Seconds).Retransmits(0)
            .At(1_100.Ms).Acks(1).Retransmits(1, 2);
        Assert.Equal(0, trace.Sender.SmoothedRttPs);
    }

    [Fact]
    public void Timeout_ThatWasTooEarly_IsTakenBackByTheStamp()
    {
        TcpTrace trace = new TcpTrace(TcpTrace.Reno)
            .Sends(0..10)
            .Deadline(1.Seconds).Retransmits(0).HasWindow(1)
            // The original arrives after all (RFC 3522): the window is back, and grows by one.
            .At(1_050.Ms).Acks(1, isOriginal: true).Sends(10..12).HasWindow(11, int.MaxValue).IsIn(TcpState.Open);
        Assert.Equal(1, trace.Sender.SpuriousUndos);
    }

    [Fact]
    public void Timeout_ThatWasTooEarly_IsTakenBackBySackWithoutStamps()
    {
        // What arrives was sent before the timer expired, and not since (RFC 5682).
        TcpTrace trace = new TcpTrace(TcpTrace.Sack with { HeaderBytes = 40 })
            .Sends(0..10)
            .Deadline(1.Seconds).Retransmits(0).HasWindow(1)
            .At(1_050.Ms).Acks(0, [1..2]).HasWindow(10, int.MaxValue).IsIn(TcpState.Disorder);
        Assert.Equal(1, trace.Sender.SpuriousUndos);
    }

    [Fact]
    public void FastRetransmit_ThatWasTooEarly_IsTakenBackByTheStamp()
    {
        TcpTrace trace = ThreeDuplicates(TcpTrace.Reno).HasWindow(5)
            .At(120.Us).Acks(4, isOriginal: true).Sends(12..15).HasWindow(11, int.MaxValue).IsIn(TcpState.Open);
        Assert.Equal((1, 1), (trace.Sender.SpuriousUndos, trace.Sender.Retransmissions));
    }

    [Fact]
    public void FastRetransmit_ThatWasTooEarly_IsTakenBackByADuplicate()
    {
        TcpTrace trace = ThreeBehind(TcpTrace.Sack with { HeaderBytes = 40 })
            .At(120.Us).Acks(4).IsIn(TcpState.Recovery)
            .At(200.Us).Acks(4, duplicate: 0..1).HasWindow(10, int.MaxValue).IsIn(TcpState.Open).Sends(12..14);
        Assert.Equal(1, trace.Sender.SpuriousUndos);
    }

    [Theory]
    [InlineData(300, 7, false)]
    [InlineData(4, 4, true)]
    public void Adaptive_WhenSegmentsAreLate_WaitsForMore(int most, int becomes, bool isLoss)
    {
        TcpTrace trace = new TcpTrace(TcpTrace.Sack with { LossDetection = LossDetection.Adaptive, DuplicateAcksMax = most })
            .Sends(0..10)
            .At(100.Us).Acks(0, [1..7]).Retransmits(0).Sends(10..11)
            .At(120.Us).Acks(7, isOriginal: true).Sends(11..18);
        Assert.Equal(becomes, trace.Sender.DuplicateAcks);

        // Five behind mean a loss no more, where the bound may grow so far.
        trace.Acks(7, [8..13]);
        Assert.Equal(isLoss ? TcpState.Recovery : TcpState.Disorder, trace.Sender.State);
    }

    [Fact]
    public void DuplicateAcks_WhenSegmentsAreLate_StayThree()
    {
        TcpTrace trace = new TcpTrace(TcpTrace.Sack)
            .Sends(0..10)
            .At(100.Us).Acks(0, [1..7]).Retransmits(0).Sends(10..11)
            .At(120.Us).Acks(7, isOriginal: true);
        Assert.Equal(3, trace.Sender.DuplicateAcks);
    }

    private static TcpTrace ThreeDuplicates(Scenarios.Model.Transport transport) => new TcpTrace(transport)
        .Sends(0..10)
        .At(100.Us).Acks(0).Sends(10..11).Acks(0).Sends(11..12).Acks(0).Retransmits(0);

    private static TcpTrace ThreeBehind(Scenarios.Model.Transport transport) => new TcpTrace(transport)
        .Sends(0..10)
        .At(100.Us).Acks(0, [1..2]).Sends(10..11).Acks(0, [1..3]).Sends(11..12).Acks(0, [1..4]).Retransmits(0);

    private static TcpTrace RackBegun() => new TcpTrace(TcpTrace.Rack)
        .Sends(0..10)
        .At(100.Us).Acks(2).Sends(10..14);
}
