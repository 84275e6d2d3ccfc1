using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

public class PcapTests
{
    private const string LittleMicroseconds =
        """
        d4 c3 b2 a1  # magic: microseconds, lowest byte first
        02 00 04 00  # version 2.4
        00 00 00 00  # time zone
        00 00 00 00  # accuracy
        00 00 04 00  # snap length 262144
        01 00 00 00  # Ethernet

        """;

    private const string LittleRecord =
        """
        01 00 00 00  # seconds
        02 00 00 00  # fraction
        03 00 00 00  # bytes kept
        40 00 00 00  # bytes on the wire
        aa bb cc     # frame

        """;

    [Theory]
    [InlineData("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000", false, false, 1)]
    [InlineData("4d3cb2a1 0200 0400 00000000 00000000 00000400 71000000", true, false, 113)]
    [InlineData("a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065", false, true, 101)]
    [InlineData("a1b23c4d 0002 0004 00000000 00000000 00040000 00000114", true, true, 276)]
    // The upper half of the last word tells of a frame check sequence of 4 bytes.
    [InlineData("a1b23c4d 0002 0004 00000000 00000000 00040000 24000001", true, true, 1)]
    public void FileHeader_OfEachKind_IsRead(string hex, bool isNanosecond, bool isBigEndian, int linkType)
    {
        Assert.Equal(CaptureStatus.Ok, PcapReader.TryOpen(Hex.Bytes(hex), out PcapReader reader, out int consumed));
        Assert.Equal(24, consumed);
        Assert.Equal(isNanosecond, reader.IsNanosecond);
        Assert.Equal(isBigEndian, reader.IsBigEndian);
        Assert.Equal((LinkType)linkType, reader.LinkType);
        Assert.Equal(262_144u, reader.SnapLength);
    }

    [Theory]
    [InlineData("", CaptureStatus.NeedMoreBytes, CaptureFormat.Unknown)]
    [InlineData("d4 c3 b2", CaptureStatus.NeedMoreBytes, CaptureFormat.Unknown)]
    [InlineData("d4 c3 b2 a1", CaptureStatus.NeedMoreBytes, CaptureFormat.Pcap)]
    [InlineData("0a 0d 0d 0a 1c 00 00 00", CaptureStatus.UnknownFormat, CaptureFormat.Pcapng)]
    [InlineData("50 4b 03 04", CaptureStatus.UnknownFormat, CaptureFormat.Unknown)]
    [InlineData("d4c3b2a1 0300 0000 00000000 00000000 00000400 01000000", CaptureStatus.UnknownFormat, CaptureFormat.Pcap)]
    public void FileHeader_OfSomethingElse_SaysWhat(string hex, CaptureStatus status, CaptureFormat format)
    {
        Assert.Equal(status, PcapReader.TryOpen(Hex.Bytes(hex), out _, out int consumed));
        Assert.Equal(0, consumed);
        Assert.Equal(format, PcapReader.Detect(Hex.Bytes(hex)));
    }

    [Theory]
    [InlineData("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000", "01000000 02000000 03000000 40000000 aabbcc", 1_000_002_000)]
    [InlineData("4d3cb2a1 0200 0400 00000000 00000000 00000400 01000000", "01000000 02000000 03000000 40000000 aabbcc", 1_000_000_002)]
    [InlineData("a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001", "00000001 00000002 00000003 00000040 aabbcc", 1_000_002_000)]
    [InlineData("a1b23c4d 0002 0004 00000000 00000000 00040000 00000001", "00000001 00000002 00000003 00000040 aabbcc", 1_000_000_002)]
    // A fraction of a second or more counts on; the last second of 32 bits is in 2106.
    [InlineData("4d3cb2a1 0200 0400 00000000 00000000 00000400 01000000", "01000000 01ca9a3b 03000000 40000000 aabbcc", 2_000_000_001)]
    [InlineData("4d3cb2a1 0200 0400 00000000 00000000 00000400 01000000", "01000000 ffffffff 03000000 40000000 aabbcc", 5_294_967_295)]
    [InlineData("a1b23c4d 0002 0004 00000000 00000000 00040000 00000001", "ffffffff 3b9ac9ff 00000003 00000040 aabbcc", 4_294_967_295_999_999_999)]
    public void Record_OfEachKind_GivesTimeAndFrame(string header, string record, long nanoseconds)
    {
        PcapReader.TryOpen(Hex.Bytes(header), out PcapReader reader, out _);
        Assert.Equal(CaptureStatus.Ok, reader.TryRead(Hex.Bytes(record + "0102"), out CaptureRecord read, out int consumed));
        Assert.Equal(19, consumed);
        Assert.Equal(LinkType.Ethernet, read.LinkType);
        Assert.Equal(new Timestamp(nanoseconds), read.Time);
        Assert.Equal(64, read.WireLength);
        Assert.True(read.IsCut);
        Assert.Equal(Hex.Bytes("aabbcc"), read.Frame);
    }

    [Fact]
    public void Record_CutAnywhere_NeedsMoreBytes()
    {
        PcapReader.TryOpen(Hex.Bytes(LittleMicroseconds), out PcapReader reader, out _);
        byte[] record = Hex.Bytes(LittleRecord);
        for (int length = 0; length < record.Length; length++)
        {
            Assert.Equal(CaptureStatus.NeedMoreBytes, reader.TryRead(record.AsSpan(0, length), out _, out int consumed));
            Assert.Equal(0, consumed);
        }
    }

    [Theory]
    [InlineData(PcapReader.FrameBytesMax, CaptureStatus.NeedMoreBytes)]
    [InlineData(PcapReader.FrameBytesMax + 1, CaptureStatus.BadLength)]
    [InlineData(-1, CaptureStatus.BadLength)]
    [InlineData(int.MinValue, CaptureStatus.BadLength)]
    public void Record_WithALyingLength_IsRefused(int length, CaptureStatus expected)
    {
        PcapReader.TryOpen(Hex.Bytes(LittleMicroseconds), out PcapReader reader, out _);
        byte[] record = Hex.Bytes(LittleRecord);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), length);
        Assert.Equal(expected, reader.TryRead(record, out _, out int consumed));
        Assert.Equal(0, consumed);
    }

    [Fact]
    public void Records_WrittenAndReadInPieces_AreTheSame()
    {
        var frames = Gen.ArrayOf(Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value)));
        var pieces = Gen.NonEmptyListOf(Gen.Choose(1, 60));
        Prop.ForAll(frames.Zip(pieces).ToArbitrary(), input =>
        {
            (byte[][] written, IReadOnlyList<int> sizes) = (input.Item1, [.. input.Item2]);
            byte[] file = CaptureFile.Write(LinkType.Raw, written);
            Assert.Equal(written, CaptureFile.Read(file).Select(frame => frame.Frame));
            Assert.Equal(written, ReadInPieces(file, sizes));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Record_WrittenWithItsWireLength_KeepsIt()
    {
        byte[] bytes = new byte[20];
        var time = new Timestamp(1_700_000_000_123_456_789);
        Assert.Equal(20, PcapWriter.WriteRecord(bytes, time, [1, 2, 3, 4], wireLength: 1500));
        Assert.Equal(24, PcapWriter.WriteFileHeader(new byte[24], LinkType.Ethernet));
        PcapReader.TryOpen(CaptureFile.Write(LinkType.Ethernet, []), out PcapReader reader, out _);
        Assert.Equal(CaptureStatus.Ok, reader.TryRead(bytes, out CaptureRecord record, out _));
        Assert.Equal(time, record.Time);
        Assert.Equal(1500, record.WireLength);
        Assert.Equal(4, record.Frame.Length);
    }

    [Fact]
    public void Reading_OfACapture_AllocatesNothing()
    {
        byte[] file = CaptureFile.Write(LinkType.Ethernet, SamplePackets.All.Select(sample => sample.Frame));
        int sum = 0;
        AllocationAssert.None(() =>
        {
            PcapReader.TryOpen(file, out PcapReader reader, out int at);
            while (reader.TryRead(file.AsSpan(at), out CaptureRecord record, out int consumed) == CaptureStatus.Ok)
            {
                at += consumed;
                sum += record.Frame.Length;
            }
        });
        Assert.NotEqual(0, sum);
    }

    [Fact]
    public void InvalidNanoseconds_OfARealFile_AreReadLikeAnyOther()
    {
        IReadOnlyList<CapturedFrame> frames = CaptureFile.Read(Path.Combine(Require.Captures(), "tcpdump-invalid-nano.pcap"));
        Assert.Equal(3, frames.Count);
        Assert.All(frames, frame => Assert.Equal(LinkType.LinuxSll, frame.LinkType));
    }

    /// <summary>Reads as from a slow file: a buffer that grows by the sizes given, in turns, until a record is whole.</summary>
    private static List<byte[]> ReadInPieces(byte[] file, IReadOnlyList<int> sizes)
    {
        var frames = new List<byte[]>();
        PcapReader reader = default;
        bool isOpen = false;
        int start = 0, end = 0, turn = 0;
        while (true)
        {
            ReadOnlySpan<byte> offered = file.AsSpan(start..end);
            int consumed;
            CaptureStatus status;
            if (!isOpen)
            {
                status = PcapReader.TryOpen(offered, out reader, out consumed);
                isOpen = status == CaptureStatus.Ok;
            }
            else
            {
                status = reader.TryRead(offered, out CaptureRecord record, out consumed);
                if (status == CaptureStatus.Ok)
                {
                    frames.Add(record.Frame.ToArray());
                }
            }

            start += consumed;
            if (status == CaptureStatus.NeedMoreBytes)
            {
                if (end == file.Length)
                {
                    return frames;
                }

                end = Math.Min(end + sizes[turn++ % sizes.Count], file.Length);
            }
        }
    }
}
