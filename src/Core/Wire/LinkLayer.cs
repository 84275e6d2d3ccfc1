using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>The parser's steps below IP: Ethernet with its tags, LLC, PPPoE, PPP.</summary>
internal static class LinkLayer
{
    private const int VlanTagsMax = 8;

    public static void ReadEthernet(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (EthernetHeader.Parse(walk.Rest, out EthernetHeader header) is not ParseError.None and var error)
        {
            walk.Fail(error);
            return;
        }

        layer.DestinationMac = header.Destination;
        layer.SourceMac = header.Source;
        layer.Present |= HeaderField.DestinationMac | HeaderField.SourceMac;
        walk.Rest = walk.Rest[EthernetHeader.Length..];
        walk.Enter(Stage.EtherType, header.TypeOrLength);
    }

    public static void ReadEtherType(ref PacketWalk walk, ref HeaderFields layer)
    {
        layer.EtherType = walk.Number;
        layer.Present |= HeaderField.EtherType;
        walk.Stage = StageOf(walk.Number);
        if (walk.Stage == Stage.Llc)
        {
            walk.Limit(walk.Number);
        }
    }

    /// <summary>The stage behind an EtherType.</summary>
    public static Stage StageOf(ushort etherType) => etherType switch
    {
        EtherTypes.Ipv4 => Stage.Ipv4,
        EtherTypes.Ipv6 => Stage.Ipv6,
        EtherTypes.Vlan or EtherTypes.ProviderVlan or EtherTypes.QinQ => Stage.Vlan,
        EtherTypes.Mpls or EtherTypes.MplsMulticast => Stage.Mpls,
        EtherTypes.PppoeSession => Stage.Pppoe,
        <= EtherTypes.LengthMax => Stage.Llc,
        _ => Stage.Nothing,
    };

    /// <summary>Reads all tags; the first two are kept.</summary>
    public static void ReadVlans(ref PacketWalk walk, ref HeaderFields layer)
    {
        ushort etherType = layer.EtherType;
        for (int depth = 0; EtherTypes.IsVlan(etherType); depth++)
        {
            if (depth == VlanTagsMax)
            {
                walk.Fail(ParseError.TooDeep);
                return;
            }

            if (VlanTag.Parse(walk.Rest, out VlanTag tag) is not ParseError.None and var error)
            {
                walk.Fail(error);
                return;
            }

            if (depth == 0)
            {
                layer.Vlan = tag.Tci;
                layer.Present |= HeaderField.Vlan;
            }
            else if (depth == 1)
            {
                layer.InnerVlan = tag.Tci;
                layer.Present |= HeaderField.InnerVlan;
            }

            etherType = tag.TypeOrLength;
            layer.EtherType = etherType;
            walk.Rest = walk.Rest[VlanTag.Length..];
        }

        walk.Enter(Stage.EtherType, etherType);
    }

    /// <summary>IEEE 802.2 §3.2; only SNAP (IEEE 802 §10.3) leads on, by an OUI that says that an EtherType follows.</summary>
    public static void ReadLlc(ref PacketWalk walk)
    {
        const uint BridgeTunnelOui = 0x0000f8;

        walk.Stage = Stage.Nothing;
        if (!walk.TryTake(3, out ReadOnlySpan<byte> llc) || !llc.SequenceEqual<byte>([0xaa, 0xaa, 0x03])
            || !walk.TryTake(5, out ReadOnlySpan<byte> snap))
        {
            return;
        }

        uint oui = BinaryPrimitives.ReadUInt32BigEndian(snap) >> 8;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(snap[3..]);
        if (oui is 0 or BridgeTunnelOui && type > EtherTypes.LengthMax)
        {
            walk.Enter(Stage.EtherType, type);
        }
    }

    /// <summary>RFC 2516 §4: version and type 1, code 0, session, length.</summary>
    public static void ReadPppoe(ref PacketWalk walk)
    {
        const ushort Version1Type1Session = 0x1100;
        if (!walk.TryTake(6, out ReadOnlySpan<byte> header))
        {
            return;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(header) != Version1Type1Session)
        {
            walk.Fail(ParseError.BadVersion);
            return;
        }

        walk.Limit(BinaryPrimitives.ReadUInt16BigEndian(header[4..]));
        walk.Enter(Stage.Ppp);
    }

    /// <summary>RFC 1661 §2, with the protocol field compressed or not, and RFC 1662's address and control in front or not.</summary>
    public static void ReadPpp(ref PacketWalk walk)
    {
        if (walk.Rest.StartsWith<byte>([0xff, 0x03]))
        {
            walk.Rest = walk.Rest[2..];
        }

        int length = walk.Rest.Length > 0 && (walk.Rest[0] & 1) != 0 ? 1 : 2;
        if (!walk.TryTake(length, out ReadOnlySpan<byte> field))
        {
            return;
        }

        int protocol = length == 1 ? field[0] : BinaryPrimitives.ReadUInt16BigEndian(field);
        walk.Enter(protocol switch
        {
            0x0021 => Stage.Ipv4,
            0x0057 => Stage.Ipv6,
            0x0281 or 0x0283 => Stage.Mpls,
            _ => Stage.Nothing,
        });
    }
}
