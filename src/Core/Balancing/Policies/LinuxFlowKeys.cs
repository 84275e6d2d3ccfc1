using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Trunkline.Core.Balancing.Hashes;

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
    /// <param name="starts">What <see cref="MakeStarts"/> made for the seed.</param>
    /// <remarks>Inlined, as is what fills the structure; only the rarer IPv6 is a call.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Hash(SipHash[] starts)
    {
        SipHash start = FlowLabelWord == 0 ? starts[Protocol] : Begin(starts[^1], Protocol, FlowLabelWord);
        ulong hash = IsIpv6 ? FinishIpv6(start, OrderedPorts, Source, Destination) : FinishIpv4(start, OrderedPorts, OrderedIpv4);
        return (uint)hash == 0 ? 1 : (uint)hash;
    }

    /// <summary>
    /// The states of a seed (<c>fib_multipath_hash_seed</c>: all four 32-bit parts of the key) behind the first half of the image, one for each protocol, where there is no flow label: it saves six of
    /// SipHash's eighteen rounds. The last one is the state before the image.
    /// </summary>
    public static SipHash[] MakeStarts(uint seed)
    {
        ulong key = ((ulong)seed << 32) | seed;
        var starts = new SipHash[257];
        Array.Fill(starts, new SipHash(key, key));
        for (int protocol = 0; protocol < 256; protocol++)
        {
            starts[protocol] = Begin(starts[protocol], (byte)protocol, flowLabelWord: 0);
        }

        return starts;
    }

    // States go by value, so that they stay in registers.
    private static SipHash Begin(SipHash state, byte protocol, uint flowLabelWord)
    {
        state.Add(((ulong)flowLabelWord << 32) | ((ulong)protocol << 16));
        state.Add(0);
        state.Add(0);
        return state;
    }

    /// <summary>Writes the image.</summary>
    public readonly void Write(ref KeyWriter key)
    {
        key.UInt32((uint)Protocol << 8);
        key.UInt32LittleEndian(FlowLabelWord);
        key.UInt64LittleEndian(0);
        key.UInt64LittleEndian(0);
        key.UInt32(0);
        key.UInt32LittleEndian(OrderedPorts);
        key.UInt32(0);
        if (IsIpv6)
        {
            bool isSwapped = Destination < Source;
            key.Address(isSwapped ? Destination : Source, isIpv6: true);
            key.Address(isSwapped ? Source : Destination, isIpv6: true);
        }
        else
        {
            (uint low, uint high) = OrderedIpv4;
            key.UInt32LittleEndian(low);
            key.UInt32LittleEndian(high);
        }

        key.UInt32(0);
    }

    // IPv4 addresses and ports are compared as numbers of a little-endian host, IPv6 addresses byte by byte.
    private readonly uint OrderedPorts
    {
        get
        {
            (uint low, uint high) = Order(PortsWord & 0xffff, PortsWord >> 16);
            return (high << 16) | low;
        }
    }

    private readonly (uint Low, uint High) OrderedIpv4 =>
        Order(BinaryPrimitives.ReverseEndianness((uint)Source), BinaryPrimitives.ReverseEndianness((uint)Destination));

    /// <summary>The smaller and the larger, without a branch: which is which cannot be predicted.</summary>
    private static (uint Low, uint High) Order(uint first, uint second)
    {
        uint secondIsSmaller = (uint)(((long)second - first) >> 63);
        uint difference = (first ^ second) & secondIsSmaller;
        return (first ^ difference, second ^ difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FinishIpv4(SipHash state, uint ports, (uint Low, uint High) addresses)
    {
        state.Add((ulong)ports << 32);
        state.Add((ulong)addresses.Low << 32);
        state.Add(addresses.High);
        return state.Finish(0, 48);
    }

    private static ulong FinishIpv6(SipHash state, uint ports, UInt128 source, UInt128 destination)
    {
        bool isSwapped = destination < source;
        UInt128 first = isSwapped ? destination : source;
        UInt128 second = isSwapped ? source : destination;
        ulong firstHigh = BinaryPrimitives.ReverseEndianness((ulong)(first >> 64));
        ulong firstLow = BinaryPrimitives.ReverseEndianness((ulong)first);
        ulong secondHigh = BinaryPrimitives.ReverseEndianness((ulong)(second >> 64));
        ulong secondLow = BinaryPrimitives.ReverseEndianness((ulong)second);
        state.Add((ulong)ports << 32);
        state.Add(firstHigh << 32);
        state.Add((firstHigh >> 32) | (firstLow << 32));
        state.Add((firstLow >> 32) | (secondHigh << 32));
        state.Add((secondHigh >> 32) | (secondLow << 32));
        state.Add(secondLow >> 32);
        return state.Finish(0, 72);
    }
}
