using Trunkline.Core.Lacp;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Lacp;

/// <summary>Two and more systems over cables with delay: what ends up carrying frames, and when.</summary>
public class NegotiationTests
{
    // One delay until both know each other, two seconds of waiting, and one until each sees the other in sync.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Systems_UnderCoupledControl_CarryFramesAfterTwoSecondsAndTwoDelays(bool isShort)
    {
        LacpNetwork network = LacpNetwork.Pair(4, options => options with { Control = MuxControl.Coupled, HasShortTimeout = isShort });
        Timestamp expected = Timestamp.Zero + Interval.FromSeconds(2) + (LacpNetwork.Delay * 2);
        network.RunUntil(expected - new Interval(1));
        AssertCarries(network, 0);
        network.RunUntil(expected);
        AssertCarries(network, 0xf);
        AssertAgree(network, isShort);
    }

    // One more delay until each sees the other collect. A LACPDU that was under way when its receiver got in sync makes that send another,
    // and where one period ends just then, that one is the third in a second: what says that it collects goes a second later.
    [Theory]
    [InlineData(true, 1, 0)]
    [InlineData(true, 4, 1)]
    [InlineData(false, 4, 0)]
    public void Systems_UnderIndependentControl_CarryFramesAfterTwoSecondsAndThreeDelays(bool isShort, int ports, int heldBackSeconds)
    {
        LacpNetwork network = LacpNetwork.Pair(ports, options => options with { HasShortTimeout = isShort });
        Timestamp soonest = Timestamp.Zero + Interval.FromSeconds(2) + (LacpNetwork.Delay * 3);
        network.RunUntil(soonest - new Interval(1));
        Assert.Equal((0UL, 0UL), (network[0].DistributingLinks, network[1].DistributingLinks));
        network.RunUntil(soonest);
        Assert.Equal((1UL, 1UL), (network[0].DistributingLinks & 1, network[1].DistributingLinks & 1));
        network.RunUntil(soonest + Interval.FromSeconds(heldBackSeconds));
        AssertCarries(network, (1UL << ports) - 1);
        AssertAgree(network, isShort);
    }

    [Fact]
    public void Systems_OfBothControls_WorkTogether()
    {
        LacpNetwork network = LacpNetwork.Pair(2, options => options with { Control = MuxControl.Coupled }, options => options);
        network.RunFor(3.1);
        AssertCarries(network, 3);
    }

    // The end that hears nothing says so at once, and the far end stops sending into the dead direction.
    [Theory]
    [InlineData(MuxControl.Independent, true, 3)]
    [InlineData(MuxControl.Coupled, true, 3)]
    [InlineData(MuxControl.Independent, false, 90)]
    [InlineData(MuxControl.Coupled, false, 90)]
    public void OneWayFailure_TakesTheTrafficOffTheLink(MuxControl control, bool isShort, int seconds)
    {
        LacpNetwork network = LacpNetwork.Pair(2, options => options with { Control = control, HasShortTimeout = isShort });
        network.RunFor(10.5);
        AssertCarries(network, 3);
        network.Cables[1].IsCutFromB = true;
        Timestamp cut = network.Now;
        Timestamp near = Timestamp.MaxValue, far = Timestamp.MaxValue;
        network.AfterEach = () =>
        {
            near = near == Timestamp.MaxValue && !network.Port(0, 1).IsDistributing ? network.Now : near;
            far = far == Timestamp.MaxValue && !network.Port(1, 1).IsDistributing ? network.Now : far;
        };
        network.RunFor(seconds + 1);
        Assert.InRange((near - cut).TotalSeconds, 0, seconds);
        Assert.Equal(LacpNetwork.Delay, far - near);
        network.RunFor(200);
        AssertCarries(network, 1);
        network.Cables[1].IsCutFromB = false;
        network.RunFor(40);
        AssertCarries(network, 3);
    }

    // A partner that follows the standard to the letter stays in sync while it is EXPIRED, and only says that it does not collect; coupled
    // control does not look at that, so that frames would go to nobody until it is DEFAULTED. Its Expired bit tells.
    [Theory]
    [InlineData(MuxControl.Independent)]
    [InlineData(MuxControl.Coupled)]
    public void Partner_ThatSaysExpired_GetsNoFrames(MuxControl control)
    {
        var run = new ScriptedPartner(LacpNetwork.Options(0x0200_0000_0a00) with { Control = control });
        run.SpeakFor(4, ScriptedPartner.Carrying);
        Assert.True(run.Port.IsDistributing);
        run.Speak(ScriptedPartner.InSync | LacpState.Expired);
        Assert.False(run.Port.IsDistributing);
        run.SpeakFor(3, ScriptedPartner.Carrying);
        Assert.True(run.Port.IsDistributing);
    }

    [Fact]
    public void LinkDown_AtOneEnd_TakesTheTrafficOffBoth()
    {
        LacpNetwork network = LacpNetwork.Pair(2);
        network.RunFor(5);
        network.SetLink(new LacpEnd(0, 1), false);
        network.RunFor(1e-6);
        Assert.Equal(1UL, network[0].DistributingLinks);
        network.RunFor(3.1);
        AssertCarries(network, 1);
        network.SetLink(new LacpEnd(0, 1), true);
        network.RunFor(3.1);
        AssertCarries(network, 3);
    }

    // A cable of the second bundle's in the first: it belongs to another system, so it is in another aggregator and carries nothing.
    [Fact]
    public void Miswire_ToAnotherSystem_CarriesNothing()
    {
        var network = new LacpNetwork();
        int a = network.Add(LacpNetwork.Options(0x0200_0000_0a00), 4);
        int x = network.Add(LacpNetwork.Options(0x0200_0000_0b00), 4);
        int y = network.Add(LacpNetwork.Options(0x0200_0000_0c00), 4);
        for (int i = 0; i < 4; i++)
        {
            network.Connect(new LacpEnd(a, i), new LacpEnd(i == 2 ? y : x, i));
        }

        network.Connect(new LacpEnd(y, 0), new LacpEnd(x, 2));
        network.AfterEach = () => Assert.True(((network[a].DistributingLinks | network[a].CollectingLinks) & 4) == 0 || network[a].ActiveAggregator == 2);
        network.RunFor(100);
        Assert.Equal(0b1011UL, network[a].DistributingLinks);
        Assert.Equal(0b1011UL, network[x].DistributingLinks);
        Assert.Equal((0UL, 0UL), (network[y].DistributingLinks, network[y].CollectingLinks));
        Assert.NotEqual(network.Port(a, 0).Aggregator, network.Port(a, 2).Aggregator);
        Assert.Equal((LacpSelection.Standby, network[y].Ports[2].Actor.System), (network.Port(a, 2).Selected, network.Port(a, 2).Partner.System));
        Assert.Equal(ChurnState.Churn, network.Port(a, 2).ActorChurn);
    }

    // Its speed is part of the key, so a slower port has an aggregator of its own; the greater sum of speeds is used.
    [Theory]
    [InlineData(10, 10, 1, 0b011)]
    [InlineData(1, 10, 1, 0b010)]
    [InlineData(1, 1, 1, 0b111)]
    [InlineData(3, 7, 3, 0b010)]
    [InlineData(4, 7, 4, 0b101)]
    public void MixedSpeeds_AreNotAggregated(int first, int second, int third, int expected)
    {
        var network = new LacpNetwork();
        network.Add(LacpNetwork.Options(0x0200_0000_0a00), 3);
        network.Add(LacpNetwork.Options(0x0200_0000_0b00), 3);
        foreach ((int port, int rate) in new[] { first, second, third }.Index())
        {
            network.Connect(new LacpEnd(0, port), new LacpEnd(1, port), new BitRate(rate * 1_000_000_000L));
        }

        network.RunFor(20);
        AssertCarries(network, (ulong)expected);
    }

    [Theory]
    [InlineData(AggregatorChoice.Bandwidth, 0b001)]
    [InlineData(AggregatorChoice.Count, 0b110)]
    public void Choice_BetweenAFastPortAndTwoSlowOnes_IsAsAskedFor(AggregatorChoice choice, int expected)
    {
        LacpNetwork network = LacpNetwork.Pair(3, options => options with { Choice = choice });
        network.SetLink(new LacpEnd(0, 0), true, new BitRate(10_000_000_000));
        network.SetLink(new LacpEnd(1, 0), true, new BitRate(10_000_000_000));
        network.RunFor(20);
        AssertCarries(network, (ulong)expected);
    }

    [Fact]
    public void Choice_ThatIsStable_KeepsWhatItHas()
    {
        var network = new LacpNetwork();
        network.Add(LacpNetwork.Options(0x0200_0000_0a00) with { Choice = AggregatorChoice.Stable }, 2);
        network.Add(LacpNetwork.Options(0x0200_0000_0b00) with { Choice = AggregatorChoice.Stable }, 2);
        network.Connect(new LacpEnd(0, 0), new LacpEnd(1, 0));
        network.RunFor(10.3);
        network.Connect(new LacpEnd(0, 1), new LacpEnd(1, 1), new BitRate(10_000_000_000));
        network.RunFor(10.5);
        AssertCarries(network, 1);
        network.SetLink(new LacpEnd(0, 0), false);
        network.SetLink(new LacpEnd(1, 0), false);
        network.RunFor(0.001);
        AssertCarries(network, 2);
    }

    // Equal in all but speed or key, both ends must choose the same: by the deciding system's least port.
    [Fact]
    public void WrongKey_AtOneEnd_KeepsThePortOut()
    {
        for (int wrong = 0; wrong < 2; wrong++)
        {
            var network = new LacpNetwork();
            network.Add(LacpNetwork.Options(0x0200_0000_0a00), 2);
            network.Add(LacpNetwork.Options(0x0200_0000_0b00), 2, (i, port) => port with { AdminKey = i == wrong ? 5 : null });
            network.Connect(new LacpEnd(0, 0), new LacpEnd(1, 0));
            network.Connect(new LacpEnd(0, 1), new LacpEnd(1, 1));
            network.RunFor(20);
            AssertCarries(network, 1);
            network.Do(1, system => system.SetAdminKey(new LinkId(wrong), 1, network.Now));
            network.RunFor(4);
            AssertCarries(network, 3);
        }
    }

    [Fact]
    public void Individual_Ports_AreAloneInTheirAggregators()
    {
        var network = new LacpNetwork();
        network.Add(LacpNetwork.Options(0x0200_0000_0a00), 3);
        network.Add(LacpNetwork.Options(0x0200_0000_0b00), 3, (_, port) => port with { IsAggregatable = false });
        for (int i = 0; i < 3; i++)
        {
            network.Connect(new LacpEnd(0, i), new LacpEnd(1, i));
        }

        network.RunFor(20.3);
        AssertCarries(network, 1);
        Assert.Equal([0, 1, 2], network[0].Ports.Select(port => port.Aggregator));
        network.SetLink(new LacpEnd(0, 0), false);
        network.SetLink(new LacpEnd(1, 0), false);
        network.RunFor(1);
        AssertCarries(network, 2);
    }

    [Fact]
    public void HalfDuplex_DoesNotSpeak()
    {
        LacpNetwork network = LacpNetwork.Pair(1);
        network.SetLink(new LacpEnd(0, 0), true, LacpNetwork.Gigabit, isFullDuplex: false);
        network.RunFor(100);
        Assert.Equal(ReceiveState.LacpDisabled, network.Port(0, 0).Receive);
        Assert.DoesNotContain(network.Sent, frame => frame.From.System == 0 && frame.Time > Timestamp.Zero);
        AssertCarries(network, 0);
    }

    // Two ports of one system on one cable, and a port that hears itself.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Loopback_CarriesNothing(bool hasFallback)
    {
        var network = new LacpNetwork();
        network.Add(LacpNetwork.Options(0x0200_0000_0a00) with { HasFallback = hasFallback }, 3);
        network.Connect(new LacpEnd(0, 0), new LacpEnd(0, 1));
        network.Connect(new LacpEnd(0, 2), new LacpEnd(0, 2));
        network.AfterEach = () => Assert.Equal(0UL, network[0].DistributingLinks | network[0].CollectingLinks);
        network.RunFor(600);
        Assert.All(network[0].Ports, port => Assert.True(port.Counters.Loopbacks > 10 && port.Counters.LacpdusReceived == 0));
    }

    [Fact]
    public void MaxLinks_KeepsTheRestOnStandby_InTheOrderOfTheDecidingSystem()
    {
        // The far system has the lower priority number, so its port priorities decide, whatever the near one's are.
        var network = new LacpNetwork();
        network.Add(LacpNetwork.Options(0x0200_0000_0a00) with { MaxLinks = 2 }, 4);
        network.Add(
            LacpNetwork.Options(0x0200_0000_0b00) with { SystemPriority = 100 }, 4, (i, port) => port with { Priority = (ushort)(10 - i) });
        for (int i = 0; i < 4; i++)
        {
            network.Connect(new LacpEnd(0, i), new LacpEnd(1, i));
        }

        network.RunFor(20.3);
        AssertCarries(network, 0b1100);
        Assert.Equal(LacpSelection.Standby, network.Port(0, 0).Selected);
        Assert.Equal(LacpSelection.Selected, network.Port(1, 0).Selected);

        // A link that fails is replaced by the next at once, for it has waited already.
        network.SetLink(new LacpEnd(0, 3), false);
        network.SetLink(new LacpEnd(1, 3), false);
        network.RunFor(0.001);
        AssertCarries(network, 0b0110);

        // Back again it replaces another only when its own wait is over.
        network.SetLink(new LacpEnd(0, 3), true);
        network.SetLink(new LacpEnd(1, 3), true);
        network.RunFor(1.9);
        AssertCarries(network, 0b0110);
        network.RunFor(0.2);
        AssertCarries(network, 0b1100);

        network.Do(1, system => system.SetPortPriority(new LinkId(0), 1, network.Now));
        network.RunFor(2.5);
        AssertCarries(network, 0b1001);
    }

    [Fact]
    public void MaxLinks_PassesOverALinkThatIsDeadOneWay()
    {
        LacpNetwork network = LacpNetwork.Pair(3, options => options with { MaxLinks = 2 });
        network.RunFor(10.3);
        AssertCarries(network, 0b011);
        network.Cables[0].IsCutFromA = true;
        network.RunFor(4.5);
        AssertCarries(network, 0b110);
    }

    [Fact]
    public void MinLinks_KeepsAllOffUntilThereAreEnough()
    {
        LacpNetwork network = LacpNetwork.Pair(3, options => options with { MinLinks = 2 }, options => options);
        network.SetLink(new LacpEnd(0, 1), false);
        network.SetLink(new LacpEnd(0, 2), false);
        network.RunFor(20);
        AssertCarries(network, 0);
        network.SetLink(new LacpEnd(0, 1), true);
        network.RunFor(4);
        AssertCarries(network, 0b011);
        network.Cables[0].IsCutFromA = true;
        network.RunFor(3.1);
        AssertCarries(network, 0);
    }

    [Fact]
    public void Fallback_OfAPartnerThatNeverSpeaks_UsesOnePort()
    {
        foreach (MuxControl control in Enum.GetValues<MuxControl>())
        {
            var run = new ScriptedPartner(LacpNetwork.Options(0x0200_0000_0a00) with { HasFallback = true, Control = control }, ports: 3);
            run.RunFor(2.999);
            Assert.Equal(0UL, run.System.DistributingLinks);
            run.RunFor(0.002);
            Assert.Equal((1UL, 1UL), (run.System.DistributingLinks, run.System.CollectingLinks));
            run.System.OnLink(new LinkId(0), false, default, true, run.Now);
            Assert.Equal(2UL, run.System.DistributingLinks);

            // As soon as one speaks, there is no fallback any longer, nor when it has gone silent again.
            run.Speak(ScriptedPartner.Carrying, port: 2);
            Assert.Equal(0UL, run.System.DistributingLinks);
            run.RunFor(2);
            Assert.Equal(4UL, run.System.DistributingLinks);
            run.RunFor(10);
            Assert.Equal(2UL, run.System.DistributingLinks);
        }
    }

    [Fact]
    public void NoFallback_OfAPartnerThatNeverSpeaks_CarriesNothing()
    {
        var run = new ScriptedPartner();
        run.RunFor(1_000);
        Assert.Equal((0UL, -1), (run.System.DistributingLinks, run.System.ActiveAggregator));
    }

    [Fact]
    public void Timeout_FlippedAtOneEnd_ChangesTheOthersPeriod()
    {
        LacpNetwork network = LacpNetwork.Pair(1, options => options with { HasShortTimeout = false });
        network.RunFor(100);
        network.Sent.Clear();
        network.Do(0, system => system.SetTimeout(isShort: true, network.Now));
        network.RunFor(60);
        Assert.InRange(network.Sent.Count(frame => frame.From.System == 1), 60, 62);
        Assert.InRange(network.Sent.Count(frame => frame.From.System == 0), 2, 4);
        AssertCarries(network, 1);
        Assert.Equal(0, network.Port(0, 0).Counters.Expirations);
    }

    [Fact]
    public void Address_ThatIsChanged_IsTheSourceOfLaterFrames()
    {
        LacpNetwork network = LacpNetwork.Pair(1);
        network[0].SetAddress(new LinkId(0), 0x0200_0000_0099);
        network.RunFor(5);
        AssertCarries(network, 1);
        Assert.All(network.Sent.Where(frame => frame.From.System == 0), frame => Assert.Equal(0x99, frame.Bytes[11]));
    }

    // A cable that is moved while it is down: its old place forgets the partner at once.
    [Fact]
    public void Partner_ThatSpeaksOnAnotherPort_IsForgottenOnTheFirst()
    {
        var network = new LacpNetwork();
        network.Add(LacpNetwork.Options(0x0200_0000_0a00), 2);
        network.Add(LacpNetwork.Options(0x0200_0000_0b00), 1);
        LacpCable cable = network.Connect(new LacpEnd(0, 0), new LacpEnd(1, 0));
        network.RunFor(5);
        network.SetLink(new LacpEnd(0, 0), false);
        network.SetLink(new LacpEnd(1, 0), false);
        network.RunFor(5);
        Assert.Equal(0x0200_0000_0b00UL, network.Port(0, 0).Partner.System);
        network.Cables.Remove(cable);
        network.Connect(new LacpEnd(0, 1), new LacpEnd(1, 0));
        network.RunFor(5);
        Assert.Equal(0UL, network.Port(0, 0).Partner.System);
        Assert.Equal((2UL, 1UL), (network[0].DistributingLinks, network[1].DistributingLinks));
    }

    // Ten minutes: no end ever says Expired, and no period is off by a tenth.
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 30)]
    public void Soak_OfTenMinutes_ShowsNoExpiredBit(bool isShort, int period)
    {
        LacpNetwork network = LacpNetwork.Pair(4, options => options with { HasShortTimeout = isShort });
        network.RunFor(5);
        AssertCarries(network, 0xf);
        network.Sent.Clear();
        network.AfterEach = () => Assert.Equal((0xfUL, 0xfUL), (network[0].DistributingLinks, network[1].DistributingLinks));
        network.RunFor(600);
        Assert.All(network.Sent, frame => Assert.Equal((LacpState)0, (frame.Lacpdu.Actor.State | frame.Lacpdu.Partner.State) & LacpState.Expired));
        foreach (IGrouping<LacpEnd, SentFrame> sent in network.Sent.GroupBy(frame => frame.From))
        {
            double[] times = [.. sent.Select(frame => frame.Time.Nanoseconds / 1e9)];
            Assert.Equal(600 / period, times.Length);
            Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, period * 0.9, period * 1.1));
        }

        foreach (LacpPort port in network[0].Ports.Concat(network[1].Ports))
        {
            Assert.Equal((0L, 0L, 0L), (port.Counters.Expirations, port.Counters.ActorChurns, port.Counters.PartnerChurns));
            Assert.Equal((ChurnState.NoChurn, ChurnState.NoChurn), (port.ActorChurn, port.PartnerChurn));
        }
    }

    private static void AssertAgree(LacpNetwork network, bool isShort)
    {
        LacpState state = isShort ? ScriptedPartner.Carrying : ScriptedPartner.Carrying & ~LacpState.ShortTimeout;
        network.RunFor(35);
        foreach ((LacpPort near, LacpPort far) in network[0].Ports.Zip(network[1].Ports))
        {
            Assert.Equal((state, state, 0), (near.Actor.State, near.Partner.State, near.Aggregator));
            Assert.Equal((near.Actor, near.Partner), (far.Partner, far.Actor));
        }
    }

    private static void AssertCarries(LacpNetwork network, ulong links)
    {
        Assert.Equal((links, links), (network[0].CollectingLinks, network[1].CollectingLinks));
        Assert.Equal((links, links), (network[0].DistributingLinks, network[1].DistributingLinks));
    }
}
