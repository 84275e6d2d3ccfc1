using System.Buffers.Binary;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Traffic;

/// <summary>Two flows of a synthetic capture, one each way: who talks to whom, and in what.</summary>
/// <remarks>Made from its number alone, so that a million of them need no memory. No two have the same 5-tuples, but for queue pairs.</remarks>
internal readonly struct SyntheticConversation
{
    /// <summary>Pairs of hosts that all queue pairs share.</summary>
    public const int RoceHostPairs = 16;

    /// <summary>The longest headers: VXLAN with TCP and its options.</summary>
    public const int HeaderBytesMax = 116;

    private const ulong ClientMac = 0x0200_0000_0015, ServerMac = 0x0200_0000_00c8;
    private const ushort RocePort = 4791, VxlanPort = 4789;
    private const int VxlanBytes = 8, BthBytes = 12;
    private const byte RdmaWriteMiddle = 0x07, Acknowledge = 0x11;

    private readonly uint _id;
    private readonly ulong _bits;
    private readonly SyntheticMix _kind;

    /// <summary>Describes a conversation.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="options">The capture that it is in.</param>
    public SyntheticConversation(int number, SyntheticCaptureOptions options)
    {
        // One to one, so that what is made of all bits of it is unique.
        _id = ((uint)number + (uint)options.Seed) * 0x9e37_79b1;
        _bits = RandomSource.Mix(options.Seed ^ RandomSource.Mix((uint)number + 1UL));
        var kind = (_bits % 5) switch
        {
            0 => SyntheticMix.Vlan,
            1 => SyntheticMix.Ipv6,
            2 => SyntheticMix.Vxlan,
            3 => SyntheticMix.Roce,
            _ => SyntheticMix.None,
        };
        _kind = kind & options.Mix;
        RoceHostPair = _kind == SyntheticMix.Roce ? number % RoceHostPairs : -1;
    }

    /// <summary>The pair of hosts, 0 to 15, whose 5-tuples it shares; −1 when it has its own.</summary>
    public int RoceHostPair { get; }

    /// <summary>Length of its longest frames: full ones, or those of RoCEv2's next smaller unit of 1024 bytes and its check value.</summary>
    public int FrameBytesMax => _kind == SyntheticMix.Roce ? HeaderBytes + 1024 + 4 : 1514;

    /// <summary>Length of the headers of its frames.</summary>
    public int HeaderBytes
    {
        get
        {
            int transport = IsUdp ? UdpHeader.Length : TcpHeader.LengthMin + Timestamps.Length;
            int plain = EthernetHeader.Length + Ipv4Header.LengthMin + transport;
            return _kind switch
            {
                SyntheticMix.Vlan => plain + VlanTag.Length,
                SyntheticMix.Ipv6 => plain + Ipv6Header.Length - Ipv4Header.LengthMin,
                SyntheticMix.Vxlan => plain + EthernetHeader.Length + Ipv4Header.LengthMin + UdpHeader.Length + VxlanBytes,
                SyntheticMix.Roce => EthernetHeader.Length + Ipv4Header.LengthMin + UdpHeader.Length + BthBytes,
                _ => plain,
            };
        }
    }

    // No operation twice, then a TCP timestamp and its echo (RFC 7323).
    private static ReadOnlySpan<byte> Timestamps => [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1];

    private bool IsUdp => (_bits >> 8) % 8 == 0;

    private uint Client => 0x0a00_0000 + (_id >> 15);

    private uint Server => 0xc0a8_0000 + (uint)((_bits >> 16) & 0xff);

    private ushort ClientPort => (ushort)(32_768 + (_id & 0x7fff));

    private ushort ServerPort => ((_bits >> 24) & 7) switch
    {
        0 or 1 => 443,
        2 => 80,
        3 => 445,
        4 => 2049,
        5 => 3260,
        6 => 4420,
        _ => 5201,
    };

    /// <summary>Writes the headers of a frame.</summary>
    /// <param name="frame">At least <see cref="HeaderBytesMax"/> bytes.</param>
    /// <param name="isForward">Whether the client sends it.</param>
    /// <param name="length">Length of the whole frame, headers included; at least theirs.</param>
    /// <param name="sent">Bytes that this side has sent, for the sequence number.</param>
    /// <param name="received">Bytes that it has received.</param>
    /// <returns>Length of the headers.</returns>
    public int WriteHeaders(Span<byte> frame, bool isForward, int length, uint sent, uint received) => _kind switch
    {
        SyntheticMix.Vlan => WriteTagged(frame, isForward, length, sent, received),
        SyntheticMix.Vxlan => WriteTunnelled(frame, isForward, length, sent, received),
        SyntheticMix.Roce => WriteRoce(frame, isForward, length, sent),
        _ => WritePlain(frame, isForward, length, sent, received),
    };

    private static int WriteEthernet(Span<byte> frame, bool isForward, ushort etherType)
    {
        EthernetHeader.Write(frame, isForward ? ServerMac : ClientMac, isForward ? ClientMac : ServerMac, etherType);
        return EthernetHeader.Length;
    }

    private int WritePlain(Span<byte> frame, bool isForward, int length, uint sent, uint received)
    {
        bool isIpv6 = _kind == SyntheticMix.Ipv6;
        int at = WriteEthernet(frame, isForward, isIpv6 ? EtherTypes.Ipv6 : EtherTypes.Ipv4);
        return at + (isIpv6
            ? WriteIpv6(frame[at..], isForward, length - at, sent, received)
            : WriteIpv4(frame[at..], isForward, length - at, sent, received));
    }

    private int WriteTagged(Span<byte> frame, bool isForward, int length, uint sent, uint received)
    {
        int at = WriteEthernet(frame, isForward, EtherTypes.Vlan);
        VlanTag.Write(frame[at..], (ushort)(100 + ((_bits >> 32) & 7)), EtherTypes.Ipv4);
        at += VlanTag.Length;
        return at + WriteIpv4(frame[at..], isForward, length - at, sent, received);
    }

    private int WriteTunnelled(Span<byte> frame, bool isForward, int length, uint sent, uint received)
    {
        // The outer source port stands for the inner flow, both ways, as RFC 7348 §5 has it.
        uint near = 0xac10_0000 + (_id >> 14), far = 0xac18_0000 + (uint)((_bits >> 16) & 0xff);
        ushort entropy = (ushort)(49_152 + (_id & 0x3fff));
        int at = WriteEthernet(frame, isForward, EtherTypes.Ipv4);
        at += Ipv4Header.Write(
            frame[at..], isForward ? near : far, isForward ? far : near, IpProtocols.Udp, (ushort)(length - at), flagsAndOffset: 0x4000);
        at += WriteUdp(frame[at..], entropy, VxlanPort, length - at);
        BinaryPrimitives.WriteUInt32BigEndian(frame[at..], 0x0800_0000);
        BinaryPrimitives.WriteUInt32BigEndian(frame[(at + 4)..], (uint)(5000 + ((_bits >> 32) & 7)) << 8);
        at += VxlanBytes;
        at += WriteEthernet(frame[at..], isForward, EtherTypes.Ipv4);
        return at + WriteIpv4(frame[at..], isForward, length - at, sent, received);
    }

    private int WriteRoce(Span<byte> frame, bool isForward, int length, uint sent)
    {
        // Always to the port of RoCEv2, and from one port: all that tells queue pairs apart is in the header behind.
        uint near = 0x0a14_0000 + (uint)RoceHostPair, far = 0x0a14_0100 + (uint)RoceHostPair;
        int at = WriteEthernet(frame, isForward, EtherTypes.Ipv4);
        at += Ipv4Header.Write(
            frame[at..], isForward ? near : far, isForward ? far : near, IpProtocols.Udp, (ushort)(length - at), flagsAndOffset: 0x4000);
        at += WriteUdp(frame[at..], 49_152, RocePort, length - at);
        uint queuePair = (_id & 0x00ff_ffff) ^ (isForward ? 0 : 0x0080_0000u);
        BinaryPrimitives.WriteUInt32BigEndian(frame[at..], ((uint)(isForward ? RdmaWriteMiddle : Acknowledge) << 24) | 0xffff);
        BinaryPrimitives.WriteUInt32BigEndian(frame[(at + 4)..], queuePair);
        BinaryPrimitives.WriteUInt32BigEndian(frame[(at + 8)..], (sent >> 10) & 0x00ff_ffff);
        return at + BthBytes;
    }

    private int WriteIpv4(Span<byte> bytes, bool isForward, int length, uint sent, uint received)
    {
        byte protocol = IsUdp ? IpProtocols.Udp : IpProtocols.Tcp;
        int at = Ipv4Header.Write(
            bytes, isForward ? Client : Server, isForward ? Server : Client, protocol, (ushort)length, flagsAndOffset: 0x4000);
        return at + WriteTransport(bytes[at..], isForward, length - at, sent, received);
    }

    private int WriteIpv6(Span<byte> bytes, bool isForward, int length, uint sent, uint received)
    {
        UInt128 network = (UInt128)0x2001_0db8_0000_0000 << 64;
        UInt128 client = network + Client, server = network + Server;
        int at = Ipv6Header.Write(
            bytes,
            isForward ? client : server,
            isForward ? server : client,
            IsUdp ? IpProtocols.Udp : IpProtocols.Tcp,
            (ushort)(length - Ipv6Header.Length),
            flowLabel: (uint)(_bits >> 40) & 0xf_ffff);
        return at + WriteTransport(bytes[at..], isForward, length - at, sent, received);
    }

    private int WriteTransport(Span<byte> bytes, bool isForward, int length, uint sent, uint received)
    {
        ushort source = isForward ? ClientPort : ServerPort, destination = isForward ? ServerPort : ClientPort;
        if (IsUdp)
        {
            return WriteUdp(bytes, source, destination, length);
        }

        return TcpHeader.Write(bytes, source, destination, sent, received, flags: 0x10, window: 4096, options: Timestamps);
    }

    private static int WriteUdp(Span<byte> bytes, ushort source, ushort destination, int length)
    {
        UdpHeader.Write(bytes, source, destination, (ushort)length);
        return UdpHeader.Length;
    }
}
