using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Units;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Balancing.Fabric;

/// <summary>CONGA held against its decisions worked out by hand. At 8 Gb/s a byte takes a nanosecond.</summary>
public class CongaTests
{
    // Hosts 0 and 1 at leaves 2 and 3, spines 4 and 5; all 8 Gb/s, but from spine 4 to leaf 3 2 Gb/s.
    private static readonly FabricMap Narrow = TestFabric.Map(
        2, 6, (0, 2, 1, 1), (1, 3, 1, 1), (2, 4, 1, 1), (2, 5, 1, 1), (3, 4, 1, 0.25), (3, 5, 1, 1));

    // Half of the register is lost each 10 us, so that 20 us are looked back: at 8 Gb/s 20,000 B, a band is 2500 B; at 2 Gb/s it is 625 B.
    private const string Plain = "conga:gap=5us:dre-interval=10us:dre-share=50%:ageing=100us:buckets=16";

    /// <summary>The first flowlet of each bucket is drawn, where bands are equal.</summary>
    [Fact]
    public void Conga_OnANarrowPath_FollowsWhatPacketsBringBack() => TestFabric.Play(Plain, Narrow, """
        0us    0>1 hash 0   2000B -> 0 ce 3 fb -      # drawn; uplink 2000 is band 0, spine 4 2000 / 625 is band 3
        0us    0>1 hash 1   5000B -> 1 ce 2 fb -      # drawn; 5000 / 2500 at both ports
        1us    1>0 hash 2   100B  -> 1 ce 0 fb 0:3    # drawn; the report of uplink 0 goes first
        1us    1>0 hash 2   100B  -> 1 ce 0 fb 1:2    # then that of uplink 1
        1us    1>0 hash 2   100B  -> 1 ce 0 fb 0:3    # nothing changed: in turn
        2us    0>1 hash 0   100B  -> 0 ce 3 fb 1:0    # within its flowlet; 2100 / 625
        2us    0>1 hash 3   600B  -> 1 ce 2 fb 1:0    # uplink 0: max(0, 3); uplink 1: max(2, 2)
        3us    1>0 hash 2   100B  -> 1 ce 0 fb 1:2    # its turn
        8us    0>1 hash 0   100B  -> 1 ce 2 fb 1:0    # idle for 6 us: uplink 1 is better: 5700 / 2500
        9us    0>1 hash 4   2000B -> 1 ce 3 fb 1:0    # 7700 / 2500
        9us    1>0 hash 2   100B  -> 1 ce 0 fb 1:3    # changed: before its turn
        9us    0>1 hash 5   100B  -> 1 ce 3 fb 1:0    # uplink 0: max(0, 3), uplink 1: max(3, 3): drawn
        30us   0>1 hash 4   100B  -> 1 ce 0 fb 1:0    # idle, 3 and 3: its own is kept; three halvings: 975 + 100
        """);

    /// <summary>The same packets without what they bring back: at 2 us uplink 0 has band 0 and uplink 1 band 2.</summary>
    [Fact]
    public void CongaLocal_OnTheSamePackets_LooksAtItsOwnPortsAlone() => TestFabric.Play(Plain + ":congestion=local", Narrow, """
        0us    0>1 hash 0   2000B -> 0 ce 3 fb -
        0us    0>1 hash 1   5000B -> 1 ce 2 fb -
        1us    1>0 hash 2   100B  -> 1 ce 0 fb 0:3
        1us    1>0 hash 2   100B  -> 1 ce 0 fb 1:2
        2us    0>1 hash 3   600B  -> 0 ce 4 fb 1:0    # band 0 against band 2
        8us    0>1 hash 0   100B  -> 0 ce 4 fb 1:0    # 2700 is band 1
        """);

    [Fact]
    public void Conga_WhenAReportIsOld_CountsItAsZero() => TestFabric.Play(Plain, Narrow, """
        0us      0>1 hash 0   2000B -> 0 ce 3 fb -
        0us      0>1 hash 1   2000B -> 1 ce 0 fb -      # drawn
        1us      1>0 hash 2   100B  -> 1 ce 0 fb 0:3
        101us    0>1 hash 0   100B  -> 1 ce 0 fb 1:0    # the report is 100 us old: 3 against 0
        101001ns 0>1 hash 1   100B  -> 1 ce 0 fb 1:0    # no report counts any more: equal, its own is kept
        101001ns 0>1 hash 3   100B  -> 1 ce 0 fb 1:0    # drawn
        """);

    /// <summary>With an age bit, looked at each 5 us, who sent at 1 us expires at 10 us, as does who sent at 4.9 us.</summary>
    [Fact]
    public void Conga_WithAgeBits_ExpiresAtTheSecondLook() => TestFabric.Play(Plain + ":expiry=age-bit", Narrow, """
        0us      0>1 hash 0   5000B -> 0 ce 7 fb -
        0us      0>1 hash 1   100B  -> 1 ce 0 fb -      # uplink 0 is in band 2
        1us      0>1 hash 0   100B  -> 0 ce 7 fb -
        9us      0>1 hash 0   100B  -> 0 ce 7 fb -      # idle for 8 us, one look
        14999ns  0>1 hash 0   100B  -> 0 ce 4 fb -      # the look at 10 us; 5200 halved
        20us     0>1 hash 0   100B  -> 0 ce 2 fb -      # looks at 15 and 20 us: expired; 2700 halved and 50 are band 0: equal
        """);

    [Fact]
    public void Conga_WhenALinkGoes_TakesAnotherAtOnce() => TestFabric.Play(Plain, Narrow, """
        0us    0>1 hash 0   100B  -> 0 ce 0 fb -
        1us    down 4
        1us    0>1 hash 0   100B  -> 1 ce 0 fb -
        1us    down 6
        1us    0>1 hash 0   100B  -> none
        2us    up 4
        2us    0>1 hash 0   100B  -> 0 ce 0 fb -
        """);

    /// <summary>By hand: half of 1001 is 500, of 501 250; five steps at once leave 7, which three more empty: 3, 1, 0.</summary>
    [Fact]
    public void Estimate_StepByStep_RoundsDownToWholeBytes()
    {
        var settings = new EstimatorSettings(10_000, 500_000, 8);
        var load = new DiscountingEstimator(in settings, new BitRate(8_000_000_000));
        Assert.Equal(0, load.Add(in settings, 1001, 9_999));
        load.BandAt(in settings, 10_000);
        Assert.Equal(500, load.Bytes);
        load.Add(in settings, 1, 19_999);
        load.BandAt(in settings, 20_000);
        Assert.Equal(250, load.Bytes);
        load.BandAt(in settings, 79_999);
        Assert.Equal(7, load.Bytes);
        load.BandAt(in settings, 109_999);
        Assert.Equal(0, load.Bytes);
    }

    /// <summary>20,000 B are full speed: bands of 2500 B, the last open.</summary>
    [Theory]
    [InlineData(2_499, 0)]
    [InlineData(2_500, 1)]
    [InlineData(17_499, 6)]
    [InlineData(17_500, 7)]
    [InlineData(1_000_000, 7)]
    public void Estimate_InBands_RoundsDown(int bytes, int band)
    {
        var settings = new EstimatorSettings(10_000, 500_000, 8);
        var load = new DiscountingEstimator(in settings, new BitRate(8_000_000_000));
        Assert.Equal(band, load.Add(in settings, bytes, 0));
        load.SetRate(in settings, new BitRate(4_000_000_000));
        Assert.Equal(Math.Min(7, bytes / 1_250), load.BandAt(in settings, 0));
    }

    [Fact]
    public void Conga_WhereTheFabricIsOtherwise_SaysWhatItNeeds()
    {
        FabricMap threeTiers = TestFabric.Map(2, 8, (0, 2, 1, 1), (1, 3, 1, 1), (2, 4, 1, 1), (3, 5, 1, 1), (4, 6, 1, 1), (5, 6, 1, 1), (4, 7, 1, 1), (5, 7, 1, 1));
        FabricMap backToBack = TestFabric.Map(2, 4, (0, 2, 1, 1), (1, 3, 1, 1), (2, 3, 1, 1), (2, 3, 1, 1));
        FabricMap twoLeaves = TestFabric.Map(2, 6, (0, 2, 1, 1), (0, 3, 1, 1), (1, 3, 1, 1), (2, 4, 1, 1), (3, 4, 1, 1), (2, 5, 1, 1), (3, 5, 1, 1));
        FabricMap oneSwitch = TestFabric.Map(2, 3, (0, 2, 1, 1), (1, 2, 1, 1));
        FabricMap wide = TestFabric.Map(
            2, 5, [(0, 2, 1, 1), (1, 3, 1, 1), .. Enumerable.Repeat((2, 4, 1.0, 1.0), 17), .. Enumerable.Repeat((3, 4, 1.0, 1.0), 16)]);
        Assert.Contains("here there are more", TestFabric.FaultOf("conga", threeTiers), StringComparison.Ordinal);
        Assert.Contains("linked to each other", TestFabric.FaultOf("conga", backToBack), StringComparison.Ordinal);
        Assert.Contains("several switches", TestFabric.FaultOf("conga", twoLeaves), StringComparison.Ordinal);
        Assert.Contains("no switches", TestFabric.FaultOf("conga", oneSwitch), StringComparison.Ordinal);
        Assert.Contains("at most 16 uplinks", TestFabric.FaultOf("conga", wide), StringComparison.Ordinal);
    }

    [Fact]
    public void Conga_OncePacketsFlow_AllocatesNothing()
    {
        FabricTechnique conga = TestFabric.Make("conga", Narrow);
        var group = new FabricGroup(0, 2, [4, 6], new Core.Links.Bundle(Links.TestLinks.Equal(2)));
        void Send(int number)
        {
            var now = new Timestamp(number * 1_000_000L);
            ushort tag = 0;
            var packet = new FabricPacket(number, (uint)number, 0, 1, 1500, 0);
            int port = group.Ports[conga.Pick(in packet, group, ref tag, now)];
            conga.OnSent(port, 1500, ref tag, now);
            conga.OnArrival(in packet, port == 4 ? 9 : 11, ref tag, now);
        }

        Send(0);
        AllocationAssert.None(() =>
        {
            for (int i = 1; i < 1000; i++)
            {
                Send(i);
            }
        });
    }
}
