using System.Buffers.Binary;
using Trunkline.Core.Balancing.Hashes;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>Receive-side scaling of network cards: <c>rss/…</c>.</summary>
/// <remarks>Source: Microsoft, "RSS hashing types" and "RSS hashing functions" (Windows driver documentation).</remarks>
public static class RssPolicies
{
    private const int KeyBytesMin = 40;
    private const int KeyBytesMax = 52;

    private const string Remarks =
        "Hashes source and destination address and, with ports, the ports of TCP, UDP and SCTP; fragments and other protocols by the"
            + " addresses"
        + " alone; what is not IP gives 0. Cards differ in which protocols' ports they take (many leave out UDP's): ports=false is the hash"
        + " without. The card looks the low 7 bits up in its indirection table, whose filling is the driver's.";

    private static readonly ParameterDescriptor Ports =
        new("ports", ParameterKind.Flag, "true", "Whether the ports are hashed too");

    /// <summary>The policies.</summary>
    public static IReadOnlyList<PolicyEntry> Entries { get; } =
    [
        Entry(
            "toeplitz",
            "RSS: Toeplitz hash of both addresses and ports",
            Remarks,
            new ParameterDescriptor("key", ParameterKind.Text, Convert.ToHexStringLower(Toeplitz.VerificationKey), "The card's key in"
                + " hex, 40 to 52 bytes"),
            p => new ToeplitzPolicy(ReadKey(p.Text("key")), p.Flag("ports"))),
        Entry(
            "toeplitz-symmetric",
            "RSS: Toeplitz hash with two bytes repeated as key, the same for both directions",
            Remarks + " Side effect of the repeated key: both halves of the hash are always equal, so it has 16 bits of entropy.",
            new ParameterDescriptor("key", ParameterKind.Text, "6d5a", "The two bytes in hex that are repeated as the key"),
            p => new ToeplitzPolicy(RepeatKey(p.Text("key")), p.Flag("ports"))),
    ];

    private static PolicyEntry Entry(
        string name, string summary, string remarks, ParameterDescriptor key, Func<ParameterSet, IHashPolicy> create) => new(
        new TechniqueDescriptor
        {
            Name = "rss/" + name,
            Kind = TechniqueKind.Policy,
            Summary = summary,
            Remarks = remarks,
            Source = "Microsoft, RSS hashing functions; Woo and Park 2012 for the symmetric key",
            Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
            Parameters = [key, Ports],
        },
        create)
        {
            DefaultFill = "table:buckets=128",
        };

    private static byte[] ReadKey(string text)
    {
        byte[] key = ReadHex(text, "40 to 52 bytes");
        return key.Length is >= KeyBytesMin and <= KeyBytesMax
            ? key
            : throw new FormatException($"key: {key.Length} bytes; write 40 to 52 bytes in hex");
    }

    private static byte[] RepeatKey(string text)
    {
        byte[] word = ReadHex(text, "2 bytes");
        if (word.Length != 2)
        {
            throw new FormatException($"key: {word.Length} bytes; write 2 bytes in hex, such as 6d5a");
        }

        var key = new byte[KeyBytesMin];
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = word[i % 2];
        }

        return key;
    }

    private static byte[] ReadHex(string text, string wanted)
    {
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        try
        {
            return Convert.FromHexString(digits);
        }
        catch (FormatException)
        {
            throw new FormatException($"key: \"{text}\" is not hex; write {wanted} in hex digits, two a byte, with nothing between");
        }
    }

    private sealed class ToeplitzPolicy(byte[] key, bool withPorts) : IHashPolicy
    {
        private const int KeyBytes = 36;

        private readonly Toeplitz _toeplitz = new(key);
        private readonly bool _withPorts = withPorts;

        public uint Hash(in PacketHeaders packet)
        {
            Span<byte> key = stackalloc byte[KeyBytes];
            return _toeplitz.Compute(key[..WriteKey(in packet, key)]);
        }

        public int WriteKey(in PacketHeaders packet, Span<byte> key)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            int length;
            if (layer.IpVersion == 6)
            {
                BinaryPrimitives.WriteUInt128BigEndian(key, layer.SourceAddress);
                BinaryPrimitives.WriteUInt128BigEndian(key[16..], layer.DestinationAddress);
                length = 32;
            }
            else if (layer.IpVersion == 4)
            {
                BinaryPrimitives.WriteUInt32BigEndian(key, (uint)layer.SourceAddress);
                BinaryPrimitives.WriteUInt32BigEndian(key[4..], (uint)layer.DestinationAddress);
                length = 8;
            }
            else
            {
                return 0;
            }

            if (!_withPorts || layer.IsFragment || !HasHashedPorts(layer.Protocol))
            {
                return length;
            }

            BinaryPrimitives.WriteUInt32BigEndian(key[length..], ((uint)layer.SourcePort << 16) | layer.DestinationPort);
            return length + 4;
        }

        public HeaderField FieldsRead(in PacketHeaders packet)
        {
            ref readonly HeaderFields layer = ref packet.Outer;
            if (PacketKind.IsKnownNonIp(in layer))
            {
                return HeaderField.None;
            }

            if (!_withPorts || layer.IsFragment)
            {
                return PacketKind.Addresses;
            }

            return PacketKind.Addresses | HeaderField.Protocol | (HasHashedPorts(layer.Protocol) ? PacketKind.Ports : HeaderField.None);
        }

        private static bool HasHashedPorts(byte protocol) => protocol is IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp;
    }
}
