using System.Buffers.Binary;
using System.Globalization;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>A list of header fields, outer or inner, whole or masked, that makes the key of a configurable hash.</summary>
/// <remarks>
/// Each field takes a fixed number of bytes in network order, one field behind the other, whatever the packet: one that
/// it has not got counts as 0. An IPv6 address is masked first and then folded to 32 bits by XOR of its words, as
/// switches that publish it do. One list serves both versions of IP, so a prefix may be of up to 128 bits; an IPv4 address has
/// 32 of them, and counts whole under any longer one. Immutable; writing a key allocates nothing.
/// </remarks>
internal sealed class FieldList
{
    /// <summary>What <c>fields</c> accepts, for help texts.</summary>
    public const string Syntax =
        "smac, dmac, ethertype, vlan, inner-vlan, src, dst, proto, ttl, tos, flow-label, sport, dport, spi, icmp-type, icmp-id, mpls,"
            + " mpls0 to"
        + " mpls4, tunnel-id, bth-opcode, dest-qp, ingress-port, joined by +; inner-… for the innermost packet; src/24 for a prefix"
        + " (0 to 128; of IPv4 addresses 32 and more count whole), sport/0x00ff for a mask";

    private const string InnerPrefix = "inner-";
    private const ushort RoceV2Port = 4791;

    private const HeaderField Tags = HeaderField.Vlan | HeaderField.InnerVlan | HeaderField.MplsLabels | HeaderField.TunnelId;

    private readonly Item[] _items;
    private readonly bool _isSymmetric;

    // 12 or 13 where the list is addresses and ports, or those and the protocol, which have a way of their own; else 0.
    private readonly int _tupleBytes;

    private FieldList(Item[] items, bool isSymmetric)
    {
        _items = items;
        _isSymmetric = isSymmetric;
        HeaderField[] tuple =
        [
            HeaderField.SourceAddress, HeaderField.DestinationAddress, HeaderField.SourcePort, HeaderField.DestinationPort,
            HeaderField.Protocol,
        ];
        bool isTuple = items.Length >= 4 && items.Select(i => i.Field).SequenceEqual(tuple.Take(items.Length)) && items.All(i => i.IsPlain);
        _tupleBytes = !isTuple ? 0 : items.Length == tuple.Length ? 13 : 12;
    }

    /// <summary>Length of the key in bytes, the same for every packet.</summary>
    public int KeyBytes => _items.Sum(i => i.Bytes == 0 ? 3 * MplsLabelStack.Length : i.Bytes);

    /// <summary>Reads a list.</summary>
    /// <param name="text">The fields, joined by +.</param>
    /// <param name="isSymmetric">Whether both ends' fields are put in order, smaller first, so that directions do not matter.</param>
    /// <exception cref="FormatException">The text is wrong; says what to write.</exception>
    public static FieldList Parse(string text, bool isSymmetric)
    {
        var items = new List<Item>();
        foreach (string name in text.Split('+', StringSplitOptions.TrimEntries))
        {
            Item item = ParseItem(name);
            if (items.Exists(i => i.Field == item.Field && i.IsInner == item.IsInner && i.Label == item.Label))
            {
                throw new FormatException($"fields: \"{name}\" is there twice; write each field once");
            }

            items.Add(item);
        }

        if (isSymmetric)
        {
            CheckSymmetry(items);
        }

        return new FieldList([.. items], isSymmetric);
    }

    /// <summary>Writes the key of a packet.</summary>
    /// <returns>Bytes written.</returns>
    public int Write(in PacketHeaders packet, Span<byte> key)
    {
        if (_tupleBytes != 0)
        {
            return WriteTuple(in packet.Outer, key);
        }

        int length = 0;
        foreach (ref readonly Item item in _items.AsSpan())
        {
            ref readonly HeaderFields layer = ref item.IsInner ? ref packet.Inner : ref packet.Outer;
            ulong value = item.Read(in layer, item.Field);
            if (_isSymmetric && item.Partner != HeaderField.None)
            {
                ulong other = item.Read(in layer, item.Partner);
                value = item.IsSource ? Math.Min(value, other) : Math.Max(value, other);
            }

            if (item.Field == HeaderField.MplsLabels && item.Label < 0)
            {
                for (int i = 0; i < MplsLabelStack.Length; i++, length += 3)
                {
                    WriteBytes(key[length..], Item.ReadLabel(in layer, i), 3);
                }
            }
            else
            {
                WriteBytes(key[length..], value, item.Bytes);
                length += item.Bytes;
            }
        }

        return length;
    }

    /// <summary>The fields of the outer layer that the list reads of a packet such as this one.</summary>
    public HeaderField FieldsRead(in PacketHeaders packet)
    {
        ref readonly HeaderFields outer = ref packet.Outer;
        bool hasInner = packet.LayerCount > 1;
        var fields = HeaderField.None;
        foreach (Item item in _items)
        {
            fields |= item.IsInner && hasInner ? HeaderField.None : FieldsOf(in outer, item.Field);
        }

        return fields;
    }

    /// <summary>What must be known of a packet of this kind to say what one field is.</summary>
    private static HeaderField FieldsOf(in HeaderFields layer, HeaderField field)
    {
        if ((field & Tags) != 0)
        {
            return field & layer.Present;
        }

        bool isLink = (field & (PacketKind.Macs | HeaderField.EtherType | HeaderField.IngressPort)) != 0;
        if (isLink || PacketKind.IsKnownNonIp(in layer))
        {
            return isLink ? field : HeaderField.None;
        }

        byte protocol = layer.Protocol;
        bool isThere = field switch
        {
            HeaderField.FlowLabel => layer.IpVersion == 6,
            HeaderField.SourcePort or HeaderField.DestinationPort => PacketKind.HasPorts(protocol),
            HeaderField.Spi => protocol is IpProtocols.Esp or IpProtocols.Ah,
            HeaderField.IcmpType => PacketKind.IsIcmp(in layer),
            HeaderField.IcmpIdentifier => PacketKind.IsIcmp(in layer) && layer.Has(HeaderField.IcmpIdentifier),
            HeaderField.BthOpcode or HeaderField.BthDestinationQp => protocol == IpProtocols.Udp && layer.DestinationPort == RoceV2Port,
            _ => true,
        };
        const HeaderField Transport = PacketKind.Ports | HeaderField.Spi | HeaderField.IcmpType | HeaderField.IcmpIdentifier
            | HeaderField.BthOpcode | HeaderField.BthDestinationQp;
        if ((field & Transport) == 0)
        {
            return isThere ? field : HeaderField.None;
        }

        return layer.IsFragment ? HeaderField.None : HeaderField.Protocol | (isThere ? field : HeaderField.None);
    }

    private static void CheckSymmetry(List<Item> items)
    {
        foreach (Item item in items)
        {
            if (item.Partner != HeaderField.None && !items.Exists(item.IsOppositeOf))
            {
                string prefix = item.IsInner ? InnerPrefix : "";
                string pair = $"{prefix}{FieldNames.Of(item.Field)} and {prefix}{FieldNames.Of(item.Partner)}";
                throw new FormatException($"fields: symmetric needs {pair}, both with the same mask; write both");
            }
        }
    }

    private static Item ParseItem(string text)
    {
        string name = text;
        string? mask = null;
        if (text.IndexOf('/', StringComparison.Ordinal) is int slash and >= 0)
        {
            (name, mask) = (text[..slash], text[(slash + 1)..]);
        }

        // inner-vlan is a field's name: the second tag of a frame, not the tag of a tunnelled one.
        bool isInner = name.StartsWith(InnerPrefix, StringComparison.Ordinal) && FieldNames.Find(name) == HeaderField.None;
        string bare = isInner ? name[InnerPrefix.Length..] : name;
        int label = -1;
        if (bare is ['m', 'p', 'l', 's', >= '0' and < (char)('0' + MplsLabelStack.Length) and char digit])
        {
            (bare, label) = ("mpls", digit - '0');
        }

        HeaderField field = FieldNames.Find(bare);
        if (field is HeaderField.None or HeaderField.Fragment)
        {
            throw new FormatException($"fields: \"{text}\" is no field; write {Syntax}");
        }

        var item = new Item(field, isInner, label);
        return mask is null ? item : ParseMask(item, text, mask);
    }

    private static Item ParseMask(Item item, string text, string mask)
    {
        bool isAddress = (item.Field & PacketKind.Addresses) != 0;
        bool isHex = mask.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (isHex && item.Bytes > 0
            && ulong.TryParse(mask.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits)
            && bits <= item.Mask)
        {
            return item with { Mask = bits };
        }

        if (isAddress && !isHex && int.TryParse(mask, NumberStyles.None, CultureInfo.InvariantCulture, out int prefix) && prefix <= 128)
        {
            return item with { Prefix = prefix };
        }

        string prefixes = isAddress ? "a prefix length of 0 to 128, or " : "";
        throw new FormatException(item.Bytes == 0
            ? $"fields: \"{text}\": mpls takes no mask; write mpls0/0x… to mpls4/0x…"
            : $"fields: \"{text}\": \"{mask}\" is no mask of it; write {prefixes}0x0 to 0x{item.Mask:x}");
    }

    private static void WriteBytes(Span<byte> key, ulong value, int bytes)
    {
        for (int i = bytes - 1; i >= 0; i--)
        {
            key[i] = (byte)value;
            value >>= 8;
        }
    }

    private int WriteTuple(in HeaderFields layer, Span<byte> key)
    {
        uint source = PacketKind.Fold(layer.SourceAddress);
        uint destination = PacketKind.Fold(layer.DestinationAddress);
        (ushort sourcePort, ushort destinationPort) = (layer.SourcePort, layer.DestinationPort);
        if (_isSymmetric)
        {
            (source, destination) = source <= destination ? (source, destination) : (destination, source);
            (sourcePort, destinationPort) = sourcePort <= destinationPort ? (sourcePort, destinationPort) : (destinationPort, sourcePort);
        }

        BinaryPrimitives.WriteUInt64BigEndian(key, ((ulong)source << 32) | destination);
        BinaryPrimitives.WriteUInt32BigEndian(key[8..], ((uint)sourcePort << 16) | destinationPort);
        if (_tupleBytes > 12)
        {
            key[12] = layer.Protocol;
        }

        return _tupleBytes;
    }

    /// <summary>One field of the list.</summary>
    private readonly record struct Item
    {
        public Item(HeaderField field, bool isInner, int label)
        {
            (Field, IsInner, Label) = (field, isInner, label);
            int bits = BitsOf(field, label);
            Bytes = (bits + 7) / 8;
            Mask = bits == 0 ? 0 : ulong.MaxValue >> (64 - bits);
            Prefix = 128;
            Partner = field switch
            {
                HeaderField.SourceMac => HeaderField.DestinationMac,
                HeaderField.DestinationMac => HeaderField.SourceMac,
                HeaderField.SourceAddress => HeaderField.DestinationAddress,
                HeaderField.DestinationAddress => HeaderField.SourceAddress,
                HeaderField.SourcePort => HeaderField.DestinationPort,
                HeaderField.DestinationPort => HeaderField.SourcePort,
                _ => HeaderField.None,
            };
        }

        public HeaderField Field { get; }

        public bool IsInner { get; }

        /// <summary>Which MPLS label, the top one being 0; −1 for all of them, or another field.</summary>
        public int Label { get; }

        /// <summary>Bytes in the key; 0 for all MPLS labels, which are written one by one.</summary>
        public int Bytes { get; }

        /// <summary>Bits that count of the value, an address being folded.</summary>
        public ulong Mask { get; init; }

        /// <summary>Leading bits of an address that count, before it is folded.</summary>
        public int Prefix { get; init; }

        /// <summary>The same field of the other end.</summary>
        public HeaderField Partner { get; }

        public bool IsSource => Field is HeaderField.SourceMac or HeaderField.SourceAddress or HeaderField.SourcePort;

        public bool IsPlain => !IsInner && Prefix == 128 && Mask == ulong.MaxValue >> (64 - BitsOf(Field, Label));

        public ulong Read(in HeaderFields layer, HeaderField field) => Mask & field switch
        {
            HeaderField.SourceMac => layer.SourceMac,
            HeaderField.DestinationMac => layer.DestinationMac,
            HeaderField.EtherType => layer.EtherType,
            HeaderField.Vlan => layer.Vlan,
            HeaderField.InnerVlan => layer.InnerVlan,
            HeaderField.SourceAddress => PacketKind.Fold(Leading(in layer, layer.SourceAddress)),
            HeaderField.DestinationAddress => PacketKind.Fold(Leading(in layer, layer.DestinationAddress)),
            HeaderField.Protocol => layer.Protocol,
            HeaderField.Ttl => layer.Ttl,
            HeaderField.TrafficClass => layer.TrafficClass,
            HeaderField.FlowLabel => layer.FlowLabel,
            HeaderField.SourcePort => layer.SourcePort,
            HeaderField.DestinationPort => layer.DestinationPort,
            HeaderField.Spi => layer.Spi,
            HeaderField.IcmpType => ((uint)layer.IcmpType << 8) | layer.IcmpCode,
            HeaderField.IcmpIdentifier => layer.IcmpIdentifier,
            HeaderField.MplsLabels => Label < 0 ? 0 : ReadLabel(in layer, Label),
            HeaderField.TunnelId => layer.TunnelId,
            HeaderField.BthOpcode => layer.BthOpcode,
            HeaderField.BthDestinationQp => layer.BthDestinationQp,
            HeaderField.IngressPort => layer.IngressPort,
            _ => 0UL,
        };

        public bool IsOppositeOf(Item other) =>
            Field == other.Partner && IsInner == other.IsInner && Mask == other.Mask && Prefix == other.Prefix;

        public static uint ReadLabel(in HeaderFields layer, int index) =>
            index < layer.MplsLabelCount ? layer.MplsLabels[index] & 0xfffff : 0;

        private static int BitsOf(HeaderField field, int label) => field switch
        {
            HeaderField.SourceMac or HeaderField.DestinationMac => 48,
            HeaderField.Vlan or HeaderField.InnerVlan => 12,
            HeaderField.Protocol or HeaderField.Ttl or HeaderField.TrafficClass or HeaderField.BthOpcode => 8,
            HeaderField.FlowLabel => 20,
            HeaderField.MplsLabels => label < 0 ? 0 : 20,
            HeaderField.BthDestinationQp => 24,
            HeaderField.EtherType or HeaderField.SourcePort or HeaderField.DestinationPort => 16,
            HeaderField.IcmpType or HeaderField.IcmpIdentifier => 16,
            _ => 32,
        };

        private UInt128 Leading(in HeaderFields layer, UInt128 address)
        {
            int bits = layer.IpVersion == 6 ? 128 : 32;
            int dropped = bits - Math.Min(Prefix, bits);
            return dropped == 128 ? UInt128.Zero : (address >> dropped) << dropped;
        }
    }
}
