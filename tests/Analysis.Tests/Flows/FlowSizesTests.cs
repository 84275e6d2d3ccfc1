using Trunkline.Analysis.Flows;
using Trunkline.Core.Flows;

namespace Trunkline.Analysis.Tests.Flows;

public class FlowSizesTests
{
    [Fact]
    public void Add_MoreThanAreKept_KeepsTheLargestAndSumsTheRest()
    {
        long[] all = [.. Enumerable.Range(1, 5000).Select(i => i * 7919L % 5003)];
        long[] sorted = [.. all.OrderDescending()];
        var sizes = new FlowSizes();
        foreach (long bytes in all)
        {
            sizes.Add(bytes);
        }

        Assert.Equal(sorted[..FlowSizes.LargestMax], sizes.Largest);
        Assert.Equal(all.Sum(), sizes.Bytes);
        Assert.Equal(sorted[FlowSizes.LargestMax..].Sum(), sizes.RestBytes);
        Assert.Equal(sorted[FlowSizes.LargestMax..].Sum(bytes => (double)bytes * bytes), sizes.RestSquares);
        Assert.Equal(Floor.EffectiveFlows(all), sizes.Effective, 6);
    }

    [Fact]
    public void Add_Others_IsAsIfOneHadSeenAll()
    {
        var all = new FlowSizes();
        var left = new FlowSizes();
        var right = new FlowSizes();
        for (long i = 1; i <= 4000; i++)
        {
            long bytes = i * 7919 % 4001;
            all.Add(bytes);
            (i % 3 == 0 ? left : right).Add(bytes);
        }

        left.Add(right);

        Assert.Equal(all.Largest, left.Largest);
        Assert.Equal((all.Bytes, all.RestBytes, all.RestSquares), (left.Bytes, left.RestBytes, left.RestSquares));
    }

    [Fact]
    public void Effective_OfNothing_IsZero() => Assert.Equal(0, new FlowSizes().Effective);
}
