namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Every experiment, as far as it is quick.</summary>
public sealed class ValidationTests
{
    public static TheoryData<int> Numbers => [.. Experiments.All.Select(e => e.Number)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Experiment_RunQuickly_Holds(int number)
    {
        Row[] rows = [.. Experiments.All.Single(e => e.Number == number).Run(Effort.Quick)];
        foreach (Row row in rows)
        {
            TestContext.Current.TestOutputHelper!.WriteLine(row.ToString());
        }

        Assert.NotEmpty(rows);
        Assert.True(rows.All(r => r.Holds), string.Join("\n", rows.Where(r => !r.Holds)));
    }
}
