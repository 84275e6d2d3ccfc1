using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Balancing.Policies.Judges;

/// <summary>Turns a packet filled by hand into a frame that a kernel forwards.</summary>
internal sealed class FrameWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>The frame, with a marker at its very end.</summary>
    public static byte[] Write(in PacketHeaders packet, ulong destinationMac, ReadOnlySpan<byte> marker)
    {
        var writer = new FrameWriter();
        writer.Ethernet(packet.Outer.SourceMac, destinationMac, packet.Outer.EtherType);
        writer.Layer(in packet, 0, marker);
        return [.. writer._bytes];
    }

    private void Layer(in PacketHeaders packet, int index, ReadOnlySpan<byte> marker)
    {
        ref readonly HeaderFields layer = ref packet.Layer(index);
        var payload = new FrameWriter();
        if (index + 1 < packet.LayerCount)
        {
            ref readonly HeaderFields next = ref packet.Layer(index + 1);
            switch (packet.TunnelInto(index + 1))
            {
                case TunnelKind.Gre:
                    payload.UInt16(0);
                    payload.UInt16(next.EtherType);
                    break;
                case TunnelKind.Nvgre:
                    payload.UInt16(0x2000);
                    payload.UInt16(0x6558);
                    payload.UInt32(0x00123400);
                    payload.Ethernet(next.SourceMac, next.DestinationMac, next.EtherType);
                    break;
                case TunnelKind.Vxlan:
                    payload.Ports(in layer);
                    payload.UInt32(0);
                    payload.UInt32(0x08000000);
                    payload.UInt32(0x00123400);
                    payload.Ethernet(next.SourceMac, next.DestinationMac, next.EtherType);
                    break;
            }

            payload.Layer(in packet, index + 1, marker);
        }
        else
        {
            payload.Transport(in layer, packet.HasEmbedded, in packet.Embedded);
            payload._bytes.AddRange(marker);
        }

        Header(in layer, payload._bytes.Count);
        _bytes.AddRange(payload._bytes);
    }

    private void Header(in HeaderFields layer, int payloadBytes)
    {
        if (layer.IpVersion == 0)
        {
            return;
        }

        if (layer.IpVersion == 6)
        {
            int fragment = layer.IsFragment ? 8 : 0;
            UInt32(0x60000000 | layer.FlowLabel);
            UInt16((ushort)(payloadBytes + fragment));
            _bytes.Add(layer.IsFragment ? (byte)44 : layer.Protocol);
            _bytes.Add(64);
            Address(layer.SourceAddress);
            Address(layer.DestinationAddress);
            if (layer.IsFragment)
            {
                _bytes.AddRange([layer.Protocol, 0, 0x00, 0x79, 1, 2, 3, 4]);
            }

            return;
        }

        int start = _bytes.Count;
        UInt16(0x4500);
        UInt16((ushort)(20 + payloadBytes));
        UInt16(0x1234);
        UInt16(layer.IsFragment ? (ushort)0x2010 : (ushort)0);
        _bytes.AddRange([64, layer.Protocol, 0, 0]);
        UInt32((uint)layer.SourceAddress);
        UInt32((uint)layer.DestinationAddress);
        uint sum = 0;
        for (int i = start; i < _bytes.Count; i += 2)
        {
            sum += (uint)((_bytes[i] << 8) | _bytes[i + 1]);
        }

        ushort checksum = (ushort)~((sum & 0xffff) + (sum >> 16));
        (_bytes[start + 10], _bytes[start + 11]) = ((byte)(checksum >> 8), (byte)checksum);
    }

    private void Transport(in HeaderFields layer, bool hasEmbedded, in HeaderFields embedded)
    {
        switch (layer.Protocol)
        {
            case Frames.Icmp or Frames.IcmpV6:
                _bytes.AddRange([layer.IcmpType, layer.IcmpCode, 0, 0]);
                UInt16(layer.IcmpIdentifier);
                UInt16(1);
                if (hasEmbedded)
                {
                    Header(in embedded, 8);
                    Transport(in embedded, false, in embedded);
                }

                break;
            case Frames.Esp:
                UInt32(layer.Spi);
                break;
            case Frames.Ah:
                UInt32(0x3b040000);
                UInt32(layer.Spi);
                break;
            default:
                Ports(in layer);
                break;
        }

        UInt32(0);
        UInt32(0x50000000);
    }

    private void Ports(in HeaderFields layer)
    {
        UInt16(layer.SourcePort);
        UInt16(layer.DestinationPort);
    }

    private void Ethernet(ulong source, ulong destination, ushort etherType)
    {
        Span<byte> macs = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(macs, destination << 16);
        BinaryPrimitives.WriteUInt64BigEndian(macs[6..], source << 16);
        _bytes.AddRange(macs[..12]);
        UInt16(etherType);
    }

    private void Address(UInt128 address)
    {
        UInt32((uint)(address >> 96));
        UInt32((uint)(address >> 64));
        UInt32((uint)(address >> 32));
        UInt32((uint)address);
    }

    private void UInt16(ushort value) => _bytes.AddRange([(byte)(value >> 8), (byte)value]);

    private void UInt32(uint value)
    {
        UInt16((ushort)(value >> 16));
        UInt16((ushort)value);
    }
}
