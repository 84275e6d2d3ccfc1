using System.Buffers.Binary;
using Trunkline.Core.Balancing.Hashes;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>The load balancing of NetApp's VIFs and interface groups (Data ONTAP 7-Mode): <c>netapp/…</c>.</summary>
/// <remarks>
/// Two generations: up to 7.3.1 the XOR of both addresses, of which three readings are in print and differ for a number
/// of links that does not divide 16; from 7.3.2 SuperFastHash over 16 bits of each address and, for port, both ports.
/// </remarks>
public static class NetAppPolicies
{
    private const string XorSource = "NetApp Community, \"Multimode VIF survival guide\"; Data ONTAP 7.3 Network Management Guide, vif";

    private const string XorRemarks =
        "Data ONTAP up to 7.3.1, IP balancing. The published text gives a formula over whole addresses and works its examples with the"
            + " last 4 bits"
        + " of the last byte; full, octet and nibble agree only when the number of links divides 16. Assumed, as nothing is published:"
        + " an IPv6"
        + " address counts as the XOR of its four words; what is not IP is balanced by the low 32 bits of both MACs.";

    private const string SuperFastRemarks =
        "Data ONTAP 7.3.2 and later. That the function is SuperFastHash over the last 16 bits is published; how the bytes are laid out"
            + " is not, so"
        + " the link is a model: source then destination, then both ports, each in network order; layout and bytes change that.";

    private static readonly IReadOnlyList<ParameterDescriptor> Layout =
    [
        new("layout", ParameterKind.Choice, "src-dst", "Which end comes first among the bytes") { Choices = ["src-dst", "dst-src"] },
        new("bytes", ParameterKind.Choice, "network", "Order of the two bytes of each 16-bit value")
        {
            Choices = ["network", "little-endian"],
        },
    ];

    /// <summary>The policies.</summary>
    public static IReadOnlyList<PolicyEntry> Entries { get; } =
    [
        Xor("full", "NetApp VIF, IP: XOR of both addresses, all 32 bits", uint.MaxValue),
        Xor("octet", "NetApp VIF, IP: XOR of the last bytes of both addresses", 0xff),
        Xor("nibble", "NetApp VIF, IP: XOR of the last 4 bits of both addresses", 0xf),
        SuperFast("ip", "NetApp ifgrp, IP: SuperFastHash over the low 16 bits of both addresses",
            " What is not IP is hashed as sfh-mac does (assumed).", SuperFastKey.Ip),
        SuperFast("mac", "NetApp ifgrp, MAC: SuperFastHash over the low 16 bits of both MACs", "", SuperFastKey.Mac),
        SuperFast("port", "NetApp ifgrp, port: SuperFastHash over the low 16 bits of both addresses and both ports",
            " A packet without ports, fragments included, is hashed as sfh-ip does (assumed).", SuperFastKey.Port),
    ];

    private enum SuperFastKey
    {
        Ip,
        Mac,
        Port,
    }

    private static PolicyEntry Xor(string reading, string summary, uint mask) => new(
        new TechniqueDescriptor
        {
            Name = "netapp/xor-" + reading,
            Kind = TechniqueKind.Policy,
            Summary = summary,
            Remarks = XorRemarks,
            Source = XorSource,
            Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        },
        _ => new XorPolicy(mask));

    private static PolicyEntry SuperFast(string mode, string summary, string remarks, SuperFastKey key) => new(
        new TechniqueDescriptor
        {
            Name = "netapp/sfh-" + mode,
            Kind = TechniqueKind.Policy,
            Summary = summary,
            Remarks = SuperFastRemarks + remarks,
            Source = "Data ONTAP 7.3.2 Release Notes and 8.x 7-Mode Network Management Guide, ifgrp; Hsieh, SuperFastHash",
            Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            Parameters = Layout,
        },
        p => new SuperFastPolicy(key, p.Text("layout") == "dst-src", p.Text("bytes") == "little-endian"));

    /// <summary>Addresses, or MACs for what carries no IP.</summary>
    private static HeaderField EndFields(in HeaderFields layer) =>
        PacketKind.IsKnownNonIp(in layer) ? PacketKind.Macs : PacketKind.Addresses;

    private sealed class XorPolicy(uint mask) : IHashPolicy
    {
        private readonly uint _mask = mask;

        public uint Hash(in PacketHeaders packet)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            return _mask & (layer.IpVersion == 0
                ? (uint)(layer.SourceMac ^ layer.DestinationMac)
                : PacketKind.Fold(layer.SourceAddress ^ layer.DestinationAddress));
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            var writer = new KeyWriter(key);
            if (layer.IpVersion != 0)
            {
                writer.UInt32(PacketKind.Fold(layer.SourceAddress) & _mask);
                writer.UInt32(PacketKind.Fold(layer.DestinationAddress) & _mask);
            }
            else
            {
                writer.UInt32((uint)layer.SourceMac & _mask);
                writer.UInt32((uint)layer.DestinationMac & _mask);
            }

            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet) => EndFields(in packet.Outer);
    }

    private sealed class SuperFastPolicy(SuperFastKey key, bool isDestinationFirst, bool isLittleEndian) : IHashPolicy
    {
        private readonly SuperFastKey _key = key;
        private readonly bool _isDestinationFirst = isDestinationFirst;
        private readonly bool _isLittleEndian = isLittleEndian;

        public uint Hash(in PacketHeaders packet)
        {
            Span<byte> key = stackalloc byte[8];
            return SuperFastHash.Compute(key[..WriteKey(in packet, key)]);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            if (_key == SuperFastKey.Mac || layer.IpVersion == 0)
            {
                Write(key, (ushort)layer.SourceMac, (ushort)layer.DestinationMac);
                return 4;
            }

            Write(key, (ushort)layer.SourceAddress, (ushort)layer.DestinationAddress);
            if (_key == SuperFastKey.Ip || layer.IsFragment || !PacketKind.HasPorts(layer.Protocol))
            {
                return 4;
            }

            Write(key[4..], layer.SourcePort, layer.DestinationPort);
            return 8;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            if (_key == SuperFastKey.Mac)
            {
                return PacketKind.Macs;
            }

            HeaderField fields = EndFields(in layer);
            return _key == SuperFastKey.Port && fields == PacketKind.Addresses
                ? fields | PacketKind.PortFields(in layer, PacketKind.Ports)
                : fields;
        }

        private void Write(Span<byte> key, ushort source, ushort destination)
        {
            (ushort first, ushort second) = _isDestinationFirst ? (destination, source) : (source, destination);
            uint word = ((uint)first << 16) | second;
            if (_isLittleEndian)
            {
                word = ((uint)BinaryPrimitives.ReverseEndianness(first) << 16) | BinaryPrimitives.ReverseEndianness(second);
            }

            BinaryPrimitives.WriteUInt32BigEndian(key, word);
        }
    }
}
