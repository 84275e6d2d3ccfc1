using Trunkline.Core.Units;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Tests.Fabric;

public sealed class DelayHistogramTests
{
    [Fact]
    public void Mean_IsExact_AndQuantilesAreWithinAThirtySecond()
    {
        var histogram = new DelayHistogram();
        var random = new RandomSource(1);
        var delays = new List<long>();
        for (int i = 0; i < 50_000; i++)
        {
            long ps = (long)(random.Next() >> (int)(21 + random.Below(40)));
            delays.Add(ps);
            histogram.Add(ps);
        }

        delays.Sort();
        Assert.Equal(delays.Count, histogram.Count);
        Assert.Equal(delays.Aggregate((Int128)0, (sum, ps) => sum + ps), histogram.SumPs);
        foreach (int thousandths in (int[])[1, 10, 250, 500, 900, 990, 999, 1000])
        {
            long exact = delays[(int)(((long)delays.Count * thousandths + 999) / 1000) - 1];
            Assert.InRange(histogram.QuantileSeconds(thousandths) * 1e12, (exact * 31 / 32) - 1, exact + 1);
        }
    }

    [Fact]
    public void Add_OfAnother_IsAsIfAllHadBeenCountedInOne()
    {
        (var one, var other, var both) = (new DelayHistogram(), new DelayHistogram(), new DelayHistogram());
        foreach (long ps in (long[])[0, 1, 31, 32, 33, 1_000_000, long.MaxValue])
        {
            (ps % 2 == 0 ? one : other).Add(ps);
            both.Add(ps);
        }

        one.Add(other);
        Assert.Equal((both.Count, both.SumPs), (one.Count, one.SumPs));
        for (int thousandths = 0; thousandths <= 1000; thousandths += 50)
        {
            Assert.Equal(both.QuantileSeconds(thousandths), one.QuantileSeconds(thousandths));
        }
    }

    [Fact]
    public void Delays_BeyondTheLastBucket_CountInItAndFullyInTheMean()
    {
        var histogram = new DelayHistogram();
        histogram.Add(100_000_000_000_000);
        Assert.Equal(100, histogram.MeanSeconds);
        Assert.InRange(histogram.QuantileSeconds(500), 8, 9);
    }

    [Fact]
    public void Quantile_OfNothing_IsNothing() => Assert.Equal(0, new DelayHistogram().QuantileSeconds(500));
}
