using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Tests.Engine;

public sealed class ExactMathTests
{
    /// <summary>Logarithms to 60 digits, × 2⁴⁰, rounded down; the product promises them to within 2⁻³⁸, four units.</summary>
    public static TheoryData<ulong, long> Logarithms => new()
    {
        { 1, 0 },
        { 2, 1_099_511_627_776 },
        { 3, 1_742_684_699_131 },
        { 5, 2_552_986_939_188 },
        { 7, 3_086_719_380_096 },
        { 10, 3_652_498_566_964 },
        { 1000, 10_957_495_700_893 },
        { 1_000_003, 21_914_996_160_559 },
        { uint.MaxValue, 35_184_372_088_462 },
        { 1UL + uint.MaxValue + 1, 35_184_372_089_201 },
        { 6_148_914_691_236_517_205, 68_626_059_478_532 },
        { 1UL << 63, 69_269_232_549_888 },
        { (1UL << 63) + 1, 69_269_232_549_888 },
        { 12_345_678_901_234_567_890, 69_731_731_095_449 },
        { ulong.MaxValue, 70_368_744_177_663 },
    };

    [Theory]
    [MemberData(nameof(Logarithms))]
    public void Log2_OfNumbersWithKnownLogarithms_IsWithinFourUnits(ulong value, long expected) =>
        Assert.InRange(ExactMath.Log2(value), expected - 4, expected + 4);

    [Fact]
    public void Log2_NeverFalls()
    {
        var random = new RandomSource(1);
        for (int i = 0; i < 100_000; i++)
        {
            ulong value = random.Next() >> (int)random.Below(63);
            value = Math.Max(1, value);
            Assert.True(value == ulong.MaxValue || ExactMath.Log2(value) <= ExactMath.Log2(value + 1), $"{value}");
        }
    }

    [Fact]
    public void Exponential_HasTheMomentsAndTheTailOfItsDistribution()
    {
        const int Draws = 2_000_000;
        const long Mean = 1_000_000_000;
        var random = new RandomSource(7);
        (double sum, double squares) = (0, 0);
        int above = 0;
        for (int i = 0; i < Draws; i++)
        {
            double draw = ExactMath.Exponential(ref random, Mean);
            Assert.True(draw >= 0);
            sum += draw;
            squares += draw * draw;
            above += draw > 5.0 * Mean ? 1 : 0;
        }

        // Three standard errors: 1 and √5 of the mean and the mean square over the root of the count, and of the tail's count.
        double tail = Math.Exp(-5) * Draws;
        Assert.InRange(sum / Draws / Mean, 1 - (3 / Math.Sqrt(Draws)), 1 + (3 / Math.Sqrt(Draws)));
        Assert.InRange(squares / Draws / Mean / Mean, 2 - (3 * Math.Sqrt(20.0 / Draws)), 2 + (3 * Math.Sqrt(20.0 / Draws)));
        Assert.InRange(above, tail - (3 * Math.Sqrt(tail)), tail + (3 * Math.Sqrt(tail)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    [InlineData(1L << 40)]
    [InlineData(1L << 55)]
    public void Exponential_FollowsTheLogarithmOfItsWord(long mean)
    {
        for (ulong seed = 0; seed < 1000; seed++)
        {
            var random = new RandomSource(seed);
            var same = new RandomSource(seed);
            double expected = -Math.Log((same.Next() | 1) / 18_446_744_073_709_551_616.0) * mean;
            Assert.InRange(
                ExactMath.Exponential(ref random, mean),
                Math.Floor(expected * (1 - 1e-9)) - 1 - (mean * 1e-11),
                (expected * (1 + 1e-9)) + 1 + (mean * 1e-11));
        }
    }

    [Fact]
    public void Exponential_OfAMeanOfNothing_IsNothing()
    {
        var random = new RandomSource(3);
        Assert.Equal(0, ExactMath.Exponential(ref random, 0));
    }
}
