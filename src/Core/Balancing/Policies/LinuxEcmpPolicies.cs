using System.Runtime.CompilerServices;
using Trunkline.Core.Balancing.Hashes;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>The <c>fib_multipath_hash_policy</c> settings of Linux multipath routes: <c>linux-ecmp/…</c>.</summary>
/// <remarks>
/// Source: Linux <c>net/ipv4/route.c</c> (<c>fib_multipath_hash</c>) and <c>net/ipv6/route.c</c>
/// (<c>rt6_multipath_hash</c>), read in 6.12. The kernel selects by the hash shifted right by one; these give all 32 bits.
/// </remarks>
public static class LinuxEcmpPolicies
{
    private const string Kernel = "Linux net/ipv4/route.c, fib_multipath_hash; net/ipv6/route.c, rt6_multipath_hash; policy ";

    private const string Keyed =
        " The hash is SipHash-2-4 over a fixed image with addresses and ports each in order, so both directions agree. The kernel draws"
            + " its key"
        + " at boot unless sysctl net.ipv4.fib_multipath_hash_seed (Linux 6.11 and later) sets it; there 0 means drawn, here 0 is a key"
        + " like others.";

    private static readonly ParameterDescriptor Seed =
        new("seed", ParameterKind.WholeNumber, "0", "net.ipv4.fib_multipath_hash_seed, which serves IPv6 too") { Maximum = uint.MaxValue };

    private static readonly ParameterDescriptor Origin =
        new("origin", ParameterKind.Choice, "forwarded", "Whether the host forwards the packet or sends it itself: the kernel hashes"
            + " the two differently")
        {
            Choices = ["forwarded", "local"],
        };

    /// <summary>The policies, in the order of their numbers.</summary>
    public static IReadOnlyList<PolicyEntry> Entries { get; } =
    [
        Entry(
            "l3",
            "Linux ECMP, policy 0 (the default): both addresses; of IPv6 the flow label and next header too",
            "An ICMP error is hashed by the addresses of the packet it quotes. Of an IPv6 fragment the next header is 44; other"
            + " extension headers, whose number the kernel takes, are looked through here. The flow label is that of the lookup: Linux"
            + " sets its own"
            + " automatic label only after it." + Keyed,
            "0",
            [Seed],
            p => new L3Policy((uint)p["seed"])),
        Entry(
            "l4",
            "Linux ECMP, policy 1: both addresses, protocol and both ports of the packet on the wire",
            "ESP and AH give their SPI for the ports; fragments, ICMP and tunnels none. A forwarded packet that carries a layer-4 hash"
                + " already"
            + " (from the card that received it) is placed by that hash instead, which no header shows." + Keyed,
            "1",
            [Seed],
            p => new L4Policy((uint)p["seed"])),
        Entry(
            "l3-inner",
            "Linux ECMP, policy 2: the addresses inside GRE, NVGRE, IP in IP and 6in4, else those on the wire",
            "Does not look into VXLAN, Geneve or GTP-U. Of IPv6 the flow label and next header count too, and when forwarding the label"
                + " is hashed in"
            + " the host's byte order, here little-endian. ICMP errors are hashed as themselves. Packets the host itself sends are"
            + " hashed by"
            + " what is on the wire." + Keyed,
            "2",
            [Seed, Origin],
            p => new L3InnerPolicy((uint)p["seed"], p.Text("origin") == "local")),
        Entry(
            "custom",
            "Linux ECMP, policy 3: the fields of a bitmap, outer and inner ones hashed apart and mixed by jhash",
            "The outer fields of every packet and the inner fields of GRE, NVGRE, IP in IP and 6in4 give one hash each (0 where no"
                + " field is asked"
            + " for or there is no tunnel); when forwarding, jhash mixes the two, even if one is 0. When the host itself sends, the"
            + " outer hash"
            + " is used unmixed. The flow label is hashed in the host's byte order when forwarding, in network order when sending." + Keyed,
            "3",
            [
                new("fields", ParameterKind.WholeNumber, "0x0007",
                    "fib_multipath_hash_fields: 1 src, 2 dst, 4 proto, 8 flow label, 0x10 sport, 0x20 dport; the same times 0x40 for"
                        + " the inner packet")
                {
                    Minimum = 1,
                    Maximum = 0xfff,
                },
                Seed,
                Origin,
            ],
            p => new CustomPolicy((uint)p["seed"], (EcmpFields)p.Number("fields"), p.Text("origin") == "local")),
    ];

    private static PolicyEntry Entry(
        string name,
        string summary,
        string remarks,
        string number,
        IReadOnlyList<ParameterDescriptor> parameters,
        Func<ParameterSet, IHashPolicy> create) =>
        new(
            new TechniqueDescriptor
            {
                Name = "linux-ecmp/" + name,
                Kind = TechniqueKind.Policy,
                Summary = summary,
                Remarks = remarks,
                Source = Kernel + number,
                Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
                Parameters = parameters,
            },
            create)
        {
            DefaultFill = "hash-threshold",
            IsForIpOnly = true,
        };

    /// <summary>Fields that the lookup reads although no IP is known yet: routes are for IP, so it asks for addresses.</summary>
    private static HeaderField WithoutIp(in HeaderFields layer) =>
        PacketKind.IsKnownNonIp(in layer) ? HeaderField.None : PacketKind.Addresses;

    private static HeaderField L3Fields(in HeaderFields layer) => layer.IpVersion == 6
        ? PacketKind.Addresses | HeaderField.FlowLabel | HeaderField.Protocol
        : PacketKind.Addresses;

    private static HeaderField PortFields(in HeaderFields layer, HeaderField wanted)
    {
        HeaderField fields = PacketKind.PortFields(in layer, wanted);
        bool hasSpi = fields != HeaderField.None && layer.Protocol is IpProtocols.Esp or IpProtocols.Ah;
        return hasSpi ? fields | HeaderField.Spi : fields;
    }

    // Filled in place and inlined everywhere below: the structure is 64 bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FillAddresses(in HeaderFields layer, out LinuxFlowKeys keys)
    {
        keys = default;
        keys.IsIpv6 = layer.IpVersion == 6;
        keys.Source = layer.SourceAddress;
        keys.Destination = layer.DestinationAddress;
    }

    private sealed class L3Policy(uint seed) : IHashPolicy
    {
        private readonly SipHash[] _starts = LinuxFlowKeys.MakeStarts(seed);

        public uint Hash(in PacketHeaders packet)
        {
            if (packet.Outer.IpVersion == 0)
            {
                return 0;
            }

            Fill(in packet, out LinuxFlowKeys keys);
            return keys.Hash(_starts);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            var writer = new KeyWriter(key);
            if (packet.Outer.IpVersion != 0)
            {
                Fill(in packet, out LinuxFlowKeys keys);
                keys.Write(ref writer);
            }

            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields outer = ref packet.Outer;
            return outer.IpVersion == 0 ? WithoutIp(in outer)
                : IsQuoted(in packet) ? HeaderField.Protocol | HeaderField.IcmpType
                : L3Fields(in outer);
        }

        private static bool IsQuoted(in PacketHeaders packet) =>
            LinuxDissector.IsIcmpError(in packet.Outer) && LinuxDissector.QuotesPacket(in packet)
            && packet.Embedded.IpVersion == packet.Outer.IpVersion;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Fill(in PacketHeaders packet, out LinuxFlowKeys keys)
        {
            ref readonly HeaderFields layer = ref IsQuoted(in packet) ? ref packet.Embedded : ref packet.Outer;
            FillAddresses(in layer, out keys);
            if (keys.IsIpv6)
            {
                keys.FlowLabelWord = LinuxFlowKeys.NetworkOrder(layer.FlowLabel);
                keys.Protocol = layer.IsFragment ? IpProtocols.Fragment : layer.Protocol;
            }
        }
    }

    private sealed class L4Policy(uint seed) : IHashPolicy
    {
        private readonly SipHash[] _starts = LinuxFlowKeys.MakeStarts(seed);

        public uint Hash(in PacketHeaders packet)
        {
            if (packet.Outer.IpVersion == 0)
            {
                return 0;
            }

            Fill(in packet.Outer, out LinuxFlowKeys keys);
            return keys.Hash(_starts);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            var writer = new KeyWriter(key);
            if (packet.Outer.IpVersion != 0)
            {
                Fill(in packet.Outer, out LinuxFlowKeys keys);
                keys.Write(ref writer);
            }

            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields outer = ref packet.Outer;
            if (PacketKind.IsKnownNonIp(in outer))
            {
                return HeaderField.None;
            }

            return PacketKind.Addresses | HeaderField.Protocol | PortFields(in outer, PacketKind.Ports);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Fill(in HeaderFields layer, out LinuxFlowKeys keys)
        {
            FillAddresses(in layer, out keys);
            keys.Protocol = layer.Protocol;
            keys.PortsWord = LinuxDissector.PortsWord(in layer);
        }
    }

    private sealed class L3InnerPolicy(uint seed, bool isLocal) : IHashPolicy
    {
        private readonly SipHash[] _starts = LinuxFlowKeys.MakeStarts(seed);
        private readonly bool _isLocal = isLocal;

        public uint Hash(in PacketHeaders packet)
        {
            if (packet.Outer.IpVersion == 0)
            {
                return 0;
            }

            Fill(in packet, out LinuxFlowKeys keys);
            return keys.Hash(_starts);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            var writer = new KeyWriter(key);
            if (packet.Outer.IpVersion != 0)
            {
                Fill(in packet, out LinuxFlowKeys keys);
                keys.Write(ref writer);
            }

            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields outer = ref packet.Outer;
            if (outer.IpVersion == 0)
            {
                return WithoutIp(in outer);
            }

            int last = Find(in packet);
            bool readsOuterLabel = outer.IpVersion == 6 && packet.Layer(last).IpVersion == 6 && SeesLabelOf(in packet, last) == 0;
            return last == 0 ? L3Fields(in outer) : readsOuterLabel ? HeaderField.FlowLabel : HeaderField.None;
        }

        private int Find(in PacketHeaders packet)
        {
            int last = 0;
            if (!_isLocal)
            {
                LinuxDissector.Walk(in packet, out last);
            }

            return last;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Fill(in PacketHeaders packet, out LinuxFlowKeys keys)
        {
            int last = Find(in packet);
            ref readonly HeaderFields layer = ref packet.Layer(last);
            FillAddresses(in layer, out keys);
            if (keys.IsIpv6)
            {
                keys.FlowLabelWord = _isLocal
                    ? LinuxFlowKeys.NetworkOrder(layer.FlowLabel)
                    : packet.Layer(SeesLabelOf(in packet, last)).FlowLabel;
                keys.Protocol = layer.Protocol;
            }
        }
    }

    /// <summary>The layer whose flow label the dissector keeps: a label of 0 does not replace the one found further out.</summary>
    private static int SeesLabelOf(in PacketHeaders packet, int last)
    {
        while (last > 0 && packet.Layer(last).FlowLabel == 0)
        {
            last--;
        }

        return last;
    }

    /// <summary>The bits of <c>fib_multipath_hash_fields</c> for the outer packet; those for the inner one are six places higher.</summary>
    [Flags]
    private enum EcmpFields
    {
        None = 0,
        Source = 1,
        Destination = 2,
        Protocol = 4,
        FlowLabel = 8,
        SourcePort = 0x10,
        DestinationPort = 0x20,
        All = 0x3f,
    }

    private sealed class CustomPolicy(uint seed, EcmpFields fields, bool isLocal) : IHashPolicy
    {
        private const int InnerShift = 6;

        private readonly SipHash[] _starts = LinuxFlowKeys.MakeStarts(seed);
        private readonly EcmpFields _fields = fields & EcmpFields.All;
        private readonly FieldMasks _outer = new(fields & EcmpFields.All);
        private readonly FieldMasks _inner = new((EcmpFields)((int)fields >> InnerShift));
        private readonly bool _isLocal = isLocal;

        public uint Hash(in PacketHeaders packet)
        {
            if (packet.Outer.IpVersion == 0)
            {
                return 0;
            }

            uint outer = _outer.IsEmpty ? 0 : HashLayer(in packet, 0, in _outer);
            if (_isLocal)
            {
                return outer;
            }

            return Jhash.Compute(outer, HasInner(in packet, out int last) ? HashLayer(in packet, last, in _inner) : 0);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            var writer = new KeyWriter(key);
            if (packet.Outer.IpVersion != 0)
            {
                if (!_outer.IsEmpty)
                {
                    Fill(in packet, 0, in _outer, out LinuxFlowKeys outer);
                    outer.Write(ref writer);
                }

                if (!_isLocal && HasInner(in packet, out int last))
                {
                    Fill(in packet, last, in _inner, out LinuxFlowKeys inner);
                    inner.Write(ref writer);
                }
            }

            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields outer = ref packet.Outer;
            if (PacketKind.IsKnownNonIp(in outer))
            {
                return HeaderField.None;
            }

            HeaderField ports = Select(EcmpFields.SourcePort, HeaderField.SourcePort)
                | Select(EcmpFields.DestinationPort, HeaderField.DestinationPort);
            return Select(EcmpFields.Source, HeaderField.SourceAddress)
                | Select(EcmpFields.Destination, HeaderField.DestinationAddress)
                | Select(EcmpFields.Protocol, HeaderField.Protocol)
                | (outer.IpVersion == 6 ? Select(EcmpFields.FlowLabel, HeaderField.FlowLabel) : HeaderField.None)
                | (ports == HeaderField.None ? HeaderField.None : PortFields(in outer, ports));
        }

        private HeaderField Select(EcmpFields field, HeaderField header) => (_fields & field) != 0 ? header : HeaderField.None;

        private bool HasInner(in PacketHeaders packet, out int last)
        {
            last = 0;
            if (_inner.IsEmpty || !LinuxDissector.IsEncapsulation(in packet.Outer))
            {
                return false;
            }

            LinuxDissector.Walk(in packet, out last);
            return true;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private uint HashLayer(in PacketHeaders packet, int index, in FieldMasks masks)
        {
            Fill(in packet, index, in masks, out LinuxFlowKeys keys);
            return keys.Hash(_starts);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Fill(in PacketHeaders packet, int index, in FieldMasks masks, out LinuxFlowKeys keys)
        {
            ref readonly HeaderFields layer = ref packet.Layer(index);
            keys = default;
            keys.IsIpv6 = layer.IpVersion == 6;
            keys.Source = layer.SourceAddress & masks.Source;
            keys.Destination = layer.DestinationAddress & masks.Destination;
            keys.Protocol = (byte)(layer.Protocol & masks.Protocol);
            if (keys.IsIpv6 && masks.HasFlowLabel)
            {
                keys.FlowLabelWord = _isLocal
                    ? LinuxFlowKeys.NetworkOrder(layer.FlowLabel)
                    : packet.Layer(SeesLabelOf(in packet, index)).FlowLabel;
            }

            if (masks.Ports != 0)
            {
                keys.PortsWord = LinuxDissector.PortsWord(in layer) & masks.Ports;
            }
        }
    }

    /// <summary>What a bitmap leaves of each field, so that no packet asks bit by bit.</summary>
    private readonly struct FieldMasks(EcmpFields fields)
    {
        public readonly UInt128 Source = (fields & EcmpFields.Source) != 0 ? UInt128.MaxValue : 0;
        public readonly UInt128 Destination = (fields & EcmpFields.Destination) != 0 ? UInt128.MaxValue : 0;

        // As the ports stand in the header, loaded little-endian.
        public readonly uint Ports = ((fields & EcmpFields.SourcePort) != 0 ? 0x0000ffffu : 0)
            | ((fields & EcmpFields.DestinationPort) != 0 ? 0xffff0000u : 0);

        public readonly byte Protocol = (fields & EcmpFields.Protocol) != 0 ? byte.MaxValue : (byte)0;
        public readonly bool HasFlowLabel = (fields & EcmpFields.FlowLabel) != 0;
        public readonly bool IsEmpty = fields == EcmpFields.None;
    }
}
