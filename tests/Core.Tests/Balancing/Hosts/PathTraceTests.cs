using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Balancing.Hosts;

/// <summary>Hand-computed traces of senders that choose paths, or the value that switches hash, by more than one flow's marks.</summary>
public class PathTraceTests
{
    [Fact]
    public void Presto_TakesTheNextPathForEachFlowcell() => HostTrace.Play("presto", 3, """
        0us   a send 0 1448B flight 0 -> p0
        1us   a send 65535 1448B flight 9 -> p0
        2us   a send 65536 1448B flight 9 -> p1
        3us   a send 0 1448B again flight 9 -> p1    # sent again with the cell of its time
        4us   a send 131072 1448B flight 9 -> p2
        5us   a send 196608 1448B flight 0 -> p0
        moves a 3 unsafe 2
        """, _ => HostTrace.SeedFor(0, 3));

    /// <summary>Credits of 10 and 5: 10:5, −5:5; 5:10, 5:−5; 15:0, 0:0; and again.</summary>
    [Fact]
    public void Presto_OverUnequalPaths_GivesTurnsBySpeed() => HostTrace.Play(HostTrace.Make("presto:cell=1KB"), HostTrace.TableOf(10, 5), """
        0us   a send 0 1000B flight 0 -> p0
        1us   a send 1000 1000B flight 0 -> p1
        2us   a send 2000 1000B flight 0 -> p0
        3us   a send 3000 1000B flight 0 -> p0
        4us   a send 4000 1000B flight 0 -> p1
        5us   a send 5000 1000B flight 0 -> p0
        """, _ => HostTrace.SeedFor(0, 2));

    [Fact]
    public void Presto_WithoutWeights_GivesEqualTurns() =>
        HostTrace.Play(HostTrace.Make("presto:cell=1KB:weighted=false"), HostTrace.TableOf(10, 5), """
        0us   a send 0 1000B flight 0 -> p0
        1us   a send 1000 1000B flight 0 -> p1
        2us   a send 2000 1000B flight 0 -> p0
        3us   a send 3000 1000B flight 0 -> p1
        """, _ => HostTrace.SeedFor(0, 2));

    /// <summary>
    /// Weights of 524,288 each; a third of one is 174,762: 699,050 and 349,526. Credits 0:0 after a turn each; then
    /// 699050:349526, path 0; 349524:699052, path 1; 1048574:2, path 0; 699048:349528, path 0.
    /// </summary>
    [Fact]
    public void Clove_AfterAMark_GivesTheOtherPathTwiceAsManyFlowlets() => HostTrace.Play("clove", 2, """
        0us      a send 0 1000B flight 0 -> p0
        500us    a send 0 1000B flight 0 -> p0        # silent for 500 us, not longer
        1001us   a send 0 1000B flight 1 -> p1
        1100us   a ack 2 1 sent 1001us -> p1          # path 1 gives a third
        1130us   a ack 2 1 sent 1002us -> p1          # within 40 us: the same news
        1700us   a send 0 1000B flight 0 -> p0
        1800us   a ack 2 2 sent 1002us -> p0          # of the flowlet before: not of this path
        2400us   a send 0 1000B flight 0 -> p1
        3000us   a send 0 1000B flight 0 -> p0
        3600us   a send 0 1000B flight 0 -> p0
        moves a 4 unsafe 1
        """, _ => HostTrace.SeedFor(0, 2));

    [Fact]
    public void Clove_SharesWeightsBetweenTheFlowsOfTwoHosts() => HostTrace.Play("clove", 2, """
        0us      a send 0 1000B flight 0 -> p0
        0us      b send 0 1000B flight 0 -> p1
        10us     c send 0 1000B flight 0 -> p0
        """, _ => HostTrace.SeedFor(0, 2));

    [Fact]
    public void EdgeFlowlets_OfALabel_CountOnAtEachGap() => HostTrace.Play("edge-flowlets/vxlan-label:values=3", 2, """
        0us      a send 0 1000B flight 0 -> -
        500us    a send 0 1000B flight 0 -> -
        1001us   a send 0 1000B flight 0 -> v1
        1100us   a ack 10 10 sent 1001us -> v1    # marks are nothing to it
        2000us   a send 0 1000B flight 2 -> v2
        3000us   a send 0 1000B flight 0 -> -
        moves a 3 unsafe 1
        """);

    [Fact]
    public void EdgeFlowlets_OfAPort_DrawAnotherAtEachGap() => HostTrace.Play("edge-flowlets/udp-port", 2, """
        0us      a send 0 1000B flight 0 -> x1
        500us    a send 0 1000B flight 0 -> x1
        1001us   a send 0 1000B flight 0 -> x2
        1600us   a send 0 1000B flight 0 -> x3
        """);

    [Theory]
    [InlineData("edge-entropy", 0u, 49_152, 4_789)]
    [InlineData("edge-entropy", 0x8000_0000u, 57_344, 4_789)]
    [InlineData("edge-entropy", 0xffff_ffffu, 65_535, 4_789)]
    [InlineData("edge-entropy:values=4", 0xffff_ffffu, 49_155, 4_789)]
    [InlineData("edge-entropy/none", 0xffff_ffffu, 49_152, 4_789)]
    [InlineData("edge-entropy/ipv6-flow-label", 0xffff_ffffu, 0xffff, 0xf)]
    [InlineData("edge-flowlets/vxlan-label", 0x8000_0000u, 57_344, 4_789)]
    [InlineData("edge-flowlets/udp-port", 0x8000_0000u, 49_152, 4_789)]
    public void Overlay_OfAFlow_HasItsHashInTheOuterHeader(string technique, uint headers, int source, int destination) =>
        Assert.Equal(
            new OverlayHeader((ushort)source, (ushort)destination),
            HostTrace.Make(technique).Open(new FlowSite(0, 0, 1, 10, 11, headers, HostTrace.TableOf(10), 1, Timestamp.Zero))!.Overlay);

    [Fact]
    public void Elephants_ByBytes_AreHashedOnceMore() => HostTrace.Play("elephants", 2, """
        0us   a send 999999 1000B flight 3 -> -
        1us   a send 1000000 1000B flight 3 -> v1
        2us   a send 9000000 1000B flight 3 -> v1
        moves a 1 unsafe 1
        """);

    [Fact]
    public void Elephants_CutIntoMice_TakeALabelForEachPiece() => HostTrace.Play("elephants/cut:piece=100KB", 2, """
        0us   a send 999999 1000B flight 3 -> -
        1us   a send 1000000 1000B flight 3 -> v1
        2us   a send 1099999 1000B flight 3 -> v1
        3us   a send 1100000 1000B flight 3 -> v2
        """);

    [Fact]
    public void Elephants_ByAge_AreMarked() => HostTrace.Play("elephants/mark:threshold=0B:age=1ms:class=3", 2, """
        1us      a send 0 1000B flight 3 -> -
        1001us   a send 9000000 1000B flight 3 -> -      # 1 ms after it began, not later
        1002us   a send 9001000 1000B flight 3 -> -c3
        moves a 0 unsafe 0
        """);

    [Theory]
    [InlineData("presto")]
    [InlineData("hermes:probe=0s")]
    [InlineData("clove")]
    [InlineData("edge-flowlets")]
    [InlineData("elephants/cut")]
    public void Selectors_OfABusyFlow_AllocateNothing(string technique)
    {
        PathSelector flow = HostTrace.Make(technique).Open(new FlowSite(0, 0, 1, 10, 11, 5, HostTrace.TableOf(10, 10, 5), 1, Timestamp.Zero))!;
        long offset = 0;
        AllocationAssert.None(() =>
        {
            offset += 100_000;
            var now = new Timestamp(offset * 10);
            flow.OnSend(new PathSegment(offset, 1448, offset % 300_000 == 0, 5), now);
            flow.OnAck(new PathAck(2, 1, 0, now, Interval.FromMicroseconds(90), 5), now + Interval.FromMicroseconds(90));
        });
    }
}
