namespace Trunkline.Core.Units;

/// <summary>A repeatable source of random numbers: SplitMix64, one 64-bit word of state.</summary>
/// <remarks>
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, with the constants of
/// Vigna's reference code. The whole state is one word, so that a table holds it and an eBPF program can keep the
/// same one. A struct that changes: keep it in a field, never in a readonly one. Not for secrets.
/// </remarks>
public struct RandomSource
{
    private ulong _state;

    /// <summary>Starts a sequence; every seed is as good as any other, 0 included.</summary>
    public RandomSource(ulong seed) => _state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        _state += 0x9e37_79b9_7f4a_7c15;
        return Mix(_state);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> − 1; 0 when the bound is 0.</summary>
    /// <remarks>
    /// The upper 32 bits times the bound, shifted down: one 64-bit product and no rejection, at the price of a bias of
    /// at most bound ÷ 2³² per value, less than one in a billion for four links.
    /// </remarks>
    public uint Below(uint bound) => (uint)(((Next() >> 32) * bound) >> 32);

    /// <summary>The output function alone: spreads a word over all 64 bits, one to one.</summary>
    public static ulong Mix(ulong word)
    {
        word = (word ^ (word >> 30)) * 0xbf58_476d_1ce4_e5b9;
        word = (word ^ (word >> 27)) * 0x94d0_49bb_1331_11eb;
        return word ^ (word >> 31);
    }
}
