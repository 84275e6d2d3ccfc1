using Trunkline.Results;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Tests;

public class TechniqueSummaryTests
{
    /// <summary>Three seeds whose goodputs are 1, 2 and 3 Gb/s, and whose drops are 10, 10 and 10.</summary>
    [Fact]
    public void Of_SeveralSeeds_GivesTheIntervalOfEveryFigureThatDiffers()
    {
        Scenario scenario = TestScenario.BuiltIn("nas");
        RunResult[] runs = [.. Enumerable.Range(1, 3).Select(i => new RunResult
        {
            MeasuredPs = SimTime.SecondPs,
            DeliveredBytes = [i * 125_000_000L, 0],
            EndedBytes = [0, 0, 0],
            Flows = [.. Enumerable.Range(1, 10).Select(n => new FlowRecord(0, FlowKind.Flow, 0, 1, 4096, 0, n * i * SimTime.SecondPs / 1000))],
            Counts = new RunCounts { Drops = 10, Retransmissions = i },
        })];

        CompareTechnique row = new TechniqueSummary(scenario, 10_000_000_000, new IdleNetwork(scenario)).Of("random", runs);

        // Student's t for two degrees of freedom, 4.303, times the deviation 1 over the root of 3.
        Assert.Equal(0.24843, row.Confidence!["goodputFraction"], 5);
        Assert.Equal(row.Ci95!.Value, row.Confidence["goodputFraction"], 12);
        Assert.Equal(2.4843, row.Confidence["retransmits"], 4);
        Assert.DoesNotContain("drops", row.Confidence.Keys);

        // The slowest flows take 10, 20 and 30 ms, the middle ones 5, 10 and 15: deviations of 10 and 5 ms, and of 5.5 of the means.
        Assert.Equal(0.024843, row.Confidence["fct.mice.p99"], 6);
        Assert.Equal(0.012422, row.Confidence["fct.mice.p50"], 6);
        Assert.Equal(0.013664, row.Confidence["fct.mice.mean"], 6);
        Assert.Contains("slowdown.mice.p99", row.Confidence.Keys);
    }

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
