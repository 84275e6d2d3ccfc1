using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Trunkline.Core.Balancing.Policies;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Which;

/// <summary>One header field as an option: how it is read from text and written back.</summary>
/// <param name="Field">The field that it gives.</param>
/// <param name="Help">Meaning, unit and range.</param>
/// <param name="Read">Sets the field; null, or what is wrong and what to write.</param>
/// <param name="Write">The field as people write it.</param>
internal sealed record FieldOption(HeaderField Field, string Help, FieldOption.Reader Read, FieldOption.Writer Write)
{
    internal delegate string? Reader(string text, ref HeaderFields fields);

    internal delegate string Writer(in HeaderFields fields);

    /// <summary>The option without its dashes; also the field's name in results and in the fields of policies.</summary>
    public string Name => FieldNames.Of(Field);

    /// <summary>Names that may stand for its values; empty for a field of numbers.</summary>
    public IReadOnlyList<string> Names => Field switch
    {
        HeaderField.Protocol => [.. Protocols.Select(p => p.Name)],
        HeaderField.EtherType => [.. EtherTypes.Select(t => t.Name)],
        _ => [],
    };

    private static readonly (string Name, byte Number)[] Protocols =
    [
        ("icmp", 1), ("ipip", 4), ("tcp", 6), ("udp", 17), ("dccp", 33), ("ipv6", 41), ("gre", 47), ("esp", 50), ("ah", 51),
        ("icmp6", 58), ("ospf", 89), ("sctp", 132), ("udplite", 136),
    ];

    private static readonly (string Name, ushort Number)[] EtherTypes =
    [
        ("ip", 0x0800), ("ipv4", 0x0800), ("arp", 0x0806), ("ipv6", 0x86dd), ("mpls", 0x8847), ("lacp", 0x8809), ("aoe", 0x88a2),
        ("roce", 0x8915), ("fcoe", 0x8906),
    ];

    /// <summary>Every field that a policy can ask for, in the order in which people name them.</summary>
    public static IReadOnlyList<FieldOption> All { get; } =
    [
        Address(HeaderField.SourceAddress, "Source IP address",
            (ref HeaderFields f) => ref f.SourceAddress),
        Address(HeaderField.DestinationAddress, "Destination IP address",
            (ref HeaderFields f) => ref f.DestinationAddress),
        new(HeaderField.Protocol, "IP protocol: a name (tcp, udp, sctp, icmp, icmp6, esp, ah, gre, …) or 0 to 255",
            ReadProtocol,
            (in HeaderFields f) => NameOf(Protocols, f.Protocol) ?? Decimal(f.Protocol)),
        Number(HeaderField.SourcePort, "Source port", 0xffff,
            (ref HeaderFields f, uint v) => f.SourcePort = (ushort)v, (in HeaderFields f) => Decimal(f.SourcePort)),
        Number(HeaderField.DestinationPort, "Destination port", 0xffff,
            (ref HeaderFields f, uint v) => f.DestinationPort = (ushort)v, (in HeaderFields f) => Decimal(f.DestinationPort)),
        Mac(HeaderField.SourceMac, "Source MAC address", (ref HeaderFields f) => ref f.SourceMac),
        Mac(HeaderField.DestinationMac, "Destination MAC address", (ref HeaderFields f) => ref f.DestinationMac),
        new(HeaderField.EtherType, "EtherType: a name (ip, ipv6, arp, mpls, …) or 0x0600 to 0xffff; known from the addresses",
            ReadEtherType,
            (in HeaderFields f) => Hex(f.EtherType, 4)),
        Number(HeaderField.Vlan, "Id (or whole TCI) of the outermost VLAN tag", 0xffff,
            (ref HeaderFields f, uint v) => f.Vlan = (ushort)v, (in HeaderFields f) => Decimal(f.Vlan)),
        Number(HeaderField.InnerVlan, "Id (or whole TCI) of the second VLAN tag", 0xffff,
            (ref HeaderFields f, uint v) => f.InnerVlan = (ushort)v, (in HeaderFields f) => Decimal(f.InnerVlan)),
        Number(HeaderField.Spi, "Security parameters index of ESP or AH", uint.MaxValue,
            (ref HeaderFields f, uint v) => f.Spi = v, (in HeaderFields f) => Hex(f.Spi, 8)),
        Number(HeaderField.FlowLabel, "IPv6 flow label", 0xfffff,
            (ref HeaderFields f, uint v) => f.FlowLabel = v, (in HeaderFields f) => Hex(f.FlowLabel, 5)),
        Number(HeaderField.IcmpType, "ICMP type × 256 + code: 0x0800 is an echo request", 0xffff,
            (ref HeaderFields f, uint v) => (f.IcmpType, f.IcmpCode) = ((byte)(v >> 8), (byte)v),
            (in HeaderFields f) => Hex((uint)((f.IcmpType << 8) | f.IcmpCode), 4)),
        Number(HeaderField.IcmpIdentifier, "Identifier of an ICMP query", 0xffff,
            (ref HeaderFields f, uint v) => f.IcmpIdentifier = (ushort)v, (in HeaderFields f) => Decimal(f.IcmpIdentifier)),
        new(HeaderField.MplsLabels, "MPLS labels, the top first, joined by + (16000+17); each 0 to 1048575",
            ReadLabels,
            (in HeaderFields f) => string.Join('+', ((ReadOnlySpan<uint>)f.MplsLabels)[..f.MplsLabelCount].ToArray())),
        Number(HeaderField.TunnelId, "GRE key, VNI, TEID or session id", uint.MaxValue,
            (ref HeaderFields f, uint v) => f.TunnelId = v, (in HeaderFields f) => Decimal(f.TunnelId)),
        Number(HeaderField.BthOpcode, "RoCEv2 opcode", 0xff,
            (ref HeaderFields f, uint v) => f.BthOpcode = (byte)v, (in HeaderFields f) => Decimal(f.BthOpcode)),
        Number(HeaderField.BthDestinationQp, "RoCEv2 destination queue pair", 0xffffff,
            (ref HeaderFields f, uint v) => f.BthDestinationQp = v, (in HeaderFields f) => Decimal(f.BthDestinationQp)),
        Number(HeaderField.Ttl, "TTL or hop limit", 0xff,
            (ref HeaderFields f, uint v) => f.Ttl = (byte)v, (in HeaderFields f) => Decimal(f.Ttl)),
        Number(HeaderField.TrafficClass, "DSCP and ECN as one byte", 0xff,
            (ref HeaderFields f, uint v) => f.TrafficClass = (byte)v, (in HeaderFields f) => Hex(f.TrafficClass, 2)),
        Number(HeaderField.IngressPort, "The balancing box's ingress port, an index of its own", uint.MaxValue,
            (ref HeaderFields f, uint v) => f.IngressPort = v, (in HeaderFields f) => Decimal(f.IngressPort)),
    ];

    /// <summary>The options, with dashes, that give the fields of a set.</summary>
    public static IReadOnlyList<string> NamesOf(HeaderField fields) =>
        [.. All.Where(o => (fields & o.Field) != 0).Select(o => $"--{o.Name}")];

    /// <summary>The fields of a layer by name, as results show them.</summary>
    public static IReadOnlyDictionary<string, string> Show(in HeaderFields fields)
    {
        var shown = new Dictionary<string, string>();
        foreach (FieldOption option in All)
        {
            if (fields.Has(option.Field))
            {
                shown[option.Name] = option.Write(fields);
            }
        }

        if (fields.IsFragment)
        {
            shown["fragment"] = "true";
        }

        return shown;
    }

    /// <summary>An address as people write it.</summary>
    public static string WriteAddress(UInt128 address, int version)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPAddress(version == 4 ? bytes[12..] : bytes).ToString();
    }

    private delegate ref UInt128 AddressOf(ref HeaderFields fields);

    private delegate ref ulong MacOf(ref HeaderFields fields);

    private delegate void NumberSetter(ref HeaderFields fields, uint value);

    private static FieldOption Address(HeaderField field, string help, AddressOf of) =>
        new(
            field,
            $"{help}, IPv4 or IPv6",
            (string text, ref HeaderFields fields) =>
            {
                bool isAddress = IPAddress.TryParse(text, out IPAddress? address)
                    && (address.AddressFamily == AddressFamily.InterNetworkV6 || IsPlain(text, address));
                if (!isAddress)
                {
                    return $"\"{text}\" is no IP address; write 10.10.7.31 or 2001:db8::1";
                }

                byte version = address!.AddressFamily == AddressFamily.InterNetworkV6 ? (byte)6 : (byte)4;
                if (fields.IpVersion != 0 && fields.IpVersion != version)
                {
                    return $"\"{text}\" is IPv{version} and the other address IPv{fields.IpVersion}; write two of one kind";
                }

                Span<byte> bytes = stackalloc byte[16];
                bytes.Clear();
                address.TryWriteBytes(version == 4 ? bytes[12..] : bytes, out _);
                of(ref fields) = BinaryPrimitives.ReadUInt128BigEndian(bytes);
                fields.IpVersion = version;
                return null;
            },
            (in HeaderFields fields) =>
            {
                HeaderFields copy = fields;
                return WriteAddress(of(ref copy), fields.IpVersion);
            });

    /// <summary>Four decimal numbers and nothing else: what reads 010 as eight would answer for another address.</summary>
    private static bool IsPlain(string text, IPAddress ipv4) => text == ipv4.ToString();

    private static FieldOption Mac(HeaderField field, string help, MacOf of) =>
        new(
            field,
            help,
            (string text, ref HeaderFields fields) =>
            {
                string digits = text.Replace(":", "", StringComparison.Ordinal)
                    .Replace("-", "", StringComparison.Ordinal)
                    .Replace(".", "", StringComparison.Ordinal);
                if (digits.Length != 12 || !ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mac))
                {
                    return $"\"{text}\" is no MAC address; write 02:00:00:00:00:15";
                }

                of(ref fields) = mac;
                return null;
            },
            (in HeaderFields fields) =>
            {
                HeaderFields copy = fields;
                return string.Join(':', Convert.ToHexStringLower(BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(of(ref copy) << 16)), 0, 6)
                    .Chunk(2).Select(pair => new string(pair)));
            });

    private static FieldOption Number(HeaderField field, string help, uint maximum, NumberSetter set, Writer write) =>
        new(
            field,
            $"{help}, 0 to {maximum}",
            (string text, ref HeaderFields fields) =>
            {
                if (!TryReadNumber(text, out uint value) || value > maximum)
                {
                    return $"\"{text}\" is not 0 to {maximum}; write a number such as {Math.Min(maximum, 100)} or 0x{Math.Min(maximum, 100):x}";
                }

                set(ref fields, value);
                return null;
            },
            write);

    private static string? ReadProtocol(string text, ref HeaderFields fields)
    {
        if (TryReadNamed(Protocols, text, out byte named))
        {
            fields.Protocol = named;
            return null;
        }

        if (!TryReadNumber(text, out uint value) || value > 255)
        {
            return $"\"{text}\" is no protocol; write {string.Join(", ", Protocols.Select(p => p.Name))} or 0 to 255";
        }

        fields.Protocol = (byte)value;
        return null;
    }

    private static string? ReadEtherType(string text, ref HeaderFields fields)
    {
        if (TryReadNamed(EtherTypes, text, out ushort named))
        {
            fields.EtherType = named;
            return null;
        }

        if (!TryReadNumber(text, out uint value) || value is < 0x0600 or > 0xffff)
        {
            return $"\"{text}\" is no EtherType; write {string.Join(", ", EtherTypes.Select(p => p.Name))} or 0x0600 to 0xffff";
        }

        fields.EtherType = (ushort)value;
        return null;
    }

    private static string? ReadLabels(string text, ref HeaderFields fields)
    {
        string[] parts = text.Split('+');
        if (parts.Length > MplsLabelStack.Length)
        {
            return $"\"{text}\" has {parts.Length} labels; write at most {MplsLabelStack.Length}, the top ones";
        }

        for (int i = 0; i < parts.Length; i++)
        {
            if (!TryReadNumber(parts[i], out uint label) || label > 0xfffff)
            {
                return $"\"{parts[i]}\" is no label; write 0 to 1048575, several as 16000+17";
            }

            fields.MplsLabels[i] = label;
        }

        fields.MplsLabelCount = (byte)parts.Length;
        return null;
    }

    /// <summary>Reads a decimal number, or a hexadecimal one behind 0x.</summary>
    public static bool TryReadNumber(string text, out uint value) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryReadNamed<T>((string Name, T Number)[] names, string text, out T number)
    {
        foreach ((string name, T known) in names)
        {
            if (string.Equals(name, text, StringComparison.OrdinalIgnoreCase))
            {
                number = known;
                return true;
            }
        }

        number = default!;
        return false;
    }

    private static string? NameOf((string Name, byte Number)[] names, byte number)
    {
        foreach ((string name, byte known) in names)
        {
            if (known == number)
            {
                return name;
            }
        }

        return null;
    }

    private static string Decimal(uint value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Hex(uint value, int digits) => "0x" + value.ToString($"x{digits}", CultureInfo.InvariantCulture);
}
