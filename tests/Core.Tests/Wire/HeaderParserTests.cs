using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

public class HeaderParserTests
{
    [Fact]
    public void Parse_OfAnySample_AllocatesNothing()
    {
        PacketHeaders headers = default;
        foreach (SamplePacket sample in SamplePackets.All)
        {
            AllocationAssert.None(() => HeaderParser.Parse(sample.LinkType, sample.Frame, ref headers));
        }
    }

    [Fact]
    public void AllocationAssert_WhereSomethingIsAllocated_Fails() =>
        Assert.ThrowsAny<Exception>(() => AllocationAssert.None(() => GC.KeepAlive(new object())));

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public void Parse_OfPlainPackets_SetsEveryFieldOfTheFrame(string name)
    {
        SamplePacket sample = SamplePackets.All.Single(s => s.Name == name);
        byte[] frame = [.. sample.Frame];
        frame[15] = 0xb9; // traffic class
        frame[22] = 7; // TTL
        PacketHeaders headers = HeaderText.Rubbish();
        Assert.Equal(ParseError.None, HeaderParser.Parse(LinkType.Ethernet, frame, ref headers));

        var expected = new HeaderFields
        {
            DestinationMac = 0x0200000000c8,
            SourceMac = 0x020000000015,
            EtherType = 0x0800,
            IpVersion = 4,
            SourceAddress = 0xc0a80a15,
            DestinationAddress = 0xc0a80ac8,
            Protocol = (byte)(name == "tcp" ? 6 : 17),
            Ttl = 7,
            TrafficClass = 0xb9,
            SourcePort = (ushort)(name == "tcp" ? 51515 : 53),
            DestinationPort = (ushort)(name == "tcp" ? 3260 : 4000),
            Present = HeaderField.DestinationMac | HeaderField.SourceMac | HeaderField.EtherType | HeaderField.SourceAddress
                | HeaderField.DestinationAddress | HeaderField.Protocol | HeaderField.Ttl | HeaderField.TrafficClass
                | HeaderField.SourcePort | HeaderField.DestinationPort,
        };
        Assert.Equal(1, headers.LayerCount);
        Assert.False(headers.HasEmbedded);
        Assert.Equal(expected, headers.Outer);
        Assert.Equal(expected, headers.Inner);
    }
}
