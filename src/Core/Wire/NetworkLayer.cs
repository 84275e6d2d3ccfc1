using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>The parser's steps for IPv4, and IPv6 with its extension headers.</summary>
internal static class NetworkLayer
{
    private const int ExtensionHeadersMax = 8;

    private const HeaderField IpFields = HeaderField.SourceAddress | HeaderField.DestinationAddress | HeaderField.Protocol
        | HeaderField.Ttl | HeaderField.TrafficClass;

    /// <summary>IP of the version in the first nibble.</summary>
    public static void ReadIp(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (walk.Rest.IsEmpty)
        {
            walk.Fail(ParseError.Truncated);
        }
        else if (walk.Rest[0] >> 4 == 6)
        {
            ReadIpv6(ref walk, ref layer);
        }
        else
        {
            ReadIpv4(ref walk, ref layer);
        }
    }

    public static void ReadIpv4(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (Ipv4Header.Parse(walk.Rest, out Ipv4Header header) is not ParseError.None and var error)
        {
            walk.Fail(error);
            return;
        }

        layer.IpVersion = 4;
        layer.SourceAddress = header.SourceAddress;
        layer.DestinationAddress = header.DestinationAddress;
        layer.Protocol = header.Protocol;
        layer.Ttl = header.Ttl;
        layer.TrafficClass = header.TrafficClass;
        layer.Present |= IpFields;
        if (!header.IsWhole)
        {
            walk.Note(ParseError.Truncated);
        }

        walk.Rest = header.Payload;
        if (header.IsFragment)
        {
            layer.Present |= HeaderField.Fragment;
            walk.Stage = Stage.Nothing;
        }
        else
        {
            walk.Enter(Stage.Transport, header.Protocol);
        }
    }

    public static void ReadIpv6(ref PacketWalk walk, ref HeaderFields layer)
    {
        if (Ipv6Header.Parse(walk.Rest, out Ipv6Header header) is not ParseError.None and var error)
        {
            walk.Fail(error);
            return;
        }

        layer.IpVersion = 6;
        layer.SourceAddress = header.SourceAddress;
        layer.DestinationAddress = header.DestinationAddress;
        layer.Protocol = header.NextHeader;
        layer.Ttl = header.HopLimit;
        layer.TrafficClass = header.TrafficClass;
        layer.FlowLabel = header.FlowLabel;
        layer.Present |= IpFields | HeaderField.FlowLabel;
        if (!header.IsWhole)
        {
            walk.Note(ParseError.Truncated);
        }

        walk.Rest = header.Payload;
        ReadExtensionHeaders(ref walk, ref layer, isJumbogram: header.PayloadLength == 0);
    }

    /// <summary>RFC 8200 §4, in whatever order they come.</summary>
    /// <remarks>
    /// What has a fragment header counts as a fragment even where it is the only one (RFC 6946), as boxes that stop at the
    /// fragment header see it; Linux does too. AH ends the walk: it is what such a flow is told apart by.
    /// </remarks>
    private static void ReadExtensionHeaders(ref PacketWalk walk, ref HeaderFields layer, bool isJumbogram)
    {
        for (int depth = 0; ; depth++)
        {
            bool isFragmentHeader = layer.Protocol == IpProtocols.Fragment;
            if (!isFragmentHeader && layer.Protocol is not (IpProtocols.HopByHop or IpProtocols.Routing or IpProtocols.DestinationOptions))
            {
                walk.Enter(Stage.Transport, layer.Protocol);
                return;
            }

            if (depth == ExtensionHeadersMax)
            {
                walk.Fail(ParseError.TooDeep);
                return;
            }

            int length = isFragmentHeader || walk.Rest.Length < 2 ? 8 : (walk.Rest[1] + 1) * 8;
            if (!walk.TryTake(length, out ReadOnlySpan<byte> extension))
            {
                return;
            }

            if (isJumbogram && layer.Protocol == IpProtocols.HopByHop)
            {
                LimitJumbogram(ref walk, extension);
            }

            layer.Protocol = extension[0];
            layer.Present |= HeaderField.ExtensionHeaders;
            if (isFragmentHeader)
            {
                layer.Present |= HeaderField.Fragment;
                walk.Stage = Stage.Nothing;
                return;
            }
        }
    }

    /// <summary>RFC 2675 §2: option 0xc2 has the length of all that follows the IPv6 header, this extension header included.</summary>
    private static void LimitJumbogram(ref PacketWalk walk, ReadOnlySpan<byte> hopByHop)
    {
        const byte Pad1 = 0, JumboPayload = 0xc2;
        for (ReadOnlySpan<byte> options = hopByHop[2..]; !options.IsEmpty;)
        {
            int length = options[0] == Pad1 ? 1 : options.Length < 2 ? options.Length : Math.Min(2 + options[1], options.Length);
            if (options[0] == JumboPayload && length == 6)
            {
                uint announced = BinaryPrimitives.ReadUInt32BigEndian(options[2..]);
                if (announced < hopByHop.Length)
                {
                    walk.Note(ParseError.BadLength);
                }
                else
                {
                    walk.Limit((int)Math.Min(announced - (uint)hopByHop.Length, int.MaxValue));
                }

                return;
            }

            options = options[length..];
        }
    }
}
