using System.Buffers.Binary;
using System.Numerics;

namespace Trunkline.Core.Balancing.Hashes;

/// <summary>MurmurHash3 of 32 bits, whole and in steps.</summary>
/// <remarks>Source: Appleby, smhasher <c>MurmurHash3.cpp</c>, <c>MurmurHash3_x86_32</c>.</remarks>
public static class Murmur3
{
    /// <summary>The hash of some bytes.</summary>
    /// <param name="data">The bytes, taken as little-endian words.</param>
    /// <param name="seed">The start value.</param>
    public static uint Compute(ReadOnlySpan<byte> data, uint seed)
    {
        uint hash = seed;
        uint length = (uint)data.Length;
        while (data.Length >= 4)
        {
            hash = Add(hash, BinaryPrimitives.ReadUInt32LittleEndian(data));
            data = data[4..];
        }

        uint tail = 0;
        for (int i = 0; i < data.Length; i++)
        {
            tail |= (uint)data[i] << (8 * i);
        }

        return Finish(hash ^ Scramble(tail) ^ length);
    }

    /// <summary>Takes one more word.</summary>
    public static uint Add(uint hash, uint word) => (BitOperations.RotateLeft(hash ^ Scramble(word), 13) * 5) + 0xe6546b64;

    /// <summary>The last mix.</summary>
    public static uint Finish(uint hash)
    {
        hash ^= hash >> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >> 13;
        hash *= 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }

    private static uint Scramble(uint word) => BitOperations.RotateLeft(word * 0xcc9e2d51, 15) * 0x1b873593;
}
