using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Wire;

public class PcapngWriterTests
{
    private static readonly byte[] Buffer = new byte[4096];

    [Fact]
    public void WrittenFile_AsTheReaderReadsIt_IsTheSame()
    {
        byte[] file =
        [
            .. Section(), .. Interface("uplinks/0", new BitRate(10_000_000_000)), .. Interface("uplinks/0 back", null),
            .. Packet(0, 1, "0102030405", 1514), .. Packet(1, 1_234_567_890_123_456_789, "01020304", null), .. Packet(0, 3, "", 60),
        ];

        PcapngRun run = PcapngRun.Of(file);

        Assert.True(run.IsWhole);
        Assert.Equal(["uplinks/0", "uplinks/0 back"], run.Reader.Interfaces.Select(i => i.Name));
        Assert.Equal([new BitRate(10_000_000_000), null], run.Reader.Interfaces.Select(i => i.Speed));
        Assert.Equal(
        [
            new PcapngFrame(0, LinkType.Ethernet, new Timestamp(1), 1514, "0102030405"),
            new PcapngFrame(1, LinkType.Ethernet, new Timestamp(1_234_567_890_123_456_789), 4, "01020304"),
            new PcapngFrame(0, LinkType.Ethernet, new Timestamp(3), 60, ""),
        ],
        run.Frames);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(300)]
    public void WriteInterface_WithANameOfAnyLength_KeepsWhatFits(int length)
    {
        byte[] file = [.. Section(), .. Interface(new string('n', length), new BitRate(1)), .. Packet(0, 0, "00", null)];

        PcapngRun run = PcapngRun.Of(file);

        Assert.True(run.IsWhole);
        Assert.Equal(Math.Min(length, PcapngInterface.NameBytesMax), run.Reader.Interfaces[0].Name!.Length);
    }

    [Fact]
    public void Write_OfABlock_IsWithinItsBound()
    {
        Assert.Equal(PcapngWriter.SectionHeaderLength, Section().Length);
        Assert.True(Interface(new string('n', 300), new BitRate(1)).Length <= PcapngWriter.InterfaceLengthMax);
        for (int length = 0; length < 9; length++)
        {
            Assert.InRange(Packet(0, 0, new string('0', 2 * length), null).Length, length, length + PcapngWriter.PacketOverheadMax);
        }
    }

    [Fact]
    public void WritePacket_AllocatesNothing()
    {
        byte[] frame = [1, 2, 3];
        AllocationAssert.None(() => PcapngWriter.WritePacket(Buffer, 0, new Timestamp(1), frame));
    }

    private static byte[] Section() => Buffer[..PcapngWriter.WriteSectionHeader(Buffer)];

    private static byte[] Interface(string name, BitRate? speed) =>
        Buffer[..PcapngWriter.WriteInterface(Buffer, LinkType.Ethernet, name, speed)];

    private static byte[] Packet(int number, long nanoseconds, string hex, int? wireLength) =>
        Buffer[..PcapngWriter.WritePacket(Buffer, number, new Timestamp(nanoseconds), Convert.FromHexString(hex), wireLength)];
}
