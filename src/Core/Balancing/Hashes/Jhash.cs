using System.Numerics;

namespace Trunkline.Core.Balancing.Hashes;

/// <summary>Bob Jenkins' lookup3 for a few words, as the Linux kernel has it.</summary>
/// <remarks>Source: Linux <c>include/linux/jhash.h</c>, <c>jhash_2words</c>; Jenkins, lookup3.c (2006), <c>final</c>.</remarks>
public static class Jhash
{
    private const uint InitialValue = 0xdeadbeef;

    /// <summary>The hash of two words.</summary>
    /// <param name="first">The first word.</param>
    /// <param name="second">The second word.</param>
    /// <param name="initial">The start value.</param>
    public static uint Compute(uint first, uint second, uint initial = 0)
    {
        uint start = initial + InitialValue + (2 << 2);
        (uint a, uint b, uint c) = (first + start, second + start, start);
        c = (c ^ b) - BitOperations.RotateLeft(b, 14);
        a = (a ^ c) - BitOperations.RotateLeft(c, 11);
        b = (b ^ a) - BitOperations.RotateLeft(a, 25);
        c = (c ^ b) - BitOperations.RotateLeft(b, 16);
        a = (a ^ c) - BitOperations.RotateLeft(c, 4);
        b = (b ^ a) - BitOperations.RotateLeft(a, 14);
        return (c ^ b) - BitOperations.RotateLeft(b, 24);
    }
}
