using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>The parser's step for MPLS labels and for what they carry.</summary>
internal static class MplsLayer
{
    private const int LabelsMax = 16;
    private const int ControlWordLength = 4;

    /// <summary>RFC 3032 §2.1: labels down to the bottom of the stack; the first few are kept.</summary>
    /// <remarks>
    /// Nothing says what the labels carry. As routers do, the first nibble is asked: 4 and 6 are taken for IP. What else
    /// looks like an Ethernet frame, behind a control word (RFC 4385 §3) or without, begins a layer of its own.
    /// </remarks>
    public static void Read(ref PacketWalk walk, ref HeaderFields layer)
    {
        bool isBottom = false;
        for (int depth = 0; !isBottom; depth++)
        {
            if (depth == LabelsMax)
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
}
