using System.Globalization;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Workloads;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Flows of web search and data mining over a leaf-spine: who is faster than hashing, symmetric and with slow links.</summary>
internal sealed class FlowCompletion : Experiment
{
    private const string Ecmp = "linux-ecmp/l4";
    private const string Blind = "presto:weighted=false";
    private const string Drawn = "flowbender:rounds=2:spread=4";
    private const long CapBytes = 10_000_000;
    private const int FrameBytes = 1538;
    private const int Seeds = 10;

    // Others than those that were looked at while the claims were written.
    private const int FirstSeed = 301;

    // Those that are compared with ECMP; another is one word more.
    private static readonly string[] Techniques = ["flowlet/letflow", "conga", "presto", "drill", "flowbender", Drawn, "hermes"];

    // Of these, those that are published as faster than ECMP by far; and those that keep flows or flowlets together and do not know the
    // congestion of all paths at all times.
    private static readonly string[] Faster = ["conga", "presto", "drill"];
    private static readonly string[] Whole = ["flowlet/letflow", "flowbender", Drawn, "hermes"];

    private static readonly string[] Tables = ["websearch", "datamining"];
    private static readonly int[] Loads = [300, 500, 800];

    // FlowBender's.
    private const int PublishedMax = 600;

    // No claim: a guard.
    private const double FlowBenderMost = 1.15;

    private static readonly PortQueue Marked = new()
    {
        Bound = new ByteCount(600 * FrameBytes),
        Marking = new EcnMarking(new ByteCount(65 * FrameBytes), new ByteCount(65 * FrameBytes)),
    };

    public override int Number => 12;

    public override string Title => "flow completion over a leaf-spine";

    public override string Expected =>
        "Where all links are equal, CONGA, Presto and DRILL are faster than ECMP; LetFlow, Hermes, and FlowBender that draws how many round trips it waits, are not "
        + "seen to be slower; at loads of one half and more Presto, which cuts finest, is faster than those three. Where one leaf-to-spine link in five has a fifth "
        + "of its speed, equal turns (Presto without weights, and DRILL, which sees its own queues alone) are slower than ECMP, and those that notice, or know, are faster. "
        + "What is published and does not come out: FlowBender with N = 1 is faster than ECMP up to a load of 0.6 (there, of a fabric that is not oversubscribed), and "
        + "here is slower by some percent on web search; neither the pause nor a threshold of 50 % mends that, but drawing N from 2 to 6 does, "
        + "the paper's own remedy against moves in step. At a load of 0.8, where every path is marked, "
        + "neither is asked for more than 1.15, which is a guard and no claim. Hermes is published within some percent of CONGA; here it has about half of "
        + "CONGA's gain or less, and the cause is not found. That the gain is largest for data mining is not asked: the cut takes its tail away.";

    public override string Source =>
        "Presto, SIGCOMM 2015; LetFlow, NSDI 2017; Hermes, SIGCOMM 2017, in the setting of its authors' ns-3 code; orderings only";

    public override string Method =>
        "8 leaves, 8 spines, 16 hosts a leaf, all links 10 Gb/s and 10 us (2:1), 600 frames of buffer, marks from 65; DCTCP, initial window 10, no delayed "
        + "acknowledgements, minimum RTO 5 ms, segment by segment. Poisson arrivals from 0 to 25 ms (published runs: 100 ms), to hosts of other leaves, load on the uplinks, "
        + "headers left aside; sizes cut to 10 MB, since the tail does not end in a run; the run goes on until 1.5 s, so that all of them end, also one whose first "
        + "window was lost (RTO 1 s). Flows from 5 ms on: mean completion time over that of ECMP with the same flows, seed by seed; 95 % interval over 10 seeds, others than those that were looked at while the claims were written: slower, faster are said of whole intervals. "
        + "Asymmetric: 20 % of the links between leaves and spines, drawn by seed, at 2 Gb/s, load 0.5. Presto puts flowcells in order; DRILL relies on RACK.";

    public override string Misses => "A technique against itself, an interval of one seed (`CanMissTests.Completion…`).";

    public override IEnumerable<Row> Run(Effort effort)
    {
        if (effort == Effort.Quick)
        {
            yield return new Row(
                "websearch, load 0.5, 4 leaves: presto over ECMP, mean completion",
                Bound.AtMost(0.98),
                Ratios("presto", Ecmp, new Site(4, 8, false), "websearch", 500, 2).Mean);
            yield break;
        }

        var site = new Site(8, 16, false);
        foreach (string table in Tables)
        {
            foreach (int load in Loads)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"{table}, load {load / 1000.0}");
                var ratios = Techniques.ToDictionary(t => t, t => Ratios(t, Ecmp, site, table, load, Seeds));
                foreach (string technique in Techniques)
                {
                    yield return RowOf(name, technique, load, ratios[technique]);
                }

                if (load > Loads[0])
                {
                    yield return new Row(
                        $"{name}: lower ends of flows and flowlets less the upper end of presto, least",
                        Bound.AtLeast(0),
                        Whole.Min(t => ratios[t].Low) - ratios["presto"].High);
                }
            }
        }

        var slow = site with { HasSlowLinks = true };
        foreach (string technique in Techniques.Append(Blind))
        {
            Ratio ratio = Ratios(technique, Ecmp, slow, "websearch", 500, Seeds);
            yield return technique is "drill" or Blind
                ? new Row($"slow links: {technique} over ECMP, lower end", Bound.AtLeast(1), ratio.Low)
                : new Row($"slow links: {technique} over ECMP, upper end", Bound.AtMost(1), ratio.High);
        }

        yield return new Row("flows that had not ended, most of a run", Bound.Exactly(0), Known.Values.Max(k => k.Unfinished));
    }

    private static Row RowOf(string name, string technique, int load, Ratio ratio) => technique switch
    {
        _ when Faster.Contains(technique) => new Row($"{name}: {technique} over ECMP, upper end", Bound.AtMost(1), ratio.High),
        "flowbender" => new Row($"{name}: {technique} over ECMP", Bound.AtMost(FlowBenderMost), ratio.Mean),
        Drawn when load > PublishedMax => new Row($"{name}: {technique} over ECMP", Bound.AtMost(FlowBenderMost), ratio.Mean),
        _ => new Row($"{name}: {technique} over ECMP, lower end", Bound.AtMost(1), ratio.Low),
    };

    /// <summary>How much longer flows take than with another technique.</summary>
    public static Ratio Ratios(string technique, string other, Site site, string table, int loadThousandths, int seeds)
    {
        double[] ratios = Trial.All(
            Enumerable.Range(FirstSeed, seeds),
            seed => Mean(technique, site, table, loadThousandths, (ulong)seed).Seconds / Mean(other, site, table, loadThousandths, (ulong)seed).Seconds);
        return new Ratio(ratios.Average(), Confidence.HalfWidth(ratios) ?? 0);
    }

    private static readonly Dictionary<(string, Site, string, int, ulong), Completion> Known = [];

    /// <summary>Mean completion time; each is simulated once.</summary>
    private static Completion Mean(string technique, Site site, string table, int loadThousandths, ulong seed)
    {
        lock (Known)
        {
            if (Known.TryGetValue((technique, site, table, loadThousandths, seed), out Completion known))
            {
                return known;
            }
        }

        Completion completion = Simulate(technique, site, table, loadThousandths, seed);
        lock (Known)
        {
            return Known[(technique, site, table, loadThousandths, seed)] = completion;
        }
    }

    private static Completion Simulate(string technique, Site site, string table, int loadThousandths, ulong seed)
    {
        Host[][] leaves = [.. Enumerable.Range(0, site.Leaves).Select(l => Hosts($"l{l}h", site.HostsOfLeaf))];
        var random = new RandomSource(seed);
        var scenario = new Scenario
        {
            Name = "completion",
            Hosts = [.. leaves.SelectMany(h => h)],
            Switches =
            [
                .. Enumerable.Range(0, site.Leaves).Select(l => new Switch($"leaf{l}")), .. Enumerable.Range(0, site.Leaves).Select(s => new Switch($"spine{s}")),
            ],
            Bundles =
            [
                .. leaves.SelectMany((hosts, l) => hosts.Select(h => Bundle(
                    $"nic-{h.Name}", h.Name, new BundleLink($"leaf{l}", 10.Gbps, 10.Us, Unbounded) { QueueBack = Marked }))),
                .. Enumerable.Range(0, site.Leaves).Select(l => Bundle(
                    $"up{l}",
                    $"leaf{l}",
                    [.. Enumerable.Range(0, site.Leaves).Select(s => new BundleLink(
                        $"spine{s}", site.HasSlowLinks && random.Below(5) == 0 ? 2.Gbps : 10.Gbps, 10.Us, Marked))])),
            ],
            Measured = ["up0"],
            Duration = 1500.Ms,
            WarmUp = 5.Ms,
            Transport = new Settings
            {
                CongestionControl = CongestionControl.Dctcp,
                AckEvery = 1,
                RtoMin = 5.Ms,
                Tso = new ByteCount(0),
                Handshake = false,
            },
            Traffic =
            [
                .. leaves.Select((hosts, l) => new MiceTraffic
                {
                    Name = $"flows{l}",
                    From = [.. hosts.Select(h => h.Name)],
                    To = [.. leaves.Where((_, other) => other != l).SelectMany(h => h).Select(h => h.Name)],
                    Sizes = SizeTables.Find(table)!,
                    LoadPpm = loadThousandths * 1000 * site.Leaves / site.HostsOfLeaf,
                    Cap = new ByteCount(CapBytes),
                    Stop = 25.Ms,
                }),
            ],
        };
        RunResult result = Trial.Run(scenario, technique, seed);
        return new Completion(result.Flows.Average(f => (f.EndPs - f.StartPs) / 1e12), result.UnfinishedFlows);
    }

    /// <summary>Where flows go.</summary>
    /// <param name="Leaves">Leaves, and as many spines.</param>
    /// <param name="HostsOfLeaf">Hosts of each leaf.</param>
    /// <param name="HasSlowLinks">Whether some links are slow.</param>
    internal readonly record struct Site(int Leaves, int HostsOfLeaf, bool HasSlowLinks);

    private readonly record struct Completion(double Seconds, long Unfinished);
}

/// <summary>A ratio with its 95 % interval.</summary>
/// <param name="Mean">The mean over seeds.</param>
/// <param name="HalfWidth">Half of the interval.</param>
internal readonly record struct Ratio(double Mean, double HalfWidth)
{
    /// <summary>Its lower end.</summary>
    public double Low => Mean - HalfWidth;

    /// <summary>Its upper end.</summary>
    public double High => Mean + HalfWidth;
}
