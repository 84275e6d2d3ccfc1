using FsCheck;
using FsCheck.Fluent;
using Trunkline.Analysis.Flows;
using Trunkline.Core.Flows;
using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Analysis.Tests.Flows;

public class FlowTableTests
{
    // Nothing here is ever idle for so long, so first flowlets are whole flows.
    private static readonly Interval[] Gaps = [Interval.FromSeconds(100)];

    [Fact]
    public void OnFrames_OfOneFlow_CountInOneEntry()
    {
        var table = new Harness();

        int[] entries = [table.Add(0, TestFrames.Tcp(1, 100)), table.Add(5, TestFrames.Tcp(1, 200)), table.Add(9, TestFrames.Tcp(1, 300))];

        Assert.Equal([0, 0, 0], entries);
        Assert.Equal(1, table.Flows.FlowCount);
        FlowTotals flow = table.Flows.Flow(table.Flows.FlowOf(0));
        Assert.Equal((600, 3, 0, 9), (flow.Bytes, flow.Frames, flow.FirstNs, flow.LastNs));
        Assert.Equal((600, 3), (table.Flows.BytesOf(0), table.Flows.FramesOf(0)));
    }

    [Fact]
    public void OnFrames_OfOneFlowByTwoWays_CountInTwoEntriesOfOneFlow()
    {
        var table = new Harness();
        byte[] detour = Packet.Ethernet("02:00:00:00:00:99").Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 443).Payload(46).ToArray();

        int[] entries = [table.Add(0, TestFrames.Tcp(1)), table.Add(1, detour), table.Add(2, TestFrames.Tcp(1)), table.Add(3, detour)];

        Assert.Equal([0, 1, 0, 1], entries);
        Assert.Equal(1, table.Flows.FlowCount);
        Assert.Equal(table.Flows.FlowOf(0), table.Flows.FlowOf(1));
        Assert.Equal((108, 200), (table.Flows.BytesOf(0), table.Flows.BytesOf(1)));
        Assert.Equal(308, table.Flows.Flow(0).Bytes);
    }

    [Fact]
    public void OnFrames_WithoutIp_BelongToNoFlow()
    {
        var table = new Harness();

        int[] entries = [table.Add(0, TestFrames.Arp()), table.Add(1, TestFrames.Tcp(1)), table.Add(2, TestFrames.Arp())];

        Assert.Equal([0, 1, 0], entries);
        Assert.Equal(-1, table.Flows.FlowOf(0));
        Assert.Equal((1, 1), (table.Flows.FlowCount, table.Flows.IpFrames));
    }

    [Fact]
    public void OnFrames_OfTwoInterfaces_AreTwoEntriesOfOneFlow()
    {
        var table = new Harness();

        int[] entries = [table.Add(0, TestFrames.Tcp(1)), table.Add(1, TestFrames.Tcp(1), interfaceIndex: 1), table.Add(2, TestFrames.Tcp(1), interfaceIndex: 2)];

        Assert.Equal([0, 1, 2], entries);
        Assert.Equal([0, 1, 2], entries.Select(table.Flows.InterfaceOf));
        Assert.Equal(1, table.Flows.FlowCount);
    }

    [Fact]
    public void KeyOf_IsTheKeyOfTheFrame()
    {
        var table = new Harness();
        foreach (SamplePacket sample in SamplePackets.All)
        {
            var headers = new PacketHeaders();
            HeaderParser.Parse(sample.LinkType, sample.Frame, ref headers);

            int entry = table.Add(0, sample.Frame, linkType: sample.LinkType);

            bool isIp = FlowKey.TryFrom(in headers.Outer, out FlowKey key);
            Assert.Equal(isIp, table.Flows.FlowOf(entry) >= 0);
            if (isIp)
            {
                Assert.Equal(key, table.Flows.KeyOf(table.Flows.FlowOf(entry)));
            }
        }
    }

    [Fact]
    public void RetireIdle_TakesTheLongestIdle()
    {
        var table = new Harness(entriesMax: 1024);
        for (int port = 0; port < 1000; port++)
        {
            table.Add(port, TestFrames.Tcp(port));
        }

        // The first hundred are heard of again.
        for (int port = 0; port < 100; port++)
        {
            table.Add(2000 + port, TestFrames.Tcp(port));
        }

        List<int> retired = table.Retire();

        Assert.Equal(Enumerable.Range(100, 125), retired);
        Assert.Equal((875, 125, 1000), (table.Flows.LiveEntries, table.Flows.RetiredEntries, table.Flows.FlowCount));
        Assert.Equal(1100, Total(table.Flows, flow => flow.Frames));
        Assert.False(table.Flows.IsLive(100));
        Assert.True(table.Flows.IsLive(99));
    }

    [Fact]
    public void RetireIdle_OfAFlowThatComesBack_GoesOnCounting()
    {
        var table = new Harness(entriesMax: 1024);
        table.Add(0, TestFrames.TcpV6(9, 1000));
        for (int port = 0; port < 999; port++)
        {
            table.Add(1000 + port, TestFrames.Tcp(port));
        }

        Assert.Contains(0, table.Retire());
        int entry = table.Add(5_000_000, TestFrames.TcpV6(9, 500));

        FlowTotals flow = table.Flows.Flow(table.Flows.FlowOf(entry));
        Assert.Equal((1500, 2, 0, 5_000_000), (flow.Bytes, flow.Frames, flow.FirstNs, flow.LastNs));
        Assert.Equal(1000, table.Flows.FlowCount);
        Assert.Equal(500, table.Flows.BytesOf(entry));
    }

    [Fact]
    public void RetireIdle_OfAFlowsEntries_KeepsTheFlow()
    {
        var table = new Harness(entriesMax: 1024);
        byte[] Inner(int port) => Packet.Ipv4("10.0.0.1", "10.0.0.2").Gre().Ipv4("10.1.0.1", "10.1.0.2").Udp((ushort)port, 53).Payload(20).ToFrame();
        for (int port = 0; port < 1000; port++)
        {
            table.Add(port, Inner(port));
        }

        List<int> retired = table.Retire();
        int again = table.Add(3000, Inner(999));
        int back = table.Add(3001, Inner(5));

        // The first entry counts as idle since the flow is, which is not at all.
        Assert.Equal(Enumerable.Range(1, 125), retired);
        Assert.Equal(999, again);
        Assert.Contains(back, retired);
        Assert.Equal(1, table.Flows.FlowCount);
        Assert.Equal(1002, table.Flows.Flow(0).Frames);
    }

    [Fact]
    public void RetireIdle_OfFlowsAtOneInstant_KeepsThoseThatOtherEntriesHold()
    {
        var table = new Harness(entriesMax: 1024);
        byte[] Detour(int port) => Packet.Ethernet("02:00:00:00:00:99").Ipv4("10.0.0.1", "10.0.0.2").Tcp((ushort)port, 443, flags: 0x10).ToArray();
        for (int port = 0; port < 450; port++)
        {
            table.Add(7, TestFrames.Tcp(port));
        }

        for (int port = 0; port < 450; port++)
        {
            table.Add(7, Detour(port));
        }

        // Of equals the first are taken: the first entries of flows whose other entries stay.
        Assert.Equal(Enumerable.Range(0, 112), table.Retire());
        Assert.Equal(450, table.Add(8, Detour(0)));
        int first = table.Add(8, TestFrames.Tcp(0));
        Assert.Equal(first, table.Add(9, TestFrames.Tcp(0)));
        Assert.Equal((5, 450), (table.Flows.Flow(table.Flows.FlowOf(450)).Frames, table.Flows.FlowCount));
        Assert.Equal(table.Flows.FlowOf(450), table.Flows.FlowOf(first));
    }

    [Fact]
    public void Table_OfAnyTraffic_AgreesWithADictionary() => Prop.ForAll(
        Gen.Choose(0, 400).Zip(Gen.Choose(0, 5)).ListOf(3000).ToArbitrary(),
        frames =>
        {
            var table = new Harness();
            var expected = new Dictionary<(int, int), int>();
            foreach ((int port, int kind) in frames)
            {
                int entry = table.Add(0, Frame(port, kind));
                if (!expected.TryAdd((port, kind), entry))
                {
                    Assert.Equal(expected[(port, kind)], entry);
                }
            }

            Assert.Equal(expected.Count, expected.Values.Distinct().Count());
            Assert.Equal(expected.Count, table.Flows.LiveEntries);
            Assert.Equal(expected.Keys.Where(k => k.Item2 != 5).Select(FlowOf).Distinct().Count(), table.Flows.FlowCount);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void Table_OfAnyTraffic_ConservesItThroughRetirement() => Prop.ForAll(
        Gen.Choose(0, 3000).Zip(Gen.Choose(0, 5)).ListOf(6000).ToArbitrary(),
        frames =>
        {
            var table = new Harness(entriesMax: 1024, retiredMax: 50);
            long retiredBytes = 0;
            var active = new ActiveEntry[FlowTable.ActiveMax];
            long nowNs = 0;
            foreach ((int port, int kind) in frames)
            {
                if (table.Flows.IsFull)
                {
                    table.Flows.TakeActive(active);
                    table.Flows.RetireIdle(entry => retiredBytes += table.Flows.BytesOf(entry));
                }

                byte[] frame = Frame(port, kind);
                int entry = table.Add(nowNs += 7, frame);
                Assert.True(table.Flows.IsLive(entry));
            }

            IEnumerable<int> live = Enumerable.Range(0, table.Flows.EntryEnd).Where(table.Flows.IsLive);
            Assert.Equal(table.Flows.LiveEntries, live.Count());
            Assert.Equal(table.Flows.Bytes, retiredBytes + live.Sum(table.Flows.BytesOf));
            Assert.Equal(0, table.Flowlets.Report(table.Flows, Interval.Zero)[0].MovableShare);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));

    private static byte[] Frame(int port, int kind) => kind switch
    {
        0 => TestFrames.Tcp(port),
        1 => TestFrames.TcpV6(port),
        2 => Packet.Vlan(5).Ipv4("10.0.0.1", "10.0.0.2").Tcp((ushort)port, 443).Payload(10).ToFrame(),
        3 => Packet.Mpls(16).Ipv4("10.0.0.1", "10.0.0.2").Tcp((ushort)port, 443).ToFrame(),
        4 => Packet.Ipv4("10.0.0.1", "10.0.0.2").Ipv4("10.1.0.1", "10.1.0.2").Tcp((ushort)port, 443).ToFrame(),
        _ => Packet.Ethernet($"02:00:00:00:{port >> 8:x2}:{port & 0xff:x2}").EtherType(EtherTypes.Arp).Payload(28).ToArray(),
    };

    /// <summary>Tags and labels do not tell flows apart; all that IPIP carries is one flow.</summary>
    private static (int Port, int Kind) FlowOf((int Port, int Kind) frame) =>
        frame.Kind == 4 ? (0, 4) : frame.Kind == 1 ? frame : (frame.Port, 0);

    private static long Total(FlowTable table, Func<FlowTotals, long> count)
    {
        long total = 0;
        table.VisitFlows((in FlowKey _, in FlowTotals flow) => total += count(flow));
        return total;
    }

    /// <summary>A table that is given frames one by one.</summary>
    private sealed class Harness
    {
        private readonly ActiveEntry[] _active = new ActiveEntry[FlowTable.ActiveMax];

        public Harness(int entriesMax = FlowTable.EntriesMaxDefault, int retiredMax = RetiredFlows.CapacityDefault)
        {
            Flowlets = new FlowletStatistics(Gaps);
            Flows = new FlowTable(Flowlets, entriesMax, retiredMax);
        }

        public FlowletStatistics Flowlets { get; }

        public FlowTable Flows { get; }

        public int Add(long nowNs, byte[] frame, int interfaceIndex = 0, LinkType linkType = LinkType.Ethernet)
        {
            var headers = new PacketHeaders();
            HeaderParser.Parse(linkType, frame, ref headers);
            var key = FrameKey.Of(in headers);
            key.Signature = KeyHash.OnInterface(key.Signature, interfaceIndex);
            (key.Bytes, key.NowNs, key.InterfaceIndex) = (frame.Length, nowNs, interfaceIndex);
            Span<SeenPacket> packet = new SeenPacket[1];
            if (Flows.HasManyActive)
            {
                Flows.TakeActive(_active);
            }

            if (Flows.OnFrames(new Span<FrameKey>(ref key), packet) != 0)
            {
                Assert.Equal(packet[0].Entry, key.Entry);
            }

            return packet[0].Entry;
        }

        public List<int> Retire()
        {
            var retired = new List<int>();
            Flows.TakeActive(_active);
            Flows.RetireIdle(retired.Add);
            return retired;
        }
    }
}
