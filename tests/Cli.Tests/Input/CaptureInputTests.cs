using Trunkline.Cli.Input;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Captures;

namespace Trunkline.Cli.Tests.Input;

public sealed class CaptureInputTests : IDisposable
{
    private static readonly byte[] Frame = [.. Enumerable.Range(0, 60).Select(i => (byte)i)];

    private readonly CaptureFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(false, false, 5_000)]
    [InlineData(false, true, 5_000)]
    [InlineData(true, false, 5)]
    [InlineData(true, true, 5)]
    public void Pcap_OfAnyVariant_IsToldByItsContent(bool isNanosecond, bool isBigEndian, long fraction)
    {
        string path = _files.Write("a.pcapng", new PcapBuilder(isNanosecond, isBigEndian, LinkType.Raw, 96).Packet(7, 5, Frame, 1500).ToBytes());

        using CaptureInput input = CaptureFiles.Open(path);
        IReadOnlyList<SeenFrame> frames = CaptureFiles.ReadAll(input);

        Assert.Equal([new(0, LinkType.Raw, 7_000_000_000 + fraction, 1500, Convert.ToHexString(Frame))], frames);
        Assert.Equal([new(path, null, LinkType.Raw, null, 96, new Interval(isNanosecond ? 1 : 1_000))], input.Interfaces);
        Assert.Equal([], input.Broken);
    }

    [Fact]
    public void Pcapng_WithInterfacesThatComeLate_GrowsItsList()
    {
        var file = new PcapngBuilder();
        string path = _files.Write("a.pcap", file.Section()
            .Interface(options: [.. file.Name("eth0"), .. file.Speed(10_000_000_000)]).Packet(0, 1, Frame)
            .Interface(LinkType.LinuxSll, 40, [.. file.Name("any"), .. file.Resolution(0x9e)]).Packet(1, 1 << 30, Frame).Packet(0, 2, Frame)
            .Interface(options: file.Name("idle")).ToBytes());

        using CaptureInput input = CaptureFiles.Open(path);

        Assert.True(input.TryRead(out _, out int first));
        Assert.Equal((0, 1), (first, input.Interfaces.Count));
        Assert.True(input.TryRead(out CaptureRecord record, out int second));
        Assert.Equal((1, 2, LinkType.LinuxSll), (second, input.Interfaces.Count, record.LinkType));
        Assert.Single(CaptureFiles.ReadAll(input));
        Assert.Equal(
            [
                new(path, "eth0", LinkType.Ethernet, new BitRate(10_000_000_000), 0, new Interval(1_000)),
                new(path, "any", LinkType.LinuxSll, null, 40, new Interval(1)),
                new(path, "idle", LinkType.Ethernet, null, 0, new Interval(1_000)),
            ],
            input.Interfaces);
    }

    [Fact]
    public void Pcapng_WithSimplePackets_CountsThoseWithoutTime()
    {
        string path = _files.Write("a", new PcapngBuilder().Section().Interface().Packet(0, 9, Frame).SimplePacket(Frame).ToBytes());

        using CaptureInput input = CaptureFiles.Open(path);

        Assert.Equal([9_000, 9_000], CaptureFiles.ReadAll(input).Select(f => f.TimeNs));
        Assert.Equal(1, input.UntimedFrames);
    }

    [Fact]
    public void Files_OfSeveralFormats_AreMergedByTimeThenByOrder()
    {
        string a = _files.Write("a", new PcapBuilder().Packet(1, 0, [1]).Packet(3, 0, [2]).Packet(5, 0, [3]).ToBytes());
        string b = _files.Write("b", new PcapngBuilder().Section().Interface().Interface()
            .Packet(1, 1_000_000, [4]).Packet(0, 2_000_000, [5]).Packet(1, 5_000_000, [6]).ToBytes());
        string c = _files.Write("c", CaptureFiles.Gzip(new PcapBuilder(isNanosecond: false, isBigEndian: true).Packet(0, 1, [7]).Packet(4, 0, [8]).ToBytes()));

        using CaptureInput input = CaptureFiles.Open(a, b, c);
        IReadOnlyList<SeenFrame> frames = CaptureFiles.ReadAll(input);

        Assert.Equal("07 01 04 05 02 08 03 06", string.Join(' ', frames.Select(f => f.Bytes)));
        Assert.Equal([3, 0, 2, 1, 0, 3, 0, 2], frames.Select(f => f.Interface));
        Assert.Equal([a, b, b, c], input.Interfaces.Select(i => i.File));
    }

    [Fact]
    public void File_WhoseTimesGoBack_KeepsItsOrder()
    {
        string a = _files.Write("a", new PcapBuilder().Packet(5, 0, [1]).Packet(2, 0, [2]).Packet(9, 0, [3]).ToBytes());
        string b = _files.Write("b", new PcapBuilder().Packet(4, 0, [4]).Packet(6, 0, [5]).ToBytes());

        Assert.Equal("04 01 02 05 03", string.Join(' ', CaptureFiles.ReadAll(a, b).Select(f => f.Bytes)));
        Assert.Equal("01 02 03", string.Join(' ', CaptureFiles.ReadAll(a).Select(f => f.Bytes)));
    }

    [Fact]
    public void Files_OfRandomTimes_ComeAsASortOfThemSays()
    {
        var random = new Random(20_260_103);
        for (int run = 0; run < 30; run++)
        {
            var all = new List<(uint Second, int File, int Number)>();
            var paths = new List<string>();
            for (int file = 0; file < random.Next(2, 9); file++)
            {
                uint second = 0;
                var pcap = new PcapBuilder();
                for (int number = 0; number < random.Next(0, 40); number++)
                {
                    second += (uint)random.Next(3);
                    all.Add((second, file, number));
                    pcap.Packet(second, 0, [(byte)file, (byte)number, .. new byte[random.Next(80)]]);
                }

                paths.Add(_files.Write($"{file}", pcap.ToBytes()));
            }

            IEnumerable<string> expected = all.Order().Select(f => $"{f.File:x2}{f.Number:x2}");
            Assert.Equal(expected, CaptureFiles.ReadAll([.. paths]).Select(f => f.Bytes[..4].ToLowerInvariant()));
        }
    }

    [Fact]
    public void Files_ManyOfThemOneBehindTheOther_AreReadWithTheMemoryOfFew()
    {
        byte[] large = new byte[60_000];
        string[] paths =
        [
            .. Enumerable.Range(0, CaptureInput.FilesMax)
                .Select(i => _files.Write($"{i:0000}", new PcapBuilder().Packet((uint)i, 0, Frame).Packet((uint)i, 1, large).ToBytes())),
        ];
        long before = GC.GetTotalMemory(forceFullCollection: true);

        using CaptureInput input = CaptureFiles.Open(paths);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 8 << 20);
        Assert.Equal(paths.Sum(p => new FileInfo(p).Length), input.BytesTotal);
        Assert.Equal(2 * CaptureInput.FilesMax, CaptureFiles.ReadAll(input).Count);
        Assert.Equal(input.BytesTotal, input.BytesRead);
        Assert.Equal(CaptureInput.FilesMax, input.Interfaces.Count);
    }

    [Fact]
    public void File_ThatVanishesBeforeItsTurn_IsToldAndTheOthersGoOn()
    {
        string a = _files.Write("a", new PcapBuilder().Packet(1, 0, [1]).Packet(3, 0, [2]).ToBytes());
        string b = _files.Write("b", new PcapBuilder().Packet(2, 0, [3]).ToBytes());
        using CaptureInput input = CaptureFiles.Open(a, b);
        Assert.True(input.TryRead(out _, out _));

        File.Delete(b);

        Assert.Equal("02", Assert.Single(CaptureFiles.ReadAll(input)).Bytes);
        Assert.Equal([$"{b}: no such file; it could be read before, and nothing of it was used"], input.Broken);
    }

    [Fact]
    public void Files_CutOrBroken_AreToldAndTheOthersGoOn()
    {
        var pcap = new PcapBuilder().Packet(1, 0, Frame);
        string cut = _files.Write("cut", [.. pcap.ToBytes(), .. new byte[9]]);
        string broken = _files.Write("broken", new PcapBuilder().Packet(2, 0, Frame).Packet(3, 0, Frame, captured: 0x7fffffff).ToBytes());
        string lost = _files.Write("lost", new PcapngBuilder().Section().Interface().Packet(0, 4_000_000, Frame).Packet(1, 5_000_000, Frame).ToBytes());
        string skipped = _files.Write("skipped", new PcapngBuilder().Section().Interface().Packet(0, 5_000_000, Frame).Block(99, new byte[50]).ToBytes()[..^20]);
        string whole = _files.Write("whole", new PcapBuilder().Packet(6, 0, Frame).ToBytes());

        using CaptureInput input = CaptureFiles.Open(cut, broken, lost, skipped, whole);

        Assert.Equal([1, 2, 4, 5, 6], CaptureFiles.ReadAll(input).Select(f => f.TimeNs / 1_000_000_000));
        Assert.Equal(
            [
                $"{cut}: cut at byte 100, in the middle of a record; what came before it was used",
                $"{broken}: broken at byte 100: a record claims an impossible length; what came before it was used",
                $"{lost}: broken at byte 140: a frame names an interface that the file does not describe, or there are too many; what came before it was used",
                $"{skipped}: cut at byte 184, in the middle of a record; what came before it was used",
            ],
            input.Broken);
    }

    [Fact]
    public void Pcap_CutAnywhere_GivesTheFramesBefore()
    {
        byte[] file = new PcapBuilder().Packet(1, 0, Frame).Packet(2, 0, []).Packet(3, 0, Frame).ToBytes();
        int[] boundaries = [24, 100, 116, 192];
        for (int length = 1; length <= file.Length; length++)
        {
            string path = _files.Write("a", file[..length]);
            if (length < 24)
            {
                Assert.StartsWith(length < 4 ? $"{path} is no capture file" : $"{path} ends within its header", Assert.Single(CaptureFiles.FaultsOf(path)), StringComparison.Ordinal);
                continue;
            }

            using CaptureInput input = CaptureFiles.Open(path);
            Assert.Equal(boundaries.Count(b => b <= length) - 1, CaptureFiles.ReadAll(input).Count);
            Assert.Equal(boundaries.Contains(length) ? 0 : 1, input.Broken.Count);
        }
    }

    [Fact]
    public void File_WithFramesLargerThanTheBuffer_IsRead()
    {
        byte[] large = new byte[PcapReader.FrameBytesMax];
        new Random(1).NextBytes(large);
        string a = _files.Write("a", new PcapBuilder().Packet(1, 0, Frame).Packet(2, 0, large).Packet(3, 0, Frame).ToBytes());
        string b = _files.Write("b", new PcapngBuilder().Section().Interface().Packet(0, 1, Frame).Packet(0, 2, large).Packet(0, 3, Frame).ToBytes());

        Assert.Equal([60, large.Length, 60], CaptureFiles.ReadAll(a).Select(f => f.Bytes.Length / 2));
        IReadOnlyList<SeenFrame> frames = CaptureFiles.ReadAll(a, b);
        Assert.Equal(6, frames.Count);
        Assert.Equal(2, frames.Count(f => f.Bytes == Convert.ToHexString(large)));
    }

    [Fact]
    public void File_WithoutFrames_IsNoFault()
    {
        string a = _files.Write("a", new PcapBuilder().ToBytes());
        string b = _files.Write("b", new PcapBuilder().Packet(1, 0, Frame).ToBytes());

        Assert.Empty(CaptureFiles.ReadAll(a));
        using CaptureInput input = CaptureFiles.Open(a, b);
        Assert.Equal(1, Assert.Single(CaptureFiles.ReadAll(input)).Interface);
        Assert.Equal(2, input.Interfaces.Count);
    }

    [Fact]
    public void Files_ThatAreNoCaptures_AreAllToldWithWhatToGive()
    {
        string empty = _files.Write("empty", []);
        string text = _files.Write("text", "not a capture"u8.ToArray());
        string xz = _files.Write("a.xz", [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0, 0]);
        string within = _files.Write("within", CaptureFiles.Gzip("not a capture"u8.ToArray()));
        string emptyWithin = _files.Write("emptyWithin", CaptureFiles.EmptyGzip);
        string thrice = _files.Write("thrice", CaptureFiles.Gzip(CaptureFiles.Gzip(CaptureFiles.Gzip(new PcapBuilder().ToBytes()))));
        string old = _files.Write("old", [0xd4, 0xc3, 0xb2, 0xa1, 1, 0, .. new byte[18]]);
        string folder = Path.GetDirectoryName(empty)!;
        string none = _files.PathOf("none");

        IReadOnlyList<string> faults = CaptureFiles.FaultsOf(empty, text, xz, within, emptyWithin, thrice, old, folder, none);

        Assert.Equal(
            [
                $"{empty} is empty; give a capture with traffic (tcpdump -w FILE)",
                $"{text} is no capture file; give pcap or pcapng (tcpdump -w FILE), plain or compressed with gzip or zstd",
                $"{xz} is compressed with xz; give what xz -dc {xz} prints, by a pipe and - as the file",
                $"{within} is no capture file within its gzip data; give pcap or pcapng (tcpdump -w FILE), plain or compressed with gzip or zstd",
                $"{emptyWithin} is empty within its gzip data; give a capture with traffic (tcpdump -w FILE)",
                $"{thrice} is compressed more than 2 times over; decompress it first",
                $"{old} is pcap of an unknown version; write it anew: editcap -F pcap IN OUT",
                $"{folder} is a folder; name the files in it",
                $"{none}: no such file",
            ],
            faults);
    }

    [Fact]
    public void Files_TooManyOrNone_AreAFault()
    {
        Assert.Equal(["no capture; give a file, or - for standard input"], CaptureFiles.FaultsOf());
        Assert.Equal(["- stands twice; standard input can be read once"], CaptureFiles.FaultsOf("-", "a", "-"));
        Assert.StartsWith("1025 captures; give at most 1024", Assert.Single(CaptureFiles.FaultsOf([.. Enumerable.Repeat("a", 1025)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfFrames_AllocatesNothing()
    {
        var pcap = new PcapBuilder();
        var pcapng = new PcapngBuilder().Section().Interface();
        for (uint i = 0; i < 20_000; i++)
        {
            pcap.Packet(i, 0, Frame);
            pcapng.Packet(0, i * 1_000_000ul, Frame);
        }

        string a = _files.Write("a", pcap.ToBytes());
        string b = _files.Write("b", pcapng.ToBytes());
        foreach (string[] paths in (string[][])[[a], [b], [a, b]])
        {
            using CaptureInput input = CaptureFiles.Open(paths);
            AllocationAssert.None(() => Assert.True(input.TryRead(out _, out _)));
        }
    }
}
