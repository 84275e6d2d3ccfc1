using System.Buffers.Binary;
using Trunkline.Core.Balancing.Hashes;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>The fixed image over which Linux hashes a route lookup: 48 bytes for IPv4, 72 for IPv6.</summary>
/// <remarks>
/// Source: Linux <c>struct flow_keys</c> (include/net/flow_dissector.h) and <c>__flow_hash_from_keys</c>
/// (net/core/flow_dissector.c). In order: 2 zero bytes, protocol, 0; flow label; 20 zero bytes (two VLAN tags and a key);
/// ports; 4 zero bytes (ICMP); addresses; 4 zero bytes. Addresses and ports are each put in order first, on their own,
/// which makes the hash symmetric.
/// </remarks>
internal struct LinuxFlowKeys
{
    /// <summary>Whether the addresses are those of IPv6.</summary>
    public bool IsIpv6;

    /// <summary>IP protocol; 0 where it is not hashed.</summary>
    public byte Protocol;

    /// <summary>Flow label as the kernel has it in memory, loaded little-endian: see <see cref="NetworkOrder"/>.</summary>
    public uint FlowLabelWord;

    /// <summary>Both ports, or an SPI, as they stand in the header, loaded little-endian.</summary>
    public uint PortsWord;

    /// <summary>Source address.</summary>
    public UInt128 Source;

    /// <summary>Destination address.</summary>
    public UInt128 Destination;

    /// <summary>A flow label as route lookups without a packet, and policy 0, keep it: as it stands in the header.</summary>
    public static uint NetworkOrder(uint flowLabel) => BinaryPrimitives.ReverseEndianness(flowLabel);

    /// <summary>SipHash-2-4 of the image, low 32 bits, 0 replaced by 1.</summary>
    /// <param name="seed"><c>fib_multipath_hash_seed</c>: all four 32-bit parts of the key.</param>
    public readonly uint Hash(uint seed)
    {
        ulong key = ((ulong)seed << 32) | seed;
        var state = new SipHash(key, key);
        (UInt128 source, UInt128 destination, uint ports) = Ordered();
        state.Add(((ulong)FlowLabelWord << 32) | ((ulong)Protocol << 16));
        state.Add(0);
        state.Add(0);
        state.Add((ulong)ports << 32);
        ulong hash;
        if (IsIpv6)
        {
            ulong high = BinaryPrimitives.ReverseEndianness((ulong)(source >> 64));
            ulong low = BinaryPrimitives.ReverseEndianness((ulong)source);
            ulong high2 = BinaryPrimitives.ReverseEndianness((ulong)(destination >> 64));
            ulong low2 = BinaryPrimitives.ReverseEndianness((ulong)destination);
            state.Add(high << 32);
            state.Add((high >> 32) | (low << 32));
            state.Add((low >> 32) | (high2 << 32));
            state.Add((high2 >> 32) | (low2 << 32));
            state.Add(low2 >> 32);
            hash = state.Finish(0, 72);
        }
        else
        {
            state.Add((ulong)BinaryPrimitives.ReverseEndianness((uint)source) << 32);
            state.Add(BinaryPrimitives.ReverseEndianness((uint)destination));
            hash = state.Finish(0, 48);
        }

        return (uint)hash == 0 ? 1 : (uint)hash;
    }

    /// <summary>Writes the image.</summary>
    public readonly void Write(ref KeyWriter key)
    {
        (UInt128 source, UInt128 destination, uint ports) = Ordered();
        key.UInt32((uint)Protocol << 8);
        key.UInt32LittleEndian(FlowLabelWord);
        key.UInt64LittleEndian(0);
        key.UInt64LittleEndian(0);
        key.UInt32(0);
        key.UInt32LittleEndian(ports);
        key.UInt32(0);
        var layer = new HeaderFields { IpVersion = IsIpv6 ? (byte)6 : (byte)4 };
        key.Address(in layer, source);
        key.Address(in layer, destination);
        key.UInt32(0);
    }

    private readonly (UInt128 Source, UInt128 Destination, uint Ports) Ordered()
    {
        // IPv4 addresses and ports are compared as numbers of a little-endian host, IPv6 addresses byte by byte.
        bool isSwapped = IsIpv6
            ? Destination < Source
            : BinaryPrimitives.ReverseEndianness((uint)Destination) < BinaryPrimitives.ReverseEndianness((uint)Source);
        uint first = PortsWord & 0xffff;
        uint second = PortsWord >> 16;
        uint ports = second < first ? (first << 16) | second : PortsWord;
        return isSwapped ? (Destination, Source, ports) : (Source, Destination, ports);
    }
}
