using System.Buffers.Binary;

namespace Trunkline.Core.Balancing.Hashes;

/// <summary>SuperFastHash of Paul Hsieh: 32 bits from any number of bytes, four at a time.</summary>
/// <remarks>
/// Source: Hsieh, "Hash functions" (azillionmonkeys.com/qed/hash.html). The original reads the last odd byte as a
/// signed char; widely copied versions read it unsigned and differ for bytes from 0x80 in a tail of 1 or 3 bytes.
/// </remarks>
public static class SuperFastHash
{
    /// <summary>The hash with the length as start value, as published.</summary>
    /// <param name="data">The bytes; none give 0.</param>
    /// <param name="unsignedTail">Whether the odd last byte counts 0 to 255 instead of −128 to 127.</param>
    public static uint Compute(ReadOnlySpan<byte> data, bool unsignedTail = false) => Compute(data, (uint)data.Length, unsignedTail);

    /// <summary>The hash with a start value of the caller's.</summary>
    /// <param name="data">The bytes; none give 0.</param>
    /// <param name="initial">What stands in for the length.</param>
    /// <param name="unsignedTail">Whether the odd last byte counts 0 to 255 instead of −128 to 127.</param>
    public static uint Compute(ReadOnlySpan<byte> data, uint initial, bool unsignedTail)
    {
        if (data.IsEmpty)
        {
            return 0;
        }

        uint hash = initial;
        while (data.Length >= 4)
        {
            hash += BinaryPrimitives.ReadUInt16LittleEndian(data);
            uint mixed = ((uint)BinaryPrimitives.ReadUInt16LittleEndian(data[2..]) << 11) ^ hash;
            hash = (hash << 16) ^ mixed;
            hash += hash >> 11;
            data = data[4..];
        }

        switch (data.Length)
        {
            case 3:
                hash += BinaryPrimitives.ReadUInt16LittleEndian(data);
                hash ^= hash << 16;
                hash ^= Tail(data[2], unsignedTail) << 18;
                hash += hash >> 11;
                break;
            case 2:
                hash += BinaryPrimitives.ReadUInt16LittleEndian(data);
                hash ^= hash << 11;
                hash += hash >> 17;
                break;
            case 1:
                hash += Tail(data[0], unsignedTail);
                hash ^= hash << 10;
                hash += hash >> 1;
                break;
        }

        hash ^= hash << 3;
        hash += hash >> 5;
        hash ^= hash << 4;
        hash += hash >> 17;
        hash ^= hash << 25;
        hash += hash >> 6;
        return hash;
    }

    private static uint Tail(byte last, bool unsignedTail) => unsignedTail ? last : (uint)(sbyte)last;
}
