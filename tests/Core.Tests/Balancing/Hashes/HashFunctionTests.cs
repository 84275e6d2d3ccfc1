using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Balancing.Hashes;

namespace Trunkline.Core.Tests.Balancing.Hashes;

public sealed class HashFunctionTests
{
    /// <summary>66.9.149.187:2794 → 161.142.100.80:1766, TCP.</summary>
    private static readonly byte[] Tuple = Convert.FromHexString("420995bba18e64500aea06e606");

    [Theory]
    [InlineData("", 0x00000000)]
    [InlineData("a", 0x115ea782)]
    [InlineData("ab", 0x516b8b44)]
    [InlineData("abc", 0xd2be198a)]
    [InlineData("abcd", 0xdad8b8db)]
    [InlineData("abcde", 0x51ed072e)]
    [InlineData("Hello World!", 1774740540)]
    [InlineData("\0\0\0\0", 0x2b21473a)]
    [InlineData("\0\0\0\0\0\0\0\0", 0xa669d449)]
    public void SuperFastHash_OfText_IsAsPublished(string text, uint hash) =>
        Assert.Equal(hash, SuperFastHash.Compute(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("ff", 0x00000000, 0xa9e99665)]
    [InlineData("010280", 0xc1abe9b5, 0x0aa01d14)]
    public void SuperFastHash_WithAHighByteInTheTail_DependsOnItsSign(string hex, uint asSigned, uint asUnsigned)
    {
        byte[] data = Convert.FromHexString(hex);

        Assert.Equal(asSigned, SuperFastHash.Compute(data));
        Assert.Equal(asUnsigned, SuperFastHash.Compute(data, unsignedTail: true));
    }

    [Fact]
    public void SipHash_OfThePapersMessage_IsThePapersValue()
    {
        byte[] message = [.. Enumerable.Range(0, 15).Select(i => (byte)i)];

        Assert.Equal(0xa129ca6149be45e5, SipHash.Compute(message, 0x0706050403020100, 0x0f0e0d0c0b0a0908));
    }

    [Theory]
    [InlineData("CRC-16/ARC", 0xbb3d, 0x35acu)]
    [InlineData("CRC-16/CCITT-FALSE", 0x29b1, 0x575du)]
    [InlineData("CRC-16/XMODEM", 0x31c3, 0x7f51u)]
    [InlineData("CRC-16/KERMIT", 0x2189, null)]
    [InlineData("CRC-16/BUYPASS", 0xfee8, null)]
    [InlineData("CRC-32", 0xcbf43926, 0x41fb207du)]
    [InlineData("CRC-32C", 0xe3069283, 0x842d16eau)]
    [InlineData("CRC-32/BZIP2", 0xfc891918, null)]
    public void Crc_OfTheCheckTextAndOfATuple_IsAsPublished(string name, uint check, uint? tuple)
    {
        Crc crc = Crcs[name].Crc;

        Assert.Equal(check, crc.Compute("123456789"u8));
        Assert.Equal(check, crc.ComputeByTables("123456789"u8));
        Assert.Equal(tuple ?? crc.Compute(Tuple), crc.Compute(Tuple));
    }

    [Fact]
    public void Crc_OfAnyBytesAndSeed_IsThatOfShiftingBitByBit() =>
        Prop.ForAll<byte[], uint>((data, seed) =>
        {
            foreach ((Crc crc, uint polynomial, uint initial, bool isReflected, uint finalXor) in Crcs.Values)
            {
                uint expected = BitByBit(data, crc.Width, polynomial, initial, isReflected, seed) ^ finalXor;
                Assert.Equal(expected, crc.Compute(data, seed));
                Assert.Equal(expected, crc.ComputeByTables(data, seed));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Crc_OfEveryLengthUpToThreeBlocks_IsThatOfShiftingBitByBit()
    {
        byte[] data = [.. Enumerable.Range(1, 50).Select(i => (byte)(i * 73))];
        foreach ((Crc crc, uint polynomial, uint initial, bool isReflected, uint finalXor) in Crcs.Values)
        {
            for (int length = 0; length <= data.Length; length++)
            {
                uint expected = BitByBit(data.AsSpan(0, length), crc.Width, polynomial, initial, isReflected, 0) ^ finalXor;
                Assert.Equal(expected, crc.Compute(data.AsSpan(0, length)));
                Assert.Equal(expected, crc.ComputeByTables(data.AsSpan(0, length)));
            }
        }
    }

    [Theory]
    [InlineData("420995bba18e64500aea06e6", 8, 0x323e8fc2, 0x51ccc178)]
    [InlineData("c75c6f02" + "41458c53" + "3796" + "1283", 8, 0xd718262a, 0xc626b0ea)]
    [InlineData("1813c65f" + "0c16cfb8" + "3262" + "9488", 8, 0xd2d0a5de, 0x5c2b394a)]
    [InlineData("9927a3bf" + "cabc7f02" + "acdb" + "0517", 8, 0x5d1809c5, 0x10e828a2)]
    [InlineData("3ffe2501" + "02001fff" + "00000000" + "00000007" + "3ffe2501" + "02000003" + "00000000" + "00000001" + "0aea" + "06e6",
        32, 0x2cc18cd5, 0x40207d3d)]
    [InlineData("3ffe1900" + "45450003" + "0200f8ff" + "fe2167cf" + "fe800000" + "00000000" + "0200f8ff" + "fe2167cf" + "acdb" + "9488",
        32, 0x4b61e985, 0x02d1feef)]
    public void Toeplitz_OfMicrosoftsSuite_IsMicrosoftsValue(string hex, int addressBytes, uint addresses, uint withPorts)
    {
        byte[] data = Convert.FromHexString(hex);
        var toeplitz = new Toeplitz(Toeplitz.VerificationKey);

        Assert.Equal(addresses, toeplitz.Compute(data.AsSpan(0, addressBytes)));
        Assert.Equal(withPorts, toeplitz.Compute(data));
    }

    [Fact]
    public void Toeplitz_OfAnyKeyAndBytes_IsThatOfSlidingTheKeyBitByBit() =>
        Prop.ForAll<byte[], byte[]>((data, more) =>
        {
            byte[] key = [.. Toeplitz.VerificationKey, .. more];
            var toeplitz = new Toeplitz(key);
            Assert.Equal(BySliding(key, data.AsSpan(0, Math.Min(data.Length, toeplitz.InputBytesMax))), toeplitz.Compute(data));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Xor_OfATuple_IsAsInTheTable()
    {
        Assert.Equal(0x78u, XorFold.Xor8(Tuple));
        Assert.Equal(0x1e60u, XorFold.Xor16(Tuple.AsSpan(0, 12)));
        Assert.Equal(0x1e60u, XorFold.Xor16(Tuple));
        Assert.Equal(0x1234u, XorFold.Xor16([0x12, 0x34]));
        Assert.Equal(0x12u ^ 0x34 ^ 0x56 ^ 0x78, XorFold.ToByte(0x12345678));
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("", 1, 0x514e28b7)]
    [InlineData("", 0xffffffff, 0x81f16f39)]
    [InlineData("test", 0, 0xba6bd213)]
    [InlineData("Hello, world!", 0, 0xc0363e43)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723)]
    public void Murmur3_OfText_IsAsPublished(string text, uint seed, uint hash) =>
        Assert.Equal(hash, Murmur3.Compute(Encoding.ASCII.GetBytes(text), seed));

    [Fact]
    public void Jhash_OfTwoWords_IsLookup3OfTheirBytes()
    {
        Assert.Equal(0x17770551u, Lookup3("Four score and seven years ago"u8, 0));
        Prop.ForAll<uint, uint, uint>((first, second, initial) =>
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, first);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], second);
            Assert.Equal(Lookup3(bytes, initial), Jhash.Compute(first, second, initial));
        }).QuickCheckThrowOnFailure();
    }

    private static readonly Dictionary<string, (Crc Crc, uint Polynomial, uint Initial, bool IsReflected, uint FinalXor)> Crcs = new()
    {
        ["CRC-16/ARC"] = (Crc.Crc16Arc, 0x8005, 0, true, 0),
        ["CRC-16/CCITT-FALSE"] = (Crc.Crc16Ccitt, 0x1021, 0xffff, false, 0),
        ["CRC-16/XMODEM"] = (Crc.Crc16Xmodem, 0x1021, 0, false, 0),
        ["CRC-16/KERMIT"] = (Crc.Crc16Kermit, 0x1021, 0, true, 0),
        ["CRC-16/BUYPASS"] = (Crc.Crc16Buypass, 0x8005, 0, false, 0),
        ["CRC-32"] = (Crc.Crc32, 0x04c11db7, 0xffffffff, true, 0xffffffff),
        ["CRC-32C"] = (Crc.Crc32C, 0x1edc6f41, 0xffffffff, true, 0xffffffff),
        ["CRC-32/BZIP2"] = (Crc.Crc32Bzip2, 0x04c11db7, 0xffffffff, false, 0xffffffff),
    };

    /// <summary>The textbook register: one bit in, one bit out.</summary>
    private static uint BitByBit(ReadOnlySpan<byte> data, int width, uint polynomial, uint initial, bool isReflected, uint seed)
    {
        uint top = 1u << (width - 1);
        uint mask = uint.MaxValue >> (32 - width);
        uint register = (initial ^ (isReflected ? Reverse(seed, width) : seed)) & mask;
        foreach (byte value in data)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                uint input = isReflected ? (uint)(value >> bit) & 1 : (uint)(value >> (7 - bit)) & 1;
                bool isOut = ((register & top) != 0) != (input != 0);
                register = ((register << 1) ^ (isOut ? polynomial : 0)) & mask;
            }
        }

        return isReflected ? Reverse(register, width) : register;
    }

    private static uint Reverse(uint value, int width)
    {
        uint reversed = 0;
        for (int i = 0; i < width; i++)
        {
            reversed |= ((value >> i) & 1) << (width - 1 - i);
        }

        return reversed;
    }

    private static uint BySliding(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        uint window = BinaryPrimitives.ReadUInt32BigEndian(key);
        uint hash = 0;
        for (int bit = 0; bit < data.Length * 8; bit++)
        {
            hash ^= (data[bit / 8] & (0x80 >> (bit % 8))) != 0 ? window : 0;
            int next = bit + 32;
            window = (window << 1) | (next / 8 < key.Length ? (uint)(key[next / 8] >> (7 - (next % 8))) & 1 : 0);
        }

        return hash;
    }

    /// <summary>lookup3.c's hashlittle, whose published value for one text is checked above.</summary>
    private static uint Lookup3(ReadOnlySpan<byte> data, uint initial)
    {
        uint start = 0xdeadbeef + (uint)data.Length + initial;
        uint[] v = [start, start, start];
        for (; data.Length > 12; data = data[12..])
        {
            Take(v, data[..12]);
            (int To, int From, int Bits)[] mix = [(0, 2, 4), (1, 0, 6), (2, 1, 8), (0, 2, 16), (1, 0, 19), (2, 1, 4)];
            foreach ((int to, int from, int bits) in mix)
            {
                v[to] = (v[to] - v[from]) ^ uint.RotateLeft(v[from], bits);
                v[from] += v[3 - to - from];
            }
        }

        Take(v, data);
        (int To, int From, int Bits)[] final = [(2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24)];
        foreach ((int to, int from, int bits) in final)
        {
            v[to] = (v[to] ^ v[from]) - uint.RotateLeft(v[from], bits);
        }

        return v[2];

        static void Take(uint[] v, ReadOnlySpan<byte> block)
        {
            for (int i = 0; i < block.Length; i++)
            {
                v[i / 4] += (uint)block[i] << (8 * (i % 4));
            }
        }
    }
}
