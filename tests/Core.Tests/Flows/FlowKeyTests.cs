using System.Numerics;
using Trunkline.Core.Flows;
using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Flows;

public class FlowKeyTests
{
    [Fact]
    public void TryFrom_APacket_TakesTheFiveTuple()
    {
        FlowKey key = KeyOf(Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(53, 4000));
        Assert.Equal(0x0a000001u, key.SourceAddress);
        Assert.Equal(0x0a000002u, key.DestinationAddress);
        Assert.Equal(17, key.Protocol);
        Assert.Equal(53, key.SourcePort);
        Assert.Equal(4000, key.DestinationPort);
        Assert.Equal(4, key.IpVersion);
    }

    [Fact]
    public void TryFrom_PacketsOfAFlow_GiveTheSameKey()
    {
        FlowKey first = KeyOf(Packet.Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 2, sequence: 1));
        FlowKey second = KeyOf(Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", ttl: 3, trafficClass: 2).Tcp(1, 2, sequence: 9));
        Assert.Equal(first, second);
        Assert.True(first == second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());
    }

    [Fact]
    public void TryFrom_AnyOtherFiveTuple_GivesAnotherKey()
    {
        FlowKey[] keys =
        [
            KeyOf(Packet.Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 2)),
            KeyOf(Packet.Ipv4("10.0.0.2", "10.0.0.1").Tcp(2, 1)),
            KeyOf(Packet.Ipv4("10.0.0.1", "10.0.0.2").Tcp(2, 1)),
            KeyOf(Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(1, 2)),
            KeyOf(Packet.Ipv4("10.0.0.3", "10.0.0.2").Tcp(1, 2)),
            KeyOf(Packet.Ipv4("10.0.0.1", "10.0.0.3").Tcp(1, 2)),
            KeyOf(Packet.Ipv6("::10.0.0.1", "::10.0.0.2").Tcp(1, 2)),
            KeyOf(Packet.Ipv4("10.0.0.1", "10.0.0.2").Icmp(8, 0, 1)),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys.Length, keys.Select(key => key.GetHashCode()).Distinct().Count());
    }

    [Fact]
    public void TryFrom_Fragments_HaveNoPorts()
    {
        FlowKey first = KeyOf(Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", flagsAndOffset: 0x2000).Udp(53, 4000));
        FlowKey later = KeyOf(Packet.Empty.Ipv4("10.0.0.1", "10.0.0.2", flagsAndOffset: 9, protocol: 17).Payload(40));
        Assert.Equal((0, 0), (first.SourcePort, first.DestinationPort));
        Assert.Equal(first, later);
    }

    [Fact]
    public void TryFrom_ATunnel_IsOfTheOuterPacket()
    {
        FlowKey key = KeyOf(Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(49152, 4789).Vxlan(5).Ethernet().Ipv4("1.1.1.1", "2.2.2.2").Tcp(1, 2));
        Assert.Equal(49152, key.SourcePort);
    }

    [Fact]
    public void TryFrom_WhatIsNotIp_HasNoKey()
    {
        PacketHeaders headers = default;
        HeaderParser.Parse(LinkType.Ethernet, SamplePackets.All.Single(sample => sample.Name == "lacp").Frame, ref headers);
        Assert.False(FlowKey.TryFrom(in headers.Outer, out FlowKey key));
        Assert.Equal(default, key);
    }

    /// <summary>A good mixer changes each of the 32 bits with probability ½, whichever bit of the key changes.</summary>
    [Fact]
    public void GetHashCode_WhenOneBitOfTheKeyChanges_ChangesHalfOfItsBits()
    {
        const int Keys = 2_000;
        var random = new Random(1);
        Assert.All(Enumerable.Range(0, 104), bit =>
        {
            int[] changes = new int[32];
            for (int i = 0; i < Keys; i++)
            {
                var fields = new HeaderFields
                {
                    IpVersion = 4,
                    SourceAddress = (uint)random.NextInt64(),
                    DestinationAddress = (uint)random.NextInt64(),
                    SourcePort = (ushort)random.Next(),
                    DestinationPort = (ushort)random.Next(),
                    Protocol = (byte)random.Next(),
                };
                HeaderFields other = fields;
                switch (bit)
                {
                    case < 32: other.SourceAddress ^= UInt128.One << bit; break;
                    case < 64: other.DestinationAddress ^= UInt128.One << (bit - 32); break;
                    case < 80: other.SourcePort ^= (ushort)(1 << (bit - 64)); break;
                    case < 96: other.DestinationPort ^= (ushort)(1 << (bit - 80)); break;
                    default: other.Protocol ^= (byte)(1 << (bit - 96)); break;
                }

                uint change = (uint)(KeyOf(fields).GetHashCode() ^ KeyOf(other).GetHashCode());
                for (; change != 0; change &= change - 1)
                {
                    changes[BitOperations.TrailingZeroCount(change)]++;
                }
            }

            // Six standard deviations of a fair coin; 3328 bits are looked at.
            double bound = 6 * Math.Sqrt(Keys / 4.0);
            Assert.All(changes, count => Assert.InRange(count, (Keys / 2) - bound, (Keys / 2) + bound));
        });
    }

    /// <summary>Addresses and ports that count up, as in a data centre, fill a table as evenly as random numbers would.</summary>
    [Fact]
    public void GetHashCode_OfNeighbours_FillsBucketsLikeChance()
    {
        const int Buckets = 1 << 14;
        int[] counts = new int[Buckets];
        int keys = 0;
        for (uint host = 0; host < 64; host++)
        {
            for (ushort port = 0; port < 1024; port++, keys++)
            {
                var fields = new HeaderFields
                {
                    IpVersion = 4,
                    SourceAddress = 0x0a000000 + host,
                    DestinationAddress = 0x0a000100,
                    Protocol = 6,
                    SourcePort = (ushort)(32768 + port),
                    DestinationPort = 3260,
                };
                counts[KeyOf(fields).GetHashCode() & (Buckets - 1)]++;
            }
        }

        double mean = (double)keys / Buckets;
        double chiSquare = counts.Sum(count => (count - mean) * (count - mean) / mean);
        Assert.InRange(chiSquare, 0, Buckets + (6 * Math.Sqrt(2.0 * Buckets)));
    }

    [Fact]
    public void TryFrom_AndLookUp_AllocateNothing()
    {
        PacketHeaders headers = default;
        HeaderParser.Parse(LinkType.Ethernet, SamplePackets.All[0].Frame, ref headers);
        FlowKey.TryFrom(in headers.Outer, out FlowKey known);
        var flows = new Dictionary<FlowKey, int> { [known] = 1 };
        AllocationAssert.None(() => Assert.True(FlowKey.TryFrom(in headers.Outer, out FlowKey key) && flows.ContainsKey(key)));
    }

    private static FlowKey KeyOf(PacketBuilder packet)
    {
        PacketHeaders headers = default;
        HeaderParser.Parse(LinkType.Ethernet, packet.ToFrame(), ref headers);
        return KeyOf(headers.Outer);
    }

    private static FlowKey KeyOf(in HeaderFields fields)
    {
        Assert.True(FlowKey.TryFrom(in fields, out FlowKey key));
        return key;
    }
}
