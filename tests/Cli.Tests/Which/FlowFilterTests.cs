using Trunkline.Cli.Which;
using Trunkline.Core.Units;

namespace Trunkline.Cli.Tests.Which;

public sealed class FlowFilterTests
{
    [Theory]
    [InlineData(1_000_000, 0)]
    [InlineData(10_000_000, 1 / 2000.0)]
    public void Contains_BehindMillionsOfFlows_ForgetsNoneAndTakesFewForKnown(int flows, double shareMax)
    {
        const int Others = 200_000;
        var filter = new FlowFilter();
        var random = new RandomSource(1);
        for (int i = 0; i < flows; i++)
        {
            filter.Add(random.Next());
        }

        var again = new RandomSource(1);
        for (int i = 0; i < Others; i++)
        {
            Assert.True(filter.Contains(again.Next()));
        }

        int mistaken = Enumerable.Range(0, Others).Count(_ => filter.Contains(random.Next()));
        Assert.InRange(mistaken / (double)Others, 0, shareMax);
    }
}
