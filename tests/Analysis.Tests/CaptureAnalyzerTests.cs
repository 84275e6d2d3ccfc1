using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;
using Trunkline.Testing;
using Trunkline.Testing.Packets;
using Trunkline.Testing.Traffic;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Analysis.Tests;

public class CaptureAnalyzerTests
{
    [Fact]
    public void Finish_WithoutFrames_IsAllZero()
    {
        using var run = new CaptureRun();

        AnalyzeResult result = run.Finish();

        Assert.Equal((0, 0, 0), (result.Capture.Frames, result.Capture.Bytes, result.Capture.Flows));
        Assert.Equal(0, result.Capture.Seconds);
        Assert.Equal(new AnalyzeFloor(1, 0), result.Floor);
        Assert.Equal(new AnalyzeMice(0, 0, 0), result.Mice);
        Assert.All(result.Flowlets, f => Assert.Equal((0, 0, 0), (f.Count, f.MeanBytes, f.MovableShare)));
        Assert.Empty(result.Limits);
        Assert.Null(result.Capture.Interrupted);
    }

    [Fact]
    public void Finish_AfterAnInterruption_SaysSoAndReportsWhatCameBefore()
    {
        using var run = new CaptureRun();

        AnalyzeResult result = run.After("1us", TestFrames.Tcp(1, 100)).After("1s", TestFrames.Arp()).Finish(isInterrupted: true);

        Assert.True(result.Capture.Interrupted);
        Assert.Equal((2, 142, 1, 1), (result.Capture.Frames, result.Capture.Bytes, result.Capture.Flows, result.Capture.NonIpFrames));
        Assert.Equal(1, result.Capture.Seconds);
    }

    [Fact]
    public void Windows_WithTrafficAndWithout_AreNumberedFromTheFirstFrame()
    {
        WindowLog? log = null;
        using var run = new CaptureRun(CaptureRun.Options() with { Window = CaptureRun.Time("10ms") }, table => [log = new WindowLog(table)]);

        // A year lies between the last two.
        run.At(1_000_000_007, TestFrames.Tcp(1, 100)).After("9999999ns", TestFrames.Tcp(1, 50 + 50)).After("1ns", TestFrames.Tcp(2, 70))
            .After("5ms", TestFrames.Tcp(1, 60)).After("5ms", TestFrames.Arp()).After("525600min", TestFrames.Tcp(2, 80)).Finish();

        Assert.Equal(["0: 0=200", "1: 0=60 1=70", "2: 2=42", "3153600002: 1=80"], log!.Windows);
    }

    [Fact]
    public void Packets_OfABatch_AreAllOfOneWindowAndComeAfterTheirEntries()
    {
        WindowLog? log = null;
        using var run = new CaptureRun(CaptureRun.Options() with { Window = CaptureRun.Time("1ms") }, table => [log = new WindowLog(table)]);
        for (int i = 0; i < 5000; i++)
        {
            run.After("700ns", TestFrames.Tcp(i % 997, 100));
        }

        run.Finish();

        Assert.Equal(5000, log!.Frames);
        Assert.Equal(997, log.Entries);
        Assert.Equal(4, log.Windows.Count);
    }

    [Theory]
    [InlineData(FlowTable.EntriesMaxDefault)]
    [InlineData(1024)]
    public void SecondThread_OrNone_GiveTheSameAnswerToTheByte(int entriesMax)
    {
        string Analyze(bool useSecondThread, out WindowLog? log)
        {
            WindowLog? made = null;
            using var run = new CaptureRun(
                CaptureRun.Options() with { UseSecondThread = useSecondThread, Window = CaptureRun.Time("5ms") }, table => [made = new WindowLog(table)], entriesMax);
            var random = new RandomSource(5);
            for (int i = 0; i < 60_000; i++)
            {
                int port = (int)(random.Below(4) == 0 ? random.Below(6000) : random.Below(40));
                byte[] frame = random.Below(8) switch
                {
                    0 => TestFrames.TcpV6(port, 100 + (int)random.Below(1400)),
                    1 => SamplePackets.All[(int)random.Below(20)].Frame,
                    _ => TestFrames.Tcp(port, 60 + (int)random.Below(1400)),
                };
                run.After($"{random.Below(1u << (int)random.Below(18))}ns", frame, interfaceIndex: (int)random.Below(2));
            }

            string json = ResultJson.Write(run.Finish());
            log = made;
            return json;
        }

        string one = Analyze(useSecondThread: false, out WindowLog? oneLog);
        string two = Analyze(useSecondThread: true, out WindowLog? twoLog);

        Assert.Equal(one, two);
        Assert.Equal(oneLog!.Windows, twoLog!.Windows);
        Assert.Equal(entriesMax == 1024, one.Contains("approximate", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(200, FlowTable.EntriesMaxDefault, false)]
    [InlineData(5000, FlowTable.EntriesMaxDefault, true)]
    [InlineData(1 << 20, FlowTable.EntriesMaxDefault, false)]
    [InlineData(1 << 20, 1024, true)]
    public void OnRecords_OfAnyBlocks_IsOnFrameOneByOne(int blockBytes, int entriesMax, bool isBigEndian)
    {
        // Samples of all kinds among synthetic traffic, some cut, with the clock going back at times.
        byte[] file = new byte[4 << 20];
        int length = PcapWriter.WriteFileHeader(file, LinkType.Ethernet);
        using (var synthetic = new MemoryStream())
        {
            SyntheticCapture.Write(synthetic, new SyntheticCaptureOptions { Frames = 20_000, Flows = 3000, SnapLength = 96, Mix = SyntheticMix.All });
            byte[] traffic = synthetic.ToArray();
            PcapReader.TryOpen(traffic, out PcapReader reader, out int at);
            SamplePacket[] samples = [.. SamplePackets.All.Where(s => s.LinkType == LinkType.Ethernet)];
            for (int i = 0; reader.TryRead(traffic.AsSpan(at), out CaptureRecord record, out int consumed) == CaptureStatus.Ok && i < 8000; at += consumed, i++)
            {
                length += PcapWriter.WriteRecord(file.AsSpan(length), record.Time, record.Frame, (int)record.WireLength);
                if (i % 3 == 0)
                {
                    byte[] sample = samples[i / 3 % samples.Length].Frame;
                    var time = new Timestamp(record.Time.Nanoseconds - (i % 7 * 100));
                    length += PcapWriter.WriteRecord(file.AsSpan(length), time, sample.AsSpan(0, Math.Min(sample.Length, 40 + (i % 200))), sample.Length);
                }
            }
        }

        file = file[..length];
        if (isBigEndian)
        {
            Reverse(file);
        }

        string Analyze(Func<CaptureRun, CaptureRun> add)
        {
            using var run = new CaptureRun(
                CaptureRun.Options() with { Window = CaptureRun.Time("1ms"), Techniques = ["linux-bond/layer3+4", "flowlet/afs", "crc/crc32"] },
                entriesMax: entriesMax);
            return ResultJson.Write(add(run).Finish());
        }

        string one = Analyze(run => run.AddBytes(file));
        string blocks = Analyze(run =>
        {
            run.AddBlocks(file, blockBytes);
            Assert.Equal(8000 + 2667, run.Frames);
            return run;
        });

        Assert.Equal(one, blocks);
        Assert.Equal(entriesMax == 1024, one.Contains("approximate", StringComparison.Ordinal));
    }

    /// <summary>Writes a pcap file's numbers with the highest byte first.</summary>
    private static void Reverse(byte[] file)
    {
        int at = PcapReader.FileHeaderLength;
        while (at < file.Length)
        {
            int captured = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            for (int field = at; field < at + PcapReader.RecordHeaderLength; field += 4)
            {
                file.AsSpan(field, 4).Reverse();
            }

            at += PcapReader.RecordHeaderLength + captured;
        }

        foreach ((int start, int width) in (ReadOnlySpan<(int, int)>)[(0, 4), (4, 2), (6, 2), (8, 4), (12, 4), (16, 4), (20, 4)])
        {
            file.AsSpan(start, width).Reverse();
        }
    }

    [Fact]
    public void SecondThread_WhoseStatisticFails_TellsTheFirst()
    {
        using var run = new CaptureRun(CaptureRun.Options() with { UseSecondThread = true }, _ => [new Failing()]);

        var failure = Assert.Throws<InvalidOperationException>(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                run.After("1us", TestFrames.Tcp(1));
            }

            run.Finish();
        });

        Assert.Equal("on purpose", failure.Message);
    }

    [Fact]
    public void Bytes_OfAnyTraffic_AreConserved() => Prop.ForAll(
        Gen.Choose(0, SamplePackets.All.Count - 1).Zip(Gen.Choose(0, 70_000)).ListOf(300).ToArbitrary(),
        frames =>
        {
            WindowLog? log = null;
            using var run = new CaptureRun(sinks: table => [log = new WindowLog(table)]);
            foreach ((int sample, int length) in frames)
            {
                run.After($"{length}us", SamplePackets.All[sample].Frame, wireLength: length, linkType: SamplePackets.All[sample].LinkType);
            }

            AnalyzeResult result = run.Finish();

            long bytes = frames.Sum(f => (long)f.Item2);
            Assert.Equal(bytes, result.Capture.Bytes);
            Assert.Equal(bytes, log!.WindowBytes);
            Assert.Equal(bytes, log.EntryBytes);
            Assert.Equal(bytes, result.Elephants.Sum(e => e.Bytes) + result.Mice.Bytes);
            Assert.Equal(frames.Count, log.Frames);
            Assert.True(result.Flowlets.Zip(result.Flowlets.Skip(1)).All(p => p.First.Count >= p.Second.Count));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public void Capture_OfKnownMake_HasWhatWasPutIn()
    {
        using var file = new MemoryStream();
        SyntheticSummary made = SyntheticCapture.Write(
            file, new SyntheticCaptureOptions { Frames = 60_000, Flows = 3000, SnapLength = 128, Mix = SyntheticMix.All });
        using var run = new CaptureRun();

        AnalyzeResult result = run.AddBytes(file.ToArray()).Finish();

        Assert.Equal((made.Frames, made.WireBytes, made.Flows), (result.Capture.Frames, result.Capture.Bytes, result.Capture.Flows));
        Assert.Equal(made.Duration.TotalSeconds, result.Capture.Seconds);
        Assert.Equal((0, 0), (result.Capture.UnreadFrames, result.Capture.NonIpFrames));
        Assert.Equal("RoCEv2", result.LowEntropy!.Kind);
        Assert.True(result.LowEntropy.QueuePairs > result.LowEntropy.Flows);
        Assert.Equal("vxlan", Assert.Single(result.Tunnels!).Kind);
    }

    [Fact]
    public void Retirement_WithinAWindow_LosesNoBytes()
    {
        WindowLog? log = null;
        using var run = new CaptureRun(CaptureRun.Options() with { Window = CaptureRun.Time("1s") }, table => [log = new WindowLog(table)], entriesMax: 1024);
        for (int i = 0; i < 10_000; i++)
        {
            run.After("1us", TestFrames.Tcp(i, 100));
        }

        AnalyzeResult result = run.Finish();

        Assert.True(result.Capture.Approximate);
        Assert.Equal(10_000, result.Capture.Flows);
        Assert.Equal(1_000_000, log!.WindowBytes);
        Assert.Equal(1_000_000, log.EntryBytes);
        Assert.Contains(result.Limits, limit => limit.Contains("were given up", StringComparison.Ordinal));
    }

    [Fact]
    public void OnFrame_OnceFlowsAreKnown_AllocatesNothing()
    {
        AnalysisOptions options = CaptureRun.Options() with
        {
            Window = CaptureRun.Time("50us"),
            Techniques = AnalysisOptions.DefaultTechniques,
            Without = [new LinkId(1)],
            OnWindow = _ => { },
        };
        using CaptureAnalyzer analyzer = CaptureAnalyzer.Create(options, [])!;
        byte[][] frames = [.. Enumerable.Range(0, 200).Select(i => TestFrames.Tcp(i, 100)), .. SamplePackets.All.Where(s => s.LinkType == LinkType.Ethernet).Select(s => s.Frame)];
        long nowNs = 0;
        int next = 0;

        AllocationAssert.None(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                byte[] frame = frames[next++ % frames.Length];
                analyzer.OnFrame(new CaptureRecord(LinkType.Ethernet, new Timestamp(nowNs += 1000), frame.Length, frame), 0);
            }
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Options_WithAWrongNumberOfLinks_AreRefused(int links) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CaptureAnalyzer.Create(CaptureRun.Options(links), []));

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        AnalysisOptions good = CaptureRun.Options();
        AnalysisOptions[] bad =
        [
            good with { Window = Interval.Zero },
            good with { Skew = new Interval(-1) },
            good with { Gaps = [new Interval(-1)] },
            good with { Gaps = [.. Enumerable.Range(1, 65).Select(i => new Interval(i))] },
            good with { Links = [new Link("a", new BitRate(0))] },
        ];

        Assert.All(bad, options => Assert.Throws<ArgumentOutOfRangeException>(() => CaptureAnalyzer.Create(options, [])));
    }

    private sealed class Failing : IPacketSink
    {
        public void OnEntry(int entry, in PacketHeaders headers)
        {
        }

        public bool WantsPackets => true;

        public void OnPackets(ReadOnlySpan<SeenPacket> packets) => throw new InvalidOperationException("on purpose");

    }

    /// <summary>Writes down what it is told, and checks the order in which it is.</summary>
    private sealed class WindowLog(FlowTable table) : IPacketSink
    {
        private readonly FlowTable _table = table;
        private readonly HashSet<int> _known = [];
        private readonly HashSet<int> _inWindow = [];
        private long _lastNs = long.MinValue;
        private long _lastWindow = -1;
        private long _retiredBytes;
        private readonly SortedDictionary<int, long> _active = [];

        public List<string> Windows { get; } = [];

        public long Frames { get; private set; }

        public int Entries { get; private set; }

        public long WindowBytes { get; private set; }

        public long EntryBytes => _retiredBytes + _known.Sum(_table.BytesOf);

        public void OnEntry(int entry, in PacketHeaders headers)
        {
            Assert.True(_known.Add(entry));
            Entries++;
        }

        public bool WantsPackets => true;

        public void OnPackets(ReadOnlySpan<SeenPacket> packets)
        {
            Assert.InRange(packets.Length, 1, 1024);
            foreach (SeenPacket packet in packets)
            {
                Assert.Contains(packet.Entry, _known);
                Assert.True(packet.TimeNs >= _lastNs);
                _lastNs = packet.TimeNs;
                _inWindow.Add(packet.Entry);
                Frames++;
            }
        }

        public void OnActive(ReadOnlySpan<ActiveEntry> active)
        {
            Assert.InRange(active.Length, 1, FlowTable.ActiveMax);
            foreach (ActiveEntry one in active)
            {
                Assert.Contains(one.Entry, _inWindow);
                _active[one.Entry] = _active.GetValueOrDefault(one.Entry) + one.Bytes;
                WindowBytes += one.Bytes;
            }
        }

        public void OnWindowEnd(long window)
        {
            Assert.True(window > _lastWindow);
            Assert.True(_inWindow.SetEquals(_active.Keys));
            Windows.Add($"{window}: {string.Join(' ', _active.Select(one => $"{one.Key}={one.Value}"))}");
            _lastWindow = window;
            _inWindow.Clear();
            _active.Clear();
        }

        public void OnRetire(int entry)
        {
            Assert.True(_known.Remove(entry));
            Assert.True(!_inWindow.Remove(entry) | _active.Remove(entry));
            _retiredBytes += _table.BytesOf(entry);
        }
    }
}
