using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Limits;

/// <summary>Counts frames whose headers are cut or wrong, by what is wrong.</summary>
internal sealed class FrameFaults
{
    private readonly long[] _wrong = new long[(int)ParseError.UnknownLinkType + 1];

    /// <summary>Frames whose headers the capture cut.</summary>
    public long CutFrames { get; private set; }

    /// <summary>Frames whose headers are cut or wrong.</summary>
    public long UnreadFrames => CutFrames + _wrong.Sum();

    /// <summary>Frames with a fault, those not counted that the capture cut.</summary>
    public long WrongFrames(ParseError error) => _wrong[(int)error];

    /// <summary>Takes note of a frame with a fault; one that the capture cut behind its headers is as good as any.</summary>
    public void OnFault(ParseError error, bool isCut, in PacketHeaders headers)
    {
        if (error != ParseError.Truncated || !isCut)
        {
            _wrong[(int)error]++;
        }
        else if (IsHeaderCut(in headers.Inner))
        {
            CutFrames++;
        }
    }

    /// <summary>Whether the innermost layer that was read lacks what tells its flows apart.</summary>
    private static bool IsHeaderCut(in HeaderFields layer)
    {
        if (layer.IpVersion == 0)
        {
            return !layer.Has(HeaderField.EtherType) || layer.EtherType is EtherTypes.Ipv4 or EtherTypes.Ipv6
                or EtherTypes.Mpls or EtherTypes.MplsMulticast or EtherTypes.PppoeSession || EtherTypes.IsVlan(layer.EtherType);
        }

        HeaderField needed = layer.Protocol switch
        {
            IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp or IpProtocols.Dccp or IpProtocols.UdpLite =>
                HeaderField.SourcePort | HeaderField.DestinationPort,
            IpProtocols.Icmp or IpProtocols.IcmpV6 => HeaderField.IcmpType,
            IpProtocols.Esp or IpProtocols.Ah => HeaderField.Spi,
            IpProtocols.HopByHop or IpProtocols.Routing or IpProtocols.DestinationOptions or IpProtocols.Fragment =>
                HeaderField.SourcePort,
            // What they carry would be a layer further in.
            IpProtocols.Ipv4 or IpProtocols.Ipv6 => HeaderField.SourcePort,
            _ => HeaderField.None,
        };
        return !layer.IsFragment && !layer.Has(needed);
    }
}
