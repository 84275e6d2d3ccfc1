using Trunkline.Results;
using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Tests;

/// <summary>What is said of figures that are made up.</summary>
public class ComparisonFindingTests
{
    private const string Hash = "linux-bond/layer3+4";

    private static readonly Scenario Steady = TestScenario.BuiltIn("nas");

    [Fact]
    public void Of_AnElephantThatOthersGiveMore_SaysMoreThanWhat()
    {
        string finding = Find(
            Steady,
            Row(Hash, 0.5, elephant: 4e9),
            Row("static/wcmp", 0.5, elephant: 6e9),
            Row("flare", 0.5, elephant: 9e9),
            Row("keep-order", 0.9, elephant: 30e9));

        Assert.Contains(
            "under every hash the elephant stays on one link (6.00 Gb/s at most), and only keep-order gives it more than one link's 10Gb/s",
            finding,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("events=[{at: 22ms, link: uplinks/0, down}]")]
    [InlineData("traffic.0.start=21ms")]
    [InlineData("traffic.0.bytes=1MB")]
    public void Of_AnElephantWhoseLinksOrTimeAreNotTheSame_SaysNothingOfIt(string set)
    {
        string finding = Find(TestScenario.BuiltIn("nas", set), Row(Hash, 0.5, elephant: 4e9), Row("keep-order", 0.9, elephant: 30e9));

        Assert.DoesNotContain("elephant", finding, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_IntervalsThatOverlap_NamesAllOfThem()
    {
        Assert.StartsWith("The most goodput is that of drill and random (", FindWith(0.03));
        Assert.StartsWith("The most goodput is that of drill (", FindWith(0.01));

        static string FindWith(double ci95) => Find(Steady, Row("random", 0.84, ci95), Row("drill", 0.9, 0.04), Row(Hash, 0.5));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(10, false)]
    [InlineData(20, true)]
    public void Of_MiceOfWhichSomeDidNotEnd_SaysOfWhich(long unfinished, bool isSaid)
    {
        string finding = Find(Steady, Row("random", 0.9, mice: 1e-3), Row("drill", 0.9, mice: 2e-3) with { UnfinishedFlows = unfinished });

        Assert.Equal(isSaid, finding.EndsWith("and worst under drill (2,000 us), of those that ended.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1.356, 1000, "random delivers 54.24 Gb/s in both directions;")]
    [InlineData(1.356, 10, "random delivers 54.24 Gb/s;")]
    [InlineData(0.5, 1000, "random delivers 20.00 Gb/s, 50.0 % of the links;")]
    public void Of_MoreThanTheLinksCarryOneWay_SaysSo(double fraction, long bytesBack, string expected)
    {
        CompareTechnique row = Row("random", fraction);
        Assert.StartsWith(expected, Find(Steady, row with { LinksBack = [row.Links![0] with { Bytes = bytesBack }] }));
    }

    private static string Find(Scenario scenario, params CompareTechnique[] rows) => ComparisonFinding.Of(
        new CompareResult
        {
            Scenario = "",
            Summary = "",
            DurationSeconds = 1,
            WarmUpSeconds = 0,
            Seeds = [1],
            Measured = ["uplinks"],
            CapacityBps = 40_000_000_000,
            Techniques = rows,
            Run = new CompareCost(0, 0, 0, 0, 1),
        },
        scenario)!;

    private static CompareTechnique Row(string name, double fraction, double? ci95 = null, double? elephant = null, double? mice = null)
    {
        var none = new CompareDistribution(0, null, null, null, null);
        var link = new CompareLink("uplinks/0", 10_000_000_000, 0.5, 1000, 0, new CompareQueue(0, 0));
        return new CompareTechnique
        {
            Name = name,
            GoodputFraction = fraction,
            GoodputBps = fraction * 40e9,
            Ci95 = ci95,
            OutOfOrder = 0,
            OutOfOrderFraction = 0,
            Flows = 1000,
            UnfinishedFlows = 0,
            Elephants = elephant is double bps ? [new CompareElephant("backup/0", null, null, bps, bps / 40e9)] : [],
            Fct = new CompareClasses(mice is double p99 ? new CompareDistribution(1000, p99, p99, p99, p99) : none, none, none),
            Links = [link, link],
            LinksBack = [link, link],
        };
    }
}
