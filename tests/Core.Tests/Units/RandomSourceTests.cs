using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Units;

public class RandomSourceTests
{
    /// <summary>The first outputs of Vigna's splitmix64.c, as other libraries publish them for these seeds.</summary>
    [Theory]
    [InlineData(
        1234567UL,
        new[] { 6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL })]
    [InlineData(0UL, new[] { 0xe220a8397b1dcdafUL, 0x6e789e6aa1b965f4UL, 0x06c45d188009454fUL, 0xf88bb8a8724c81ecUL })]
    public void Next_FromAPublishedSeed_GivesThePublishedNumbers(ulong seed, ulong[] expected)
    {
        var random = new RandomSource(seed);

        ulong[] numbers = [.. expected.Select(_ => random.Next())];

        Assert.Equal(expected, numbers);
    }

    [Fact]
    public void Below_OverManyDraws_GivesEveryValueItsShare()
    {
        var random = new RandomSource(1);
        int[] counts = new int[6];

        for (int i = 0; i < 60_000; i++)
        {
            counts[random.Below(6)]++;
        }

        // Chi-square of 5 degrees of freedom: 20.5 is passed by chance once in a thousand.
        Assert.True(counts.Sum(count => (count - 10_000) * (count - 10_000) / 10_000.0) < 20.5);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(uint.MaxValue, uint.MaxValue - 1)]
    public void Below_AtTheEndsOfItsRange_StaysBelow(uint bound, uint most)
    {
        var random = new RandomSource(7);

        for (int i = 0; i < 1_000; i++)
        {
            Assert.InRange(random.Below(bound), 0u, most);
        }
    }
}
