using Trunkline.Core.Balancing.Hashes;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>A hash function over bytes, with its seed, as the configurable families use it.</summary>
internal abstract class ByteHash
{
    /// <summary>The functions by the names that <c>function</c> takes.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "crc32", "crc32c", "crc32-bzip2", "crc16-arc", "crc16-ccitt", "crc16-xmodem", "crc16-kermit", "crc16-buypass", "xor8", "xor16",
        "sfh", "murmur3", "siphash", "toeplitz",
    ];

    /// <summary>Bits of the result.</summary>
    public virtual int Width => 32;

    /// <summary>Makes a function.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="seed">0 for the function as it is published.</param>
    /// <exception cref="FormatException">There is no such function.</exception>
    public static ByteHash Create(string name, uint seed) => name switch
    {
        "crc32" => new CrcFunction(Crc.Crc32, seed),
        "crc32c" => new CrcFunction(Crc.Crc32C, seed),
        "crc32-bzip2" => new CrcFunction(Crc.Crc32Bzip2, seed),
        "crc16-arc" => new CrcFunction(Crc.Crc16Arc, seed),
        "crc16-ccitt" => new CrcFunction(Crc.Crc16Ccitt, seed),
        "crc16-xmodem" => new CrcFunction(Crc.Crc16Xmodem, seed),
        "crc16-kermit" => new CrcFunction(Crc.Crc16Kermit, seed),
        "crc16-buypass" => new CrcFunction(Crc.Crc16Buypass, seed),
        "xor8" => new Xor8Function(seed),
        "xor16" => new Xor16Function(seed),
        "sfh" => new SuperFastFunction(seed),
        "murmur3" => new Murmur3Function(seed),
        "siphash" => new SipFunction(seed),
        "toeplitz" => new ToeplitzFunction(seed),
        _ => throw new FormatException($"function: \"{name}\" is no function; write one of {string.Join(", ", Names)}"),
    };

    /// <summary>The hash of a key.</summary>
    public abstract uint Compute(ReadOnlySpan<byte> key);

    private sealed class CrcFunction(Crc crc, uint seed) : ByteHash
    {
        private readonly Crc _crc = crc;
        private readonly uint _seed = seed;

        public override int Width => _crc.Width;

        public override uint Compute(ReadOnlySpan<byte> key) => _crc.Compute(key, _seed);
    }

    private sealed class Xor8Function(uint seed) : ByteHash
    {
        private readonly uint _seed = seed & 0xff;

        public override int Width => 8;

        public override uint Compute(ReadOnlySpan<byte> key) => XorFold.Xor8(key) ^ _seed;
    }

    private sealed class Xor16Function(uint seed) : ByteHash
    {
        private readonly uint _seed = seed & 0xffff;

        public override int Width => 16;

        public override uint Compute(ReadOnlySpan<byte> key) => XorFold.Xor16(key) ^ _seed;
    }

    private sealed class SuperFastFunction(uint seed) : ByteHash
    {
        private readonly uint _seed = seed;

        public override uint Compute(ReadOnlySpan<byte> key) => SuperFastHash.Compute(key, (uint)key.Length ^ _seed, unsignedTail: false);
    }

    private sealed class Murmur3Function(uint seed) : ByteHash
    {
        private readonly uint _seed = seed;

        public override uint Compute(ReadOnlySpan<byte> key) => Murmur3.Compute(key, _seed);
    }

    private sealed class SipFunction(uint seed) : ByteHash
    {
        private readonly ulong _key = ((ulong)seed << 32) | seed;

        public override uint Compute(ReadOnlySpan<byte> key) => (uint)SipHash.Compute(key, _key, _key);
    }

    private sealed class ToeplitzFunction : ByteHash
    {
        private readonly Toeplitz _toeplitz;

        public ToeplitzFunction(uint seed)
        {
            // The key is as long as the longest field list; the seed's four bytes are XORed in over and over.
            var key = new byte[IHashPolicy.KeyBytesMax + 4];
            for (int i = 0; i < key.Length; i++)
            {
                key[i] = (byte)(Toeplitz.VerificationKey[i % Toeplitz.VerificationKey.Length] ^ (seed >> (24 - (8 * (i % 4)))));
            }

            _toeplitz = new Toeplitz(key);
        }

        public override uint Compute(ReadOnlySpan<byte> key) => _toeplitz.Compute(key);
    }
}
