using System.Buffers.Binary;
using System.Diagnostics;
using Trunkline.Core.Flows;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Packets;

/// <summary>What holds of the parser's answer for any bytes whatever.</summary>
public static class HeaderInvariants
{
    private const HeaderField BehindIp = HeaderField.SourcePort | HeaderField.DestinationPort | HeaderField.Spi | HeaderField.IcmpType
        | HeaderField.IcmpIdentifier | HeaderField.TunnelId | HeaderField.BthOpcode | HeaderField.BthDestinationQp;

    /// <summary>Parses a frame and insists on all of them.</summary>
    /// <returns>A number for the sort of packet that was found: which fields, tunnels and fault.</returns>
    /// <exception cref="UnreachableException">One does not hold.</exception>
    public static ulong Check(LinkType linkType, ReadOnlySpan<byte> frame)
    {
        PacketHeaders headers = default;
        ParseError error = HeaderParser.Parse(linkType, frame, ref headers);
        Hold(headers.LayerCount is >= 1 and <= PacketHeaders.LayersMax, "the number of layers is in its range");
        Hold(Enum.IsDefined(error), "the error is one of the list");

        ulong sort = Mix((ulong)error, headers.HasEmbedded ? 1u : 0);
        for (int i = 0; i < headers.LayerCount; i++)
        {
            Hold((headers.TunnelInto(i) == TunnelKind.None) == (i == 0), "all layers but the outer one are carried by a tunnel");
            Hold(i == 0 || headers.Layer(i).Present != HeaderField.None, "no inner layer is empty");
            Hold(i == 0 || !headers.Layer(i - 1).IsFragment, "fragments carry no layer");
            CheckLayer(in headers.Layer(i));
            sort = Mix(sort, (ulong)headers.TunnelInto(i));
            sort = Mix(sort, (ulong)headers.Layer(i).Present);
            sort = Mix(sort, headers.Layer(i).IpVersion);
            sort = Mix(sort, headers.Layer(i).MplsLabelCount);
        }

        if (headers.HasEmbedded)
        {
            CheckLayer(in headers.Embedded);
            Hold(headers.Embedded.IpVersion != 0, "a quoted packet is one of IP");
            Hold(headers.Inner.Has(HeaderField.IcmpType), "only ICMP quotes");
            sort = Mix(sort, (ulong)headers.Embedded.Present);
        }

        PacketHeaders rubbish = HeaderText.Rubbish();
        ParseError again = HeaderParser.Parse(linkType, frame, ref rubbish);
        Hold(again == error && AreEqual(in headers, in rubbish), "the answer does not depend on what the record held");
        CheckAgainstTaggedTwin(linkType, frame, in headers, error);
        return sort;
    }

    /// <summary>Whether all that means something is the same.</summary>
    public static bool AreEqual(in PacketHeaders left, in PacketHeaders right)
    {
        bool areEqual = left.LayerCount == right.LayerCount && left.HasEmbedded == right.HasEmbedded
            && (!left.HasEmbedded || left.Embedded == right.Embedded);
        for (int i = 0; areEqual && i < left.LayerCount; i++)
        {
            areEqual = left.Layer(i) == right.Layer(i) && left.TunnelInto(i) == right.TunnelInto(i);
        }

        return areEqual;
    }

    /// <summary>A provider's tag keeps a frame off the short way through the parser, and otherwise changes nothing.</summary>
    private static void CheckAgainstTaggedTwin(LinkType linkType, ReadOnlySpan<byte> frame, in PacketHeaders headers, ParseError error)
    {
        const ushort Tci = 0x0abc;
        if (linkType != LinkType.Ethernet || frame.Length < EthernetHeader.Length)
        {
            return;
        }

        PacketHeaders steps = default;
        ParseError stepsError;
        switch (BinaryPrimitives.ReadUInt16BigEndian(frame[12..]))
        {
            case EtherTypes.Ipv4:
                stepsError = HeaderParser.Parse(linkType, [.. frame[..12], 0x88, 0xa8, Tci >> 8, Tci & 0xff, .. frame[12..]], ref steps);
                ref HeaderFields outer = ref steps.LayerForWriting(0);
                Hold(outer.Has(HeaderField.Vlan) && outer.Vlan == Tci, "the tag is found");
                outer.Vlan = 0;
                outer.Present &= ~HeaderField.Vlan;
                break;
            case EtherTypes.Vlan when frame.Length >= EthernetHeader.Length + VlanTag.Length:
                stepsError = HeaderParser.Parse(linkType, [.. frame[..12], 0x88, 0xa8, .. frame[14..]], ref steps);
                break;
            default:
                return;
        }

        Hold(stepsError == error && AreEqual(in headers, in steps), "the short way and the steps agree");
    }

    private static void CheckLayer(in HeaderFields layer)
    {
        bool isIp = layer.Has(HeaderField.SourceAddress);
        const HeaderField OtherIpFields = HeaderField.DestinationAddress | HeaderField.Protocol | HeaderField.Ttl | HeaderField.TrafficClass;
        Hold(isIp == layer.Has(OtherIpFields), "IP fields come together");
        Hold(isIp ? layer.IpVersion is 4 or 6 : layer.IpVersion == 0, "the version says whether there is IP");
        UInt128 largest = UInt128.Max(layer.SourceAddress, layer.DestinationAddress);
        Hold(layer.IpVersion != 4 || largest <= uint.MaxValue, "IPv4 addresses have 32 bits");
        Hold(layer.Has(HeaderField.FlowLabel) == (layer.IpVersion == 6) && layer.FlowLabel <= 0xfffff, "IPv6 has a flow label of 20 bits");
        Hold(isIp || (layer.Present & BehindIp) == 0, "nothing stands behind IP where there is none");
        Hold(!layer.IsFragment || (layer.Present & BehindIp) == 0, "fragments have nothing from behind IP");
        Hold(layer.Has(HeaderField.SourcePort) == layer.Has(HeaderField.DestinationPort), "ports come together");
        Hold(layer.SourceMac >> 48 == 0 && layer.DestinationMac >> 48 == 0, "MAC addresses have 48 bits");
        Hold(layer.BthDestinationQp >> 24 == 0, "queue pairs have 24 bits");
        Hold(layer.MplsLabelCount <= MplsLabelStack.Length, "no more labels than there is room for");
        Hold(FlowKey.TryFrom(in layer, out FlowKey key) == isIp && key.SourcePort == (isIp ? layer.SourcePort : 0), "IP belongs to a flow");

        HeaderFields rest = layer;
        ClearListed(ref rest);
        Hold(rest == default, "fields that are not listed are 0");
    }

    private static void ClearListed(ref HeaderFields layer)
    {
        HeaderFields was = layer;
        layer.Present = 0;
        layer.IpVersion = 0;
        layer.SourceMac = Unlisted(was.Has(HeaderField.SourceMac), was.SourceMac);
        layer.DestinationMac = Unlisted(was.Has(HeaderField.DestinationMac), was.DestinationMac);
        layer.EtherType = Unlisted(was.Has(HeaderField.EtherType), was.EtherType);
        layer.Vlan = Unlisted(was.Has(HeaderField.Vlan), was.Vlan);
        layer.InnerVlan = Unlisted(was.Has(HeaderField.InnerVlan), was.InnerVlan);
        layer.SourceAddress = Unlisted(was.Has(HeaderField.SourceAddress), was.SourceAddress);
        layer.DestinationAddress = Unlisted(was.Has(HeaderField.DestinationAddress), was.DestinationAddress);
        layer.Protocol = Unlisted(was.Has(HeaderField.Protocol), was.Protocol);
        layer.Ttl = Unlisted(was.Has(HeaderField.Ttl), was.Ttl);
        layer.TrafficClass = Unlisted(was.Has(HeaderField.TrafficClass), was.TrafficClass);
        layer.FlowLabel = Unlisted(was.Has(HeaderField.FlowLabel), was.FlowLabel);
        layer.SourcePort = Unlisted(was.Has(HeaderField.SourcePort), was.SourcePort);
        layer.DestinationPort = Unlisted(was.Has(HeaderField.DestinationPort), was.DestinationPort);
        layer.Spi = Unlisted(was.Has(HeaderField.Spi), was.Spi);
        layer.IcmpType = Unlisted(was.Has(HeaderField.IcmpType), was.IcmpType);
        layer.IcmpCode = Unlisted(was.Has(HeaderField.IcmpType), was.IcmpCode);
        layer.IcmpIdentifier = Unlisted(was.Has(HeaderField.IcmpIdentifier), was.IcmpIdentifier);
        layer.TunnelId = Unlisted(was.Has(HeaderField.TunnelId), was.TunnelId);
        layer.BthOpcode = Unlisted(was.Has(HeaderField.BthOpcode), was.BthOpcode);
        layer.BthDestinationQp = Unlisted(was.Has(HeaderField.BthDestinationQp), was.BthDestinationQp);
        if (was.Has(HeaderField.MplsLabels))
        {
            ((Span<uint>)layer.MplsLabels)[..was.MplsLabelCount].Clear();
            layer.MplsLabelCount = 0;
        }
    }

    /// <summary>The same in every process, unlike the framework's hash codes.</summary>
    private static ulong Mix(ulong sort, ulong part) => ulong.RotateLeft((sort ^ part) * 0x9e3779b97f4a7c15, 29);

    private static T Unlisted<T>(bool isListed, T value)
        where T : struct => isListed ? default : value;

    private static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException($"does not hold: {what}");
        }
    }
}
