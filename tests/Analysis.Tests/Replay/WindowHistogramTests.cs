using FsCheck;
using FsCheck.Fluent;
using Trunkline.Analysis.Replay;

namespace Trunkline.Analysis.Tests.Replay;

public class WindowHistogramTests
{
    [Fact]
    public void WithoutWindows_ThereIsNoPercentile()
    {
        var histogram = new WindowHistogram();

        Assert.Null(histogram.Percentile(99));
        Assert.Equal(0, histogram.ShareOver(1.1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.25)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(64)]
    public void RoundValues_AreExact(double value)
    {
        var histogram = new WindowHistogram();
        histogram.Add(value);

        Assert.Equal(value, histogram.Percentile(99));
        Assert.Equal(0, histogram.ShareOver(value));
        Assert.Equal(value > 1 ? 1 : 0, histogram.ShareOver(1));
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    [InlineData(1e300)]
    [InlineData(-1)]
    public void WhatIsNoImbalance_IsCountedSomewhere(double value)
    {
        var histogram = new WindowHistogram();
        histogram.Add(value);

        Assert.InRange(histogram.Percentile(99)!.Value, 1, 65_536);
    }

    [Fact]
    public void Percentile_OfAnyWindows_IsThatOfTheSortedOnesToAThousandth() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 1_000_000)).Where(a => a.Length > 0).ToArbitrary(), draws =>
        {
            double[] values = [.. draws.Select(d => Math.Exp(d / 250_000.0)).Order()];
            var histogram = new WindowHistogram();
            foreach (double value in values)
            {
                histogram.Add(value);
            }

            double exact = values[(int)Math.Ceiling(0.99 * values.Length) - 1];
            double found = histogram.Percentile(99)!.Value;
            return found >= exact && found <= exact * 1.001;
        }).QuickCheckThrowOnFailure();
}
