using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Captures;

namespace Trunkline.Core.Tests.Wire;

public sealed class PcapngReaderTests
{
    private const ulong Second = 1_700_000_000;

    private static readonly byte[] Frame = [.. Enumerable.Range(0, 61).Select(i => (byte)i)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void File_InEitherByteOrder_GivesInterfacesAndFrames(bool isBigEndian)
    {
        var file = new PcapngBuilder(isBigEndian);
        file.Section()
            .Interface(LinkType.Ethernet, 96, [.. file.Name("eth0"), .. file.Speed(25_000_000_000), .. file.Resolution(9), .. file.Option(0, [])])
            .Interface(LinkType.LinuxSll2, 0, [.. file.Option(1, new byte[7]), .. file.Offset(100)])
            .Packet(0, (Second * 1_000_000_000) + 7, Frame[..60], wireLength: 1500)
            .Packet(1, Second * 1_000_000, Frame, options: file.Option(1, [1, 2, 3]))
            .Packet(0, 1, []);

        PcapngRun run = PcapngRun.Of(file.ToBytes());

        Assert.True(run.IsWhole);
        Assert.Equal(
            [
                new(0, LinkType.Ethernet, new(1_700_000_000_000_000_007), 1500, Convert.ToHexString(Frame[..60])),
                new(1, LinkType.LinuxSll2, new(1_700_000_100_000_000_000), 61, Convert.ToHexString(Frame)),
                new(0, LinkType.Ethernet, new(1), 0, ""),
            ],
            run.Frames);
        Assert.Equal(2, run.Reader.Interfaces.Count);
        PcapngInterface first = run.Reader.Interfaces[0];
        Assert.Equal(("eth0", 96u, new BitRate(25_000_000_000), new Interval(1)), (first.Name, first.SnapLength, first.Speed, first.Clock.Resolution));
        PcapngInterface second = run.Reader.Interfaces[1];
        Assert.Equal((null, 0u, null, new Interval(1_000)), (second.Name, second.SnapLength, second.Speed, second.Clock.Resolution));
    }

    [Fact]
    public void File_WithEveryPacketBlock_GivesAllFrames()
    {
        byte[] file = new PcapngBuilder().Section().Interface(snapLength: 60)
            .SimplePacket(Frame[..20])
            .ObsoletePacket(0, 2_000, Frame)
            .SimplePacket(Frame[..60], wireLength: 1500)
            .SimplePacket(Frame, wireLength: 1500)
            .SimplePacket(Frame[..10], wireLength: 40)
            .ToBytes();

        PcapngRun run = PcapngRun.Of(file);

        Assert.True(run.IsWhole);
        Assert.Equal([20, 61, 60, 60, 12], run.Frames.Select(f => f.Bytes.Length / 2));
        Assert.Equal([20, 61, 1500, 1500, 40], run.Frames.Select(f => f.WireLength));
        Assert.Equal([0, 2_000_000, 2_000_000, 2_000_000, 2_000_000], run.Frames.Select(f => f.Time.Nanoseconds));
        Assert.Equal(4, run.Reader.UntimedFrames);
    }

    [Fact]
    public void File_WithBlocksOfNoUse_SkipsThem()
    {
        byte[] file = new PcapngBuilder().Section().Block(0x80000005, []).Interface()
            .Block(5, new byte[40]).Packet(0, 1, Frame).Block(0xbad, new byte[PcapngReader.BlockBytesMax + 4]).Packet(0, 2, Frame)
            .Block(4, new byte[5]).ToBytes();

        PcapngRun run = PcapngRun.Of(file, 50_000);

        Assert.True(run.IsWhole);
        Assert.Equal([1_000, 2_000], run.Frames.Select(f => f.Time.Nanoseconds));
    }

    [Fact]
    public void UnknownBlock_LongerThanTheBytes_IsConsumedInPieces()
    {
        byte[] file = new PcapngBuilder().Section().Block(0xbad, new byte[1000]).ToBytes();
        var reader = new PcapngReader();

        CaptureStatus status = reader.TryRead(file.AsSpan(0, 500), out _, out _, out int consumed);

        Assert.Equal((CaptureStatus.NeedMoreBytes, 500, true), (status, consumed, reader.IsInsideBlock));
    }

    [Fact]
    public void Sections_OfDifferentByteOrder_AreReadOnBehindTheOther()
    {
        static PcapngBuilder Part(bool isBigEndian, string[] names, ulong count)
        {
            var part = new PcapngBuilder(isBigEndian);
            part.Section(sectionLength: 12345);
            foreach (string name in names)
            {
                part.Interface(options: part.Name(name));
            }

            return part.Packet((uint)names.Length - 1, count, Frame);
        }

        byte[] file = [.. Part(false, ["a", "b"], 1).ToBytes(), .. Part(true, ["a", "b", "c"], 2).ToBytes(), .. Part(true, ["x"], 3).ToBytes()];

        PcapngRun run = PcapngRun.Of(file);

        Assert.True(run.IsWhole);
        Assert.Equal(["a", "b", "c", "x"], run.Reader.Interfaces.Select(i => i.Name));
        Assert.Equal([1, 2, 3], run.Frames.Select(f => f.Interface));
        Assert.Equal([1_000, 2_000, 3_000], run.Frames.Select(f => f.Time.Nanoseconds));
    }

    [Fact]
    public void Interfaces_AlikeInOneSection_StayApart()
    {
        var file = new PcapngBuilder();
        byte[] bytes = file.Section().Interface().Interface().Packet(1, 1, Frame).ToBytes();

        PcapngRun run = PcapngRun.Of(bytes);

        Assert.Equal(2, run.Reader.Interfaces.Count);
        Assert.Equal(1, run.Frames[0].Interface);
    }

    [Theory]
    [InlineData("name with a lying length")]
    [InlineData("wrong lengths")]
    [InlineData("absurd values")]
    [InlineData("control characters")]
    [InlineData("long name")]
    [InlineData("no UTF-8")]
    public void Interface_WithAbsurdOptions_IsReadWithoutThem(string what)
    {
        var file = new PcapngBuilder();
        (byte[] options, string? name) = what switch
        {
            "name with a lying length" => (file.Option(2, "eth0"u8.ToArray(), 60_000), null),
            "wrong lengths" => (
                (byte[])[.. file.Option(8, new byte[4]), .. file.Option(9, [9, 9]), .. file.Option(14, []), .. file.Option(2, []), .. file.Option(0x9abc, [1])],
                null),
            "absurd values" => ([.. file.Speed(ulong.MaxValue), .. file.Name("eth0")], "eth0"),
            "control characters" => (file.Name("a\u001b[31mb\0c"), "a\ufffd[31mb"),
            "long name" => (file.Name(new string('n', 60_000)), new string('n', PcapngInterface.NameBytesMax)),
            _ => (file.Option(2, [0xff, (byte)'x']), "\ufffdx"),
        };

        PcapngRun run = PcapngRun.Of(file.Section().Interface(options: options).Packet(0, 3, Frame).ToBytes());

        Assert.True(run.IsWhole);
        Assert.Equal(3_000, run.Frames.Single().Time.Nanoseconds);
        PcapngInterface only = run.Reader.Interfaces.Single();
        Assert.Equal((name, null), (only.Name, only.Speed));
    }

    [Fact]
    public void Interfaces_MoreThanBelieved_EndTheReading()
    {
        var file = new PcapngBuilder();
        file.Section();
        for (int i = 0; i < PcapngReader.InterfacesMax; i++)
        {
            file.Interface(snapLength: (uint)i);
        }

        Assert.True(PcapngRun.Of(file.Packet(PcapngReader.InterfacesMax - 1, 1, Frame).ToBytes()).IsWhole);
        byte[] tooMany = file.Interface().ToBytes();
        byte[] tooManyInAll = [.. tooMany[..^20], .. new PcapngBuilder().Section().Interface(snapLength: 77).ToBytes()];

        Assert.Equal(CaptureStatus.BadInterface, PcapngRun.Of(tooMany).End);
        PcapngRun all = PcapngRun.Of(tooManyInAll);
        Assert.Equal((CaptureStatus.BadInterface, PcapngReader.InterfacesMax), (all.End, all.Reader.Interfaces.Count));
    }

    public static TheoryData<string, CaptureStatus> BrokenBlocks() => new()
    {
        { "length below the least", CaptureStatus.BadLength },
        { "length no multiple of four", CaptureStatus.BadLength },
        { "length beyond belief", CaptureStatus.BadLength },
        { "other length behind", CaptureStatus.BadLength },
        { "other length behind a skipped block", CaptureStatus.BadLength },
        { "frame longer than its block", CaptureStatus.BadLength },
        { "frame of 2 GiB and more", CaptureStatus.BadLength },
        { "frame longer than believed", CaptureStatus.BadLength },
        { "simple frame longer than believed", CaptureStatus.BadLength },
        { "packet block too short", CaptureStatus.BadLength },
        { "interface block too short", CaptureStatus.BadLength },
        { "section block too short", CaptureStatus.BadLength },
        { "unknown interface", CaptureStatus.BadInterface },
        { "unknown interface of an obsolete block", CaptureStatus.BadInterface },
        { "interface of the section before", CaptureStatus.BadInterface },
        { "simple packet without interface", CaptureStatus.BadInterface },
        { "section of version 2", CaptureStatus.UnknownFormat },
        { "section of no byte order", CaptureStatus.UnknownFormat },
    };

    [Theory]
    [MemberData(nameof(BrokenBlocks))]
    public void Block_ThatIsBroken_EndsTheReadingBehindWhatIsWhole(string what, CaptureStatus end)
    {
        var file = new PcapngBuilder();
        file.Section().Interface().Packet(0, 1, Frame);
        int whole = file.Length;
        _ = what switch
        {
            "length below the least" => file.Block(6, new byte[100], length: 8),
            "length no multiple of four" => file.Block(6, new byte[101], length: 113),
            "length beyond belief" => file.Block(6, new byte[100], length: 0xfffffff0),
            "other length behind" => file.Block(6, new byte[100], trailer: 116),
            "other length behind a skipped block" => file.Block(99, new byte[100], trailer: 116),
            "frame longer than its block" => file.Packet(0, 2, Frame[..60], captured: 61),
            "frame of 2 GiB and more" => file.Packet(0, 2, Frame, captured: 0xfffffff0),
            "frame longer than believed" => file.Packet(0, 2, new byte[PcapReader.FrameBytesMax + 1]),
            "simple frame longer than believed" => file.SimplePacket(new byte[PcapReader.FrameBytesMax + 1]),
            "packet block too short" => file.Block(6, new byte[16]),
            "interface block too short" => file.Block(1, new byte[4]),
            "section block too short" => file.Block(0x0a0d0d0a, [0x4d, 0x3c, 0x2b, 0x1a]),
            "unknown interface" => file.Packet(1, 2, Frame),
            "unknown interface of an obsolete block" => file.ObsoletePacket(1, 2, Frame),
            "interface of the section before" => file.Section().Packet(0, 2, Frame),
            "simple packet without interface" => file.Section().SimplePacket(Frame),
            "section of version 2" => file.Section(version: 2),
            _ => file.Block(0x0a0d0d0a, new byte[16]),
        };
        byte[] bytes = file.Packet(0, 3, Frame).ToBytes();

        PcapngRun run = PcapngRun.Of(bytes);

        Assert.Equal(end, run.End);
        Assert.Equal(1_000, run.Frames.Single().Time.Nanoseconds);
        Assert.True(run.Left <= bytes.Length - whole);
        PcapngRun pieces = PcapngRun.Of(bytes, 7);
        Assert.Equal(end, pieces.End);
        Assert.Equal(run.Frames, pieces.Frames);
    }

    [Theory]
    [InlineData("d4c3b2a1")]
    [InlineData("00000000")]
    [InlineData("0a0d0a0d00000000000000000000000000000000")]
    public void File_OfAnotherFormat_IsUnknown(string hex) =>
        Assert.Equal(CaptureStatus.UnknownFormat, PcapngRun.Of(Convert.FromHexString(hex)).End);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void File_CutAnywhere_GivesTheFramesBefore(bool isBigEndian)
    {
        byte[] file = Sample(isBigEndian, out IReadOnlyList<int> boundaries);
        IReadOnlyList<PcapngFrame> all = PcapngRun.Of(file).Frames;

        for (int length = 0; length <= file.Length; length++)
        {
            PcapngRun run = PcapngRun.Of(file[..length]);

            Assert.Equal(CaptureStatus.NeedMoreBytes, run.End);
            Assert.Equal(boundaries.Contains(length), run.IsWhole);
            Assert.Equal(all.Take(run.Frames.Count), run.Frames);
        }
    }

    [Fact]
    public void File_InPiecesOfAnyLength_GivesTheSame()
    {
        byte[] file = Sample(false, out _);
        IReadOnlyList<PcapngFrame> all = PcapngRun.Of(file).Frames;

        for (int piece = 1; piece < 200; piece++)
        {
            PcapngRun run = PcapngRun.Of(file, piece);

            Assert.True(run.IsWhole);
            Assert.Equal(all, run.Frames);
        }
    }

    [Fact]
    public void File_WithWrongBytes_NeverThrows()
    {
        var random = new Random(20_260_102);
        var ends = new HashSet<CaptureStatus>();
        for (int i = 0; i < 5_000; i++)
        {
            byte[] file = Sample(i % 2 == 0, out _);
            for (int changes = random.Next(1, 5); changes > 0; changes--)
            {
                int at = random.Next(file.Length);
                file[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => 0xff, _ => (byte)(file[at] ^ (1 << random.Next(8))) };
            }

            ends.Add(PcapngRun.Of(file, random.Next(1, 400)).End);
        }

        Assert.Superset(
            new HashSet<CaptureStatus> { CaptureStatus.NeedMoreBytes, CaptureStatus.UnknownFormat, CaptureStatus.BadLength, CaptureStatus.BadInterface },
            ends);
    }

    [Fact]
    public void Read_OfFrames_AllocatesNothing()
    {
        var file = new PcapngBuilder();
        file.Section().Interface().Interface(options: file.Resolution(0xa0));
        int start = file.Length;
        byte[] bytes = file.Packet(0, 1, Frame).Block(99, new byte[8]).Packet(1, 1ul << 40, Frame).SimplePacket(Frame).ToBytes();
        var reader = new PcapngReader();
        Assert.Equal(CaptureStatus.NeedMoreBytes, reader.TryRead(bytes.AsSpan(0, start), out _, out _, out int consumed));
        Assert.Equal(start, consumed);

        AllocationAssert.None(() =>
        {
            int at = start;
            while (reader.TryRead(bytes.AsSpan(at), out _, out _, out int length) == CaptureStatus.Ok)
            {
                at += length;
            }
        });
    }

    private static byte[] Sample(bool isBigEndian, out IReadOnlyList<int> boundaries)
    {
        var file = new PcapngBuilder(isBigEndian);
        var ends = new List<int> { 0 };
        foreach (Action add in (Action[])
        [
            () => file.Section(options: file.Option(4, "writer"u8.ToArray())),
            () => file.Interface(options: [.. file.Name("eth0"), .. file.Speed(1_000_000_000), .. file.Resolution(9), .. file.Option(0, [])]),
            () => file.Packet(0, Second * 1_000_000_000, Frame, wireLength: 1500),
            () => file.Block(5, new byte[21]),
            () => file.Interface(LinkType.Raw, 40, [.. file.Resolution(0x94), .. file.Offset(-3)]),
            () => file.Packet(1, Second << 20, Frame[..40], options: file.Option(2, [0, 0, 0, 1])),
            () => file.ObsoletePacket(1, 1, Frame[..3]),
            () => file.SimplePacket(Frame),
            () => file.Section(),
            () => file.Interface(),
            () => file.Packet(0, 5, []),
            () => file.Block(0x40000bad, new byte[64]),
        ])
        {
            add();
            ends.Add(file.Length);
        }

        boundaries = ends;
        return file.ToBytes();
    }
}
