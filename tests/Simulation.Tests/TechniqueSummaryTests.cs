using Trunkline.Results;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Tests;

public class TechniqueSummaryTests
{
    /// <summary>One read of 4 KB began before the warm-up ended, one after it: both were delivered in the measured millisecond.</summary>
    [Fact]
    public void Of_ReadsThatEndedInTheMeasuredTime_CountsTheBlocksOfAllAndTheTimesOfThoseThatBeganInIt()
    {
        Scenario scenario = TestScenario.BuiltIn("nas");
        var run = new RunResult
        {
            MeasuredPs = SimTime.SecondPs / 1000,
            DeliveredBytes = new long[scenario.Traffic.Count],
            Flows = [new FlowRecord(0, FlowKind.Read, 0, 1, 4096, 0, SimTime.SecondPs / 2000)],
            EndedBytes = [0, 8192, 0],
        };

        CompareTechnique row = new TechniqueSummary(scenario, 1_000_000_000, new IdleNetwork(scenario)).Of("random", [run]);

        Assert.Equal(8192 * 8 * 1000.0, row.Reads!.GoodputBps, 1e-3);
        Assert.Equal((1, 0.0005), (row.Reads.Fct.Count, row.Reads.Fct.Mean));
        Assert.Null(row.Writes);
    }
}
