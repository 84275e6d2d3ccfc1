using Trunkline.Core.Units;

namespace Trunkline.Analysis.Assumptions;

/// <summary>Random numbers of the normal distribution.</summary>
internal static class Normal
{
    /// <summary>The next one: mean 0, deviation 1.</summary>
    /// <remarks>Marsaglia's polar method (Marsaglia and Bray, SIAM Review 6, 1964), of each pair the first.</remarks>
    public static double Next(ref RandomSource random)
    {
        while (true)
        {
            // 32 bits each, between −1 and 1 and never 0.
            ulong bits = random.Next();
            double x = (((uint)bits + 0.5) / (1UL << 31)) - 1;
            double y = (((bits >> 32) + 0.5) / (1UL << 31)) - 1;
            double square = (x * x) + (y * y);
            if (square < 1)
            {
                return x * Math.Sqrt(-2 * Math.Log(square) / square);
            }
        }
    }
}
