using Trunkline.Results;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation;

/// <summary>Makes one row of a comparison from the runs of a technique.</summary>
/// <param name="scenario">The scenario as it was run: for one fat link, the merged one.</param>
/// <param name="capacityBps">What the measured links can carry, of the scenario that is compared.</param>
/// <param name="idle">Tells how long flows take on the idle network.</param>
internal sealed class TechniqueSummary(Scenario scenario, long capacityBps, IdleNetwork idle)
{
    private const long MiceBytesMax = 100_000;
    private const long ElephantBytesMin = 10_000_000;

    /// <summary>Makes the row.</summary>
    /// <param name="name">The technique.</param>
    /// <param name="runs">One for each seed that was run to its end, in the order of the seeds; one at least.</param>
    public CompareTechnique Of(string name, IReadOnlyList<RunResult> runs)
    {
        if (runs.FirstOrDefault(r => r.NotApplicable is not null)?.NotApplicable is string why)
        {
            return new CompareTechnique { Name = name, NotApplicable = why };
        }

        return SumUp(name, runs) with { Confidence = runs.Count < 2 ? null : ConfidenceOf([.. runs.Select(r => SumUp(name, [r]))]) };
    }

    /// <summary>The intervals of all figures that every seed has.</summary>
    private static Dictionary<string, double> ConfidenceOf(CompareTechnique[] seeds)
    {
        var widths = new Dictionary<string, double>();
        foreach ((string name, Func<CompareTechnique, double?> figure) in CompareFigures.All)
        {
            double[] values = [.. seeds.Select(figure).OfType<double>()];
            if (values.Length == seeds.Length && values.Distinct().Count() > 1)
            {
                widths[name] = Confidence.HalfWidth(values)!.Value;
            }
        }

        return widths;
    }

    private CompareTechnique SumUp(string name, IReadOnlyList<RunResult> runs)
    {
        double[] goodputs = [.. runs.Select(r => Bps(r.DeliveredBytes.Sum(), r))];
        RunCounts[] totals = [.. runs.Select(r => r.Counts)];
        long segments = totals.Sum(t => t.Segments);
        long arrived = segments + totals.Sum(t => t.Datagrams);
        long outOfOrder = totals.Sum(t => t.OutOfOrder);
        long receiveEvents = totals.Sum(t => t.ReceiveEvents);
        FlowTimes times = Times(runs);
        return new CompareTechnique
        {
            Name = name,
            Runs = runs.Count,
            GoodputFraction = goodputs.Average() / capacityBps,
            GoodputBps = goodputs.Average(),
            Ci95 = Confidence.HalfWidth([.. goodputs.Select(g => g / capacityBps)]),
            Imbalance = runs.Average(r => ImbalanceOf(r, isBack: false)),
            ImbalanceBack = runs.Average(r => ImbalanceOf(r, isBack: true)),
            Drops = totals.Sum(t => t.Drops),
            Losses = totals.Sum(t => t.Losses),
            Marks = totals.Sum(t => t.Marks),
            Retransmits = totals.Sum(t => t.Retransmissions),
            Timeouts = totals.Sum(t => t.Timeouts),
            SpuriousUndos = totals.Sum(t => t.SpuriousUndos),
            Segments = arrived,
            OutOfOrder = outOfOrder,
            OutOfOrderFraction = arrived == 0 ? 0 : (double)outOfOrder / arrived,
            ReorderDepthMean = outOfOrder == 0 ? null : (double)totals.Sum(t => t.ReorderDepthSum) / outOfOrder,
            ReorderDepthMax = totals.Max(t => t.ReorderDepthMax),
            SegmentsPerEvent = receiveEvents == 0 ? null : (double)segments / receiveEvents,
            Moves = totals.Sum(t => t.Moves.Moves),
            UnsafeMoves = totals.Sum(t => t.Moves.UnsafeMoves),
            Flows = runs.Sum(r => r.Flows.Length),
            UnfinishedFlows = runs.Sum(r => r.UnfinishedFlows),
            Queue = QueueOf(runs.SelectMany(r => r.Links).Where(l => !l.IsBack)),
            QueueBack = QueueOf(runs.SelectMany(r => r.Links).Where(l => l.IsBack)),
            JainElephants = Mean(runs.Select(r => Jain([.. r.Elephants.Select(e => e.BitsPerSecond)]))),
            JainFlows = Mean(runs.Select(r => Jain([.. r.Flows.Where(f => f.Kind == FlowKind.Flow).Select(RateOf)]))),
            Elephants = Elephants(runs),
            Traffic = [.. scenario.Traffic.Select((traffic, i) => TrafficOf(traffic.Name, [.. runs.Select(r => Bps(r.DeliveredBytes[i], r))]))],
            Fct = times.Seconds,
            Slowdown = times.Slowdown,
            Reads = Requests(runs, FlowKind.Read),
            Writes = Requests(runs, FlowKind.Write),
            Links = Links(runs, isBack: false),
            LinksBack = Links(runs, isBack: true),
        };
    }

    private static double Bps(long bytes, RunResult run) => bytes * 8 / SimTime.ToSeconds(run.MeasuredPs);

    private static double RateOf(FlowRecord flow) => flow.Bytes / SimTime.ToSeconds(flow.EndPs - flow.StartPs);

    private static double? Mean(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length == 0 ? null : known.Average();
    }

    /// <summary>Jain's index: (Σx)² ÷ n Σx² (Jain, Chiu and Hawe 1984); null for fewer than two, or nothing at all.</summary>
    private static double? Jain(double[] values)
    {
        double sum = values.Sum();
        return values.Length < 2 || sum == 0 ? null : sum * sum / (values.Length * values.Sum(v => v * v));
    }

    /// <summary>The mean over bundles, each weighted by what it carried.</summary>
    private static double ImbalanceOf(RunResult run, bool isBack)
    {
        (double weighted, double bytes) = (0, 0);
        foreach (IGrouping<string, LinkRun> bundle in run.Links.Where(l => l.IsBack == isBack).GroupBy(l => l.Bundle))
        {
            double carried = bundle.Sum(l => l.Bytes);
            double most = bundle.Max(l => l.Bytes / l.MeanBitsPerSecond);
            weighted += carried == 0 ? 0 : most / (carried / bundle.Sum(l => l.MeanBitsPerSecond)) * carried;
            bytes += carried;
        }

        return bytes == 0 ? 1 : Math.Max(1, weighted / bytes);
    }

    private static CompareQueue QueueOf(IEnumerable<LinkRun> links)
    {
        var all = new DelayHistogram();
        foreach (LinkRun link in links)
        {
            all.Add(link.Delays);
        }

        return new CompareQueue(all.MeanSeconds, all.QuantileSeconds(990));
    }

    private static CompareLink[] Links(IReadOnlyList<RunResult> runs, bool isBack) =>
    [
        .. runs.SelectMany(r => r.Links).Where(l => l.IsBack == isBack).GroupBy(l => l.Name).Select(seeds => new CompareLink(
            seeds.Key,
            seeds.First().BitsPerSecond,
            seeds.Average(l => l.Utilization),
            seeds.Sum(l => l.Bytes),
            seeds.Sum(l => l.Drops),
            QueueOf(seeds))),
    ];

    private CompareTraffic TrafficOf(string name, double[] bps) => new(name, bps.Average(), bps.Average() / capacityBps);

    private CompareElephant[] Elephants(IReadOnlyList<RunResult> runs)
    {
        var elephants = new List<CompareElephant>();
        for (int i = 0; i < runs.Max(r => r.Elephants.Length); i++)
        {
            (RunResult Run, ElephantRun Elephant)[] seeds = [.. runs.Where(r => i < r.Elephants.Length).Select(r => (r, r.Elephants[i]))];
            ElephantRun first = seeds[0].Elephant;
            int number = seeds[0].Run.Elephants.Take(i).Count(e => e.Traffic == first.Traffic);
            double bps = seeds.Average(s => s.Elephant.BitsPerSecond);
            elephants.Add(new CompareElephant(
                $"{scenario.Traffic[first.Traffic].Name}/{number}",
                seeds.All(s => s.Elephant.Source == first.Source) ? first.Source : null,
                seeds.All(s => s.Elephant.Destination == first.Destination) ? first.Destination : null,
                bps,
                bps / capacityBps));
        }

        return [.. elephants];
    }

    private CompareRequests? Requests(IReadOnlyList<RunResult> runs, FlowKind kind)
    {
        FlowRecord[] all = [.. runs.SelectMany(r => r.Flows).Where(f => f.Kind == kind)];
        double bps = runs.Average(r => Bps(r.EndedBytes[(int)kind], r));
        return all.Length == 0 && bps == 0 ? null : new CompareRequests(
            bps,
            Distribution.Of([.. all.Select(f => SimTime.ToSeconds(f.EndPs - f.StartPs))]),
            Distribution.Of([.. all.Select(SlowdownOf)]));
    }

    private double SlowdownOf(FlowRecord flow) => (flow.EndPs - flow.StartPs) / (double)idle.TimePs(in flow);

    private FlowTimes Times(IReadOnlyList<RunResult> runs)
    {
        List<double>[] seconds = [[], [], []];
        List<double>[] slowdowns = [[], [], []];
        foreach (FlowRecord flow in runs.SelectMany(r => r.Flows).Where(f => f.Kind == FlowKind.Flow))
        {
            int sort = flow.Bytes < MiceBytesMax ? 0 : flow.Bytes <= ElephantBytesMin ? 1 : 2;
            seconds[sort].Add(SimTime.ToSeconds(flow.EndPs - flow.StartPs));
            slowdowns[sort].Add(SlowdownOf(flow));
        }

        return new FlowTimes(Classes(seconds), Classes(slowdowns));
    }

    private static CompareClasses Classes(List<double>[] sorts) =>
        new(Distribution.Of([.. sorts[0]]), Distribution.Of([.. sorts[1]]), Distribution.Of([.. sorts[2]]));

    private sealed record FlowTimes(CompareClasses Seconds, CompareClasses Slowdown);

    private static class Distribution
    {
        /// <summary>Mean and nearest-rank percentiles; sorts the values.</summary>
        public static CompareDistribution Of(double[] values)
        {
            Array.Sort(values);
            return values.Length == 0
                ? new CompareDistribution(0, null, null, null, null)
                : new CompareDistribution(values.Length, values.Average(), Rank(values, 500), Rank(values, 990), Rank(values, 999));
        }

        private static double Rank(double[] sorted, int thousandths) => sorted[(int)((((long)sorted.Length * thousandths) + 999) / 1000) - 1];
    }
}
