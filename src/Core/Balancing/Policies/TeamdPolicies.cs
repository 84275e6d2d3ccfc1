using Trunkline.Core.Balancing.Hashes;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>The transmit hash of teamd's loadbalance and lacp runners, by its lists of fragments: <c>teamd/…</c>.</summary>
/// <remarks>
/// Source: libteam <c>teamd/teamd_bpf_chef.c</c> (the filter that teamd builds), <c>teamd/teamd_hash_func.c</c>; Linux
/// <c>drivers/net/team/team_mode_loadbalance.c</c> (<c>lb_get_skb_hash</c> folds its result to 8 bits). Read, not run.
/// </remarks>
public static class TeamdPolicies
{
    private const string Remarks =
        "The parts are XORed to 32 bits, then the four bytes to one. Of a tag outside the frame all 16 bits count, of one in the frame"
            + " the id; one"
        + " tag is taken to be outside and a second one in the frame, which alone counts then. Of IPv6 the filter loads the source port and"
        + " overwrites it: only the destination port counts. Ports need TCP, UDP or SCTP right behind the IP header and no fragment"
        + " (the filter lets the first IPv4 fragment pass; here it has no ports like the others).";

    private const string FragmentNames = "eth, vlan, ipv4, ipv6, ip, l3, tcp, udp, sctp, l4";

    [Flags]
    private enum Fragments
    {
        None = 0,
        Ethernet = 1,
        Vlan = 2,
        Ipv4 = 4,
        Ipv6 = 8,
        Ip = Ipv4 | Ipv6,
        Tcp = 16,
        Udp = 32,
        Sctp = 64,
        L4 = Tcp | Udp | Sctp,
    }

    /// <summary>The policies.</summary>
    public static IReadOnlyList<PolicyEntry> Entries { get; } =
    [
        Entry("default", "teamd without tx_hash: both MACs and, of IP, both addresses", "eth+ipv4+ipv6"),
        Entry("eth", "teamd, tx_hash [eth]: both MACs", "eth"),
        Entry("l3", "teamd, tx_hash [l3]: both addresses", "l3"),
        Entry("l4", "teamd, tx_hash [l3, l4]: both addresses and both ports", "l3+l4"),
    ];

    private static PolicyEntry Entry(string name, string summary, string fields) => new(
        new TechniqueDescriptor
        {
            Name = "teamd/" + name,
            Kind = TechniqueKind.Policy,
            Summary = summary,
            Remarks = Remarks,
            Source = "libteam teamd/teamd_bpf_chef.c, bpf_create_code; Linux drivers/net/team/team_mode_loadbalance.c, lb_get_skb_hash",
            Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            Parameters = [new("fields", ParameterKind.Text, fields, $"runner.tx_hash, joined by +, of {FragmentNames}")],
        },
        p => new FragmentPolicy(Read(p.Text("fields"))));

    private static Fragments Read(string text)
    {
        var fragments = Fragments.None;
        foreach (string name in text.Split('+', StringSplitOptions.TrimEntries))
        {
            fragments |= name switch
            {
                "eth" => Fragments.Ethernet,
                "vlan" => Fragments.Vlan,
                "ipv4" => Fragments.Ipv4,
                "ipv6" => Fragments.Ipv6,
                "ip" or "l3" => Fragments.Ip,
                "tcp" => Fragments.Tcp,
                "udp" => Fragments.Udp,
                "sctp" => Fragments.Sctp,
                "l4" => Fragments.L4,
                _ => throw new FormatException(
                    $"fields: \"{name}\" is no fragment of teamd; write one or more of {FragmentNames}, joined by +"),
            };
        }

        return fragments;
    }

    private sealed class FragmentPolicy(Fragments fragments) : IHashPolicy
    {
        private readonly Fragments _fragments = fragments;

        public uint Hash(in PacketHeaders packet)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            uint hash = 0;
            if ((_fragments & Fragments.Ethernet) != 0)
            {
                ulong macs = layer.SourceMac ^ layer.DestinationMac;
                hash ^= (uint)macs ^ (ushort)(macs >> 32);
            }

            hash ^= Vlan(in layer);
            if (HasAddresses(in layer))
            {
                hash ^= PacketKind.Fold(layer.SourceAddress ^ layer.DestinationAddress);
            }

            if (HasPorts(in layer))
            {
                hash ^= layer.DestinationPort ^ (layer.IpVersion == 4 ? layer.SourcePort : 0u);
            }

            return XorFold.ToByte(hash);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            var writer = new KeyWriter(key);
            if ((_fragments & Fragments.Ethernet) != 0)
            {
                writer.Mac(layer.DestinationMac);
                writer.Mac(layer.SourceMac);
            }

            if ((_fragments & Fragments.Vlan) != 0)
            {
                writer.UInt16(Vlan(in layer));
            }

            if (HasAddresses(in layer))
            {
                writer.Addresses(in layer);
            }

            if (HasPorts(in layer))
            {
                if (layer.IpVersion == 4)
                {
                    writer.UInt16(layer.SourcePort);
                }

                writer.UInt16(layer.DestinationPort);
            }

            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            HeaderField fields = (_fragments & Fragments.Ethernet) != 0 ? PacketKind.Macs : HeaderField.None;
            if ((_fragments & Fragments.Vlan) != 0)
            {
                fields |= layer.Present & (layer.Has(HeaderField.InnerVlan) ? HeaderField.InnerVlan : HeaderField.Vlan);
            }

            bool isUnknown = layer.IpVersion == 0 && !layer.Has(HeaderField.EtherType);
            if (HasAddresses(in layer) || (isUnknown && (_fragments & Fragments.Ip) != 0))
            {
                fields |= PacketKind.Addresses;
            }

            if ((_fragments & Fragments.L4) != 0 && (isUnknown || IsSeen(in layer)))
            {
                HeaderField ports = layer.IpVersion == 6 ? HeaderField.DestinationPort : PacketKind.Ports;
                fields |= layer.IsFragment ? HeaderField.None : HeaderField.Protocol | (HasPorts(in layer) ? ports : HeaderField.None);
            }

            return fields;
        }

        /// <summary>Whether the filter finds IP where it looks: behind at most one tag in the frame.</summary>
        private static bool IsSeen(in HeaderFields layer) =>
            layer.IpVersion != 0 && layer.MplsLabelCount == 0 && layer.EtherType != EtherTypes.PppoeSession;

        private ushort Vlan(in HeaderFields layer) =>
            (_fragments & Fragments.Vlan) == 0 ? (ushort)0
            : layer.Has(HeaderField.InnerVlan) ? (ushort)(layer.InnerVlan & 0xfff)
            : layer.Vlan;

        private bool HasAddresses(in HeaderFields layer) =>
            IsSeen(in layer) && (_fragments & (layer.IpVersion == 4 ? Fragments.Ipv4 : Fragments.Ipv6)) != 0;

        private bool HasPorts(in HeaderFields layer)
        {
            Fragments wanted = layer.Protocol switch
            {
                IpProtocols.Tcp => Fragments.Tcp,
                IpProtocols.Udp => Fragments.Udp,
                IpProtocols.Sctp => Fragments.Sctp,
                _ => Fragments.None,
            };
            return IsSeen(in layer) && !layer.IsFragment && (_fragments & wanted) != 0;
        }
    }
}
