using System.Buffers.Binary;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tracing;

/// <summary>Gives packets the headers that they would have on a wire: Ethernet, IPv4 and TCP or UDP, with right lengths and checksums.</summary>
/// <remarks>
/// Payload is zeros, over which checksums are computed. Timestamps count microseconds (RFC 7323). A simulated connection sends one way:
/// where the answers have a connection of their own, with the same addresses and ports the other way round, both are one on the wire,
/// and numbers are as far as they were seen here. What the simulator leaves out is added: the opening's options, the FIN of the last
/// segment, the acknowledgement of it. Frames of a replayed capture begin as the first of their flow did. A selective acknowledgement's blocks make a frame longer than the simulator reckoned with.
/// </remarks>
internal sealed class FrameWriter(Simulator simulator)
{
    /// <summary>The most that is written of a frame: what is kept of one that is replayed, more than any headers with options.</summary>
    public const int LengthMax = ReplayCapture.KeptBytes;

    private const int TimestampHeaderBytes = 52;
    private const ushort DontFragment = 0x4000;
    private const ushort Fin = 1, Syn = 2, Psh = 8, Ack = 16, Ece = 64;
    private const byte EcnCapable = 2, CongestionExperienced = 3;
    private const byte Tcp = 6, Udp = 17;
    private const long PicosecondsPerTick = 1_000_000;

    private readonly Dictionary<(uint Source, uint Destination, uint Ports), Direction> _directions = [];
    private readonly byte[] _options = new byte[40];

    /// <summary>Writes a packet's headers.</summary>
    /// <param name="bytes">At least <see cref="LengthMax"/> bytes.</param>
    /// <param name="packet">The packet.</param>
    /// <returns>Bytes written, and bytes that the frame has with its payload, without check sequence.</returns>
    public (int Length, int WireLength) Write(Span<byte> bytes, in Packet packet)
    {
        if (packet.Index == Packet.LacpduIndex)
        {
            ReadOnlySpan<byte> frame = simulator.Network.Lacp!.FrameOf(in packet);
            frame.CopyTo(bytes);
            return (frame.Length, frame.Length);
        }

        if (simulator.Network.Hashes.RecordedOf(packet.Flow) is byte[] recorded)
        {
            ReadOnlySpan<byte> head = recorded.AsSpan(0, Math.Min(recorded.Length, packet.Bytes));
            head.CopyTo(bytes);
            return (head.Length, packet.Bytes);
        }

        FlowAddress address = simulator.Network.Hashes.AddressOf(packet.Flow);
        var headers = new PacketHeaders();
        address.Write(ref headers, packet.Is(PacketFlags.Ack));
        ref readonly HeaderFields fields = ref headers.Layer(0);
        (uint source, uint destination) = ((uint)fields.SourceAddress, (uint)fields.DestinationAddress);
        int length = EthernetHeader.Write(bytes, fields.DestinationMac, fields.SourceMac, EtherTypes.Ipv4);
        Span<byte> transport = bytes[(length + Ipv4Header.LengthMin)..];
        int transportLength = packet.Is(PacketFlags.Datagram)
            ? UdpHeader.Write(transport, fields.SourcePort, fields.DestinationPort, (ushort)(UdpHeader.Length + packet.Bytes))
            : WriteTcp(transport, in fields, in packet);
        byte trafficClass = packet.Is(PacketFlags.Marked) ? CongestionExperienced : packet.Is(PacketFlags.EcnCapable) ? EcnCapable : (byte)0;
        int payload = packet.Is(PacketFlags.Ack) ? 0 : packet.Bytes;
        int total = Ipv4Header.LengthMin + transportLength + payload;
        Ipv4Header.Write(
            bytes[length..],
            source,
            destination,
            fields.Protocol,
            (ushort)total,
            trafficClass: trafficClass,
            flagsAndOffset: DontFragment);
        WriteChecksum(transport, source, destination, fields.Protocol, transportLength, payload);
        return (length + Ipv4Header.LengthMin + transportLength, length + total);
    }

    private static void WriteChecksum(Span<byte> transport, uint source, uint destination, byte protocol, int length, int payload)
    {
        int field = protocol == Tcp ? 16 : 6;
        ulong sum = (source >> 16) + (source & 0xffff) + (destination >> 16) + (destination & 0xffff) + protocol + (ulong)(length + payload);
        ushort checksum = InternetChecksum.Finish(InternetChecksum.Add(sum, transport[..length]));

        // 0 says that a datagram has none (RFC 768).
        BinaryPrimitives.WriteUInt16BigEndian(transport[field..], protocol == Udp && checksum == 0 ? ushort.MaxValue : checksum);
    }

    private int WriteTcp(Span<byte> bytes, in HeaderFields fields, in Packet packet)
    {
        Connection connection = simulator.Connections[packet.Flow];
        TcpOptions tcp = connection.Options!.Tcp;
        bool isAck = packet.Is(PacketFlags.Ack);
        bool isOpening = isAck ? packet.Is(PacketFlags.Push) && packet.Offset == 0 : packet.Index == -1;
        bool isClosing = packet.Index == Packet.ClosingIndex;
        (Direction here, Direction back) = DirectionsOf(in fields, isOpening && !isAck);
        bool hasStamps = connection.Options.HeaderBytes >= TimestampHeaderBytes;
        uint stamp = (uint)((isAck ? simulator.NowPs : packet.StampPs) / PicosecondsPerTick);
        uint echo = isAck ? (uint)(packet.StampPs / PicosecondsPerTick) : back.Stamp;
        here.Stamp = stamp;
        ushort flags = (ushort)((isOpening ? Syn : 0) | (packet.Is(PacketFlags.EcnEcho) ? Ece : 0));
        uint sequence;
        if (isAck)
        {
            flags |= (ushort)(Ack | (isClosing ? Fin : 0));
            sequence = isOpening ? here.First : here.First + 1 + here.Next;
            here.Acknowledged = packet.Offset + (connection.Sender.EndOffset == packet.Offset ? 1u : 0);
        }
        else
        {
            sequence = isOpening ? here.First : here.First + 1 + packet.Offset + (isClosing ? 1u : 0);
            uint end = packet.Offset + packet.Bytes;
            here.Next = (int)(end - here.Next) > 0 ? end : here.Next;
            bool isLast = !isOpening && !isClosing && connection.Sender.EndOffset == end;
            flags |= (ushort)((isOpening ? 0 : Ack) | (packet.Is(PacketFlags.Push) && !isOpening ? Psh : 0) | (isLast ? Fin : 0));
        }

        int options = WriteOptions(connection, in packet, tcp, isOpening, hasStamps, stamp, echo, back);
        int shift = WindowShift(tcp.ReceiveWindowBytes);
        return TcpHeader.Write(
            bytes,
            fields.SourcePort,
            fields.DestinationPort,
            sequence,
            (flags & Ack) == 0 ? 0 : back.First + 1 + here.Acknowledged + (isClosing && !isAck ? 1u : 0),
            flags,
            (ushort)Math.Min(ushort.MaxValue, isOpening ? tcp.ReceiveWindowBytes : tcp.ReceiveWindowBytes >> shift),
            options: _options.AsSpan(0, options));
    }

    private int WriteOptions(
        Connection connection, in Packet packet, TcpOptions tcp, bool isOpening, bool hasStamps, uint stamp, uint echo, Direction back)
    {
        var writer = new OptionWriter(_options);
        if (isOpening)
        {
            writer.Maximum((ushort)(tcp.Mss + (hasStamps ? 12 : 0)));
            writer.Scale((byte)WindowShift(tcp.ReceiveWindowBytes));
            if (tcp.IsSack)
            {
                writer.SackPermitted();
            }
        }

        if (hasStamps)
        {
            writer.Stamps(stamp, echo);
        }

        if (packet.Sack != 0)
        {
            TcpAck ack = simulator.PeekSack(packet.Sack);
            Span<uint> edges = stackalloc uint[2 * SackBlocks.Length];
            int count = 0;
            for (int i = 0; i < ack.SackCount; i++)
            {
                if (connection.Sender.TryGetOffset(ack.Sack[i].First, out uint first) && connection.Sender.TryGetOffset(ack.Sack[i].End, out uint end))
                {
                    (edges[count], edges[count + 1]) = (back.First + 1 + first, back.First + 1 + end);
                    count += 2;
                }
            }

            writer.Sack(edges[..count]);
        }

        return writer.Length;
    }

    /// <summary>The least shift at which the window fits its 16 bits (RFC 7323 §2).</summary>
    private static int WindowShift(uint windowBytes)
    {
        int shift = 0;
        while (windowBytes >> shift > ushort.MaxValue)
        {
            shift++;
        }

        return shift;
    }

    /// <summary>What is known of both directions of a connection; one that opens begins anew.</summary>
    private (Direction Here, Direction Back) DirectionsOf(in HeaderFields fields, bool isNew)
    {
        (uint source, uint destination) = ((uint)fields.SourceAddress, (uint)fields.DestinationAddress);
        (uint, uint, uint) key = (source, destination, ((uint)fields.SourcePort << 16) | fields.DestinationPort);
        (uint, uint, uint) keyBack = (destination, source, ((uint)fields.DestinationPort << 16) | fields.SourcePort);
        if (!_directions.TryGetValue(key, out Direction? here) || (isNew && here.Next > 0))
        {
            uint first = (uint)RandomSource.Mix((ulong)(_directions.Count + 1) << 32 | (uint)simulator.NowPs);
            here = _directions[key] = new Direction { First = first };
            _directions[keyBack] = new Direction { First = (uint)RandomSource.Mix(first) };
        }

        return (here, _directions[keyBack]);
    }

    /// <summary>One direction of a connection on the wire; numbers count from its first.</summary>
    private sealed class Direction
    {
        public uint First { get; init; }

        public uint Next { get; set; }

        public uint Acknowledged { get; set; }

        public uint Stamp { get; set; }
    }

    /// <summary>Writes options of TCP, each padded in front to a multiple of 4 bytes, as Linux does.</summary>
    private ref struct OptionWriter(Span<byte> bytes)
    {
        private const byte Nop = 1, MaximumKind = 2, ScaleKind = 3, PermittedKind = 4, SackKind = 5, StampsKind = 8;

        private readonly Span<byte> _bytes = bytes;

        public int Length { get; private set; }

        public void Maximum(ushort bytes) => Add([MaximumKind, 4, (byte)(bytes >> 8), (byte)bytes]);

        public void Scale(byte shift) => Add([Nop, ScaleKind, 3, shift]);

        public void SackPermitted() => Add([Nop, Nop, PermittedKind, 2]);

        public void Stamps(uint value, uint echo)
        {
            Add([Nop, Nop, StampsKind, 10]);
            Add(value);
            Add(echo);
        }

        public void Sack(scoped ReadOnlySpan<uint> edges)
        {
            if (edges.IsEmpty)
            {
                return;
            }

            Add([Nop, Nop, SackKind, (byte)(2 + (4 * edges.Length))]);
            foreach (uint edge in edges)
            {
                Add(edge);
            }
        }

        private void Add(scoped ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_bytes[Length..]);
            Length += bytes.Length;
        }

        private void Add(uint value)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_bytes[Length..], value);
            Length += 4;
        }
    }
}
