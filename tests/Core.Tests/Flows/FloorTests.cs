using Trunkline.Core.Flows;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Flows;

public class FloorTests
{
    [Theory]
    [InlineData(100, 100, 4, 4.0)]
    [InlineData(50, 100, 4, 2.0)]
    [InlineData(25, 100, 4, 1.0)]
    [InlineData(1, 100, 4, 1.0)]
    [InlineData(0, 0, 4, 1.0)]
    public void Imbalance_OverEqualLinks_IsTheLargestFlowOverTheFairShare(long largest, long total, int links, double expected) =>
        Assert.Equal(expected, Floor.Imbalance(largest, total, links), 12);

    [Fact]
    public void Imbalance_OverUnequalLinks_PutsTheLargestFlowOnTheFastest()
    {
        // 10 + 25 + 25 Gb/s: 60 % of the bytes on a link with 25/60 of the speed.
        BitRate[] speeds = [new(10_000_000_000), new(25_000_000_000), new(25_000_000_000)];

        Assert.Equal(0.6 / (25.0 / 60), Floor.Imbalance(60, 100, speeds), 12);
        Assert.Equal(1, Floor.Imbalance(40, 100, speeds));
    }

    [Fact]
    public void Imbalance_WithoutALink_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Floor.Imbalance(1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Floor.Imbalance(1, 1, [new BitRate(0)]));
    }

    [Fact]
    public void EffectiveFlows_OfEqualFlows_IsTheirNumber()
    {
        Assert.Equal(7, Floor.EffectiveFlows([5, 5, 5, 5, 5, 5, 5]), 12);
        Assert.Equal(1, Floor.EffectiveFlows([5, 0, 0]), 12);
        Assert.Equal(0, Floor.EffectiveFlows([]));

        // One flow of half the bytes and fifty of a hundredth each: 1 / (0.25 + 50 × 0.0001).
        Assert.Equal(1 / 0.255, Floor.EffectiveFlows([50, .. Enumerable.Repeat(1L, 50)]), 12);
    }

    /// <summary>The variance of a link's share over random placements is (n − 1) ÷ n² ÷ effective flows.</summary>
    [Fact]
    public void EffectiveFlows_OfUnequalFlows_PredictTheSpreadOfARandomPlacement()
    {
        long[] flows = [400, 300, 100, 100, 50, 50, 25, 25, 10, 10, 5, 5];
        double total = flows.Sum();
        var random = new RandomSource(5);
        double squares = 0;
        const int Rounds = 100_000;
        for (int round = 0; round < Rounds; round++)
        {
            double share = flows.Where(_ => random.Below(4) == 0).Sum() / total;
            squares += (share - 0.25) * (share - 0.25);
        }

        double expected = 3.0 / 16 / Floor.EffectiveFlows(flows);
        Assert.Equal(expected, squares / Rounds, expected * 0.03);
    }
}
