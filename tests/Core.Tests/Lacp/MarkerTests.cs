using Trunkline.Core.Lacp;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Lacp;

public class MarkerTests
{
    private static readonly Interval Timeout = Interval.FromMilliseconds(100);

    // The response is the marker with another type: port, system, transaction and version are the requester's.
    [Fact]
    public void Marker_OfThePartner_IsAnsweredAtOnce()
    {
        var run = new ScriptedPartner();
        var marker = new MarkerPdu(false, 1, 25, 0x000e_8316_f500, 0xdead_beef);
        Hand(run, marker);
        SentFrame answer = Assert.Single(run.Sent, frame => !frame.IsLacpdu);
        Assert.Equal(run.Now, answer.Time);
        Assert.Equal(SlowPduError.None, MarkerPdu.Parse(answer.Bytes.AsSpan(14), out MarkerPdu response));
        Assert.Equal(marker with { IsResponse = true }, response);
        Assert.Equal((1L, 1L, 0L), (run.Port.Counters.MarkersReceived, run.Port.Counters.ResponsesSent, run.Port.Counters.MarkersDropped));
    }

    // Ten frames of a slow protocol in a second (IEEE 802.3 annex 57A); some more wait, in order.
    [Fact]
    public void Markers_InAFlood_AreAnsweredTenInASecond()
    {
        var run = new ScriptedPartner();
        for (uint i = 0; i < 1_000; i++)
        {
            Hand(run, new MarkerPdu(false, 1, 25, 0x000e_8316_f500, i));
            run.RunFor(0.01);
        }

        run.RunFor(10);
        double[] times = [.. run.Sent.Where(frame => !frame.IsLacpdu).Select(frame => frame.Time.Nanoseconds / 1e9)];
        Assert.All(times.Zip(times.Skip(LacpTimes.MarkersPerWindow)), pair => Assert.True(pair.Second - pair.First >= 1 - 1e-9));
        LacpCounters counters = run.Port.Counters;
        Assert.Equal(counters.MarkersReceived, counters.ResponsesSent + counters.MarkersDropped);
        Assert.InRange(counters.ResponsesSent, 100, 120);
    }

    [Fact]
    public void RequestMarker_OfALivePartner_IsAnsweredAfterTwoDelays()
    {
        LacpNetwork network = LacpNetwork.Pair(2);
        network.RunFor(5);
        network.Do(0, system => Assert.True(system.RequestMarker(new LinkId(1), Timeout, network.Now)));
        Assert.Equal(MarkerGeneratorState.WaitForResponse, network.Port(0, 1).Marker);
        network.Do(0, system => Assert.False(system.RequestMarker(new LinkId(1), Timeout, network.Now)));
        network.RunUntil(network.Now + (LacpNetwork.Delay * 2) - new Interval(1));
        Assert.Equal(MarkerGeneratorState.WaitForResponse, network.Port(0, 1).Marker);
        network.RunUntil(network.Now + new Interval(1));
        Assert.Equal(MarkerGeneratorState.Answered, network.Port(0, 1).Marker);
        Assert.Equal((1L, 1L), (network.Port(0, 1).Counters.ResponsesReceived, network.Port(1, 1).Counters.ResponsesSent));
    }

    [Fact]
    public void RequestMarker_OfAPartnerThatDoesNotAnswer_TimesOut()
    {
        var run = new ScriptedPartner();
        Assert.True(run.System.RequestMarker(new LinkId(0), Timeout, run.Now));
        run.Drain();

        // Neither another's response nor one to another marker counts.
        Hand(run, new MarkerPdu(true, 1, 1, 0x0200_0000_0a00, 99));
        Hand(run, new MarkerPdu(true, 1, 2, 0x0200_0000_0a00, 1));
        Hand(run, new MarkerPdu(true, 1, 1, 0x0200_0000_0c00, 1));
        run.RunFor(0.0999);
        Assert.Equal(MarkerGeneratorState.WaitForResponse, run.Port.Marker);
        run.RunFor(0.0002);
        Assert.Equal(MarkerGeneratorState.TimedOut, run.Port.Marker);
        Assert.True(run.System.RequestMarker(new LinkId(0), Timeout, run.Now));
        run.System.OnLink(new LinkId(0), false, default, true, run.Now);
        Assert.Equal(MarkerGeneratorState.Idle, run.Port.Marker);
        Assert.False(run.System.RequestMarker(new LinkId(0), Timeout, run.Now));
    }

    private static void Hand(ScriptedPartner run, MarkerPdu pdu)
    {
        byte[] frame = new byte[SlowFrame.Length];
        pdu.Write(SlowFrame.WriteHeader(frame, 0x000e_8316_f501));
        Assert.Equal(SlowPduError.None, run.System.OnFrame(new LinkId(0), frame, run.Now));
        run.Drain();
    }
}
