using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

/// <summary>What parses can be written back, to the same bytes.</summary>
public class WriteBackTests
{
    [Fact]
    public void Ethernet_WrittenBack_IsTheSame() => ForAny(EthernetHeader.Length, (bytes, to) =>
    {
        EthernetHeader.Parse(bytes, out EthernetHeader header);
        return EthernetHeader.Write(to, header.Destination, header.Source, header.TypeOrLength);
    });

    [Fact]
    public void Vlan_WrittenBack_IsTheSame() => ForAny(VlanTag.Length, (bytes, to) =>
    {
        VlanTag.Parse(bytes, out VlanTag tag);
        return VlanTag.Write(to, tag.Tci, tag.TypeOrLength);
    });

    [Fact]
    public void Udp_WrittenBack_IsTheSame() => ForAny(UdpHeader.Length, (bytes, to) =>
    {
        bytes[4] |= 1; // a length that is no fault
        Assert.Equal(ParseError.None, UdpHeader.Parse(bytes, out UdpHeader header));
        return UdpHeader.Write(to, header.SourcePort, header.DestinationPort, header.TotalLength, header.Checksum);
    });

    [Fact]
    public void Ipv6_WrittenBack_IsTheSame() => ForAny(Ipv6Header.Length, (bytes, to) =>
    {
        bytes[0] = (byte)(0x60 | (bytes[0] & 0xf));
        Assert.Equal(ParseError.None, Ipv6Header.Parse(bytes, out Ipv6Header header));
        return Ipv6Header.Write(
            to, header.SourceAddress, header.DestinationAddress, header.NextHeader, header.PayloadLength, header.HopLimit,
            header.TrafficClass, header.FlowLabel);
    });

    [Theory]
    [InlineData(20)]
    [InlineData(24)]
    [InlineData(60)]
    public void Ipv4_WrittenBack_IsTheSame(int length) => ForAny(length, (bytes, to) =>
    {
        bytes[0] = (byte)(0x40 | (length / 4));
        bytes[2] |= 1; // a length that is no fault
        (bytes[10], bytes[11]) = (0, 0);
        ushort checksum = InternetChecksum.Compute(bytes);
        (bytes[10], bytes[11]) = ((byte)(checksum >> 8), (byte)checksum);
        Assert.Equal(ParseError.None, Ipv4Header.Parse(bytes, out Ipv4Header header));
        Assert.Equal(0, InternetChecksum.Compute(bytes));
        return Ipv4Header.Write(
            to, header.SourceAddress, header.DestinationAddress, header.Protocol, header.TotalLength, header.Ttl, header.TrafficClass,
            header.Identification, header.FlagsAndOffset, header.Options);
    });

    [Theory]
    [InlineData(20)]
    [InlineData(32)]
    [InlineData(60)]
    public void Tcp_WrittenBack_IsTheSame(int length) => ForAny(length, (bytes, to) =>
    {
        bytes[12] = (byte)((length / 4 << 4) | (bytes[12] & 0xf));
        Assert.Equal(ParseError.None, TcpHeader.Parse(bytes, out TcpHeader header));
        Assert.Equal(length, header.HeaderLength);
        Assert.True(header.Payload.IsEmpty);
        return TcpHeader.Write(
            to, header.SourcePort, header.DestinationPort, header.Sequence, header.Acknowledgement, header.Flags, header.Window,
            header.Checksum, header.UrgentPointer, header.Options);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(44)]
    public void Write_OptionsOfNoValidLength_AreRefused(int length)
    {
        byte[] bytes = new byte[100], options = new byte[length];
        Assert.Throws<ArgumentException>(() => Ipv4Header.Write(bytes, 0, 0, 0, 0, options: options));
        Assert.Throws<ArgumentException>(() => TcpHeader.Write(bytes, 0, 0, options: options));
    }

    [Fact]
    public void Checksum_OfRfc1071Example_IsAsPrinted() =>
        Assert.Equal(0xffff - 0xddf2, InternetChecksum.Compute(Hex.Bytes("00 01 f2 03 f4 f5 f6 f7")));

    [Fact]
    public void Checksum_OfAnOddLength_TakesAZeroBehind() =>
        Assert.Equal(InternetChecksum.Compute([1, 2, 3, 0]), InternetChecksum.Compute([1, 2, 3]));

    /// <summary>Parses bytes, having made them such as parse, and writes them; gives the length.</summary>
    private delegate int RoundTrip(byte[] bytes, Span<byte> to);

    private static void ForAny(int length, RoundTrip roundTrip)
    {
        Arbitrary<byte[]> bytes = Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), length).ToArbitrary();
        Prop.ForAll(bytes, original =>
        {
            byte[] room = new byte[64];
            room.AsSpan().Fill(0xa5);
            int written = roundTrip(original, room);
            Assert.Equal(original, room[..written]);
            Assert.All(room[written..], rest => Assert.Equal(0xa5, rest));
        }).QuickCheckThrowOnFailure();
    }
}
