using FsCheck;
using FsCheck.Fluent;
using Trunkline.Analysis.Flows;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Analysis.Tests.Flows;

public class PlainFrameTests
{
    private static readonly SamplePacket[] Ethernet = [.. SamplePackets.All.Where(s => s.LinkType == LinkType.Ethernet)];

    [Theory]
    [InlineData("tcp")]
    [InlineData("tcp-padded")]
    [InlineData("tcp-options")]
    [InlineData("tcp6")]
    [InlineData("udp6")]
    [InlineData("vlan")]
    public void TryRead_OfAPlainFrame_SaysWhatTheParserSays(string name)
    {
        byte[] frame = Ethernet.Single(s => s.Name == name).Frame;
        frame = frame.Length < 78 ? [.. frame, .. new byte[78 - frame.Length]] : frame;

        Assert.NotEqual(0, Compare(frame, frame.Length));
        Assert.NotEqual(0, Compare(frame[..78], 1500));
    }

    [Fact]
    public void TryRead_OfEveryUdpPort_LeavesTheTunnelsToTheParser()
    {
        byte[] frame = Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(1000, 0).Payload(30).ToFrame();
        for (int port = 0; port <= ushort.MaxValue; port++)
        {
            (frame[36], frame[37]) = ((byte)(port >> 8), (byte)port);

            Assert.Equal(HeaderParser.IsTunnelPort((ushort)port), Compare(frame, frame.Length) == 0);
        }
    }

    [Fact]
    public void TryRead_OfMangledFrames_SaysWhatTheParserSaysOrNothing() => Prop.ForAll(
        Gen.Choose(0, Ethernet.Length - 1).ToArbitrary(),
        Gen.Choose(0, 90).Zip(Gen.Choose(0, 255)).ListOf(2).ToArbitrary(),
        Gen.Choose(0, 120).Zip(Gen.Choose(0, 1)).ToArbitrary(),
        (sample, changes, cut) =>
        {
            byte[] frame = [.. Ethernet[sample].Frame];
            foreach ((int at, int value) in changes)
            {
                if (at < frame.Length)
                {
                    frame[at] = (byte)value;
                }
            }

            int length = frame.Length;
            frame = cut.Item2 == 0 ? frame : frame[..Math.Min(frame.Length, cut.Item1)];
            Compare(frame, length);
            Compare(frame, frame.Length);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Fact]
    public void Signature_OfFramesThatDifferInASteadyField_Differs()
    {
        byte[][] frames =
        [
            TestFrames.Tcp(1),
            Packet.Ethernet("02:00:00:00:00:16").Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 443).ToArray(),
            Packet.Ethernet(Packet.SourceMac, "02:00:00:00:00:c9").Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 443).ToArray(),
            Packet.Vlan(0).Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 443).ToFrame(),
            Packet.Vlan(5).Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 443).ToFrame(),
            Packet.Vlan(5).Vlan(6).Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 443).ToFrame(),
            Packet.Mpls(16).Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 443).ToFrame(),
            Packet.Mpls(17).Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 443).ToFrame(),
            Packet.Mpls(16, 17).Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 443).ToFrame(),
            Packet.Ipv6("fd00::1", "fd00::2", flowLabel: 1).Tcp(1, 443).ToFrame(),
            Packet.Ipv6("fd00::1", "fd00::2", flowLabel: 2).Tcp(1, 443).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Esp(1).Payload(32).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Esp(2).Payload(32).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Icmp(8, 0, identifier: 1).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Icmp(8, 0, identifier: 2).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Icmp(0, 0, identifier: 2).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Icmp(3, 1).Ipv4("10.0.0.2", "10.0.0.3").Udp(1, 2).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Icmp(3, 1).Ipv4("10.0.0.2", "10.0.0.3").Udp(1, 3).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(49152, 4791).RoceV2(4, 1).Payload(32).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(49152, 4791).RoceV2(4, 2).Payload(32).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Gre(key: 1).Ipv4("10.1.0.1", "10.1.0.2").Tcp(1, 2).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Gre(key: 2).Ipv4("10.1.0.1", "10.1.0.2").Tcp(1, 2).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Gre(key: 1).Ipv4("10.1.0.1", "10.1.0.2").Tcp(1, 3).ToFrame(),
            Packet.Ipv4("10.0.0.1", "10.0.0.2").Gre(key: 1).Ipv4("10.1.0.1", "10.1.0.3").Tcp(1, 2).ToFrame(),
        ];

        Assert.Equal(frames.Length, frames.Select(SignatureOf).Distinct().Count());
    }

    [Fact]
    public void Signature_OfFramesThatDifferInAPassingField_IsTheSame()
    {
        byte[][] frames =
        [
            Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", ttl: 64).Udp(49152, 4791).RoceV2(4, 1).Payload(32).ToFrame(),
            Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", ttl: 63).Udp(49152, 4791).RoceV2(4, 1).Payload(32).ToFrame(),
            Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", trafficClass: 3).Udp(49152, 4791).RoceV2(4, 1).Payload(32).ToFrame(),
            Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", identification: 9).Udp(49152, 4791).RoceV2(4, 1).Payload(32).ToFrame(),
            Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2").Udp(49152, 4791).RoceV2(5, 1).Payload(64).ToFrame(),
        ];

        Assert.Single(frames.Select(SignatureOf).Distinct());
    }

    private static ulong SignatureOf(byte[] frame)
    {
        var headers = new PacketHeaders();
        HeaderParser.Parse(LinkType.Ethernet, frame, ref headers);
        return FrameKey.Of(in headers).Signature;
    }

    /// <summary>Fails when the short way says another thing than the parser; says how many bytes decided.</summary>
    private static int Compare(byte[] frame, long wireLength)
    {
        var record = new CaptureRecord(LinkType.Ethernet, Timestamp.Zero, wireLength, frame);
        var key = new FrameKey { Bytes = (int)wireLength };
        int length = PlainFrame.TryRead(frame, interfaceIndex: 0, ref key);
        if (length > 0)
        {
            var headers = new PacketHeaders();
            ParseError error = HeaderParser.Parse(LinkType.Ethernet, frame, ref headers);
            Assert.True(error == ParseError.None || (error == ParseError.Truncated && record.IsCut), $"{error}");
            CheckEqual(FrameKey.Of(in headers), key);

            // What the table keeps of the frame is enough to read it again.
            HeaderParser.Parse(LinkType.Ethernet, frame.AsSpan(0, length), ref headers);
            CheckEqual(FrameKey.Of(in headers), key);
        }

        return length;
    }

    private static void CheckEqual(FrameKey expected, FrameKey key)
    {
        Assert.Equal(expected.Addresses, key.Addresses);
        Assert.Equal(expected.Ports, key.Ports);
        Assert.Equal(expected.Protocol, key.Protocol);
        Assert.Equal(expected.Signature, key.Signature);
        Assert.Equal(expected.Hash, key.Hash);
        if (key.IsV6)
        {
            Assert.Equal(expected.SourceV6, key.SourceV6);
            Assert.Equal(expected.DestinationV6, key.DestinationV6);
        }
    }
}
