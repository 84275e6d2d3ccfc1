using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Flows;

/// <summary>What tells a frame's flow and entry apart, and what is to be counted.</summary>
internal struct FrameKey
{
    /// <summary>IPv4: source and destination address, the source high; IPv6: both mixed.</summary>
    public ulong Addresses;

    /// <summary>Source address of IPv6; else it means nothing.</summary>
    public UInt128 SourceV6;

    /// <summary>Destination address of IPv6; else it means nothing.</summary>
    public UInt128 DestinationV6;

    /// <summary>The other steady fields, mixed.</summary>
    public ulong Signature;

    /// <summary>Where to look for the flow.</summary>
    public ulong Hash;

    /// <summary>When; never before the frame before.</summary>
    public long NowNs;

    /// <summary>Source and destination port, the source high.</summary>
    public uint Ports;

    /// <summary>Length on the wire.</summary>
    public int Bytes;

    /// <summary>Which interface captured it.</summary>
    public int InterfaceIndex;

    /// <summary>The table's guess which flow it is.</summary>
    public int Flow;

    /// <summary>Its entry when that is new.</summary>
    public int Entry;

    /// <summary>IP version and protocol, the version high; 0 without IP.</summary>
    public ushort Protocol;

    /// <summary>Whether it is a frame of IPv6.</summary>
    public readonly bool IsV6 => Protocol >> 8 == 6;

    /// <summary>The key of any frame, all but what is to be counted.</summary>
    public static FrameKey Of(in PacketHeaders headers)
    {
        ref readonly HeaderFields outer = ref headers.Outer;
        var key = new FrameKey { Signature = KeyHash.OfSteadyFields(in headers) };
        if (outer.IpVersion != 0)
        {
            key.Protocol = (ushort)((outer.IpVersion << 8) | outer.Protocol);
            key.SourceV6 = outer.SourceAddress;
            key.DestinationV6 = outer.DestinationAddress;
            key.Addresses = outer.IpVersion == 4
                ? ((ulong)outer.SourceAddress << 32) | (uint)outer.DestinationAddress
                : KeyHash.OfAddresses(outer.SourceAddress, outer.DestinationAddress);
            key.Ports = ((uint)outer.SourcePort << 16) | outer.DestinationPort;
            key.Hash = KeyHash.OfFlow(key.Addresses, key.Ports, key.Protocol);
        }

        return key;
    }
}

/// <summary>Reads the key of what most frames are straight from their bytes.</summary>
/// <remarks>
/// Ethernet, one VLAN tag or none, IPv4 without options or fragments or IPv6 without extension headers, TCP, or UDP to a port behind
/// which nothing is read; whole, or cut by the capture behind those headers. Says the same as the parser and
/// <see cref="FrameKey.Of"/> do, which a test holds it to.
/// </remarks>
internal static class PlainFrame
{
    /// <summary>Most bytes of a frame that decide.</summary>
    public const int HeaderBytesMax = EthernetHeader.Length + VlanTag.Length + Ipv6Header.Length + TcpHeader.LengthMin;

    /// <summary>The bytes that decide of an untagged frame of IPv4.</summary>
    public const int UntaggedIpv4 = EthernetHeader.Length + Ipv4Header.LengthMin + TcpHeader.LengthMin;

    private const int TypeAt = 12;

    /// <summary>Reads a key but for <see cref="FrameKey.NowNs"/> and <see cref="FrameKey.Bytes"/>, which must be there.</summary>
    /// <param name="frame">The bytes kept of a frame of Ethernet.</param>
    /// <param name="interfaceIndex">Which interface captured it.</param>
    /// <param name="key">The key, when there is one.</param>
    /// <returns>How many bytes of the frame decided; 0 for a frame that is not plain or not right.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TryRead(ReadOnlySpan<byte> frame, int interfaceIndex, ref FrameKey key)
    {
        if (frame.Length < UntaggedIpv4)
        {
            return 0;
        }

        ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame[TypeAt..]);
        return type == EtherTypes.Ipv4
            ? TryReadIpv4(frame, EthernetHeader.Length, tag: 0, interfaceIndex, ref key)
            : TryReadOther(frame, type, interfaceIndex, ref key);
    }

    private static int TryReadOther(ReadOnlySpan<byte> frame, ushort type, int interfaceIndex, ref FrameKey key)
    {
        if (type == EtherTypes.Ipv6)
        {
            return TryReadIpv6(frame, EthernetHeader.Length, tag: 0, interfaceIndex, ref key);
        }

        const int TaggedAt = EthernetHeader.Length + VlanTag.Length;
        if (type != EtherTypes.Vlan || frame.Length < TaggedAt + Ipv4Header.LengthMin + TcpHeader.LengthMin)
        {
            return 0;
        }

        ulong tag = KeyHash.TagOf(BinaryPrimitives.ReadUInt16BigEndian(frame[EthernetHeader.Length..]));
        return BinaryPrimitives.ReadUInt16BigEndian(frame[(EthernetHeader.Length + 2)..]) switch
        {
            EtherTypes.Ipv4 => TryReadIpv4(frame, TaggedAt, tag, interfaceIndex, ref key),
            EtherTypes.Ipv6 => TryReadIpv6(frame, TaggedAt, tag, interfaceIndex, ref key),
            _ => 0,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TryReadIpv4(ReadOnlySpan<byte> frame, int ipAt, ulong tag, int interfaceIndex, ref FrameKey key)
    {
        const uint MoreFragmentsAndOffset = 0x3fff_0000;
        const int HeadersLength = Ipv4Header.LengthMin + TcpHeader.LengthMin;

        // Slices of a length that the compiler knows spare checks.
        ReadOnlySpan<byte> macs = frame[..EthernetHeader.Length];
        ReadOnlySpan<byte> ip = frame.Slice(ipAt, HeadersLength);
        uint middle = BinaryPrimitives.ReadUInt32BigEndian(ip[6..]);
        int payload = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]) - Ipv4Header.LengthMin;
        byte protocol = (byte)middle;

        // Whether a capture cut the frame is different from one to the next: no branch on that alone, to be mistaken each other time.
        bool isWrong = (ip[0] != 0x45) | ((middle & MoreFragmentsAndOffset) != 0)
            | ((ipAt + Ipv4Header.LengthMin + payload > frame.Length) & (frame.Length >= key.Bytes));
        if (isWrong || !IsTransportPlain(ip[Ipv4Header.LengthMin..], protocol, payload))
        {
            return 0;
        }

        ulong addresses = BinaryPrimitives.ReadUInt64BigEndian(ip[12..]);
        uint ports = BinaryPrimitives.ReadUInt32BigEndian(ip[Ipv4Header.LengthMin..]);
        uint version4 = (4u << 8) | protocol;
        key.Addresses = addresses;
        key.Ports = ports;
        key.Protocol = (ushort)version4;
        key.Hash = KeyHash.OfFlow(addresses, ports, version4);
        key.InterfaceIndex = interfaceIndex;
        key.Signature = KeyHash.OnInterface(
            KeyHash.OfPlain(BinaryPrimitives.ReadUInt64BigEndian(macs), BinaryPrimitives.ReadUInt32BigEndian(macs[8..]), tag, flowLabel: 0),
            interfaceIndex);
        return ipAt + HeadersLength;
    }

    private static int TryReadIpv6(ReadOnlySpan<byte> frame, int ipAt, ulong tag, int interfaceIndex, ref FrameKey key)
    {
        const int HeadersLength = Ipv6Header.Length + TcpHeader.LengthMin;

        if (frame.Length < ipAt + HeadersLength)
        {
            return 0;
        }

        ReadOnlySpan<byte> ip = frame.Slice(ipAt, HeadersLength);
        uint start = BinaryPrimitives.ReadUInt32BigEndian(ip);
        int payload = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        byte protocol = ip[6];
        if (start >> 28 != 6 || payload == 0
            || (ipAt + Ipv6Header.Length + payload > frame.Length && frame.Length >= key.Bytes)
            || !IsTransportPlain(ip[Ipv6Header.Length..], protocol, payload))
        {
            return 0;
        }

        key.SourceV6 = BinaryPrimitives.ReadUInt128BigEndian(ip[8..]);
        key.DestinationV6 = BinaryPrimitives.ReadUInt128BigEndian(ip[24..]);
        key.Addresses = KeyHash.OfAddresses(key.SourceV6, key.DestinationV6);
        key.Ports = BinaryPrimitives.ReadUInt32BigEndian(ip[Ipv6Header.Length..]);
        key.Protocol = (ushort)((6 << 8) | protocol);
        key.Hash = KeyHash.OfFlow(key.Addresses, key.Ports, key.Protocol);
        key.InterfaceIndex = interfaceIndex;
        key.Signature = KeyHash.OnInterface(
            KeyHash.OfPlain(BinaryPrimitives.ReadUInt64BigEndian(frame), BinaryPrimitives.ReadUInt32BigEndian(frame[8..]), tag, start & 0xfffff),
            interfaceIndex);
        return ipAt + HeadersLength;
    }

    /// <summary>Whether a TCP or UDP header is right and leads nowhere further.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsTransportPlain(ReadOnlySpan<byte> transport, byte protocol, int payload)
    {
        if (protocol == IpProtocols.Tcp)
        {
            int length = transport[12] >> 4;
            return (length >= 5) & (length * 4 <= payload);
        }

        return protocol == IpProtocols.Udp
            && BinaryPrimitives.ReadUInt16BigEndian(transport[4..]) is >= UdpHeader.Length and var announced && announced <= payload
            && !HeaderParser.IsTunnelPort(BinaryPrimitives.ReadUInt16BigEndian(transport[2..]));
    }
}
