using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Packets;

/// <summary>A packet as its headers from the outside in; lengths, checksums and "what follows" fields come out right.</summary>
/// <remarks>Immutable: a packet begun can be continued in several ways. The tunnels are in <see cref="TunnelBuilder"/>.</remarks>
public sealed class PacketBuilder
{
    private readonly Header[] _headers;

    internal PacketBuilder(params Header[] headers) => _headers = headers;

    /// <summary>Writes one header.</summary>
    /// <param name="payload">All that follows, ready but for transport checksums of an IP header yet to come.</param>
    /// <param name="next">The header behind; the default at the end of the packet.</param>
    /// <returns>The header and the payload.</returns>
    internal delegate byte[] Wrap(byte[] payload, Header next);

    /// <summary>A header: by which numbers the one around it names it, and how it is written.</summary>
    internal readonly record struct Header(Wrap Write)
    {
        /// <summary>Its EtherType.</summary>
        public ushort EtherType { get; init; }

        /// <summary>Its IP protocol.</summary>
        public byte? Protocol { get; init; }

        /// <summary>Its PPP protocol.</summary>
        public ushort Ppp { get; init; }

        /// <summary>Where its checksum over the pseudo-header stands; null where it has none.</summary>
        public int? ChecksumAt { get; init; }
    }

    /// <summary>The bytes, from the first header given.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = [];
        Header next = default;
        foreach (Header header in _headers.Reverse())
        {
            bytes = header.Write(bytes, next);
            next = header;
        }

        return bytes;
    }

    /// <summary>The bytes with the usual Ethernet header in front.</summary>
    public byte[] ToFrame() =>
        new PacketBuilder([.. Packet.Ethernet()._headers, .. _headers]).ToArray();

    /// <summary>An Ethernet header.</summary>
    public PacketBuilder Ethernet(string source = Packet.SourceMac, string destination = Packet.DestinationMac) =>
        With(new Header((payload, next) =>
        {
            byte[] bytes = Room(EthernetHeader.Length, payload);
            EthernetHeader.Write(bytes, Address.Mac(destination), Address.Mac(source), next.EtherType);
            return bytes;
        })
        {
            EtherType = EtherTypes.EthernetBridging,
        });

    /// <summary>A VLAN tag.</summary>
    /// <param name="tci">Priority, DEI and VLAN id.</param>
    /// <param name="etherType">Of the tag itself.</param>
    public PacketBuilder Vlan(ushort tci, ushort etherType = EtherTypes.Vlan) =>
        With(new Header((payload, next) =>
        {
            byte[] bytes = Room(VlanTag.Length, payload);
            VlanTag.Write(bytes, tci, next.EtherType);
            return bytes;
        })
        {
            EtherType = etherType,
        });

    /// <summary>An EtherType without a header of its own, in front of a <see cref="Payload(byte[])"/>.</summary>
    public PacketBuilder EtherType(ushort etherType) => With(new Header((payload, _) => payload) { EtherType = etherType });

    /// <summary>MPLS labels, the last one marked as the bottom.</summary>
    public PacketBuilder Mpls(params uint[] labels) =>
        With(new Header((payload, _) =>
        {
            byte[] bytes = Room(4 * labels.Length, payload);
            for (int i = 0; i < labels.Length; i++)
            {
                uint bottom = i == labels.Length - 1 ? 0x100u : 0;
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), (labels[i] << 12) | bottom | 64);
            }

            return bytes;
        })
        {
            EtherType = EtherTypes.Mpls,
            Ppp = 0x0281,
        });

    /// <summary>PPPoE session and PPP headers.</summary>
    public PacketBuilder Pppoe(ushort session) =>
        With(new Header((payload, next) =>
        {
            byte[] bytes = Room(8, payload);
            BinaryPrimitives.WriteUInt16BigEndian(bytes, 0x1100);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), session);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)(payload.Length + 2));
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), next.Ppp);
            return bytes;
        })
        {
            EtherType = EtherTypes.PppoeSession,
        });

    /// <summary>An IPv4 header.</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="ttl">TTL.</param>
    /// <param name="trafficClass">DSCP and ECN.</param>
    /// <param name="identification">Identification.</param>
    /// <param name="flagsAndOffset">0x2000 for more fragments, or an offset in 8-byte units; the payload stays as it is.</param>
    /// <param name="options">Options.</param>
    /// <param name="protocol">In place of what follows.</param>
    public PacketBuilder Ipv4(
        string source,
        string destination,
        byte ttl = 64,
        byte trafficClass = 0,
        ushort identification = 1,
        ushort flagsAndOffset = 0,
        byte[]? options = null,
        byte? protocol = null) =>
        With(new Header((payload, next) =>
        {
            byte[] bytes = Room(Ipv4Header.LengthMin + (options?.Length ?? 0), payload);
            byte number = protocol ?? next.Protocol ?? IpProtocols.NoNextHeader;
            uint from = (uint)Address.Ip(source), to = (uint)Address.Ip(destination);
            int header = Ipv4Header.Write(
                bytes, from, to, number, (ushort)bytes.Length, ttl, trafficClass, identification, flagsAndOffset, options);
            ulong pseudo = (from >> 16) + (from & 0xffff) + (to >> 16) + (to & 0xffff);
            FillChecksum(bytes.AsSpan(header), pseudo, next);
            return bytes;
        })
        {
            EtherType = EtherTypes.Ipv4,
            Protocol = IpProtocols.Ipv4,
            Ppp = 0x0021,
        });

    /// <summary>An IPv6 header.</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="flowLabel">Flow label, 20 bits.</param>
    /// <param name="hopLimit">Hop limit.</param>
    /// <param name="trafficClass">DSCP and ECN.</param>
    /// <param name="nextHeader">In place of what follows.</param>
    public PacketBuilder Ipv6(
        string source, string destination, uint flowLabel = 0, byte hopLimit = 64, byte trafficClass = 0, byte? nextHeader = null) =>
        With(new Header((payload, next) =>
        {
            byte[] bytes = Room(Ipv6Header.Length, payload);
            byte number = nextHeader ?? next.Protocol ?? IpProtocols.NoNextHeader;
            int header = Ipv6Header.Write(
                bytes, Address.Ip(source), Address.Ip(destination), number, (ushort)payload.Length, hopLimit, trafficClass, flowLabel);
            FillChecksum(bytes.AsSpan(header), InternetChecksum.Add(0, bytes.AsSpan(8, 32)), next);
            return bytes;
        })
        {
            EtherType = EtherTypes.Ipv6,
            Protocol = IpProtocols.Ipv6,
            Ppp = 0x0057,
        });

    /// <summary>An IPv6 extension header: hop-by-hop, routing or destination options. A transport checksum behind it stays 0.</summary>
    /// <param name="protocol">Its number.</param>
    /// <param name="content">What stands behind its first two bytes: 6, 14, 22 … bytes.</param>
    public PacketBuilder Extension(byte protocol, byte[] content) =>
        With(new Header((payload, next) =>
        {
            byte[] bytes = Room(2 + content.Length, payload);
            bytes[0] = next.Protocol ?? IpProtocols.NoNextHeader;
            bytes[1] = (byte)((content.Length - 6) / 8);
            content.CopyTo(bytes, 2);
            return bytes;
        })
        {
            Protocol = protocol,
        });

    /// <summary>An IPv6 fragment header.</summary>
    public PacketBuilder Fragment(ushort offsetAndFlags, uint identification = 1) =>
        With(new Header((payload, next) =>
        {
            byte[] bytes = Room(8, payload);
            bytes[0] = next.Protocol ?? IpProtocols.NoNextHeader;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), offsetAndFlags);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), identification);
            return bytes;
        })
        {
            Protocol = IpProtocols.Fragment,
        });

    /// <summary>A TCP header, of a SYN where nothing else is said.</summary>
    public PacketBuilder Tcp(
        ushort sourcePort,
        ushort destinationPort,
        uint sequence = 0,
        uint acknowledgement = 0,
        ushort flags = 0x02,
        ushort window = 8192,
        byte[]? options = null) =>
        With(new Header((payload, _) =>
        {
            byte[] bytes = Room(TcpHeader.LengthMin + (options?.Length ?? 0), payload);
            TcpHeader.Write(bytes, sourcePort, destinationPort, sequence, acknowledgement, flags, window, options: options);
            return bytes;
        })
        {
            Protocol = IpProtocols.Tcp,
            ChecksumAt = 16,
        });

    /// <summary>A UDP header.</summary>
    public PacketBuilder Udp(ushort sourcePort, ushort destinationPort) =>
        With(new Header((payload, _) =>
        {
            byte[] bytes = Room(UdpHeader.Length, payload);
            UdpHeader.Write(bytes, sourcePort, destinationPort, (ushort)bytes.Length);
            return bytes;
        })
        {
            Protocol = IpProtocols.Udp,
            ChecksumAt = 6,
        });

    /// <summary>A header that begins with ports and is zero behind them: of SCTP, DCCP, UDP-Lite.</summary>
    public PacketBuilder Ports(byte protocol, ushort sourcePort, ushort destinationPort, int length = 12) =>
        With(new Header((payload, _) =>
        {
            byte[] bytes = Room(length, payload);
            BinaryPrimitives.WriteUInt16BigEndian(bytes, sourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), destinationPort);
            return bytes;
        })
        {
            Protocol = protocol,
        });

    /// <summary>An ICMP header; an error's quoted packet follows as further headers.</summary>
    public PacketBuilder Icmp(byte type, byte code, ushort identifier = 0, ushort sequence = 0) =>
        With(new Header((payload, _) =>
        {
            byte[] bytes = IcmpBytes(type, code, identifier, sequence, payload);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), InternetChecksum.Compute(bytes));
            return bytes;
        })
        {
            Protocol = IpProtocols.Icmp,
        });

    /// <summary>An ICMPv6 header; an error's quoted packet follows as further headers.</summary>
    public PacketBuilder IcmpV6(byte type, byte code, ushort identifier = 0, ushort sequence = 0) =>
        With(new Header((payload, _) => IcmpBytes(type, code, identifier, sequence, payload))
        {
            Protocol = IpProtocols.IcmpV6,
            ChecksumAt = 2,
        });

    /// <summary>ESP: what is behind its header is opaque.</summary>
    public PacketBuilder Esp(uint spi) =>
        With(new Header((payload, _) =>
        {
            byte[] bytes = Room(8, payload);
            BinaryPrimitives.WriteUInt32BigEndian(bytes, spi);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), 1);
            return bytes;
        })
        {
            Protocol = IpProtocols.Esp,
        });

    /// <summary>AH with a 12-byte check value.</summary>
    public PacketBuilder Ah(uint spi) =>
        With(new Header((payload, next) =>
        {
            byte[] bytes = Room(24, payload);
            bytes[0] = next.Protocol ?? IpProtocols.NoNextHeader;
            bytes[1] = 4;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), spi);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), 1);
            return bytes;
        })
        {
            Protocol = IpProtocols.Ah,
        });

    /// <summary>Bytes as they are.</summary>
    public PacketBuilder Payload(params byte[] bytes) => With(new Header((payload, _) => [.. bytes, .. payload]));

    /// <summary>So many bytes of 'x'.</summary>
    public PacketBuilder Payload(int length) => Payload([.. Enumerable.Repeat((byte)'x', length)]);

    internal PacketBuilder With(Header header) => new([.. _headers, header]);

    /// <summary>A payload with zeros in front of it.</summary>
    internal static byte[] Room(int length, byte[] payload)
    {
        byte[] bytes = new byte[length + payload.Length];
        payload.CopyTo(bytes, length);
        return bytes;
    }

    private static byte[] IcmpBytes(byte type, byte code, ushort identifier, ushort sequence, byte[] payload)
    {
        byte[] bytes = Room(8, payload);
        bytes[0] = type;
        bytes[1] = code;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), identifier);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), sequence);
        return bytes;
    }

    private static void FillChecksum(Span<byte> segment, ulong addresses, Header transport)
    {
        if (transport.ChecksumAt is not int at)
        {
            return;
        }

        ulong pseudo = addresses + (ulong)segment.Length + transport.Protocol!.Value;
        ushort checksum = InternetChecksum.Finish(InternetChecksum.Add(pseudo, segment));
        // Over UDP a 0 would say that there is none (RFC 768).
        bool isReserved = checksum == 0 && transport.Protocol == IpProtocols.Udp;
        BinaryPrimitives.WriteUInt16BigEndian(segment[at..], isReserved ? ushort.MaxValue : checksum);
    }
}
