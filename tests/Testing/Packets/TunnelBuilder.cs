using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Packets;

/// <summary>The tunnel headers of the packet builder. Those over UDP stand behind a <c>Udp(…, port)</c> of the caller's.</summary>
public static class TunnelBuilder
{
    /// <summary>GRE with the optional fields that are given (RFC 2784, RFC 2890).</summary>
    /// <param name="packet">The headers before.</param>
    /// <param name="key">Key.</param>
    /// <param name="sequence">Sequence number.</param>
    /// <param name="hasChecksum">Whether there is a checksum.</param>
    /// <param name="etherType">In place of what follows.</param>
    public static PacketBuilder Gre(
        this PacketBuilder packet, uint? key = null, uint? sequence = null, bool hasChecksum = false, ushort? etherType = null) =>
        packet.With(new PacketBuilder.Header((payload, next) =>
        {
            int flags = (hasChecksum ? 0x8000 : 0) | (key is null ? 0 : 0x2000) | (sequence is null ? 0 : 0x1000);
            byte[] optional = [.. hasChecksum ? Words(0) : [], .. key is uint k ? Words(k) : [], .. sequence is uint s ? Words(s) : []];
            byte[] bytes = [.. Words(((uint)flags << 16) | (etherType ?? next.EtherType)), .. optional, .. payload];
            if (hasChecksum)
            {
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), InternetChecksum.Compute(bytes));
            }

            return bytes;
        })
        {
            Protocol = IpProtocols.Gre,
        });

    /// <summary>NVGRE (RFC 7637).</summary>
    public static PacketBuilder Nvgre(this PacketBuilder packet, uint subnet, byte flow = 0) => packet.Gre((subnet << 8) | flow);

    /// <summary>ERSPAN type I: GRE alone.</summary>
    public static PacketBuilder Erspan1(this PacketBuilder packet) => packet.Gre(etherType: EtherTypes.Erspan);

    /// <summary>ERSPAN type II.</summary>
    public static PacketBuilder Erspan2(this PacketBuilder packet, uint session, uint sequence = 1) =>
        packet.Gre(sequence: sequence, etherType: EtherTypes.Erspan).Raw(Words(0x1000_0000 | session, 0));

    /// <summary>ERSPAN type III.</summary>
    /// <param name="packet">The headers before.</param>
    /// <param name="session">Session, 10 bits.</param>
    /// <param name="hasSubheader">Whether there is a platform-specific part.</param>
    /// <param name="frameType">0 for Ethernet, 2 for IP.</param>
    public static PacketBuilder Erspan3(this PacketBuilder packet, uint session, bool hasSubheader = false, uint frameType = 0) =>
        packet.Gre(sequence: 1, etherType: EtherTypes.Erspan3)
            .Raw(Words(0x2000_0000 | session, 0x01020304, (frameType << 10) | (hasSubheader ? 1u : 0)))
            .Raw(hasSubheader ? Words(0, 0) : []);

    /// <summary>VXLAN (RFC 7348); with a next protocol, its generic form.</summary>
    public static PacketBuilder Vxlan(this PacketBuilder packet, uint vni, byte? nextProtocol = null) =>
        packet.Raw(Words(nextProtocol is byte next ? 0x0c00_0000u | next : 0x0800_0000u, vni << 8));

    /// <summary>Geneve (RFC 8926).</summary>
    public static PacketBuilder Geneve(this PacketBuilder packet, uint vni, byte[]? options = null) =>
        packet.With(new PacketBuilder.Header((payload, next) =>
        {
            uint optionWords = (uint)(options?.Length ?? 0) / 4;
            return [.. Words((optionWords << 24) | next.EtherType, vni << 8), .. options ?? [], .. payload];
        }));

    /// <summary>GTP-U user data (TS 29.281).</summary>
    /// <param name="packet">The headers before.</param>
    /// <param name="teid">Tunnel endpoint.</param>
    /// <param name="sequence">Sequence number.</param>
    /// <param name="extensions">Extension headers, each with its type in front: type, length in words, content without the type of the next.</param>
    public static PacketBuilder GtpU(this PacketBuilder packet, uint teid, ushort? sequence = null, params byte[][] extensions) =>
        packet.With(new PacketBuilder.Header((payload, _) =>
        {
            bool hasOptional = sequence is not null || extensions.Length > 0;
            var optional = new List<byte>();
            if (hasOptional)
            {
                optional.AddRange([(byte)((sequence ?? 0) >> 8), (byte)(sequence ?? 0), 0]);
                foreach (byte[] extension in extensions)
                {
                    optional.AddRange(extension);
                }

                optional.Add(0);
            }

            uint flags = 0x30u | (sequence is null ? 0 : 0x02u) | (extensions.Length == 0 ? 0 : 0x04u);
            uint length = (uint)(optional.Count + payload.Length);
            return [.. Words((flags << 24) | 0xff_0000 | length, teid), .. optional, .. payload];
        }));

    /// <summary>RoCEv2's base transport header.</summary>
    public static PacketBuilder RoceV2(this PacketBuilder packet, byte opcode, uint destinationQp) =>
        packet.Raw(Words(((uint)opcode << 24) | 0xffff, destinationQp, 0));

    /// <summary>Bytes that let the header behind them be named by the one before, as a frame.</summary>
    private static PacketBuilder Raw(this PacketBuilder packet, byte[] bytes) =>
        packet.With(new PacketBuilder.Header((payload, _) => [.. bytes, .. payload]));

    private static byte[] Words(params uint[] words)
    {
        byte[] bytes = new byte[4 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), words[i]);
        }

        return bytes;
    }
}
