namespace Trunkline.Simulation.Transport;

/// <summary>The cube root of an integer, the same on every machine.</summary>
internal static class CubeRoot
{
    /// <summary>The largest number whose cube is at most <paramref name="value"/>.</summary>
    public static uint Floor(ulong value)
    {
        // Digit by digit, as done by hand, in base 2: y is the root so far, and (y + 1)³ − y³ = 3y(y + 1) + 1.
        ulong root = 0;
        for (int shift = 63; shift >= 0; shift -= 3)
        {
            root <<= 1;
            ulong step = (3 * root * (root + 1)) + 1;
            if (value >> shift >= step)
            {
                value -= step << shift;
                root++;
            }
        }

        return (uint)root;
    }
}
