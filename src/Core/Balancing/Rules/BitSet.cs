using System.Numerics;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Links as bits of a word.</summary>
internal static class BitSet
{
    /// <summary>The set bit that has <paramref name="index"/> set bits below it.</summary>
    public static ulong Bit(ulong bits, int index)
    {
        for (; index > 0; index--)
        {
            bits &= bits - 1;
        }

        return bits & (~bits + 1);
    }

    /// <summary>One of the set bits at random, as its place; −1 for none.</summary>
    public static int Any(ulong bits, ref Units.RandomSource random) =>
        bits == 0 ? -1 : BitOperations.TrailingZeroCount(Bit(bits, (int)random.Below((uint)BitOperations.PopCount(bits))));
}
