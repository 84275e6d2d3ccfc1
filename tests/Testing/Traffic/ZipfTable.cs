using Trunkline.Core.Units;

namespace Trunkline.Testing.Traffic;

/// <summary>Draws ranks by Zipf's law: rank r, from 0, with weight 1 ÷ (r + 1).</summary>
/// <remarks>
/// Walker's alias method as told by Vose ("A linear algorithm for generating random numbers with a given distribution", IEEE TSE
/// 17(9), 1991): one cell and one comparison for each draw, however many ranks. Whole numbers only, so that every machine draws alike.
/// </remarks>
internal sealed class ZipfTable
{
    // A draw below the limit keeps the cell's own rank, another takes its alias.
    private readonly uint[] _limits;
    private readonly int[] _aliases;

    /// <summary>Builds the table.</summary>
    /// <param name="ranks">1 to 2²⁴.</param>
    public ZipfTable(int ranks)
    {
        _limits = new uint[ranks];
        _aliases = new int[ranks];
        ulong[] weights = new ulong[ranks];
        ulong mean = 0;
        for (int i = 0; i < ranks; i++)
        {
            // A cell has room for the mean weight; in these units that is the sum of 2³² ÷ (r + 1).
            ulong weight = (1UL << 32) / (ulong)(i + 1);
            weights[i] = weight * (ulong)ranks;
            mean += weight;
        }

        // Weights fall with the rank, so the light ones are at the end: each light cell is filled up by the heavy one at hand.
        int heavy = 0;
        int light = ranks - 1;
        Array.Fill(_limits, uint.MaxValue);
        for (int i = 0; i < ranks; i++)
        {
            _aliases[i] = i;
        }

        var waiting = new Stack<int>();
        while (heavy < ranks && weights[heavy] >= mean)
        {
            int cell = waiting.Count > 0 ? waiting.Pop() : light > heavy && weights[light] < mean ? light-- : -1;
            if (cell < 0)
            {
                break;
            }

            _limits[cell] = (uint)((UInt128)weights[cell] * uint.MaxValue / mean);
            _aliases[cell] = heavy;
            weights[heavy] -= mean - weights[cell];
            if (weights[heavy] < mean)
            {
                waiting.Push(heavy++);
            }
        }
    }

    /// <summary>A rank.</summary>
    public int Draw(ref RandomSource random)
    {
        ulong bits = random.Next();
        int cell = (int)(((bits >> 32) * (ulong)_limits.Length) >> 32);
        return (uint)bits <= _limits[cell] ? cell : _aliases[cell];
    }
}
