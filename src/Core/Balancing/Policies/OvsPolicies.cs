using System.Buffers.Binary;
using Trunkline.Core.Balancing.Hashes;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>The bonds of Open vSwitch: <c>ovs/…</c>.</summary>
/// <remarks>
/// Source: Open vSwitch <c>ofproto/bond.c</c> (<c>bond_hash</c>), <c>lib/packets.h</c> (<c>hash_mac</c>),
/// <c>lib/flow.c</c> (<c>flow_hash_5tuple</c>). The low 8 bits are the bucket; the switch gives its 256 buckets to
/// members as it likes and moves them, so of the link nothing is certain.
/// </remarks>
public static class OvsPolicies
{
    private const uint TcpFinal = 42;

    private const string Build =
        " This is the function of portable builds; the policies ending in -sse42 are those of builds with SSE4.2 or ARM CRC instructions.";

    private const string CrcBuild = " This is the function of builds with SSE4.2 or ARM CRC instructions; Debian's, for one, are"
        + " portable builds.";

    private const string SlbRemarks = "An untagged frame counts as VLAN 0; of the tag only the id counts.";

    private const string TcpRemarks =
        "Not symmetric. ICMP gives type and code for the ports; fragments, and what has no ports, none; what is not IP is hashed by the"
            + " basis alone"
        + " (ARP too, of which the switch hashes the addresses inside). It is the hash of the switch's own flow; a data path may"
        + " put another in its place (the kernel's takes the packet's own hash), and then buckets differ.";

    private static readonly ParameterDescriptor Basis =
        new("basis", ParameterKind.WholeNumber, "0", "other_config:bond-hash-basis of the port") { Maximum = uint.MaxValue };

    /// <summary>The policies.</summary>
    public static IReadOnlyList<PolicyEntry> Entries { get; } =
    [
        Slb("slb", "OVS balance-slb: source MAC and VLAN", Build, isCrc: false),
        Tcp("tcp", "OVS balance-tcp: addresses, protocol and ports", Build, isCrc: false),
        Slb("slb-sse42", "OVS balance-slb, build with CRC instructions: source MAC and VLAN", CrcBuild, isCrc: true),
        Tcp("tcp-sse42", "OVS balance-tcp, build with CRC instructions: addresses, protocol and ports", CrcBuild, isCrc: true),
    ];

    private static PolicyEntry Slb(string name, string summary, string build, bool isCrc) =>
        Entry(name, summary, SlbRemarks + build, "lib/packets.h, hash_mac", basis => new SlbPolicy(basis, isCrc));

    private static PolicyEntry Tcp(string name, string summary, string build, bool isCrc) =>
        Entry(name, summary, TcpRemarks + build, "lib/flow.c, flow_hash_5tuple", basis => new TcpPolicy(basis, isCrc));

    private static PolicyEntry Entry(string name, string summary, string remarks, string source, Func<uint, IHashPolicy> create) => new(
        new TechniqueDescriptor
        {
            Name = "ovs/" + name,
            Kind = TechniqueKind.Policy,
            Summary = summary,
            Remarks = remarks,
            Source = "Open vSwitch " + source + "; lib/hash.h",
            Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            Parameters = [Basis],
        },
        p => create((uint)p["basis"]))
    {
        DefaultFill = "table:buckets=256",
        IsLinkAssumed = true,
    };

    private sealed class SlbPolicy(uint basis, bool isCrc) : IHashPolicy
    {
        private const uint MurmurFinal = 8;
        private const uint CrcFinal = 23;

        private readonly uint _basis = basis;
        private readonly bool _isCrc = isCrc;

        public uint Hash(in PacketHeaders packet)
        {
            ulong word = Word(in packet.Outer);
            return _isCrc
                ? OvsHash.FinishCrc(OvsHash.AddCrc(OvsHash.AddCrc(_basis, (uint)word), (uint)(word >> 32)), CrcFinal)
                : OvsHash.FinishMurmur(OvsHash.AddMurmur(OvsHash.AddMurmur(_basis, (uint)word), (uint)(word >> 32)), MurmurFinal);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(key, Word(in packet.Outer));
            return 8;
        }

        public HeaderField FieldsRead(in PacketHeaders packet) => HeaderField.SourceMac | (packet.Outer.Present & HeaderField.Vlan);

        private static ulong Word(in HeaderFields layer) => ((ulong)(layer.Vlan & 0xfffu) << 48) | (layer.SourceMac & 0xffff_ffff_ffff);
    }

    private sealed class TcpPolicy(uint basis, bool isCrc) : IHashPolicy
    {
        private readonly uint _basis = basis;
        private readonly bool _isCrc = isCrc;

        public uint Hash(in PacketHeaders packet)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            uint hash = _basis;
            if (layer.IpVersion == 4)
            {
                hash = Add(hash, BinaryPrimitives.ReverseEndianness((uint)layer.SourceAddress));
                hash = Add(hash, BinaryPrimitives.ReverseEndianness((uint)layer.DestinationAddress));
            }
            else if (layer.IpVersion == 6)
            {
                hash = AddAddress(AddAddress(hash, layer.SourceAddress), layer.DestinationAddress);
            }

            if (layer.IpVersion != 0)
            {
                hash = Add(hash, layer.Protocol);
                hash = HasPortsWord(layer.Protocol) ? Add(hash, PortsWord(in layer)) : hash;
            }

            return _isCrc ? OvsHash.FinishCrc(hash, TcpFinal) : OvsHash.FinishMurmur(hash, TcpFinal);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            var writer = new KeyWriter(key);
            if (layer.IpVersion != 0)
            {
                writer.Addresses(in layer);
                writer.UInt32LittleEndian(layer.Protocol);
                if (HasPortsWord(layer.Protocol))
                {
                    writer.UInt32LittleEndian(PortsWord(in layer));
                }
            }

            return writer.Length;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            if (PacketKind.IsKnownNonIp(in layer))
            {
                return HeaderField.None;
            }

            bool hasWord = !layer.IsFragment && HasPortsWord(layer.Protocol);
            return PacketKind.Addresses | HeaderField.Protocol
                | (!hasWord ? HeaderField.None : PacketKind.IsIcmp(in layer) ? HeaderField.IcmpType : PacketKind.Ports);
        }

        private static bool HasPortsWord(byte protocol) =>
            protocol is IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp or IpProtocols.Icmp or IpProtocols.IcmpV6;

        /// <summary>Both ports as they stand in the header, loaded little-endian; ICMP's type and code stand in their low bytes.</summary>
        private static uint PortsWord(in HeaderFields layer)
        {
            if (layer.IsFragment)
            {
                return 0;
            }

            uint ports = PacketKind.IsIcmp(in layer)
                ? ((uint)layer.IcmpType << 16) | layer.IcmpCode
                : ((uint)layer.SourcePort << 16) | layer.DestinationPort;
            return BinaryPrimitives.ReverseEndianness(ports);
        }

        private uint AddAddress(uint hash, UInt128 address)
        {
            ulong high = BinaryPrimitives.ReverseEndianness((ulong)(address >> 64));
            ulong low = BinaryPrimitives.ReverseEndianness((ulong)address);
            return Add(Add(Add(Add(hash, (uint)high), (uint)(high >> 32)), (uint)low), (uint)(low >> 32));
        }

        private uint Add(uint hash, uint word) => _isCrc ? OvsHash.AddCrc(hash, word) : OvsHash.AddMurmur(hash, word);
    }
}
