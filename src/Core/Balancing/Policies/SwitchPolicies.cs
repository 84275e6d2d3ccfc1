using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>Hashes of the kind that switch ASICs compute: <c>crc/…</c>, <c>xor/…</c> and <c>custom</c>.</summary>
/// <remarks>
/// Sources: the functions, field lists, seed and offset are those that SAI (<c>saihash.h</c>, <c>saiswitch.h</c>) and
/// switch manuals name. How an ASIC lays out its key is not public: these are models of it and promise no ASIC's bits.
/// </remarks>
public static class SwitchPolicies
{
    private const string FiveTuple = "src+dst+sport+dport+proto";

    private const string Remarks =
        "A model: how an ASIC lays out its key is not public, so no link of a real switch is promised; what does carry over is how"
            + " flows spread and how"
        + " tiers polarise. Each field takes a fixed number of bytes in network order, in the order of the list; one that the packet"
        + " has not"
        + " got is 0; IPv6 addresses count as the XOR of their four words. inner-… reads the innermost packet, which is the packet itself"
        + " where there is no tunnel.";

    private const string Linear =
        " The function is linear: another seed adds the same constant to every hash, so it does not help against polarisation; another"
            + " function, other"
        + " bits (offset) or more fields do.";

    private const string Source = "SAI saihash.h and saiswitch.h (hash attributes); Catalogue of parametrised CRC algorithms";

    /// <summary>The policies.</summary>
    public static IReadOnlyList<PolicyEntry> Entries { get; } =
    [
        Linearly("crc/crc16-arc", "CRC-16/ARC over the 5-tuple (polynomial 0x8005, reflected)", FiveTuple, 16),
        Linearly("crc/crc16-ccitt", "CRC-16/CCITT-FALSE over the 5-tuple (polynomial 0x1021, initial 0xffff)", FiveTuple, 16),
        Linearly("crc/crc16-xmodem", "CRC-16/XMODEM over the 5-tuple (polynomial 0x1021, initial 0)", FiveTuple, 16),
        Linearly("crc/crc16-kermit", "CRC-16/KERMIT over the 5-tuple (polynomial 0x1021, reflected)", FiveTuple, 16),
        Linearly("crc/crc16-buypass", "CRC-16/BUYPASS over the 5-tuple (polynomial 0x8005)", FiveTuple, 16),
        Linearly("crc/crc32", "CRC-32 of IEEE 802.3 over the 5-tuple", FiveTuple, 32),
        Linearly("crc/crc32c", "CRC-32C (Castagnoli) over the 5-tuple", FiveTuple, 32),
        Linearly("crc/crc32-bzip2", "CRC-32/BZIP2 over the 5-tuple", FiveTuple, 32),
        Linearly("xor/xor8", "XOR of the bytes of the 5-tuple, 8 bits", FiveTuple, 8),
        Linearly("xor/xor16", "XOR of the 16-bit words of addresses and ports", "src+dst+sport+dport", 16, " An odd last byte makes no"
            + " word and does not count."),
        new(
            new TechniqueDescriptor
            {
                Name = "custom",
                Kind = TechniqueKind.Policy,
                Summary = "Any fields, whole or masked, outer or inner, through any function",
                Remarks = Remarks + " The seed is XORed into the initial register of a CRC, into the result of an XOR, into the start"
                    + " value of sfh"
                    + " (which is the length) and into every four bytes of toeplitz's verification key; it is the start value of"
                    + " murmur3 and every four bytes of"
                    + " siphash's key. Another seed on a linear function (crc, xor) does not help against polarisation.",
                Source = Source,
                Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
                Parameters =
                [
                    FieldsParameter(FiveTuple),
                    new("function", ParameterKind.Choice, "crc32", "The hash function") { Choices = ByteHash.Names },
                    .. Selection(32),
                ],
            },
            p => Create(p.Text("function"), p)),
    ];

    private static PolicyEntry Linearly(string name, string summary, string fields, int width, string remarks = "") => new(
        new TechniqueDescriptor
        {
            Name = name,
            Kind = TechniqueKind.Policy,
            Summary = summary,
            Remarks = Remarks + remarks + Linear,
            Source = Source,
            Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            Parameters = [FieldsParameter(fields), .. Selection(width)],
        },
        p => Create(name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..], p));

    private static ParameterDescriptor FieldsParameter(string fields) =>
        new("fields", ParameterKind.Text, fields, "What is hashed: " + FieldList.Syntax);

    private static ParameterDescriptor[] Selection(int width) =>
    [
        new("seed", ParameterKind.WholeNumber, "0", "Start value of the function") { Maximum = uint.MaxValue },
        new("offset", ParameterKind.WholeNumber, "0", "Low bits of the result that are left out") { Maximum = width - 1 },
        new("width", ParameterKind.WholeNumber, "0", "Bits that are kept above the offset; 0 for all") { Maximum = width },
        new("symmetric", ParameterKind.Flag, "false", "Whether addresses, ports and MACs are each put in order first, so that both"
            + " directions agree"),
    ];

    private static FieldHashPolicy Create(string function, ParameterSet parameters)
    {
        ByteHash hash = ByteHash.Create(function, (uint)parameters["seed"]);
        if (parameters.Number("offset") >= hash.Width)
        {
            throw new FormatException($"offset: {function} has {hash.Width} bits; write 0 to {hash.Width - 1}");
        }

        var fields = FieldList.Parse(parameters.Text("fields"), parameters.Flag("symmetric"));
        return new FieldHashPolicy(fields, hash, parameters.Number("offset"), parameters.Number("width"));
    }

    private sealed class FieldHashPolicy(FieldList fields, ByteHash hash, int offset, int width) : IHashPolicy
    {
        private const int ShortKeyBytes = 16;

        private readonly FieldList _fields = fields;
        private readonly ByteHash _hash = hash;
        private readonly bool _isShort = fields.KeyBytes <= ShortKeyBytes;
        private readonly int _offset = offset;
        private readonly uint _mask = width == 0 ? uint.MaxValue : uint.MaxValue >> (32 - width);

        public uint Hash(in PacketHeaders packet)
        {
            if (_isShort)
            {
                Span<byte> shortKey = stackalloc byte[ShortKeyBytes];
                return Select(_hash.Compute(shortKey[.._fields.Write(in packet, shortKey)]));
            }

            Span<byte> key = stackalloc byte[IHashPolicy.KeyBytesMax];
            return Select(_hash.Compute(key[.._fields.Write(in packet, key)]));
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key) => _fields.Write(in packet, key);

        public HeaderField FieldsRead(in PacketHeaders packet) => _fields.FieldsRead(in packet);

        private uint Select(uint value) => (value >> _offset) & _mask;
    }
}
