using Trunkline.Analysis.Observed;

namespace Trunkline.Analysis.Tests.Observed;

public class ChanceAgreementTests
{
    [Fact]
    public void Of_APolicyThatSendsAllOneWay_IsWhatTheFullestMemberHas() =>
        Assert.Equal(0.5, ChanceAgreement.Of([50, 0, 0, 30, 0, 0, 20, 0, 0], [50, 30, 20], 1));

    [Fact]
    public void Of_OneFlowEach_IsAlwaysAll() => Assert.Equal(1, ChanceAgreement.Of([0, 0, 1, 0, 1, 0, 1, 0, 0], [1, 1, 1], 1));

    // Two members with two flows each, two links likewise: in 2 of 6 shuffles all four agree, in 4 of 6 two of them.
    [Fact]
    public void Of_FewFlows_IsNearTheMeanOfAllShuffles()
    {
        double mean = Enumerable.Range(0, 200).Average(seed => ChanceAgreement.Of([2, 0, 0, 2], [2, 2], (ulong)seed));

        Assert.InRange(mean, (2.0 / 3) - 0.015, (2.0 / 3) + 0.015);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(100_000)]
    [InlineData(100_000_000)]
    public void Of_ManyFlowsEvenly_IsLittleMoreThanOneOfLinks(int each)
    {
        long[] seen = new long[16];
        for (int i = 0; i < 4; i++)
        {
            seen[i * 5] = each;
        }

        double share = ChanceAgreement.Of(seen, [each, each, each, each], 5);

        Assert.InRange(share, 0.25, 0.25 + (2.5 / Math.Sqrt(Math.Min(4 * each, 1 << 20))));
    }

    [Fact]
    public void Of_FlowsWithoutALink_NeverAgree() => Assert.Equal(0, ChanceAgreement.Of([0, 0, 0, 0], [5, 5], 1));

    [Fact]
    public void Of_NoFlows_IsZero() => Assert.Equal(0, ChanceAgreement.Of([0, 0, 0, 0], [0, 0], 1));

    [Fact]
    public void Of_TheSameSeed_IsTheSame() =>
        Assert.Equal(ChanceAgreement.Of([9, 3, 4, 8], [12, 12], 3), ChanceAgreement.Of([9, 3, 4, 8], [12, 12], 3));
}
