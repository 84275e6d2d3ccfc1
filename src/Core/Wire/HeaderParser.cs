using System.Runtime.CompilerServices;

namespace Trunkline.Core.Wire;

/// <summary>Reads the headers of a frame, through its tunnels, into fields that policies hash.</summary>
/// <remarks>
/// <para>Never throws and never reads outside the frame, whatever it holds; allocates nothing. Stateless: any thread may
/// use it, each with its own <see cref="PacketHeaders"/>.</para>
/// <para>A header counts when it is whole; ports and ICMP types count as soon as their bytes are there. After a fault what
/// was read stays, and <see cref="HeaderFields.Present"/> says what that is. A frame cut by the capture is reported as
/// <see cref="ParseError.Truncated"/> even if all its headers are there: only its owner knows the length that it had.</para>
/// <para>Fragments, the first included, have no ports and nothing else from behind IP. Checksums are not looked at. The ingress
/// port is in no frame: whoever knows it sets it afterwards.</para>
/// </remarks>
public static class HeaderParser
{
    /// <summary>Reads one frame.</summary>
    /// <param name="linkType">What the frame begins with.</param>
    /// <param name="frame">The frame, as much as there is of it.</param>
    /// <param name="headers">Overwritten as far as it means anything; what it held before does not matter.</param>
    /// <returns>The first fault, counting inwards.</returns>
    // Drawn into its caller's loop it would use up what the compiler is willing to inline there, and its own reads of bytes
    // would become calls: four times slower, measured.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ParseError Parse(LinkType linkType, ReadOnlySpan<byte> frame, ref PacketHeaders headers)
    {
        headers.LayerCount = 1;
        headers.HasEmbedded = false;
        headers.SetTunnelInto(0, TunnelKind.None);
        if (linkType == LinkType.Ethernet && PlainPath.TryParse(frame, ref headers.LayerForWriting(0)))
        {
            return ParseError.None;
        }

        headers.LayerForWriting(0) = default;
        return ParseInSteps(linkType, frame, ref headers);
    }

    /// <summary>Whether the parser looks behind a UDP header to this port: for a tunnel or a RoCEv2 header.</summary>
    public static bool IsTunnelPort(ushort destinationPort) => UdpTunnel.IsKnown(destinationPort);

    private static ParseError ParseInSteps(LinkType linkType, ReadOnlySpan<byte> frame, ref PacketHeaders headers)
    {
        var walk = new PacketWalk(frame, FirstStage(linkType));
        if (walk.Stage == Stage.Nothing)
        {
            return ParseError.UnknownLinkType;
        }

        while (walk.Stage != Stage.Nothing && TryEnterLayer(ref walk, ref headers))
        {
            Step(ref walk, ref headers);
        }

        if (headers.LayerCount > 1 && headers.Inner.Present == HeaderField.None)
        {
            headers.LayerCount--;
        }

        return walk.Error;
    }

    private static Stage FirstStage(LinkType linkType) => linkType switch
    {
        LinkType.Ethernet => Stage.Ethernet,
        LinkType.LinuxSll => Stage.LinuxSll,
        LinkType.LinuxSll2 => Stage.LinuxSll2,
        LinkType.Raw or LinkType.RawBsd or LinkType.RawOpenBsd => Stage.Ip,
        LinkType.Ipv4 => Stage.Ipv4,
        LinkType.Ipv6 => Stage.Ipv6,
        LinkType.Ppp => Stage.Ppp,
        LinkType.Null or LinkType.Loop => Stage.Loopback,
        _ => Stage.Nothing,
    };

    /// <summary>Begins a new layer where a tunnel was entered; fails when there is no room for one.</summary>
    private static bool TryEnterLayer(ref PacketWalk walk, ref PacketHeaders headers)
    {
        if (walk.Tunnel == TunnelKind.None)
        {
            return true;
        }

        int index = headers.LayerCount;
        if (index == PacketHeaders.LayersMax)
        {
            walk.Fail(ParseError.TooDeep);
            return false;
        }

        headers.LayerCount = index + 1;
        headers.SetTunnelInto(index, walk.Tunnel);
        headers.LayerForWriting(index) = default;
        walk.Tunnel = TunnelKind.None;
        return true;
    }

    private static void Step(ref PacketWalk walk, ref PacketHeaders headers)
    {
        ref HeaderFields layer = ref headers.LayerForWriting(headers.LayerCount - 1);
        switch (walk.Stage)
        {
            case Stage.Ethernet:
                LinkLayer.ReadEthernet(ref walk, ref layer);
                break;
            case Stage.EtherType:
                LinkLayer.ReadEtherType(ref walk, ref layer);
                break;
            case Stage.Vlan:
                LinkLayer.ReadVlans(ref walk, ref layer);
                break;
            case Stage.Llc:
                LinkLayer.ReadLlc(ref walk);
                break;
            case Stage.Pppoe:
                LinkLayer.ReadPppoe(ref walk);
                break;
            case Stage.Ppp:
                LinkLayer.ReadPpp(ref walk);
                break;
            case Stage.Mpls:
                MplsLayer.Read(ref walk, ref layer);
                break;
            case Stage.Loopback:
                CookedLayer.ReadLoopback(ref walk);
                break;
            case Stage.LinuxSll:
                CookedLayer.ReadLinuxSll(ref walk, ref layer);
                break;
            case Stage.LinuxSll2:
                CookedLayer.ReadLinuxSll2(ref walk, ref layer);
                break;
            case Stage.Ip:
                NetworkLayer.ReadIp(ref walk, ref layer);
                break;
            case Stage.Ipv4:
                NetworkLayer.ReadIpv4(ref walk, ref layer);
                break;
            case Stage.Ipv6:
                NetworkLayer.ReadIpv6(ref walk, ref layer);
                break;
            case Stage.Transport:
                TransportLayer.Read(ref walk, ref layer);
                break;
            case Stage.Quote:
                headers.HasEmbedded = TransportLayer.TryReadQuote(ref walk, ref headers.EmbeddedForWriting());
                break;
            default:
                walk.Stage = Stage.Nothing;
                break;
        }
    }
}
