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
    private const long CapBytes = 10_000_000;
    private const int FrameBytes = 1538;
    private const int Seeds = 5;

    // Those that are compared with ECMP; another is one word more.
    private static readonly string[] Techniques = ["flowlet/letflow", "presto", "drill", "flowbender", "hermes"];

    // Of these, those that keep flows or flowlets together.
    private static readonly string[] Whole = ["flowlet/letflow", "flowbender", "hermes"];

    private static readonly string[] Tables = ["websearch", "datamining"];
    private static readonly int[] Loads = [300, 500, 800];

    private static readonly PortQueue Marked = new()
    {
        Bound = new ByteCount(600 * FrameBytes),
        Marking = new EcnMarking(new ByteCount(65 * FrameBytes), new ByteCount(65 * FrameBytes)),
    };

    public override int Number => 12;

    public override string Title => "flow completion over a leaf-spine";

    public override string Expected =>
        "Where all links are equal, Presto and DRILL, which cut finest, are faster than ECMP, and Presto is faster than all that keeps flows or flowlets "
        + "together. Hermes is faster at low load. LetFlow is as ECMP, since senders clocked by acknowledgements leave no gaps of 500 us. FlowBender gains at low "
        + "load; where every path is marked, as with uplinks at twice their share, it moves on and on, and each move reorders: it, and Hermes at the highest load, "
        + "may then be slower than ECMP, by 15 % at most. Where one leaf-to-spine link in five has a fifth of its speed, equal turns (Presto without weights, and DRILL, which sees its own "
        + "queues alone) are slower than ECMP, and those that notice, or know, are faster. Published gains of FlowBender and Hermes at high load are larger: "
        + "their networks were not oversubscribed, or their TCP waited for longer before it took a segment for lost. That the gain is largest for data mining is not asked: the cut takes its tail away.";

    public override string Source =>
        "Presto, SIGCOMM 2015; LetFlow, NSDI 2017; Hermes, SIGCOMM 2017, in the setting of its authors' ns-3 code; orderings only";

    public override string Method =>
        "8 leaves, 8 spines, 16 hosts a leaf, all links 10 Gb/s and 10 us (2:1), 600 frames of buffer, marks from 65; DCTCP, initial window 10, no delayed "
        + "acknowledgements, minimum RTO 5 ms, segment by segment. Poisson arrivals from 0 to 25 ms (published runs: 100 ms), to hosts of other leaves, load on the uplinks, "
        + "headers left aside; sizes cut to 10 MB, since the tail does not end in a run; the run goes on until 1.5 s, so that all of them end, also one whose first "
        + "window was lost (RTO 1 s). Flows from 5 ms on: mean completion time over that of ECMP with the same flows, seed by seed; 95 % interval over 5 seeds. "
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
                ? new Row($"slow links: {technique} over ECMP", Bound.AtLeast(1), ratio.Mean)
                : new Row($"slow links: {technique} over ECMP, upper end", Bound.AtMost(1), ratio.High);
        }

        yield return new Row("flows that had not ended, most of a run", Bound.Exactly(0), Known.Values.Max(k => k.Unfinished));
    }

    private static Row RowOf(string name, string technique, int load, Ratio ratio) => (technique, load) switch
    {
        ("presto" or "drill", _) or ("hermes", 300) => new Row($"{name}: {technique} over ECMP, upper end", Bound.AtMost(1), ratio.High),
        ("hermes", 500) => new Row($"{name}: {technique} over ECMP", Bound.AtMost(1), ratio.Mean),
        ("flowlet/letflow", _) => new Row($"{name}: {technique} over ECMP", Bound.Near(1, 0.05), ratio.Mean),
        _ => new Row($"{name}: {technique} over ECMP", Bound.AtMost(load == 300 ? 1 : 1.15), ratio.Mean),
    };

    /// <summary>How much longer flows take than with another technique.</summary>
    public static Ratio Ratios(string technique, string other, Site site, string table, int loadThousandths, int seeds)
    {
        double[] ratios = Trial.All(
            Enumerable.Range(1, seeds),
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
