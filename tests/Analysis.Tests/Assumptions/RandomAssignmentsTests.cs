using Trunkline.Analysis.Assumptions;
using Trunkline.Analysis.Flows;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Tests.Assumptions;

public class RandomAssignmentsTests
{
    // Three standard deviations of a share near one half.
    private const double Scatter = 0.015;

    [Fact]
    public void Try_OneFlow_ExceedsAlways() => Assert.Equal([1, 1, 1], Try([.. CaptureRun.Links(4)], [700], 0.1, 0.25, 0.5));

    [Fact]
    public void Try_OneFlowOnOneLink_ExceedsNever() => Assert.Equal([0], Try([.. CaptureRun.Links(1)], [700], 0.1));

    [Fact]
    public void Try_TwoEqualFlowsOnTwoLinks_MeetInOneOfTwo() =>
        Assert.InRange(Try([.. CaptureRun.Links(2)], [700, 700], 0.5)[0], 0.5 - Scatter, 0.5 + Scatter);

    [Fact]
    public void Try_NoFlows_ExceedsNever() => Assert.Equal([0], Try([.. CaptureRun.Links(2)], [], 0.1));

    // n! ÷ nⁿ.
    [Theory]
    [InlineData(4, 0.09375)]
    [InlineData(8, 0.0024)]
    public void Try_AsManyFlowsAsLinks_AllPartedAsSeldomAsCounted(int links, double parted)
    {
        double exceeded = Try([.. CaptureRun.Links(links)], Enumerable.Repeat(700L, links), 0.5)[0];

        Assert.InRange(1 - exceeded, parted - 0.009, parted + 0.009);
    }

    // Balls in bins: E[max] ÷ mean; 1.5 for two in two is exact.
    [Theory]
    [InlineData(2, 2, 1.5)]
    [InlineData(4, 4, 2.127)]
    [InlineData(8, 4, 1.768)]
    [InlineData(16, 4, 1.535)]
    [InlineData(64, 4, 1.262)]
    [InlineData(256, 4, 1.131)]
    [InlineData(8, 8, 2.597)]
    [InlineData(64, 8, 1.530)]
    [InlineData(1024, 8, 1.127)]
    public void Try_EqualFlows_FillTheFullestAsBallsInBins(int flows, int links, double expected)
    {
        // E[max] = Σ P(max ≥ k).
        double mean = (double)flows / links;
        double[] over = [.. Enumerable.Range(1, flows).Select(k => ((k - 0.5) / mean) - 1)];

        double most = Try([.. CaptureRun.Links(links)], Enumerable.Repeat(700L, flows), over).Sum() / mean;

        Assert.InRange(most, expected * 0.99, expected * 1.01);
    }

    [Theory]
    [InlineData(100, 0.1)]
    [InlineData(1000, 0.05)]
    [InlineData(3000, 0.02)]
    [InlineData(20_000, 0.01)]
    public void Try_ManyEqualFlowsOnTwoLinks_FollowTheBinomial(int flows, double over)
    {
        // 2 · P(X > (1 + over) n ÷ 2), each probability from the one before.
        double log = -flows * Math.Log(2);
        double expected = 0;
        for (int k = 0; k <= flows; k++)
        {
            expected += k > ((1 + over) * flows / 2) + 1e-9 ? 2 * Math.Exp(log) : 0;
            log += Math.Log((double)(flows - k) / (k + 1));
        }

        double share = Try([.. CaptureRun.Links(2)], Enumerable.Repeat(700L, flows), over)[0];

        Assert.InRange(expected, 0.1, 0.3);
        Assert.InRange(share, expected - Scatter, expected + Scatter);
    }

    [Theory]
    [InlineData(new[] { 1, 2, 5 })]
    [InlineData(new[] { 40, 41, 80, 100 })]
    public void Try_SmallFlowsTogether_ScatterAsOneByOne(int[] speeds)
    {
        // Sizes over a range of 1 to 16, most flows small: two thirds of the bytes come as sums.
        long[] sizes = [.. Enumerable.Range(0, 8000).Select(i => 1000L << (i % 97 == 0 ? 4 : i % 11 == 0 ? 2 : 0))];
        Link[] links = [.. speeds.Select((speed, i) => new Link($"link{i}", new BitRate(speed * 1_000_000L)) { Weight = speed })];
        double[] over = [0.02, 0.04, 0.06];
        var expected = new double[over.Length];
        var random = new RandomSource(99);
        var loads = new double[links.Length];
        int[] slots = [.. speeds.SelectMany((speed, link) => Enumerable.Repeat(link, speed))];
        const int Tries = 3000;
        for (int i = 0; i < Tries; i++)
        {
            Array.Clear(loads);
            foreach (long size in sizes)
            {
                loads[slots[random.Below((uint)slots.Length)]] += size;
            }

            double most = loads.Select((load, link) => load / sizes.Sum() * slots.Length / speeds[link]).Max();
            for (int e = 0; e < over.Length; e++)
            {
                expected[e] += most > 1 + over[e] ? 1.0 / Tries : 0;
            }
        }

        double[] shares = Try(links, sizes, over);

        Assert.True(new HashSet<double>(expected).Count == 3 && expected[1] is > 0.05 and < 0.95);
        Assert.All(shares.Zip(expected), pair => Assert.InRange(pair.First, pair.Second - 0.032, pair.Second + 0.032));
    }

    [Fact]
    public void Try_WithWeightsOfALargeSum_KeepsSmallChances()
    {
        Link[] links = [new Link("a", new BitRate(255_000)) { Weight = 255 }, new Link("b", new BitRate(1000)) { Weight = 1 }];

        // Only on the small link a flow is too much: in one of 256.
        Assert.InRange(Try(links, [700], 0.1)[0], (1.0 / 256) - 0.002, (1.0 / 256) + 0.002);
    }

    [Fact]
    public void Try_WithADrainedLink_CountsItsSpeedButNotIt()
    {
        Link[] links = [.. CaptureRun.Links(4)];
        links[1] = links[1] with { Weight = 0 };

        Assert.Equal([1, 1], Try(links, Enumerable.Repeat(700L, 100_000), 0.1, 0.32));
        Assert.Equal([0], Try(links, Enumerable.Repeat(700L, 100_000), 0.4));
    }

    [Fact]
    public void Try_Again_GivesTheSameForTheSameSeed()
    {
        long[] sizes = [.. Enumerable.Range(1, 3000).Select(i => 1_000_000L / i)];
        Link[] links = [.. CaptureRun.Links(4)];

        double[] first = new RandomAssignments(Sizes(sizes), new LinkShares(links)).Try([0.3, 0.5], 7);
        double[] again = new RandomAssignments(Sizes(sizes.Reverse()), new LinkShares(links)).Try([0.3, 0.5], 7);
        double[] other = new RandomAssignments(Sizes(sizes), new LinkShares(links)).Try([0.3, 0.5], 8);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.InRange(first[0], other[0] - 0.02, other[0] + 0.02);
    }

    private static double[] Try(Link[] links, IEnumerable<long> sizes, params double[] over) =>
        new RandomAssignments(Sizes(sizes), new LinkShares(links)).Try(over, 1);

    private static FlowSizes Sizes(IEnumerable<long> sizes)
    {
        var all = new FlowSizes();
        foreach (long size in sizes)
        {
            all.Add(size);
        }

        return all;
    }
}
