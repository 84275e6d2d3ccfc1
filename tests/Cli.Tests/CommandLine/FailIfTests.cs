using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Tests.CommandLine;

public class FailIfTests
{
    private static readonly string[] Fields = ["imbalance", "imbalanceP99"];

    [Theory]
    [InlineData("imbalance > 1.5", null, "imbalance", 1.6, 1.5)]
    [InlineData("imbalance>=1.5", null, "imbalance", 1.5, 1.4)]
    [InlineData("linux-bond/layer3+4.imbalanceP99 < 2", "linux-bond/layer3+4", "imbalanceP99", 1.9, 2)]
    [InlineData("rebalance/ovs:interval=0.5s.imbalance<=2", "rebalance/ovs:interval=0.5s", "imbalance", 2, 2.1)]
    [InlineData("imbalance == 1", null, "imbalance", 1, 1.1)]
    [InlineData("imbalance != 1e0", null, "imbalance", 1.1, 1)]
    public void Read_OfACondition_HoldsWhereItSays(string text, string? subject, string field, double holding, double other)
    {
        var faults = new List<string>();

        FailIf? condition = FailIf.Read(text, Fields, faults);

        Assert.Empty(faults);
        Assert.Equal((subject, field), (condition!.Subject, condition.Field));
        Assert.True(condition.Holds(holding));
        Assert.False(condition.Holds(other));
    }

    [Theory]
    [InlineData("", "is no condition")]
    [InlineData("imbalance", "is no condition")]
    [InlineData("imbalance > ", "is no condition")]
    [InlineData("imbalance > much", "is no condition")]
    [InlineData("imbalance > Infinity", "is no condition")]
    [InlineData("imbalance => 1", "is no condition")]
    [InlineData("evenness > 1", "write one of imbalance, imbalanceP99")]
    public void Read_OfWhatIsNoCondition_SaysWhatToWrite(string text, string expected)
    {
        var faults = new List<string>();

        Assert.Null(FailIf.Read(text, Fields, faults));
        Assert.Contains(expected, Assert.Single(faults));
    }
}
