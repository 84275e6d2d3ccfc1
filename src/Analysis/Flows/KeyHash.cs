using System.Runtime.CompilerServices;
using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Flows;

/// <summary>Mixes header fields into the numbers by which the flow table finds its places.</summary>
/// <remarks>
/// Products of 64 bits, shifted and summed. Two of the constants are drawn anew in each process, so that nobody can write a capture
/// whose flows all meet in one place; no result depends on them.
/// </remarks>
internal static class KeyHash
{
    private const HeaderField PlainFields = HeaderField.DestinationMac | HeaderField.SourceMac | HeaderField.EtherType
        | HeaderField.SourceAddress | HeaderField.DestinationAddress | HeaderField.Protocol | HeaderField.Ttl
        | HeaderField.TrafficClass | HeaderField.SourcePort | HeaderField.DestinationPort;

    // Odd constants with half their bits set; any such would do.
    private const ulong C0 = 0x9e3779b97f4a7c15, C1 = 0xc2b2ae3d27d4eb4f, C2 = 0x165667b19e3779f9, C3 = 0xd6e8feb86659fd93,
        C4 = 0xa0761d6478bd642f, C5 = 0xe7037ed1a0b428db, C6 = 0x8ebc6af09c88c6e3, C7 = 0x589965cc75374cc3;

    private static readonly ulong Secret0 = (ulong)Random.Shared.NextInt64() ^ C0;
    private static readonly ulong Secret1 = (ulong)Random.Shared.NextInt64() ^ C1;

    /// <summary>Where to look for a flow.</summary>
    /// <param name="addresses">Both IPv4 addresses, or IPv6 addresses mixed.</param>
    /// <param name="ports">Both ports.</param>
    /// <param name="protocol">IP version and protocol.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfFlow(ulong addresses, uint ports, uint protocol) =>
        Fold(addresses ^ Secret0, (((ulong)ports << 16) | protocol) ^ Secret1);

    /// <summary>IPv6 addresses in 64 bits.</summary>
    public static ulong OfAddresses(UInt128 source, UInt128 destination) =>
        Fold((ulong)(source >> 64) ^ Secret0, (ulong)source ^ C2) ^ Fold((ulong)(destination >> 64) ^ Secret1, (ulong)destination ^ C3);

    /// <summary>Where to look for an entry that is not its flow's first.</summary>
    public static ulong OfEntry(ulong flowHash, ulong signature) => Fold(flowHash ^ C4, signature ^ Secret0);

    /// <summary>Keeps apart what different interfaces captured.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OnInterface(ulong signature, int interfaceIndex) =>
        interfaceIndex == 0 ? signature : Fold(signature ^ C5, (uint)interfaceIndex ^ Secret1);

    /// <summary>The signature of a plain frame.</summary>
    /// <param name="firstEight">The first 8 bytes of its MAC addresses.</param>
    /// <param name="nextFour">The last 4.</param>
    /// <param name="tag">Of <see cref="TagOf"/>; 0 without a tag.</param>
    /// <param name="flowLabel">Of IPv6.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OfPlain(ulong firstEight, uint nextFour, ulong tag, uint flowLabel) =>
        Fold(firstEight ^ Secret0, nextFour ^ tag ^ C6) ^ (flowLabel * C7);

    /// <summary>A VLAN tag, told from none.</summary>
    public static ulong TagOf(ushort tci) => (0x10000UL | tci) << 32;

    /// <summary>
    /// The steady fields besides the outer 5-tuple: all that policies hash and that stays the same for a flow's packets.
    /// </summary>
    /// <remarks>TTL, traffic class and RoCE opcode change within a flow and are left out.</remarks>
    public static ulong OfSteadyFields(in PacketHeaders headers)
    {
        ref readonly HeaderFields outer = ref headers.Outer;
        if (headers.LayerCount == 1 && !headers.HasEmbedded && IsPlain(in outer))
        {
            ulong tag = outer.Has(HeaderField.Vlan) ? TagOf(outer.Vlan) : 0;
            return OfPlain((outer.DestinationMac << 16) | (outer.SourceMac >> 32), (uint)outer.SourceMac, tag, outer.FlowLabel);
        }

        ulong hash = OfLayer(in outer) ^ (ulong)headers.LayerCount;
        for (int i = 1; i < headers.LayerCount; i++)
        {
            ref readonly HeaderFields layer = ref headers.Layer(i);
            hash = Fold(hash ^ C5 ^ (ulong)headers.TunnelInto(i), Secret1) + OfLayer(in layer) + OfTuple(in layer);
        }

        return headers.HasEmbedded
            ? Fold(hash ^ C7, Secret1) + OfLayer(in headers.Embedded) + OfTuple(in headers.Embedded)
            : hash;
    }

    /// <summary>A layer's 5-tuple.</summary>
    public static ulong OfTuple(in HeaderFields layer) => OfFlow(
        OfAddresses(layer.SourceAddress, layer.DestinationAddress),
        ((uint)layer.SourcePort << 16) | layer.DestinationPort,
        ((uint)layer.IpVersion << 8) | layer.Protocol);

    private static bool IsPlain(in HeaderFields layer) =>
        (layer.Present & ~HeaderField.Vlan) == (PlainFields | (layer.IpVersion == 6 ? HeaderField.FlowLabel : HeaderField.None))
        && layer.EtherType == (layer.IpVersion == 6 ? EtherTypes.Ipv6 : EtherTypes.Ipv4);

    private static ulong OfLayer(in HeaderFields layer)
    {
        ulong hash = Fold(((ulong)layer.EtherType << 48) ^ layer.SourceMac ^ Secret0, ((ulong)layer.Vlan << 48) ^ layer.DestinationMac ^ C1);
        ulong kinds = ((ulong)layer.InnerVlan << 48) | ((ulong)layer.IcmpIdentifier << 32) | ((ulong)layer.IcmpType << 24)
            | ((ulong)layer.IcmpCode << 16) | ((ulong)layer.IpVersion << 8) | layer.MplsLabelCount;
        hash += Fold(kinds ^ C2, (((ulong)layer.Present << 32) | layer.FlowLabel) ^ Secret1);
        hash += Fold((((ulong)layer.Spi << 32) | layer.TunnelId) ^ C3, (((ulong)layer.BthDestinationQp << 32) | layer.IngressPort) ^ Secret0);
        for (int i = 0; i < layer.MplsLabelCount; i++)
        {
            hash = Fold(hash ^ layer.MplsLabels[i], C6);
        }

        return Fold(hash, C7);
    }

    /// <summary>Two words in one. Every bit of the left moves all bits, and so does every bit of the right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        left *= C0;
        ulong mixed = (left ^ (left >> 32) ^ right) * C1;
        return mixed ^ (mixed >> 29);
    }
}
