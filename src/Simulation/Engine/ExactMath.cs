using System.Numerics;
using Trunkline.Core.Units;

namespace Trunkline.Simulation.Engine;

/// <summary>Logarithms in integers, so that random intervals are the same on every machine.</summary>
internal static class ExactMath
{
    private const int FractionBits = 40;

    // ln 2 in 2⁻⁶⁴.
    private const ulong Ln2 = 0xb172_17f7_d1cf_79ab;

    /// <summary>The binary logarithm of a number above 0, in units of 2⁻⁴⁰, rounded down.</summary>
    /// <remarks>Squares the mantissa once a bit (Knuth, TAOCP 1.2.2, exercise 28); off by less than 2⁻³⁸.</remarks>
    public static long Log2(ulong value)
    {
        int whole = BitOperations.Log2(value);
        ulong mantissa = value << (63 - whole);
        long result = (long)whole << FractionBits;
        for (int bit = FractionBits - 1; bit >= 0; bit--)
        {
            ulong high = Math.BigMul(mantissa, mantissa, out ulong low);
            if (high >> 63 != 0)
            {
                mantissa = high;
                result |= 1L << bit;
            }
            else
            {
                mantissa = (high << 1) | (low >> 63);
            }
        }

        return result;
    }

    /// <summary>Draws from an exponential distribution: an interval between arrivals, a size.</summary>
    /// <param name="random">Gives 64 bits.</param>
    /// <param name="mean">0 or more.</param>
    public static long Exponential(ref RandomSource random, long mean)
    {
        // −ln u = (64 − log₂ x) ln 2 for u = x ÷ 2⁶⁴, where x is never 0.
        long log = (64L << FractionBits) - Log2(random.Next() | 1);
        ulong natural = Math.BigMul((ulong)log << 16, Ln2, out _);
        return (long)(((UInt128)natural * (ulong)mean) >> (FractionBits + 16));
    }
}
