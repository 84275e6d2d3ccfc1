using Trunkline.Core.Balancing.Fabric;

namespace Trunkline.Core.Tests.Balancing.Fabric;

/// <summary>Decisions of fabrics worked out by hand. At 8 Gb/s a byte takes a nanosecond.</summary>
public class FabricTraceTests
{
    // Hosts 0 to 2 at leaf 4, host 3 at leaf 5; spines 6 and 7; ports of links: 8 and 10 lead from leaf 4 to the spines, 12 and 14 from leaf 5.
    private static readonly FabricMap Plain = LeafSpine(1);

    // From spine 6 to leaf 5 a quarter of the speed.
    private static readonly FabricMap Narrow = LeafSpine(0.25);

    /// <summary>20 us are looked back: 20,000 B are full use of 8 Gb/s, a step of 256 is 78.125 B; on 2 Gb/s a quarter of these.</summary>
    private const string Hula = "hula:interval=10us:window=20us:silence=25us:gap=1us:probe=1B:buckets=16";

    /// <summary>Probes come over the links in the order of their ports, so that spine 6 is known first and kept while it is no worse.</summary>
    [Fact]
    public void Hula_FollowsItsProbes_AndNotItsOwnPort() => TestFabric.Play(Hula, Narrow, """
        0us    0>3 hash 0   8000B -> 0     # nothing sent: spine 6, whose probe came first
        1us    0>3 hash 1   100B  -> 0     # no probe since
        10us   tick                        # spine 6: max(own 8100, narrow 8100) is used, spine 7 is not
        11us   0>3 hash 0   100B  -> 1
        12us   0>3 hash 2   100B  -> 1
        12us   0>3 hash 1   100B  -> 1
        """);

    /// <summary>Probes arrive over spine 7 alone once spine 6 lost its link to leaf 5.</summary>
    [Fact]
    public void Hula_WhenProbesStopComing_ForgetsTheNextHop() => TestFabric.Play(Hula, Plain, """
        0us    0>3 hash 0   100B  -> 0
        5us    down 12
        10us   tick                        # a worse probe by spine 7 is not believed yet
        11us   0>3 hash 1   100B  -> 0     # known since 0 us
        30us   tick                        # silent for 30 us: spine 7's is believed
        31us   0>3 hash 2   100B  -> 1
        """);

    /// <summary>
    /// Half of the register is lost each 10 us, so that 20 us are looked back: 20,000 B on a whole path, 5000 B on a quarter. Load alone
    /// counts, in 10 bands.
    /// </summary>
    private const string Afs = "afs-weighted:gap=1us:sampling=10us:average=2:load-weight=100%:bands=10:buckets=16";

    [Fact]
    public void AfsWeighted_OnANarrowPath_CountsLoadAgainstThePath() => TestFabric.Play(Afs, Narrow, """
        0us    0>3 hash 0   1000B -> 1     # drawn
        2us    0>3 hash 1   2000B -> 1     # 1000 / 20,000 is band 0 of 10, as is the idle one: drawn
        4us    0>3 hash 2   1000B -> 0     # band 0 against 3000 / 20,000, band 1
        6us    0>3 hash 3   1000B -> 1     # 1000 / 5000 is band 2, against its own speed it would be band 0
        8us    0>3 hash 4   1000B -> 0     # 2 against 4000 / 20,000: equal, drawn
        """);

    /// <summary>The same packets where paths are equal: bands of 2000 B on both.</summary>
    [Fact]
    public void AfsWeighted_OnEqualPaths_IsEven() => TestFabric.Play(Afs, Plain, """
        0us    0>3 hash 0   1000B -> 1     # drawn
        2us    0>3 hash 1   2000B -> 1     # both band 0: drawn
        4us    0>3 hash 2   1000B -> 0     # band 0 against 3000 / 20,000, band 1
        6us    0>3 hash 3   1000B -> 0     # 1000 / 20,000 is band 0
        8us    0>3 hash 4   1000B -> 0     # 2000 and 3000: both band 1, drawn
        """);

    /// <summary>
    /// 1 ms at 8 Gb/s is 1 MB, a tenth 100 KB. Flows between pairs could each fill a link, so that each path has room for one.
    /// </summary>
    [Fact]
    public void Hedera_PlacesWhatIsLarge_OnTheFirstPathWithRoom() => TestFabric.Play("hedera:interval=1ms:install=100us", Pairs, """
        0us      0>4 hash 1   1000B -> -      # the first poll begins
        100us    0>4 hash 1   200KB -> -
        100us    1>5 hash 2   200KB -> -
        100us    2>6 hash 3   99KB  -> -      # less than a tenth of 1 MB
        1ms      tick                         # demands: whole links; flow 1 to path 0, flow 2 to path 1
        1050us   0>4 hash 1   200KB -> -      # not installed yet
        1050us   1>5 hash 2   200KB -> -
        1100us   0>4 hash 1   200KB -> 0
        1100us   1>5 hash 2   200KB -> 1
        1100us   2>6 hash 3   200KB -> -
        2ms      tick                         # no path has room for flow 3
        2200us   2>6 hash 3   1000B -> -
        2200us   1>5 hash 2   1000B -> 1
        4ms      tick                         # flow 1 was silent for an interval: its rule goes, flow 2 sent 1000 B
        4100us   0>4 hash 1   1000B -> -
        """);

    /// <summary>Two senders to one host: half of its NIC each, so that both fit one path; with demands of whole links they would not.</summary>
    [Fact]
    public void Hedera_EstimatesWhatReceiversTake() => TestFabric.Play("hedera:interval=1ms:install=100us", Pairs, """
        0us      0>4 hash 1   1000B -> -
        100us    0>4 hash 1   500KB -> -
        100us    1>4 hash 2   200KB -> -
        100us    2>6 hash 3   200KB -> -
        1100us   0>4 hash 1   1000B -> 0
        1100us   1>4 hash 2   1000B -> 0
        1100us   2>6 hash 3   1000B -> 1
        """);

    [Fact]
    public void Sdn_PlacesEachFlow_WhereTheFewestAre() => TestFabric.Play("sdn:install=10us:table=3", Plain, """
        0us    0>3 hash 1   1000B -> -       # asks
        0us    1>3 hash 2   1000B -> -
        5us    0>3 hash 1   1000B -> -
        10us   0>3 hash 1   1000B -> 0
        10us   1>3 hash 2   1000B -> 1       # path 0 has a flow
        20us   2>3 hash 3   1000B -> -
        20us   2>3 hash 4   1000B -> -       # the table is full
        30us   2>3 hash 3   1000B -> 0       # one and one: the first
        40us   2>3 hash 4   1000B -> -       # still full
        """);

    /// <summary>A quarter of the speed: three flows on path 1 weigh as much as one would on path 0, and more.</summary>
    [Fact]
    public void Sdn_CountsFlowsAgainstTheSlowestLinkOfAPath() => TestFabric.Play("sdn:install=0us", Narrow, """
        0us    0>3 hash 1   1000B -> 1       # one flow on 1/4 against one on 1
        0us    0>3 hash 2   1000B -> 1       # 4 against 2
        0us    0>3 hash 3   1000B -> 1       # 4 against 3
        0us    0>3 hash 4   1000B -> 0       # 4 against 4, and fewer in all
        0us    0>3 hash 5   1000B -> 1       # 8 against 4
        """);

    [Fact]
    public void Sdn_WithAFullTable_EvictsTheRuleLongestUnused() => TestFabric.Play("sdn:install=0us:table=2:full=evict", Plain, """
        0us    0>3 hash 1   1000B -> 0
        1us    0>3 hash 2   1000B -> 1
        2us    0>3 hash 1   1000B -> 0
        3us    0>3 hash 3   1000B -> 1       # flow 2 goes, and leaves path 1 empty
        4us    0>3 hash 2   1000B -> 0       # flow 1 goes
        5us    0>3 hash 3   1000B -> 1
        """);

    [Fact]
    public void DscpSteer_PlacesMarkedFlows_AndLeavesOthersToTheHash() => TestFabric.Play("dscp-steer:gap=100us", Plain, """
        0us     0>3 hash 1   1000B -> -
        0us     0>3 hash 1!  1000B -> 1      # no marked flow yet, and link 0 carried what was hashed
        0us     0>3 hash 2!  1000B -> 0      # link 1 has a flow
        1us     0>3 hash 3   1000B -> -
        1us     0>3 hash 3!  1000B -> 1      # one and one: link 0 carried 3000, link 1 1000
        50us    0>3 hash 2!  1000B -> 0      # stays
        120us   0>3 hash 4!  1000B -> 1      # flows 1 and 3 are silent, flow 2 is on link 0
        """);

    [Fact]
    public void Hula_WhereTheFabricIsNoTree_SaysWhatItNeeds()
    {
        FabricMap ring = TestFabric.Map(2, 4, (0, 2, 1, 1), (1, 3, 1, 1), (2, 3, 1, 1), (2, 3, 1, 1));
        FabricMap several = TestFabric.Map(2, 5, (0, 2, 1, 1), (0, 3, 1, 1), (1, 3, 1, 1), (2, 4, 1, 1), (3, 4, 1, 1));
        Assert.Contains("needs a tree", TestFabric.FaultOf("hula", ring), StringComparison.Ordinal);
        Assert.Contains("at one switch", TestFabric.FaultOf("hula", several), StringComparison.Ordinal);
        Assert.Contains("at one switch", TestFabric.FaultOf("hedera", several), StringComparison.Ordinal);
        Assert.Contains("install", TestFabric.FaultOf("hedera:interval=5ms", Plain), StringComparison.Ordinal);
    }

    /// <summary>Over three tiers next hops are learnt at the ToR and at the tier above it.</summary>
    [Fact]
    public void Hula_OverThreeTiers_ChoosesAtEach()
    {
        // Hosts 0 and 1, ToRs 2 and 3, above them 4 and 5 over faster links, above both 6 and 7.
        FabricMap map = TestFabric.Map(2, 8, (0, 2, 1, 1), (1, 3, 1, 1), (2, 4, 4, 4), (3, 5, 4, 4), (4, 6, 1, 1), (4, 7, 1, 1), (5, 6, 1, 1), (5, 7, 1, 1));
        TestFabric.Play(Hula, map, """
            0us    0>1 hash 0   8000B -> 0
            10us   tick
            11us   0>1 hash 0   100B  -> 1
            """);
    }

    /// <summary>Seven hosts: 0 to 2 at leaf 7, 4 to 6 at leaf 8 (3 is idle there), two spines.</summary>
    private static readonly FabricMap Pairs = TestFabric.Map(
        7,
        11,
        [.. Enumerable.Range(0, 7).Select(h => (h, h < 3 ? 7 : 8, 1.0, 1.0)), (7, 9, 1, 1), (7, 10, 1, 1), (8, 9, 1, 1), (8, 10, 1, 1)]);

    private static FabricMap LeafSpine(double down) => TestFabric.Map(
        4, 8, (0, 4, 1, 1), (1, 4, 1, 1), (2, 4, 1, 1), (3, 5, 1, 1), (4, 6, 1, 1), (4, 7, 1, 1), (5, 6, 1, down), (5, 7, 1, 1));
}
