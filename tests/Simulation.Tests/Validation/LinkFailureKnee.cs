using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Workloads;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>A leaf-spine that lost a link: from which load on completion times grow without end.</summary>
internal sealed class LinkFailureKnee : Experiment
{
    private const int HostCount = 32;
    private const int UplinkMbps = 4000;
    private const int BisectionMbps = 4 * UplinkMbps;

    // Of a full frame, what is payload: loads here are of the wire.
    private const int SegmentBytes = 1448;
    private const int FrameBytes = 1538;

    public override int Number => 3;

    public override string Title => "knee of a link failure";

    public override string Expected =>
        "Two leaves, two spines, two links between each; of those from spine 1 to leaf 1 one is gone. Static hash sends half of the load "
        + "over what is left, so that it is full, and completion times grow for as long as the load lasts, from 50 % of the whole bisection. "
        + "Weights of 2:1 carry three quarters, and so does CONGA, whose mean completion time is several times shorter (the paper: 5) at "
        + "60 to 70 %.";

    public override string Source => "Arithmetic; CONGA, SIGCOMM 2014, §5.2.1, abstract";

    public override string Method =>
        "The paper's testbed at a tenth of scale: 32 hosts of 1 Gb/s a leaf, links of 4 Gb/s, 500 KB a queue; web search flows, Poisson, "
        + "from leaf 0 to leaf 1; CUBIC with SACK and RACK, shortest timeout 200 ms. Loads are of the wire. 8 s under load, the first "
        + "quarter not counted, then 12 s in which all flows end, so that each is counted. Knee: the load at which the link that is left would be "
        + "full, from what it carries at 40 %, seeds 1 to 8, since a few large flows are most of the bytes. CONGA with its times ten times as long, as the speeds are ten times lower: "
        + "conga:dre-interval=200us:gap=5ms; static/wcmp@linux-ecmp/l4. Seeds 1 to 3 else.";

    public override string Misses =>
        "A rule that sees its own ports alone (conga/local is worse than the hash), weights that do not see the failure. "
        + "`CanMissTests.LinkFailure…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        bool isQuick = effort == Effort.Quick;
        int runs = isQuick ? 1 : 3;
        int seconds = isQuick ? 2 : 8;
        const string Hash = "linux-ecmp/l4";
        const string Weights = "static/wcmp@linux-ecmp/l4";
        (string Technique, int Percent)[] cases =
            [.. ((string[])[Hash, Weights, Conga]).SelectMany(t => ((int[])[40, 60, 70]).Where(p => !isQuick || p < 70).Select(p => (t, p)))];
        Dictionary<(string, int), Knee> found = cases
            .Zip(Trial.All(cases, c => Mean(c.Technique, c.Percent, runs, seconds)))
            .ToDictionary(f => f.First, f => f.Second);
        double Knee(string technique) => Mean(technique, 40, isQuick ? 2 : 8, seconds).KneePercent;
        yield return new Row("static hash: knee, % of the bisection", Bound.Near(50, isQuick ? 6 : 3), Knee(Hash));
        yield return new Row("weights: knee, % of the bisection", Bound.Near(75, isQuick ? 9 : 4), Knee(Weights));
        foreach (int percent in isQuick ? (int[])[60] : [60, 70])
        {
            foreach ((string name, string technique) in ((string, string)[])[("CONGA", Conga), ("weights", Weights)])
            {
                yield return new Row(
                    $"load {percent} %: mean completion time of static hash over that of {name}",
                    Bound.AtLeast(isQuick ? 1.5 : 3),
                    found[(Hash, percent)].MeanMs / found[(technique, percent)].MeanMs);
            }
        }

        if (!isQuick)
        {
            (string Name, string Technique, int Percent, Bound Bound)[] growths =
            [
                ("static hash", Hash, 40, Bound.Near(1, 0.15)),
                ("static hash", Hash, 60, Bound.AtLeast(1.8)),
                ("CONGA", Conga, 70, Bound.AtMost(1.5)),
                ("weights", Weights, 70, Bound.AtMost(1.5)),
            ];
            foreach ((string name, string technique, int percent, Bound bound) in growths)
            {
                yield return new Row(
                    $"{name}, load {percent} %: mean completion time when the load lasts twice as long, over what it was",
                    bound,
                    Mean(technique, percent, runs, 2 * seconds).MeanMs / found[(technique, percent)].MeanMs);
            }
        }
    }

    /// <summary>CONGA with its times scaled as the speeds are.</summary>
    public const string Conga = "conga:dre-interval=200us:gap=5ms";

    /// <summary>What a load does, as the mean of several seeds.</summary>
    public static Knee Mean(string technique, int percent, int runs, int seconds)
    {
        Knee[] each = Trial.All(Enumerable.Range(1, runs), seed => Measure(technique, percent, (ulong)seed, seconds));
        return new Knee(each.Average(k => k.MeanMs), each.Average(k => k.KneePercent));
    }

    /// <summary>What a load does.</summary>
    /// <param name="technique">The technique.</param>
    /// <param name="percent">The load, in percent of the bisection without the failure.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="seconds">How long it lasts.</param>
    private static Knee Measure(string technique, int percent, ulong seed, int seconds)
    {
        Host[] left = Hosts("a", HostCount);
        Host[] right = Hosts("b", HostCount);
        Interval loaded = (seconds * 1000).Ms;
        Interval warmUp = new(loaded.Nanoseconds / 4);
        PortQueue queue = Queue(500_000);
        BundleLink To(string node) => new(node, UplinkMbps.Mbps, 10.Us, queue);
        var scenario = new Scenario
        {
            Name = "knee",
            Hosts = [.. left, .. right],
            Switches = [new Switch("leaf0"), new Switch("leaf1"), new Switch("spine0"), new Switch("spine1")],
            Bundles =
            [
                .. left.Select(h => Bundle($"nic-{h.Name}", h.Name, new BundleLink("leaf0", 1.Gbps, 10.Us, queue))),
                .. right.Select(h => Bundle($"nic-{h.Name}", "leaf1", new BundleLink(h.Name, 1.Gbps, 10.Us, queue))),
                Bundle("up", "leaf0", To("spine0"), To("spine0"), To("spine1"), To("spine1")),
                Bundle("whole", "spine0", To("leaf1"), To("leaf1")),
                Bundle("left", "spine1", To("leaf1")),
            ],
            Measured = ["up", "left"],
            Duration = new Interval(loaded.Nanoseconds * 5 / 2),
            WarmUp = warmUp,
            Transport = new Settings { RtoMin = 200.Ms },
            Traffic =
            [
                new MiceTraffic
                {
                    Name = "flows",
                    Stop = loaded,
                    From = [.. left.Select(h => h.Name)],
                    To = [.. right.Select(h => h.Name)],
                    Sizes = SizeTables.Find("websearch")!,
                    LoadPpm = (int)((long)percent * 10_000 * BisectionMbps / (HostCount * 1000) * SegmentBytes / FrameBytes),
                },
            ],
        };
        RunResult result = Trial.Run(scenario, technique, seed);
        if (result.UnfinishedFlows > 0)
        {
            throw new InvalidOperationException($"{technique} at {percent} %: {result.UnfinishedFlows} flows did not end");
        }

        double BytesOf(string bundle) => result.Links.Index().Where(l => !l.Item.IsBack && l.Item.Name.StartsWith(bundle, StringComparison.Ordinal))
            .Sum(l => result.Samples.Where(s => s.EndPs <= loaded.Nanoseconds * 1000).Sum(s => s.Bytes[l.Index]));
        return new Knee(
            result.Flows.Average(f => (f.EndPs - f.StartPs) / 1e9),
            100 * BytesOf("up/") / BytesOf("left/") * UplinkMbps / BisectionMbps);
    }
}

/// <summary>What a load did.</summary>
/// <param name="MeanMs">Mean completion time.</param>
/// <param name="KneePercent">The load at which the link that is left would be full, in percent of the bisection.</param>
internal readonly record struct Knee(double MeanMs, double KneePercent);
