using Trunkline.Core.Lacp;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Lacp;

/// <summary>Every timeout of the standard, to the nanosecond, in virtual time.</summary>
public class TimerTests
{
    private const LacpState Slow = ScriptedPartner.Carrying & ~LacpState.ShortTimeout;

    // current_while runs by the own timeout bit, whatever the partner's is.
    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 90)]
    public void Receive_WhenNothingComes_ExpiresAndThenDefaults(bool isShort, int seconds)
    {
        var run = new ScriptedPartner(LacpNetwork.Options(0x0200_0000_0a00) with { HasShortTimeout = isShort });
        Assert.Equal(ReceiveState.Expired, run.Port.Receive);
        run.RunFor(1);
        run.Speak(isShort ? Slow : ScriptedPartner.Carrying);
        Assert.Equal(ReceiveState.Current, run.Port.Receive);
        run.RunFor(seconds - 1e-9);
        Assert.Equal(ReceiveState.Current, run.Port.Receive);
        Assert.False(run.Port.Actor.Has(LacpState.Expired));
        run.RunFor(1e-9);
        Assert.Equal((ReceiveState.Expired, 1L), (run.Port.Receive, run.Port.Counters.Expirations));
        Assert.True(run.Port.Actor.Has(LacpState.Expired));
        Assert.False(run.Port.Partner.Has(LacpState.Synchronization));
        Assert.True(run.Port.Partner.Has(LacpState.ShortTimeout));
        run.RunFor(3 - 1e-9);
        Assert.Equal(ReceiveState.Expired, run.Port.Receive);
        run.RunFor(1e-9);
        Assert.Equal(ReceiveState.Defaulted, run.Port.Receive);
        Assert.True(run.Port.Actor.Has(LacpState.Defaulted));
        Assert.False(run.Port.Actor.Has(LacpState.Expired));
        Assert.Equal(default(LacpParticipant) with { State = isShort ? LacpState.ShortTimeout : 0 }, run.Port.Partner);
    }

    // What was sent in time but is handed in together with its timeout has come in time: the caller may have been late.
    [Fact]
    public void Receive_OfAFrameAtTheVeryTimeout_IsInTime()
    {
        var run = new ScriptedPartner();
        run.SpeakFor(4, ScriptedPartner.Carrying);
        run.Speak(ScriptedPartner.Carrying);
        Timestamp spoken = run.Now;
        run.RunFor(3 - 1e-9);
        byte[] frame = new byte[SlowFrame.Length];
        new Lacpdu(1, run.Partner with { State = ScriptedPartner.Carrying }, run.Port.Actor, 0).Write(SlowFrame.WriteHeader(frame, 1));
        run.System.OnFrame(new LinkId(0), frame, spoken + Interval.FromSeconds(3));
        Assert.Equal((ReceiveState.Current, 0L), (run.Port.Receive, run.Port.Counters.Expirations));
        Assert.True(run.Port.IsDistributing);
    }

    // The period goes by the partner's timeout bit, whatever the own is.
    [Theory]
    [InlineData(true, ScriptedPartner.Carrying, 1)]
    [InlineData(false, ScriptedPartner.Carrying, 1)]
    [InlineData(true, Slow, 30)]
    [InlineData(false, Slow, 30)]
    public void Periodic_FollowsThePartnersTimeout(bool isShort, LacpState partner, int period)
    {
        var run = new ScriptedPartner(LacpNetwork.Options(0x0200_0000_0a00) with { HasShortTimeout = isShort });
        run.SpeakFor(5, partner);
        int before = run.Times.Length;
        run.SpeakFor(310, partner);
        double[] times = run.Times[before..];
        Assert.Equal(310 / period, times.Length);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(period, pair.Second - pair.First, 9));
        Assert.Equal(0, run.Port.Counters.Expirations);
    }

    [Fact]
    public void Periodic_WhenThePartnerWantsItFast_SendsAtOnce()
    {
        var run = new ScriptedPartner();
        run.SpeakFor(20, Slow);
        int before = run.Times.Length;
        run.RunFor(0.5);
        run.Speak(ScriptedPartner.Carrying);
        Assert.Equal([20.5], run.Times[before..]);
        run.SpeakFor(3, ScriptedPartner.Carrying);
        Assert.Equal([20.5, 21.5, 22.5, 23.5], run.Times[before..]);
        run.Speak(Slow);
        run.RunFor(2);
        Assert.Equal(4, run.Times[before..].Length);
    }

    // A caller that is up to 0.3 s late each time does not stretch ten seconds to thirteen.
    [Fact]
    public void Periodic_WithACallerThatIsLate_KeepsItsPeriod()
    {
        var run = new ScriptedPartner();
        run.SpeakFor(5, ScriptedPartner.Carrying);
        var random = new RandomSource(3);
        byte[] frame = new byte[SlowFrame.Length];
        Timestamp first = run.System.NextDeadline;
        var now = run.Now;
        int sent = 0;
        while (sent < 100)
        {
            now = run.System.NextDeadline + Interval.FromMilliseconds(random.Below(300));
            run.System.OnTime(now);
            for (; run.System.TryTransmit(out _, frame); sent++)
            {
            }

            new Lacpdu(1, run.Partner with { State = ScriptedPartner.Carrying }, run.Port.Actor, 0).Write(SlowFrame.WriteHeader(frame, 1));
            run.System.OnFrame(new LinkId(0), frame, now);
        }

        Assert.InRange((now - first).TotalSeconds, 99, 99.3);
    }

    [Fact]
    public void Periodic_OfTwoPassiveEnds_IsSilent()
    {
        LacpNetwork network = LacpNetwork.Pair(2, options => options with { IsActive = false });
        network.RunFor(100);
        Assert.Empty(network.Sent);
        Assert.All(network[0].Ports, port => Assert.Equal((PeriodicState.NoPeriodic, false), (port.Periodic, port.IsCollecting)));
    }

    [Fact]
    public void Periodic_OfAPassiveEnd_AnswersAnActiveOne()
    {
        LacpNetwork network = LacpNetwork.Pair(2, options => options with { IsActive = false }, options => options);
        network.RunFor(3);
        Assert.Equal((3UL, 3UL), (network[0].DistributingLinks, network[1].DistributingLinks));
    }

    // aggregate_wait: two seconds from when the port found its aggregator.
    [Fact]
    public void Mux_OfASelectedPort_WaitsForTwoSeconds()
    {
        var run = new ScriptedPartner();
        run.RunFor(0.5);
        run.Speak(ScriptedPartner.InSync);
        Assert.Equal((MuxState.Waiting, LacpSelection.Selected), (run.Port.Mux, run.Port.Selected));
        run.RunFor(2 - 1e-9);
        Assert.Equal(MuxState.Waiting, run.Port.Mux);
        run.RunFor(1e-9);
        Assert.Equal(MuxState.Collecting, run.Port.Mux);
    }

    // Ready: a port that came a second later holds the first back, so that both attach together.
    [Fact]
    public void Mux_OfTwoPortsThatComeApart_AttachesThemTogether()
    {
        var run = new ScriptedPartner(ports: 2);
        run.Speak(ScriptedPartner.InSync, port: 0);
        run.RunFor(1);
        run.Speak(ScriptedPartner.InSync, port: 1);
        run.RunFor(0.999);
        run.Speak(ScriptedPartner.InSync, port: 0);
        run.RunFor(0.9);
        Assert.Equal(0UL, run.System.CollectingLinks);
        run.RunFor(0.2);
        Assert.Equal(3UL, run.System.CollectingLinks);
    }

    [Fact]
    public void Transmit_WithAPartnerThatIsNeverContent_SendsThreeInAnySecond()
    {
        var run = new ScriptedPartner();
        for (int i = 0; i < 2_000; i++)
        {
            // It never knows us, so that every LACPDU of it asks for one.
            run.Speak(ScriptedPartner.InSync, default, 0);
            run.RunFor(0.005);
        }

        double[] times = run.Times;
        Assert.All(times.Zip(times.Skip(3)), pair => Assert.True(pair.Second - pair.First >= 1 - 1e-9, $"{pair}"));
        Assert.InRange(times.Length, 30, 33);
        Assert.True(run.Port.Counters.Delayed > 0);

        // What was held back goes as soon as it may, and says how things are then.
        Assert.Equal(run.Port.Actor.State, run.Sent[^1].Lacpdu.Actor.State);
    }

    [Fact]
    public void Churn_OfBothEnds_IsFoundAfterSixtySeconds()
    {
        var run = new ScriptedPartner();
        run.RunFor(60 - 1e-9);
        Assert.Equal((ChurnState.Monitor, ChurnState.Monitor), (run.Port.ActorChurn, run.Port.PartnerChurn));
        run.RunFor(1e-9);
        Assert.Equal((ChurnState.Churn, ChurnState.Churn), (run.Port.ActorChurn, run.Port.PartnerChurn));
        run.SpeakFor(5, ScriptedPartner.Carrying);
        Assert.Equal((ChurnState.NoChurn, ChurnState.NoChurn), (run.Port.ActorChurn, run.Port.PartnerChurn));
        run.SpeakFor(70, ScriptedPartner.Carrying & ~LacpState.Synchronization);
        Assert.Equal((ChurnState.NoChurn, ChurnState.Churn), (run.Port.ActorChurn, run.Port.PartnerChurn));
        Assert.Equal((1L, 2L), (run.Port.Counters.ActorChurns, run.Port.Counters.PartnerChurns));
        run.System.OnLink(new LinkId(0), false, default, true, run.Now);
        Assert.Equal((ChurnState.Monitor, ChurnState.Monitor), (run.Port.ActorChurn, run.Port.PartnerChurn));
        run.RunFor(1_000);
        Assert.Equal((1L, 2L), (run.Port.Counters.ActorChurns, run.Port.Counters.PartnerChurns));
        Assert.Equal(Timestamp.MaxValue, run.System.NextDeadline);
    }
}
