using System.Runtime.CompilerServices;
using Trunkline.Analysis.Flows;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Assumptions;

/// <summary>Assigns flows to links at random, again and again: what another seed of a perfect hash would do.</summary>
/// <remarks>
/// <para>Each assignment gives every flow that is kept one by one a link of its own, with a chance by weight. The others, each smaller
/// than a 1024th of all, come as their sums per link: normal, with the mean R·p and the covariance S·(diag p − p pᵀ) of a
/// multinomial choice, where R is the sum of their bytes and S that of the squares.</para>
/// <para>Four choices come from 64 random bits when the weights sum up to 64 or less, which moves the chance of a link by less than
/// 1 in 65536; else two, and by less than one in four billion. Repeatable: the same sizes, links and seed give the same answer.</para>
/// </remarks>
internal sealed class RandomAssignments
{
    /// <summary>Assignments tried.</summary>
    public const int Count = 10_000;

    // Equal flows meet the excess exactly, and sums of fractions do not; what exceeds it by less does not exceed.
    private const double Tolerance = 1e-9;

    private readonly LinkShares _shares;
    private readonly long[] _sizes;
    private readonly double _restBytes;
    private readonly double _restDeviation;
    private readonly double _bytes;

    // A link for each unit of weight.
    private readonly byte[] _slots;

    /// <summary>Makes ready.</summary>
    /// <param name="sizes">What is assigned.</param>
    /// <param name="shares">The links.</param>
    public RandomAssignments(FlowSizes sizes, LinkShares shares)
    {
        _shares = shares;
        long[] largest = sizes.Largest;
        _sizes = new long[(largest.Length + 3) & ~3];
        largest.CopyTo(_sizes, 0);
        (_bytes, _restBytes, _restDeviation) = (sizes.Bytes, sizes.RestBytes, Math.Sqrt(sizes.RestSquares));
        _slots = SlotsOf(shares.Weights);
    }

    /// <summary>Share of the assignments in which the fullest link gets more than its fair share by each of these.</summary>
    /// <param name="over">The excesses: 0.1 for 10 %.</param>
    /// <param name="seed">Start of the random numbers.</param>
    public double[] Try(ReadOnlySpan<double> over, ulong seed)
    {
        var exceeded = new int[over.Length];
        if (_slots.Length > 0 && _bytes > 0)
        {
            var random = new RandomSource(seed);
            for (int i = 0; i < Count; i++)
            {
                double most = TryOnce(ref random);
                for (int e = 0; e < over.Length; e++)
                {
                    exceeded[e] += most > 1 + over[e] + Tolerance ? 1 : 0;
                }
            }
        }

        var found = new double[over.Length];
        for (int e = 0; e < found.Length; e++)
        {
            found[e] = (double)exceeded[e] / Count;
        }

        return found;
    }

    /// <summary>One assignment.</summary>
    /// <returns>What the fullest link gets ÷ its fair share.</returns>
    private double TryOnce(ref RandomSource random)
    {
        Span<long> loads = stackalloc long[Bundle.LinksMax];
        loads.Clear();
        if (_slots.Length <= Bundle.LinksMax)
        {
            AssignByFour(loads, ref random);
        }
        else
        {
            AssignByTwo(loads, ref random);
        }

        Span<double> rest = stackalloc double[Bundle.LinksMax];
        rest.Clear();
        if (_restBytes > 0)
        {
            DrawRest(rest, ref random);
        }

        double most = 0;
        for (int link = 0; link < _shares.Fair.Length; link++)
        {
            double fair = _shares.Fair[link] * _bytes;
            most = fair > 0 ? Math.Max(most, (loads[link] + rest[link]) / fair) : most;
        }

        return most;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void AssignByFour(Span<long> loads, ref RandomSource random)
    {
        // Each of the four has sums of its own, by slot, so that none waits for another's.
        RandomSource source = random;
        Span<long> sums = stackalloc long[4 * Bundle.LinksMax];
        sums.Clear();
        ulong count = (ulong)_slots.Length;
        ReadOnlySpan<long> sizes = _sizes;
        for (int i = 0; i + 3 < sizes.Length; i += 4)
        {
            ulong bits = source.Next();
            sums[(int)(((bits & 0xffff) * count) >> 16)] += sizes[i];
            sums[(int)(((bits >> 16 & 0xffff) * count) >> 16) + Bundle.LinksMax] += sizes[i + 1];
            sums[(int)(((bits >> 32 & 0xffff) * count) >> 16) + (2 * Bundle.LinksMax)] += sizes[i + 2];
            sums[(int)(((bits >> 48) * count) >> 16) + (3 * Bundle.LinksMax)] += sizes[i + 3];
        }

        random = source;
        for (int slot = 0; slot < _slots.Length; slot++)
        {
            loads[_slots[slot]] += sums[slot] + sums[slot + Bundle.LinksMax]
                + sums[slot + (2 * Bundle.LinksMax)] + sums[slot + (3 * Bundle.LinksMax)];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void AssignByTwo(Span<long> loads, ref RandomSource random)
    {
        RandomSource source = random;
        ReadOnlySpan<byte> slots = _slots;
        ulong count = (ulong)slots.Length;
        ReadOnlySpan<long> sizes = _sizes;
        for (int i = 0; i + 1 < sizes.Length; i += 2)
        {
            ulong bits = source.Next();
            loads[slots[(int)(((uint)bits * count) >> 32)]] += sizes[i];
            loads[slots[(int)(((bits >> 32) * count) >> 32)]] += sizes[i + 1];
        }

        random = source;
    }

    /// <summary>Draws the sums of the flows that are not kept one by one.</summary>
    private void DrawRest(Span<double> rest, ref RandomSource random)
    {
        // With q = √p and independent normals z: √p·(z − q (q·z)) has the covariance diag p − p pᵀ.
        double along = 0;
        for (int link = 0; link < _shares.Chances.Length; link++)
        {
            if (_shares.Chances[link] > 0)
            {
                rest[link] = Normal.Next(ref random);
                along += Math.Sqrt(_shares.Chances[link]) * rest[link];
            }
        }

        for (int link = 0; link < _shares.Chances.Length; link++)
        {
            double chance = _shares.Chances[link];
            double root = Math.Sqrt(chance);
            rest[link] = (_restBytes * chance) + (_restDeviation * root * (rest[link] - (root * along)));
        }
    }

    /// <summary>A slot for each unit of weight, as few as keep the proportions.</summary>
    private static byte[] SlotsOf(int[] weights)
    {
        int divisor = 0;
        int sum = 0;
        foreach (int weight in weights)
        {
            divisor = GreatestCommonDivisor(weight, divisor);
            sum += weight;
        }

        var slots = new byte[divisor == 0 ? 0 : sum / divisor];
        int next = 0;
        for (int link = 0; link < weights.Length && divisor > 0; link++)
        {
            slots.AsSpan(next, weights[link] / divisor).Fill((byte)link);
            next += weights[link] / divisor;
        }

        return slots;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
