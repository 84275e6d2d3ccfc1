namespace Trunkline.Simulation.Tests;

public class ConfidenceTests
{
    /// <summary>Mean 2, standard deviation 1, t(2) = 4.303: 4.303 ÷ √3.</summary>
    [Fact]
    public void HalfWidth_OfThreeValues_IsStudents() => Assert.Equal(2.4843, Confidence.HalfWidth([1, 2, 3])!.Value, 4);

    [Fact]
    public void HalfWidth_OfOneValue_IsUnknown() => Assert.Null(Confidence.HalfWidth([1]));

    [Theory]
    [InlineData(31, 2.042)]
    [InlineData(35, 2.042)]
    [InlineData(61, 2.000)]
    [InlineData(5_000, 1.962)]
    public void HalfWidth_OfManyValues_ApproachesTheNormal(int count, double quantile)
    {
        double[] values = [.. Enumerable.Range(0, count).Select(i => i % 2 == 0 ? 1.0 : -1.0)];
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (count - 1));

        Assert.Equal(quantile * deviation / Math.Sqrt(count), Confidence.HalfWidth(values)!.Value, 9);
    }
}
