using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>The parser's step for GRE and what rides on it: NVGRE, ERSPAN, PPTP.</summary>
/// <remarks>
/// RFC 2784 and RFC 2890 with RFC 1701's source routes, and version 1 of RFC 2637. A payload that the parser has no
/// step for (keepalives, CDP) begins no layer.
/// </remarks>
internal static class GreTunnel
{
    private const int ChecksumFlag = 0x8000, RoutingFlag = 0x4000, KeyFlag = 0x2000, SequenceFlag = 0x1000, AcknowledgementFlag = 0x0080;
    private const int VersionMask = 0x0007;
    private const int SourceRoutesMax = 16;
    private const uint NvgreSubnetMin = 0x1000;

    public static void Read(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (!walk.TryTake(4, out ReadOnlySpan<byte> header))
        {
            return;
        }

        int flags = BinaryPrimitives.ReadUInt16BigEndian(header);
        ushort protocol = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        switch (flags & VersionMask)
        {
            case 0:
                ReadVersion0(ref walk, ref layer, flags, protocol);
                break;
            case 1 when protocol == EtherTypes.Ppp && (flags & KeyFlag) != 0:
                ReadPptp(ref walk, ref layer, flags);
                break;
            default:
                walk.Fail(ParseError.BadVersion);
                break;
        }
    }

    private static void ReadVersion0(ref PacketWalk walk, ref HeaderFields layer, int flags, ushort protocol)
    {
        bool hasKey = (flags & KeyFlag) != 0;
        bool hasSequence = (flags & SequenceFlag) != 0;
        bool hasChecksum = (flags & (ChecksumFlag | RoutingFlag)) != 0;
        if (hasChecksum && !walk.TryTake(4, out _))
        {
            return;
        }

        uint key = 0;
        if (hasKey)
        {
            if (!walk.TryTake(4, out ReadOnlySpan<byte> field))
            {
                return;
            }

            key = BinaryPrimitives.ReadUInt32BigEndian(field);
            Tunnel.SetId(ref layer, key);
        }

        if ((hasSequence && !walk.TryTake(4, out _)) || ((flags & RoutingFlag) != 0 && !TrySkipSourceRoutes(ref walk)))
        {
            return;
        }

        switch (protocol)
        {
            case EtherTypes.Erspan when hasSequence:
                ReadErspan2(ref walk, ref layer);
                break;
            case EtherTypes.Erspan:
                walk.EnterTunnel(TunnelKind.Erspan, Stage.Ethernet);
                break;
            case EtherTypes.Erspan3:
                ReadErspan3(ref walk, ref layer);
                break;
            // RFC 7637 §3.2 sets the key alone: a 24-bit subnet and an 8-bit flow. Bridged GRE with a key looks the same but
            // for its numbers, which tend to be small, where subnets below 4096 are reserved.
            case EtherTypes.EthernetBridging when hasKey && !hasChecksum && !hasSequence && key >> 8 >= NvgreSubnetMin:
                Tunnel.SetId(ref layer, key >> 8);
                walk.EnterTunnel(TunnelKind.Nvgre, Stage.Ethernet);
                break;
            default:
                Tunnel.Enter(ref walk, TunnelKind.Gre, protocol);
                break;
        }
    }

    /// <summary>RFC 1701: entries of family, offset, length and as many bytes; one of family and length 0 ends them.</summary>
    private static bool TrySkipSourceRoutes(ref PacketWalk walk)
    {
        for (int count = 0; count < SourceRoutesMax; count++)
        {
            if (!walk.TryTake(4, out ReadOnlySpan<byte> entry) || !walk.TryTake(entry[3], out _))
            {
                return false;
            }

            if (BinaryPrimitives.ReadUInt16BigEndian(entry) == 0 && entry[3] == 0)
            {
                return true;
            }
        }

        walk.Fail(ParseError.TooDeep);
        return false;
    }

    /// <summary>RFC 2637 §4.1: the key is a length and the call id, which alone names the tunnel.</summary>
    private static void ReadPptp(ref PacketWalk walk, ref HeaderFields layer, int flags)
    {
        int length = 4 + ((flags & SequenceFlag) != 0 ? 4 : 0) + ((flags & AcknowledgementFlag) != 0 ? 4 : 0);
        if (walk.TryTake(length, out ReadOnlySpan<byte> fields))
        {
            Tunnel.SetId(ref layer, BinaryPrimitives.ReadUInt16BigEndian(fields[2..]));
            if (!walk.Rest.IsEmpty)
            {
                walk.EnterTunnel(TunnelKind.Gre, Stage.Ppp);
            }
        }
    }

    /// <summary>draft-foschiano-erspan §4.2: version 1, VLAN, class, encapsulation, truncation, 10-bit session; index.</summary>
    private static void ReadErspan2(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (walk.TryTake(8, out ReadOnlySpan<byte> header))
        {
            Tunnel.SetId(ref layer, SessionOf(header));
            walk.EnterTunnel(TunnelKind.Erspan, Stage.Ethernet);
        }
    }

    /// <summary>draft-foschiano-erspan §4.3: as type II, then timestamp, group tag, flags; one of them announces 8 more bytes.</summary>
    private static void ReadErspan3(ref PacketWalk walk, ref HeaderFields layer)
    {
        const int FrameTypeEthernet = 0, FrameTypeIp = 2;
        if (!walk.TryTake(12, out ReadOnlySpan<byte> header))
        {
            return;
        }

        Tunnel.SetId(ref layer, SessionOf(header));
        bool hasSubheader = (header[11] & 1) != 0;
        if (hasSubheader && !walk.TryTake(8, out _))
        {
            return;
        }

        int frameType = (header[10] >> 2) & 0x1f;
        if (frameType is FrameTypeEthernet or FrameTypeIp)
        {
            walk.EnterTunnel(TunnelKind.Erspan, frameType == FrameTypeIp ? Stage.Ip : Stage.Ethernet);
        }
    }

    private static uint SessionOf(ReadOnlySpan<byte> erspan) => BinaryPrimitives.ReadUInt16BigEndian(erspan[2..]) & 0x3ffu;
}
