using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>The <c>xmit_hash_policy</c> settings of Linux bonding: <c>linux-bond/…</c>.</summary>
/// <remarks>
/// Source: Linux <c>drivers/net/bonding/bond_main.c</c> (<c>__bond_xmit_hash</c> and what it calls), read in 6.1 and
/// 6.12. The link is the hash modulo the number of usable members.
/// </remarks>
public static class LinuxBondPolicies
{
    private const string Kernel = "Linux drivers/net/bonding/bond_main.c, ";

    private const string Tags =
        " One VLAN tag is taken to be held outside the frame, as a VLAN device on the bond sends it; a second one, and the only one of"
        + " MPLS, stands in the frame, and then the bond sees EtherType 0x8100 and no IP.";

    private const string LittleEndian = " Words are those of a little-endian host; a big-endian one folds other bits to the low end.";

    /// <summary>The policies, in the order of the kernel's documentation.</summary>
    public static IReadOnlyList<PolicyEntry> Entries { get; } =
    [
        new(
            new TechniqueDescriptor
            {
                Name = "linux-bond/layer2",
                Kind = TechniqueKind.Policy,
                Summary = "Linux bonding, layer2 (the default): last bytes of both MACs XOR EtherType",
                Remarks = "All traffic between two stations, or through one router, takes one link." + Tags,
                Source = Kernel + "bond_eth_hash",
                Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            },
            _ => new Layer2Policy()),
        new(
            new TechniqueDescriptor
            {
                Name = "linux-bond/layer2+3",
                Kind = TechniqueKind.Policy,
                Summary = "Linux bonding, layer2+3: layer2 XOR both addresses, folded",
                Remarks = "IPv6 addresses count as the XOR of their four words. An ICMP error is hashed by the addresses of the packet it"
                    + " quotes; what is not IP falls back to layer2. Neighbouring address pairs collide (their XOR is the same)."
                    + Tags + LittleEndian,
                Source = Kernel + "bond_ip_hash, bond_flow_ip",
                Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            },
            _ => new Layer23Policy()),
        new(
            new TechniqueDescriptor
            {
                Name = "linux-bond/layer3+4",
                Kind = TechniqueKind.Policy,
                Summary = "Linux bonding, layer3+4: ports XOR both addresses, folded, shifted right by one",
                Remarks = "ESP and AH give their SPI for the ports, ICMP queries their type, code and identifier (0 counts as 1); a"
                    + " fragment,"
                    + " the first one included, gives none, so it may leave its flow's link. An ICMP error is hashed by the addresses"
                    + " and ports"
                    + " of the packet it quotes. What is not IP falls back to layer2. Behind IPv6 extension headers the kernel finds no"
                    + " ports;"
                    + " here they are looked through, but for the fragment header." + Tags + LittleEndian,
                Source = Kernel + "bond_flow_dissect, bond_ip_hash",
                Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            },
            _ => new Layer34Policy()),
        new(
            new TechniqueDescriptor
            {
                Name = "linux-bond/encap2+3",
                Kind = TechniqueKind.Policy,
                Summary = "Linux bonding, encap2+3: layer2+3 with the addresses inside GRE, NVGRE, IP in IP and 6in4",
                Remarks = EncapRemarks + " What is not IP gives the folded layer2 value where the dissector knows its EtherType (ARP, MPLS,"
                    + " PPPoE, FCoE, PTP), else plain layer2." + Tags + LittleEndian,
                Source = Kernel + "bond_flow_dissect; net/core/flow_dissector.c",
                Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            },
            _ => new EncapPolicy(withPorts: false)),
        new(
            new TechniqueDescriptor
            {
                Name = "linux-bond/encap3+4",
                Kind = TechniqueKind.Policy,
                Summary = "Linux bonding, encap3+4: layer3+4 with the fields inside GRE, NVGRE, IP in IP and 6in4",
                Remarks = EncapRemarks + " What is not IP gives 0, all on one link, where the dissector knows its EtherType (ARP, MPLS,"
                    + " PPPoE,"
                    + " FCoE, PTP), else layer2. A packet that carries a layer-4 hash already (sent by a local socket, or hashed by the"
                    + " card"
                    + " that received it) is placed by that hash, which no header shows; this is the value without one."
                    + Tags + LittleEndian,
                Source = Kernel + "bond_xmit_hash, bond_flow_dissect; net/core/flow_dissector.c",
                Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            },
            _ => new EncapPolicy(withPorts: true)),
        new(
            new TechniqueDescriptor
            {
                Name = "linux-bond/vlan+srcmac",
                Kind = TechniqueKind.Policy,
                Summary = "Linux bonding, vlan+srcmac: VLAN tag XOR both halves of the source MAC",
                Remarks = "Made for hosts with many MACs behind one bond. Only a tag held outside the frame counts, priority bits"
                    + " included; an"
                    + " untagged frame counts as tag 0.",
                Source = Kernel + "bond_vlan_srcmac_hash",
                Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            },
            _ => new VlanSourceMacPolicy()),
    ];

    private const string EncapRemarks =
        "The dissector enters GRE (NVGRE too), IPv4 in IPv4, 6in4 and IP in IPv6, not VXLAN, Geneve, GTP-U or MPLS. An ICMP error is hashed"
        + " as itself, not by the packet it quotes.";

    private static uint LinkHash(in HeaderFields layer) =>
        (uint)(byte)layer.DestinationMac ^ (byte)layer.SourceMac ^ LinuxDissector.LinkEtherType(in layer);

    private static void WriteLink(in HeaderFields layer, ref KeyWriter key)
    {
        key.Byte((byte)layer.DestinationMac);
        key.Byte((byte)layer.SourceMac);
        key.UInt16(LinuxDissector.LinkEtherType(in layer));
    }

    // Of a second tag it matters that it is there, not what it says.
    private static HeaderField LinkFields(in HeaderFields layer) =>
        PacketKind.Macs | HeaderField.EtherType | (layer.Present & HeaderField.InnerVlan);

    private static uint Fold(uint word)
    {
        word ^= word >> 16;
        return word ^ (word >> 8);
    }

    private static uint AddressWords(in HeaderFields layer) =>
        BinaryPrimitives.ReverseEndianness(PacketKind.Fold(layer.SourceAddress ^ layer.DestinationAddress));

    /// <summary>What stands at the place of the ports, on the wire or, for ICMP, as the kernel keeps it.</summary>
    private static uint FlowWord(in HeaderFields layer)
    {
        uint ports = LinuxDissector.PortsWord(in layer);
        return ports != 0 ? ports : LinuxDissector.IcmpWord(in layer);
    }

    private static HeaderField FlowFields(in HeaderFields layer)
    {
        HeaderField fields = PacketKind.PortFields(in layer, PacketKind.Ports);
        if (fields == HeaderField.None)
        {
            return fields;
        }

        if (layer.Protocol is IpProtocols.Esp or IpProtocols.Ah)
        {
            fields |= HeaderField.Spi;
        }
        else if (PacketKind.IsIcmp(in layer))
        {
            bool hasIdentifier = layer.Has(HeaderField.IcmpType) && LinuxDissector.IcmpHasIdentifier(layer.IcmpType);
            fields |= HeaderField.IcmpType | (hasIdentifier ? HeaderField.IcmpIdentifier : HeaderField.None);
        }

        return fields;
    }

    /// <summary>
    /// The layer whose addresses layer2+3 and layer3+4 take: the one on the wire, or what its ICMP error quotes. Neither walks
    /// extension headers, so ICMPv6 behind one is not seen.
    /// </summary>
    /// <returns>False where the bond finds no IP and falls back to layer2.</returns>
    private static bool TryFindFlow(in PacketHeaders packet, out bool isQuoted)
    {
        ref readonly HeaderFields outer = ref packet.Outer;
        isQuoted = false;
        if (!LinuxDissector.IsPlainIp(in outer))
        {
            return false;
        }

        if (outer.HasExtensionHeaders || !LinuxDissector.IsIcmpError(in outer))
        {
            return true;
        }

        isQuoted = true;
        return LinuxDissector.QuotesPacket(in packet) && packet.Embedded.IpVersion == outer.IpVersion;
    }

    private sealed class Layer2Policy : IHashPolicy
    {
        public uint Hash(in PacketHeaders packet) => LinkHash(in packet.Outer);

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            var writer = new KeyWriter(key);
            WriteLink(in packet.Outer, ref writer);
            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet) => LinkFields(in packet.Outer);
    }

    private sealed class Layer23Policy : IHashPolicy
    {
        public uint Hash(in PacketHeaders packet)
        {
            uint link = LinkHash(in packet.Outer);
            return TryFindFlow(in packet, out bool isQuoted)
                ? Fold(link ^ AddressWords(in isQuoted ? ref packet.Embedded : ref packet.Outer))
                : link;
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            var writer = new KeyWriter(key);
            WriteLink(in packet.Outer, ref writer);
            if (TryFindFlow(in packet, out bool isQuoted))
            {
                writer.Addresses(in isQuoted ? ref packet.Embedded : ref packet.Outer);
            }

            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields outer = ref packet.Outer;
            if (PacketKind.IsKnownNonIp(in outer))
            {
                return LinkFields(in outer);
            }

            bool hasFlow = TryFindFlow(in packet, out bool isQuoted);
            HeaderField error = isQuoted ? HeaderField.Protocol | HeaderField.IcmpType : HeaderField.None;
            bool readsAddresses = (hasFlow && !isQuoted) || outer.IpVersion == 0;
            return LinkFields(in outer) | error | (readsAddresses ? PacketKind.Addresses : HeaderField.None);
        }
    }

    private sealed class Layer34Policy : IHashPolicy
    {
        public uint Hash(in PacketHeaders packet)
        {
            if (!TryFindFlow(in packet, out bool isQuoted))
            {
                return LinkHash(in packet.Outer);
            }

            return isQuoted
                ? Fold(QuotedWord(in packet.Embedded) ^ AddressWords(in packet.Embedded)) >> 1
                : Fold(WordBehindIp(in packet.Outer) ^ AddressWords(in packet.Outer)) >> 1;
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            var writer = new KeyWriter(key);
            if (!TryFindFlow(in packet, out bool isQuoted))
            {
                WriteLink(in packet.Outer, ref writer);
                return writer.Length;
            }

            writer.UInt32LittleEndian(isQuoted ? QuotedWord(in packet.Embedded) : WordBehindIp(in packet.Outer));
            writer.Addresses(in isQuoted ? ref packet.Embedded : ref packet.Outer);
            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields outer = ref packet.Outer;
            if (outer.IpVersion == 0 && !outer.Has(HeaderField.EtherType))
            {
                return PacketKind.Addresses | HeaderField.Protocol;
            }

            bool hasFlow = TryFindFlow(in packet, out bool isQuoted);
            HeaderField error = isQuoted ? HeaderField.Protocol | HeaderField.IcmpType : HeaderField.None;
            if (!hasFlow)
            {
                return LinkFields(in outer) | error;
            }

            return isQuoted ? error : PacketKind.Addresses | (outer.HasExtensionHeaders ? HeaderField.None : FlowFields(in outer));
        }

        // Ports are looked for right behind the IP header, as skb_flow_get_ports is given no other place.
        private static uint WordBehindIp(in HeaderFields layer) => layer.HasExtensionHeaders ? 0 : FlowWord(in layer);

        private static uint QuotedWord(in HeaderFields layer) => layer.HasExtensionHeaders ? 0 : LinuxDissector.PortsWord(in layer);
    }

    private sealed class EncapPolicy(bool withPorts) : IHashPolicy
    {
        private readonly bool _withPorts = withPorts;

        public uint Hash(in PacketHeaders packet)
        {
            if (!LinuxDissector.Walk(in packet, out int last))
            {
                return LinkHash(in packet.Outer);
            }

            ref readonly HeaderFields flow = ref packet.Layer(last);
            if (!_withPorts)
            {
                return Fold(LinkHash(in packet.Outer) ^ (HasAddresses(in flow) ? AddressWords(in flow) : 0));
            }

            return HasAddresses(in flow) ? Fold(FlowWord(in flow) ^ AddressWords(in flow)) >> 1 : 0;
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            var writer = new KeyWriter(key);
            bool isUnderstood = LinuxDissector.Walk(in packet, out int last);
            ref readonly HeaderFields flow = ref packet.Layer(last);
            bool hasFlow = isUnderstood && HasAddresses(in flow);
            if (!isUnderstood || !_withPorts)
            {
                WriteLink(in packet.Outer, ref writer);
            }
            else if (hasFlow)
            {
                writer.UInt32LittleEndian(FlowWord(in flow));
            }

            if (hasFlow)
            {
                writer.Addresses(in flow);
            }

            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields outer = ref packet.Outer;
            if (outer.IpVersion == 0 && !outer.Has(HeaderField.EtherType))
            {
                return PacketKind.Addresses | (_withPorts ? HeaderField.Protocol : LinkFields(in outer));
            }

            bool isUnderstood = LinuxDissector.Walk(in packet, out int last);
            HeaderField fields = isUnderstood && _withPorts ? HeaderField.None : LinkFields(in outer);
            if (!isUnderstood || !HasAddresses(in packet.Layer(last)))
            {
                return fields | (outer.IpVersion == 0 ? HeaderField.EtherType : HeaderField.None);
            }

            return last > 0 ? fields : fields | PacketKind.Addresses | (_withPorts ? FlowFields(in outer) : HeaderField.None);
        }

        private static bool HasAddresses(in HeaderFields layer) => layer.IpVersion != 0 && layer.MplsLabelCount == 0;
    }

    private sealed class VlanSourceMacPolicy : IHashPolicy
    {
        public uint Hash(in PacketHeaders packet)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            return LinuxDissector.OutsideTag(in layer) ^ ((uint)((layer.SourceMac >> 24) ^ layer.SourceMac) & 0xffffff);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            var writer = new KeyWriter(key);
            writer.UInt16(LinuxDissector.OutsideTag(in packet.Outer));
            writer.Mac(packet.Outer.SourceMac);
            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            HeaderField tag = packet.Outer.MplsLabelCount > 0 ? HeaderField.None : HeaderField.Vlan;
            return HeaderField.SourceMac | (packet.Outer.Present & tag);
        }
    }
}
