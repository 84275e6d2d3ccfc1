using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>The parser's steps for headers that are on no wire: those that capturing machines put in front of packets.</summary>
internal static class CookedLayer
{
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
