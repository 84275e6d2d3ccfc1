using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>The parser's steps below IP: Ethernet with its tags, LLC, PPPoE, PPP, MPLS, loopback and Linux cooked headers.</summary>
internal static class LinkLayer
{
    private const int VlanTagsMax = 8;
    private const int MplsLabelsMax = 16;

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

    /// <summary>RFC 3032 §2.1: labels down to the bottom of the stack; the first few are kept.</summary>
    /// <remarks>
    /// Nothing says what the labels carry. As routers do, the first nibble is asked: 4 and 6 are taken for IP. What else
    /// looks like an Ethernet frame, behind a control word (RFC 4385 §3) or without, begins a layer of its own.
    /// </remarks>
    public static void ReadMpls(ref PacketWalk walk, ref HeaderFields layer)
    {
        bool isBottom = false;
        for (int depth = 0; !isBottom; depth++)
        {
            if (depth == MplsLabelsMax)
            {
                walk.Fail(ParseError.TooDeep);
                return;
            }

            if (!walk.TryTake(4, out ReadOnlySpan<byte> bytes))
            {
                return;
            }

            uint entry = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            if (depth < MplsLabelStack.Length)
            {
                layer.MplsLabels[depth] = entry >> 12;
                layer.MplsLabelCount = (byte)(depth + 1);
                layer.Present |= HeaderField.MplsLabels;
            }

            isBottom = (entry & 0x100) != 0;
        }

        const int ControlWordLength = 4;
        if (walk.Rest.IsEmpty)
        {
            walk.Fail(ParseError.Truncated);
            return;
        }

        int nibble = walk.Rest[0] >> 4;
        if (nibble is 4 or 6)
        {
            walk.Enter(nibble == 4 ? Stage.Ipv4 : Stage.Ipv6);
        }
        else if (walk.Rest.StartsWith<byte>([0, 0]) && IsEthernetLikely(walk.Rest[Math.Min(ControlWordLength, walk.Rest.Length)..]))
        {
            walk.Rest = walk.Rest[ControlWordLength..];
            walk.EnterTunnel(TunnelKind.Pseudowire, Stage.Ethernet);
        }
        else if (IsEthernetLikely(walk.Rest))
        {
            walk.EnterTunnel(TunnelKind.Pseudowire, Stage.Ethernet);
        }
        else
        {
            walk.Stage = Stage.Nothing;
        }
    }

    private static bool IsEthernetLikely(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EthernetHeader.Length + 4)
        {
            return false;
        }

        ushort etherType = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]);
        int nibble = bytes[EthernetHeader.Length] >> 4;
        return EtherTypes.IsVlan(etherType) || etherType == EtherTypes.Arp
            || (etherType == EtherTypes.Ipv4 && nibble == 4) || (etherType == EtherTypes.Ipv6 && nibble == 6);
    }

    /// <summary>The address family in either byte order: 2 is IPv4 everywhere, IPv6 has a number for each kind of system.</summary>
    public static void ReadLoopback(ref PacketWalk walk)
    {
        if (!walk.TryTake(4, out ReadOnlySpan<byte> header))
        {
            return;
        }

        uint family = BinaryPrimitives.ReadUInt32BigEndian(header);
        family = family > ushort.MaxValue ? BinaryPrimitives.ReverseEndianness(family) : family;
        walk.Enter(family switch
        {
            2 => Stage.Ipv4,
            10 or 23 or 24 or 28 or 30 => Stage.Ipv6,
            _ => Stage.Nothing,
        });
    }

    /// <summary>Packet type, device type, address length, address, protocol.</summary>
    public static void ReadLinuxSll(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (walk.TryTake(16, out ReadOnlySpan<byte> header))
        {
            ReadCooked(
                ref walk,
                ref layer,
                BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
                BinaryPrimitives.ReadUInt16BigEndian(header[4..]),
                header.Slice(6, 8),
                BinaryPrimitives.ReadUInt16BigEndian(header[14..]));
        }
    }

    /// <summary>Protocol, two bytes unused, interface index, device type, packet type, address length, address.</summary>
    public static void ReadLinuxSll2(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (walk.TryTake(20, out ReadOnlySpan<byte> header))
        {
            ReadCooked(
                ref walk,
                ref layer,
                BinaryPrimitives.ReadUInt16BigEndian(header[8..]),
                header[11],
                header.Slice(12, 8),
                BinaryPrimitives.ReadUInt16BigEndian(header));
        }
    }

    private static void ReadCooked(
        ref PacketWalk walk, ref HeaderFields layer, int device, int addressLength, ReadOnlySpan<byte> address, ushort protocol)
    {
        const int FrameRelay = 770, Radiotap = 803, Netlink = 824;
        const ushort Llc = 4;

        if (addressLength == 6)
        {
            layer.SourceMac = BinaryPrimitives.ReadUInt64BigEndian(address) >> 16;
            layer.Present |= HeaderField.SourceMac;
        }

        if (protocol == Llc)
        {
            walk.Enter(Stage.Llc);
        }
        else if (protocol <= EtherTypes.LengthMax || device is FrameRelay or Radiotap or Netlink)
        {
            walk.Stage = Stage.Nothing;
        }
        else
        {
            walk.Enter(Stage.EtherType, protocol);
        }
    }
}
