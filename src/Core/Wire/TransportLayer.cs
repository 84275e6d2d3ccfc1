using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>The parser's steps behind IP: ports, ICMP, the SPI of IPsec, and what leads into tunnels.</summary>
internal static class TransportLayer
{
    public static void Read(ref PacketWalk walk, ref HeaderFields layer)
    {
        byte protocol = (byte)walk.Number;
        walk.Stage = Stage.Nothing;
        switch (protocol)
        {
            case IpProtocols.Tcp:
                ReadPorts(ref walk, ref layer);
                walk.Note(TcpHeader.Parse(walk.Rest, out _));
                break;
            case IpProtocols.Udp:
                ReadUdp(ref walk, ref layer);
                break;
            case IpProtocols.Sctp or IpProtocols.Dccp:
                ReadPorts(ref walk, ref layer);
                walk.TryTake(12, out _);
                break;
            case IpProtocols.UdpLite:
                ReadPorts(ref walk, ref layer);
                walk.TryTake(UdpHeader.Length, out _);
                break;
            case IpProtocols.Icmp or IpProtocols.IcmpV6:
                ReadIcmp(ref walk, ref layer);
                break;
            case IpProtocols.Esp:
                ReadSpi(ref walk, ref layer, offset: 0);
                break;
            case IpProtocols.Ah:
                ReadSpi(ref walk, ref layer, offset: 4);
                break;
            case IpProtocols.Gre:
                GreTunnel.Read(ref walk, ref layer);
                break;
            case IpProtocols.Ipv4:
                walk.EnterTunnel(layer.IpVersion == 4 ? TunnelKind.IpInIp : TunnelKind.IpInIpv6, Stage.Ipv4);
                break;
            case IpProtocols.Ipv6:
                walk.EnterTunnel(layer.IpVersion == 4 ? TunnelKind.SixInFour : TunnelKind.IpInIpv6, Stage.Ipv6);
                break;
            default:
                break;
        }
    }

    /// <summary>The packet quoted by the ICMP error whose header was just read.</summary>
    /// <returns>Whether there is one.</returns>
    /// <remarks>A quote may end behind 8 bytes of transport header (RFC 792), so that it is cut is no fault.</remarks>
    public static bool TryReadQuote(ref PacketWalk walk, ref HeaderFields quoted)
    {
        quoted = default;
        var quote = new PacketWalk(walk.Rest, Stage.Ip);
        NetworkLayer.ReadIp(ref quote, ref quoted);
        walk.Stage = Stage.Nothing;
        if (quoted.IpVersion == 0)
        {
            walk.Note(quote.Error);
            return false;
        }

        if (quote.Stage == Stage.Transport)
        {
            Read(ref quote, ref quoted);
        }

        return true;
    }

    /// <summary>Ports stand in the first four bytes, and count even where the rest of the header is cut off.</summary>
    private static void ReadPorts(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (walk.Rest.Length >= 4)
        {
            layer.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(walk.Rest);
            layer.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(walk.Rest[2..]);
            layer.Present |= HeaderField.SourcePort | HeaderField.DestinationPort;
        }
    }

    private static void ReadUdp(ref PacketWalk walk, ref HeaderFields layer)
    {
        ReadPorts(ref walk, ref layer);
        if (UdpHeader.Parse(walk.Rest, out UdpHeader header) is not ParseError.None and var error)
        {
            walk.Fail(error);
            return;
        }

        if (!header.IsWhole)
        {
            walk.Note(ParseError.Truncated);
        }

        walk.Rest = header.Payload;
        UdpTunnel.Read(ref walk, ref layer);
    }

    private static void ReadIcmp(ref PacketWalk walk, ref HeaderFields layer)
    {
        const int HeaderLength = 8;
        if (walk.Rest.Length >= 2)
        {
            layer.IcmpType = walk.Rest[0];
            layer.IcmpCode = walk.Rest[1];
            layer.Present |= HeaderField.IcmpType;
        }

        if (!walk.TryTake(HeaderLength, out ReadOnlySpan<byte> header))
        {
            return;
        }

        bool isV6 = layer.Protocol == IpProtocols.IcmpV6;
        if (isV6 ? IsQueryV6(header[0]) : IsQuery(header[0]))
        {
            layer.IcmpIdentifier = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
            layer.Present |= HeaderField.IcmpIdentifier;
        }
        else if (isV6 ? IsErrorV6(header[0]) : IsError(header[0]))
        {
            walk.Enter(Stage.Quote);
        }
    }

    /// <summary>Echo, timestamp, information, address mask (RFC 792, RFC 950).</summary>
    private static bool IsQuery(byte type) => type is 0 or 8 or (>= 13 and <= 18);

    /// <summary>Echo (RFC 4443 §4).</summary>
    private static bool IsQueryV6(byte type) => type is 128 or 129;

    /// <summary>Unreachable, source quench, redirect, time exceeded, parameter problem (RFC 792).</summary>
    private static bool IsError(byte type) => type is 3 or 4 or 5 or 11 or 12;

    /// <summary>Unreachable, too big, time exceeded, parameter problem (RFC 4443 §3).</summary>
    private static bool IsErrorV6(byte type) => type is >= 1 and <= 4;

    private static void ReadSpi(ref PacketWalk walk, ref HeaderFields layer, int offset)
    {
        if (walk.TryTake(offset + 4, out ReadOnlySpan<byte> header))
        {
            layer.Spi = BinaryPrimitives.ReadUInt32BigEndian(header[offset..]);
            layer.Present |= HeaderField.Spi;
        }
    }
}
