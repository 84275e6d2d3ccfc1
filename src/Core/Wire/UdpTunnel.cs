using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>The parser's step for what UDP's destination port announces: overlays, GTP-U, MPLS, RoCEv2.</summary>
/// <remarks>
/// A port is a hint and no proof: data that cannot be the tunnel's header is data, and no fault.
/// </remarks>
internal static class UdpTunnel
{
    private const ushort GtpUPort = 2152, VxlanPort = 4789, VxlanGpePort = 4790, RoceV2Port = 4791, GenevePort = 6081,
        MplsPort = 6635, LinuxVxlanPort = 8472;

    private const int GtpExtensionsMax = 8;

    /// <summary>Whether data to this port may have a header that the parser reads.</summary>
    public static bool IsKnown(ushort destinationPort) =>
        destinationPort is GtpUPort or VxlanPort or VxlanGpePort or RoceV2Port or GenevePort or MplsPort or LinuxVxlanPort;

    public static void Read(ref PacketWalk walk, ref HeaderFields layer)
    {
        walk.Stage = Stage.Nothing;
        switch (layer.DestinationPort)
        {
            case VxlanPort or LinuxVxlanPort:
                ReadVxlan(ref walk, ref layer, isGeneric: false);
                break;
            case VxlanGpePort:
                ReadVxlan(ref walk, ref layer, isGeneric: true);
                break;
            case GenevePort:
                ReadGeneve(ref walk, ref layer);
                break;
            case GtpUPort:
                ReadGtpU(ref walk, ref layer);
                break;
            case MplsPort when walk.Rest.Length >= 4:
                walk.EnterTunnel(TunnelKind.MplsOverUdp, Stage.Mpls);
                break;
            case RoceV2Port when walk.Rest.Length >= 12:
                layer.BthOpcode = walk.Rest[0];
                layer.BthDestinationQp = BinaryPrimitives.ReadUInt32BigEndian(walk.Rest[4..]) & 0xffffff;
                layer.Present |= HeaderField.BthOpcode | HeaderField.BthDestinationQp;
                break;
            default:
                break;
        }
    }

    /// <summary>RFC 7348 §5; the generic form (draft-ietf-nvo3-vxlan-gpe §3) says in its fourth byte what follows.</summary>
    private static void ReadVxlan(ref PacketWalk walk, ref HeaderFields layer, bool isGeneric)
    {
        const byte HasVni = 0x08, HasNextProtocol = 0x04;
        if (walk.Rest.Length < 8 || (walk.Rest[0] & HasVni) == 0)
        {
            return;
        }

        ReadOnlySpan<byte> header = walk.Rest[..8];
        walk.Rest = walk.Rest[8..];
        Tunnel.SetId(ref layer, BinaryPrimitives.ReadUInt32BigEndian(header[4..]) >> 8);
        switch (isGeneric && (header[0] & HasNextProtocol) != 0 ? header[3] : 3)
        {
            case 1:
                walk.EnterTunnel(TunnelKind.Vxlan, Stage.Ipv4);
                break;
            case 2:
                walk.EnterTunnel(TunnelKind.Vxlan, Stage.Ipv6);
                break;
            case 3:
                walk.EnterTunnel(TunnelKind.Vxlan, Stage.Ethernet);
                break;
            default:
                break;
        }
    }

    /// <summary>RFC 8926 §3.4: version 0, options in words, protocol, VNI.</summary>
    private static void ReadGeneve(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (walk.Rest.Length < 8 || walk.Rest[0] >> 6 != 0)
        {
            return;
        }

        int optionBytes = (walk.Rest[0] & 0x3f) * 4;
        ushort protocol = BinaryPrimitives.ReadUInt16BigEndian(walk.Rest[2..]);
        Tunnel.SetId(ref layer, BinaryPrimitives.ReadUInt32BigEndian(walk.Rest[4..]) >> 8);
        if (walk.TryTake(8 + optionBytes, out _))
        {
            Tunnel.Enter(ref walk, TunnelKind.Geneve, protocol);
        }
    }

    /// <summary>3GPP TS 29.281 §5.1: version 1; only message type 255 carries a packet, whose first nibble says which.</summary>
    private static void ReadGtpU(ref PacketWalk walk, ref HeaderFields layer)
    {
        const int Version1 = 0x30, VersionMask = 0xf0, HasOptionalFields = 0x07, HasExtension = 0x04;
        const byte UserData = 255;
        if (walk.Rest.Length < 8 || (walk.Rest[0] & VersionMask) != Version1)
        {
            return;
        }

        ReadOnlySpan<byte> header = walk.Rest[..8];
        walk.Rest = walk.Rest[8..];
        Tunnel.SetId(ref layer, BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        walk.Limit(BinaryPrimitives.ReadUInt16BigEndian(header[2..]));
        if ((header[0] & HasOptionalFields) != 0)
        {
            if (!walk.TryTake(4, out ReadOnlySpan<byte> optional))
            {
                return;
            }

            byte nextExtension = (header[0] & HasExtension) != 0 ? optional[3] : (byte)0;
            if (!TrySkipExtensions(ref walk, nextExtension))
            {
                return;
            }
        }

        if (header[1] == UserData && !walk.Rest.IsEmpty && walk.Rest[0] >> 4 is 4 or 6)
        {
            walk.EnterTunnel(TunnelKind.GtpU, Stage.Ip);
        }
    }

    /// <summary>TS 29.281 §5.2: length in words, content, and in the last byte the type of the next; type 0 ends them.</summary>
    private static bool TrySkipExtensions(ref PacketWalk walk, byte next)
    {
        for (int count = 0; next != 0; count++)
        {
            if (count == GtpExtensionsMax)
            {
                walk.Fail(ParseError.TooDeep);
                return false;
            }

            int length = walk.Rest.IsEmpty ? 1 : walk.Rest[0] * 4;
            if (length == 0)
            {
                walk.Fail(ParseError.BadLength);
                return false;
            }

            if (!walk.TryTake(length, out ReadOnlySpan<byte> extension))
            {
                return false;
            }

            next = extension[^1];
        }

        return true;
    }
}
