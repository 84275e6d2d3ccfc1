using Trunkline.Analysis.Observed;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Tests.Observed;

public class BestMatchTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(5, 1000)]
    [InlineData(6, 3)]
    [InlineData(7, 100)]
    public void Find_InAnyMatrix_IsTheBestOfAllPermutations(int n, int bound)
    {
        var random = new RandomSource((ulong)((n * 1000) + bound));
        for (int round = 0; round < 50; round++)
        {
            long[] gains = [.. Enumerable.Range(0, n * n).Select(_ => (long)random.Below((uint)bound))];
            var columnOf = new int[n];

            long sum = BestMatch.Find(gains, columnOf);

            Assert.Equal(Enumerable.Range(0, n), columnOf.Order());
            Assert.Equal(sum, columnOf.Select((column, row) => gains[(row * n) + column]).Sum());
            Assert.Equal(BestOfAll(gains, n, 0, 0), sum);
        }
    }

    [Fact]
    public void Find_AHidden64By64Permutation_FindsIt()
    {
        const int N = 64;
        var random = new RandomSource(3);
        int[] hidden = [.. Enumerable.Range(0, N)];
        for (int i = N - 1; i > 0; i--)
        {
            int other = (int)random.Below((uint)i + 1);
            (hidden[i], hidden[other]) = (hidden[other], hidden[i]);
        }

        long[] gains = [.. Enumerable.Range(0, N * N).Select(cell => hidden[cell / N] == cell % N ? 100L : random.Below(100))];
        var columnOf = new int[N];

        Assert.Equal(100 * N, BestMatch.Find(gains, columnOf));
        Assert.Equal(hidden, columnOf);
    }

    [Fact]
    public void Find_WithLargeAndNegativeGains_IsExact()
    {
        const long Large = 1L << 58;
        var columnOf = new int[2];

        Assert.Equal((2 * Large) - 5, BestMatch.Find([-Large, Large, Large - 5, Large + 7], columnOf));
        Assert.Equal([1, 0], columnOf);
    }

    private static long BestOfAll(long[] gains, int n, int row, int taken)
    {
        long best = row == n ? 0 : long.MinValue;
        for (int column = 0; column < n && row < n; column++)
        {
            if ((taken >> column & 1) == 0)
            {
                best = Math.Max(best, gains[(row * n) + column] + BestOfAll(gains, n, row + 1, taken | (1 << column)));
            }
        }

        return best;
    }
}
