using System.Runtime.CompilerServices;

namespace Trunkline.Core.Wire;

/// <summary>
/// What one layer of a packet says of where it belongs: its link, network and transport headers, in host order.
/// </summary>
/// <remarks>
/// A plain record of about 128 bytes, written by the parser or by hand and read by the policies. A field that
/// <see cref="Present"/> does not list is 0, so a policy may read it unasked.
/// </remarks>
public struct HeaderFields : IEquatable<HeaderFields>
{
    /// <summary>Source IP address; an IPv4 address stands in the low 32 bits.</summary>
    public UInt128 SourceAddress;

    /// <summary>Destination IP address; an IPv4 address stands in the low 32 bits.</summary>
    public UInt128 DestinationAddress;

    /// <summary>Source MAC address, in the low 48 bits, its first byte highest.</summary>
    public ulong SourceMac;

    /// <summary>Destination MAC address, in the low 48 bits, its first byte highest.</summary>
    public ulong DestinationMac;

    /// <summary>The fields that the layer has.</summary>
    public HeaderField Present;

    /// <summary>IPv6 flow label, 20 bits.</summary>
    public uint FlowLabel;

    /// <summary>Security parameters index of ESP or AH.</summary>
    public uint Spi;

    /// <summary>Key of the tunnel header that this layer carries: GRE key, VNI, VSID, TEID, ERSPAN session id.</summary>
    public uint TunnelId;

    /// <summary>RoCEv2 destination queue pair, 24 bits.</summary>
    public uint BthDestinationQp;

    /// <summary>The balancing box's ingress port (an index of its own); not on the wire.</summary>
    public uint IngressPort;

    /// <summary>MPLS labels, the top of the stack first; <see cref="MplsLabelCount"/> of them are set.</summary>
    public MplsLabelStack MplsLabels;

    /// <summary>
    /// EtherType behind all VLAN tags, as it stands in the frame: 0x8847 or 0x8864 where MPLS or PPPoE carries the IP fields, the
    /// length in an 802.3 frame without SNAP.
    /// </summary>
    public ushort EtherType;

    /// <summary>TCI of the outermost VLAN tag.</summary>
    public ushort Vlan;

    /// <summary>TCI of the second VLAN tag.</summary>
    public ushort InnerVlan;

    /// <summary>Source port; 0 for a fragment.</summary>
    public ushort SourcePort;

    /// <summary>Destination port; 0 for a fragment.</summary>
    public ushort DestinationPort;

    /// <summary>Identifier of an ICMP query.</summary>
    public ushort IcmpIdentifier;

    /// <summary>4, 6, or 0 where the layer carries no IP.</summary>
    public byte IpVersion;

    /// <summary>IP protocol; for IPv6 the last next-header value that was reached.</summary>
    public byte Protocol;

    /// <summary>TTL or hop limit.</summary>
    public byte Ttl;

    /// <summary>DSCP and ECN.</summary>
    public byte TrafficClass;

    /// <summary>ICMP type.</summary>
    public byte IcmpType;

    /// <summary>ICMP code.</summary>
    public byte IcmpCode;

    /// <summary>RoCEv2 opcode.</summary>
    public byte BthOpcode;

    /// <summary>Number of labels in <see cref="MplsLabels"/>, 0 to <see cref="MplsLabelStack.Length"/>.</summary>
    public byte MplsLabelCount;

    /// <summary>Whether the layer has every field of the set.</summary>
    public readonly bool Has(HeaderField fields) => (Present & fields) == fields;

    /// <summary>Whether the packet is an IP fragment, the first one included.</summary>
    public readonly bool IsFragment => (Present & HeaderField.Fragment) != 0;

    /// <summary>Whether extension headers stand between the IPv6 header and what <see cref="Protocol"/> names.</summary>
    public readonly bool HasExtensionHeaders => (Present & HeaderField.ExtensionHeaders) != 0;

    /// <inheritdoc/>
    public readonly bool Equals(HeaderFields other) =>
        SourceAddress == other.SourceAddress && DestinationAddress == other.DestinationAddress
        && SourceMac == other.SourceMac && DestinationMac == other.DestinationMac && Present == other.Present
        && FlowLabel == other.FlowLabel && Spi == other.Spi && TunnelId == other.TunnelId
        && BthDestinationQp == other.BthDestinationQp && IngressPort == other.IngressPort
        && ((ReadOnlySpan<uint>)MplsLabels).SequenceEqual(other.MplsLabels)
        && EtherType == other.EtherType && Vlan == other.Vlan && InnerVlan == other.InnerVlan
        && SourcePort == other.SourcePort && DestinationPort == other.DestinationPort
        && IcmpIdentifier == other.IcmpIdentifier && IpVersion == other.IpVersion && Protocol == other.Protocol
        && Ttl == other.Ttl && TrafficClass == other.TrafficClass && IcmpType == other.IcmpType
        && IcmpCode == other.IcmpCode && BthOpcode == other.BthOpcode && MplsLabelCount == other.MplsLabelCount;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is HeaderFields other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() =>
        HashCode.Combine(SourceAddress, DestinationAddress, SourcePort, DestinationPort, Protocol, SourceMac, DestinationMac);

    /// <summary>Whether both layers say the same.</summary>
    public static bool operator ==(HeaderFields left, HeaderFields right) => left.Equals(right);

    /// <summary>Whether the layers differ.</summary>
    public static bool operator !=(HeaderFields left, HeaderFields right) => !left.Equals(right);
}

/// <summary>Room for the labels of an MPLS stack that boxes look at: the top <see cref="Length"/> of them.</summary>
[InlineArray(Length)]
public struct MplsLabelStack
{
    /// <summary>Labels kept; deeper ones are read over.</summary>
    public const int Length = 5;

    private uint _label;
}
