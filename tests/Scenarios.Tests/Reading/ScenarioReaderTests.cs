using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;
using static Trunkline.Scenarios.Tests.Reading.TestReader;

namespace Trunkline.Scenarios.Tests.Reading;

public sealed class ScenarioReaderTests
{
    [Fact]
    public void Read_WithLittleWritten_TakesTheModelsDefaults()
    {
        Scenario scenario = Good("{scenario: x, hosts: [a, b], bundles: {up: {between: [a, b]}}, traffic: [{kind: elephants, from: a, to: b}]}");
        var plain = new Scenario { Name = "x", Hosts = [], Bundles = [], Traffic = [], Measured = [] };

        Assert.Equal((plain.Duration, plain.WarmUp, plain.MtuBytes, plain.FrameOverheadBytes, plain.FrameBytesMin), (scenario.Duration, scenario.WarmUp, scenario.MtuBytes, scenario.FrameOverheadBytes, scenario.FrameBytesMin));
        Assert.Equal(plain.Seeds, scenario.Seeds);
        Assert.Equal(plain.Transport, scenario.Transport);
        Assert.Equal([new Host("a"), new Host("b")], scenario.Hosts);
        Assert.Equal(["up"], scenario.Measured);
        BundleLink link = Assert.Single(Assert.Single(scenario.Bundles).Links);
        Assert.Equal("b", link.To);
        Assert.Equal(new PortQueue().Bound, link.Queue.Bound);
        var elephants = (ElephantTraffic)Assert.Single(scenario.Traffic);
        Assert.Equal(new ElephantTraffic { Name = "elephants", From = elephants.From, To = elephants.To }, elephants);
    }

    [Fact]
    public void Read_EveryKeyOfTransport_SetsItsMember()
    {
        Scenario scenario = Good(Network + Elephant + """
            transport: {congestion-control: dctcp, sack: false, loss-detection: adaptive, duplicate-acks: 4, duplicate-acks-max: 50, initial-window: 3,
              initial-slow-start-threshold: 64, ack-every: 1, ack-delay: 1ms, rto-min: 5ms, ecn: true, tso: 0, nic-queue: 1MB, paced: true, receive-window: 1MiB, handshake: false,
              header: 40, coalescing: {on: true, bytes: 1KB, segments: 3, timeout: 7us, flush-on-reordering: false}}
            """);

        var expected = new Transport
        {
            CongestionControl = CongestionControl.Dctcp,
            Sack = false,
            LossDetection = LossDetection.Adaptive,
            DuplicateAcks = 4,
            DuplicateAcksMax = 50,
            InitialWindow = 3,
            InitialSlowStartThreshold = 64,
            AckEvery = 1,
            AckDelay = Interval.FromMilliseconds(1),
            RtoMin = Interval.FromMilliseconds(5),
            Ecn = true,
            Tso = ByteCount.Zero,
            NicQueue = new ByteCount(1_000_000),
            IsPaced = true,
            ReceiveWindow = new ByteCount(1 << 20),
            Handshake = false,
            HeaderBytes = 40,
            Coalescing = new Coalescing { BytesMax = 1_000, SegmentsMax = 3, Timeout = Interval.FromMicroseconds(7), FlushOnReordering = false },
        };
        Assert.Equal(expected, scenario.Transport);
    }

    [Fact]
    public void Read_TransportOfTraffic_ChangesOnlyWhatItSays()
    {
        Scenario scenario = Good(Network + "transport: {sack: false, coalescing: {segments: 9}}\ntraffic: [{kind: elephants, from: a, to: b, transport: {congestion-control: newreno, coalescing: false}}]");

        Assert.Equal(
            scenario.Transport with { CongestionControl = CongestionControl.NewReno, Coalescing = scenario.Transport.Coalescing with { IsOn = false } },
            scenario.Traffic[0].Transport);
        Assert.Equal(9, scenario.Traffic[0].Transport!.Coalescing.SegmentsMax);
    }

    [Fact]
    public void Read_EveryKindOfTraffic_SetsItsMembers()
    {
        Scenario scenario = Good(Network + """
            traffic:
              - {kind: elephants, from: a, to: b, count: 2, bytes: 1GB, stagger: 1us, rate: 1Gb/s, start: 1ms, stop: 2ms, class: 1, port: 80}
              - {kind: mice, from: h, to: [a, b], sizes: sizes.csv, load: 12.5%, load-of: uplink, cap: 1MB}
              - {kind: storage, from: a, to: b, sessions: 4, queue-depth: 8, reads: 70%, block: 4KiB, header: 64B, service-time: 100us, requests-per-second: 9}
              - {kind: incast, from: a, to: h, bytes: 10MB, rounds: 0, pause: 1ms}
              - {kind: permutation, from: h, count: 2}
              - {kind: udp, from: a, to: b, count: 3, rate: 2Gb/s, packet: 1000, poisson: true, exponential-sizes: true, burst: 4}
              - {kind: multicast, from: [a, b], to: h, groups: 6, rate: 1Mb/s}
              - {name: back, kind: replay, from: a, to: b, file: morning.pcapng, speed: 200%}
            """);

        IReadOnlyList<Traffic> t = scenario.Traffic;
        Assert.Equal(["elephants", "mice", "storage", "incast", "permutation", "udp", "multicast", "back"], t.Select(each => each.Name));
        var elephants = (ElephantTraffic)t[0];
        Assert.Equal((2, 1_000_000_000, 1_000, 1_000_000_000), (elephants.Count, elephants.Bytes!.Value.Bytes, elephants.Stagger.Nanoseconds, elephants.Rate!.Value.BitsPerSecond));
        Assert.Equal((1_000_000, 2_000_000, 1, 80), (elephants.Start.Nanoseconds, elephants.Stop!.Value.Nanoseconds, elephants.Class, elephants.DestinationPort));
        var mice = (MiceTraffic)t[1];
        Assert.Equal((2_000m, 125_000, LoadBasis.Uplink, 1_000_000), (mice.Sizes.Mean, mice.LoadPpm, mice.LoadOf, mice.Cap!.Value.Bytes));
        Assert.Equal((8, 2), (mice.From.Count, mice.To.Count));
        var storage = (StorageTraffic)t[2];
        Assert.Equal((4, 8, 700_000, 4_096, 64, 100_000, 9), (storage.Sessions, storage.QueueDepth, storage.ReadPpm, storage.Block.Bytes, storage.HeaderBytes, storage.ServiceTime.Nanoseconds, storage.RequestsPerSecond!.Value));
        var incast = (IncastTraffic)t[3];
        Assert.Equal((10_000_000, 0, 1_000_000), (incast.Bytes.Bytes, incast.Rounds, incast.Pause.Nanoseconds));
        Assert.Equal(2, ((PermutationTraffic)t[4]).Count);
        var udp = (UdpTraffic)t[5];
        Assert.Equal((3, 2_000_000_000, 1_000, true, true, 4), (udp.Count, udp.Rate.BitsPerSecond, udp.PacketBytes, udp.IsPoisson, udp.IsSizeExponential, udp.Burst));
        var multicast = (MulticastTraffic)t[6];
        Assert.Equal((6, 1_000_000, 1_316), (multicast.Groups, multicast.Rate.BitsPerSecond, multicast.PacketBytes));
        var replay = (ReplayTraffic)t[7];
        Assert.Equal(("/s/morning.pcapng", 2_000), (replay.Path, replay.SpeedThousandths));
    }

    [Fact]
    public void Read_HostsAndSwitches_SetTheirMembers()
    {
        Scenario scenario = Good("""
            scenario: x
            hosts: {a: {guests: 20, technique: linux-bond/layer2}, b: {count: 2}}
            switches: {s: {technique: linux-ecmp/l4, shared-buffer: 9MB, shared-alpha: 50%}, t: {count: 2}}
            bundles:
              up: {between: [a, s], techniques: {s: flowlet/afs}}
              down: {between: [b, s]}
              across: {between: [s, t1..t2], links: 2, queue: {bound: 100KB, ecn: {minimum: 10KB, maximum: 30KB, probability: 10%, average-shift: 9}, classes: [strict, 3, 1]}}
            traffic: [{kind: elephants, from: a, to: b}]
            """);

        Assert.Equal([new Host("a") { Guests = 20, Technique = "linux-bond/layer2" }, new Host("b1"), new Host("b2")], scenario.Hosts);
        Assert.Equal(new Switch("s") { Technique = "linux-ecmp/l4", SharedBuffer = new ByteCount(9_000_000), SharedAlphaThousandths = 500 }, scenario.Switches[0]);
        Assert.Equal(["up", "down-b1", "down-b2", "across"], scenario.Bundles.Select(b => b.Name));
        Assert.Equal("flowlet/afs", scenario.Bundles[0].Techniques["s"]);
        Assert.Equal(["t1", "t1", "t2", "t2"], scenario.Bundles[3].Links.Select(l => l.To));
        PortQueue queue = scenario.Bundles[3].Links[0].Queue;
        Assert.Equal(100_000, queue.Bound.Bytes);
        Assert.Equal(new EcnMarking(new ByteCount(10_000), new ByteCount(30_000)) { ProbabilityThousandths = 100, AverageShift = 9 }, queue.Marking);
        Assert.Equal([0, 3, 1], queue.ClassWeights);
        Assert.Equal(["across"], scenario.Measured);
    }

    [Fact]
    public void Read_ABundleOverTwoSwitches_HasLinksToBoth()
    {
        Scenario scenario = Good("{scenario: x, hosts: [a, b], switches: [tor1, tor2], bundles: {up: {between: [a, [tor1, tor2]], links: 2}, b: {between: [b, tor*]}}, traffic: [{kind: elephants, from: a, to: b}]}");

        Assert.Equal(["tor1", "tor1", "tor2", "tor2"], scenario.Bundles[0].Links.Select(l => l.To));
        Assert.Equal(["tor1", "tor2"], scenario.Bundles[1].Links.Select(l => l.To));
    }

    [Theory]
    [InlineData("blocks", "h1:s1 h2:s1 h3:s1 h4:s2 h5:s2 h6:s2")]
    [InlineData("pairs", "h1:s1 h2:s2 h3:s1 h4:s2 h5:s1 h6:s2")]
    [InlineData("mesh", "h1:s1,s2 h2:s1,s2 h3:s1,s2 h4:s1,s2 h5:s1,s2 h6:s1,s2")]
    public void Read_ABundleOfPatterns_SpreadsAsWritten(string spread, string expected)
    {
        Scenario scenario = Good($"{{scenario: x, hosts: {{h: {{count: 6}}}}, switches: {{s: {{count: 2}}}}, bundles: {{up: {{between: [h*, s1..s2], spread: {spread}}}, x: {{between: [s1, s2]}}}}, traffic: [{{kind: permutation, from: h}}], measure: up}}");

        Assert.Equal(expected, string.Join(' ', scenario.Bundles.SkipLast(1).Select(b => $"{b.From}:{string.Join(',', b.Links.Select(l => l.To))}")));
        Assert.Equal(["up-h1", "up-h2", "up-h3", "up-h4", "up-h5", "up-h6"], scenario.Measured);
    }

    [Fact]
    public void Read_LinksWithOverrides_DifferOnlyThere()
    {
        Scenario scenario = Good("""
            scenario: x
            hosts: [a, b, c]
            bundles:
              up:
                between: [a, b]
                links: 4
                delay: 5us
                queue: 100KB
                queue-back: 200KB
                overrides: {0: {rate: 1Gb/s, loss: 0.1%}, 1..2: {cable: 7, queue: {ecn: 30KB}}, 3: {to: c, delay: 9us}}
            traffic: [{kind: elephants, from: a, to: b}]
            """);

        BundleLink plain = new("b", new BitRate(10_000_000_000), Interval.FromMicroseconds(5), new PortQueue { Bound = new ByteCount(100_000) }) { QueueBack = new PortQueue { Bound = new ByteCount(200_000) } };
        IReadOnlyList<BundleLink> links = scenario.Bundles[0].Links;
        Assert.Equal(plain with { Rate = new BitRate(1_000_000_000), LossPpm = 1_000 }, links[0]);
        Assert.Equal(links[1], links[2]);
        Assert.Equal((7, 100_000, new EcnMarking(new ByteCount(30_000), new ByteCount(30_000))), (links[1].CableMetres, links[1].Queue.Bound.Bytes, links[1].Queue.Marking));
        Assert.Equal(plain with { To = "c", Delay = Interval.FromMicroseconds(9) }, links[3]);
    }

    [Fact]
    public void Read_Events_AreInTimeOrderAndExpanded()
    {
        Scenario scenario = Good(Network + Elephant + """
            events:
              - {at: 90ms, link: uplinks/0, up}
              - {at: 50ms, link: "uplinks/0..1", down, detect-after: 10ms}
              - {at: 60ms, link: uplinks/sw, silent, direction: forth}
              - {at: 10ms, link: [b/0, access/*], rate: 1Gb/s}
              - {at: 20ms, link: b/0, delay: 3us, direction: back}
              - {at: 30ms, link: b/0, loss: 1%}
              - {at: 100ms, link: uplinks/3, flap: 5ms, times: 2}
            """);

        static string Text(LinkEvent e) => $"{e.At} {e.Bundle}/{e.Link} {e.Kind} {e.Directions}{(e.DetectAfter > Interval.Zero ? $" {e.DetectAfter}" : "")}";
        Assert.Equal(9, scenario.Events.Count(e => e is { Kind: LinkEventKind.Rate, Rate.BitsPerSecond: 1_000_000_000 }));
        Assert.Equal(
            [
                "20ms b/0 Delay Back", "30ms b/0 Loss Both", "50ms uplinks/0 Down Both 10ms", "50ms uplinks/1 Down Both 10ms",
                "60ms uplinks/0 Silent Forth", "60ms uplinks/1 Silent Forth", "60ms uplinks/2 Silent Forth", "60ms uplinks/3 Silent Forth",
                "90ms uplinks/0 Up Both", "100ms uplinks/3 Down Both", "105ms uplinks/3 Up Both", "110ms uplinks/3 Down Both", "115ms uplinks/3 Up Both",
            ],
            scenario.Events.Skip(9).Select(Text));
        Assert.Equal((10_000, 3_000), (scenario.Events.Single(e => e.Kind == LinkEventKind.Loss).LossPpm, scenario.Events.Single(e => e.Kind == LinkEventKind.Delay).Delay.Nanoseconds));
    }

    [Theory]
    [InlineData("4", new ulong[] { 1, 2, 3, 4 })]
    [InlineData("[7, 18446744073709551615]", new ulong[] { 7, ulong.MaxValue })]
    public void Read_Seeds_AreACountOrAList(string seeds, ulong[] expected) => Assert.Equal(expected, Good($"{Network}{Elephant}seeds: {seeds}").Seeds);

    [Fact]
    public void Read_AnchorsAndMergeKeys_StandForWhatTheyName()
    {
        Scenario scenario = Good("{scenario: x, hosts: [a, b], bundles: {up: &up {between: [a, b], rate: 1Gb/s, delay: 9us}, more: {<<: *up, rate: 2Gb/s}}, traffic: [{kind: elephants, from: a, to: b}]}");

        Assert.Equal(("2Gb/s", "9us"), (scenario.Bundles[1].Links[0].Rate.ToString(), scenario.Bundles[1].Links[0].Delay.ToString()));
    }

    [Fact]
    public void Read_WithTechniquesThatTheCallerRejects_SaysWhatItSays()
    {
        ScenarioReading reading = ScenarioReader.Read(Network + Elephant + "techniques: [one, two]", "f.yaml", [], Open, t => t == "two" ? "no technique two" : null);

        Assert.Equal("f.yaml:9:19: techniques[1]: no technique two", Assert.Single(reading.Faults).ToString());
    }

    [Theory]
    [InlineData("lines", "more than 200,000 values; no scenario needs that")]
    [InlineData("deep", "nested more than 24 deep; no scenario needs that")]
    [InlineData("laughs", "aliases make more than 200,000 values of the document; no scenario needs that")]
    [InlineData("long", "1,048,577 characters are more than a scenario may have (1,048,576); leave out what repeats: count: and patterns stand for many hosts")]
    [InlineData("names", "the patterns of this scenario stand for more than 1,000,000 names; write fewer of them")]
    [InlineData("links", "more than 100,000 links; write fewer")]
    public void Read_WithMoreThanAnyScenarioNeeds_StopsEarly(string sort, string expected)
    {
        string text = sort switch
        {
            "lines" => string.Concat(Enumerable.Repeat("- 1\n", 200_001)),
            "deep" => new string('[', 500_000),
            "laughs" => "a0: &a0 [x, x]\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n")),
            "long" => new string(' ', (1 << 20) + 1),
            "names" => $"{{scenario: x, hosts: {{h: {{count: 10000}}, a: }}, switches: [s], bundles: {{up: {{between: [h, s]}}}}, traffic: [{{kind: elephants, from: [{string.Join(',', Enumerable.Repeat("h*", 60))}], to: a}}]}}",
            _ => "{scenario: x, hosts: {h: {count: 10000}}, switches: [s], bundles: {up: {between: [h, s], links: 64}}, traffic: [{kind: permutation, from: h}]}",
        };

        Assert.Contains(Read(text).Faults, f => f.Message == expected);
    }
}
