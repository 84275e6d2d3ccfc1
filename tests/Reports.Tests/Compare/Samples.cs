using Trunkline.Reports.Compare;
using Trunkline.Results;

namespace Trunkline.Reports.Tests.Compare;

/// <summary>Comparisons of any size, with figures that follow from their numbers.</summary>
internal static class Samples
{
    public const long SpeedBps = 10_000_000_000;

    public static string Html(CompareResult result, CompareDetail detail)
    {
        using var output = new StringWriter { NewLine = "\n" };
        CompareReport.Create(result, detail).Write(output);
        return output.ToString();
    }

    public static string Html(int techniques = 4, int links = 4, bool hasFlows = true)
    {
        CompareResult result = Result(techniques, links, hasFlows);
        return Html(result, Detail(result, hasFlows));
    }

    public static CompareResult Result(int techniques = 4, int links = 4, bool hasFlows = true) => new()
    {
        Scenario = "sample",
        Summary = "Figures for the tests of reports",
        DurationSeconds = 0.2,
        WarmUpSeconds = 0.02,
        Seeds = [1, 2, 3],
        Measured = ["uplinks"],
        CapacityBps = links * SpeedBps,
        Techniques =
        [
            Technique(CompareTechnique.OneFatLink, 0, links, hasFlows),
            .. Enumerable.Range(1, techniques).Select(i => Technique($"technique/{i}", i, links, hasFlows)),
            new CompareTechnique { Name = "conga", NotApplicable = "it needs a leaf-spine" },
        ],
        Finding = "technique/1 delivers most (36 Gb/s; one fat link would give 38); nothing arrives out of order.",
        Run = new CompareCost(1, 1, 1, 1, 1),
    };

    public static CompareDetail Detail(CompareResult result, bool hasFlows = true, int points = 100)
    {
        CompareTechnique[] ran = [.. result.Techniques.Where(t => t.NotApplicable is null)];
        CompareNode[] nodes = [new("server", true), new("storage", true), new("switch", false)];
        return new CompareDetail
        {
            Command = "trunkline compare sample.yaml --seeds 3",
            ScenarioText = "scenario: sample\nhosts: {server: , storage: }\n",
            Topology = new CompareTopology(
                nodes, [.. ran.Last().Links!.Select(l => new CompareWire(l.Name, 0, 2, l.SpeedBps)), new CompareWire("down/0", 2, 1, SpeedBps)]),
            Events = [new CompareEvent(0.05, "uplinks/1 down"), new CompareEvent(0.1, "uplinks/1 up")],
            Series =
            [
                .. ran.Select((t, i) => new CompareSeries(
                    t.Name,
                    1,
                    [.. Enumerable.Range(1, points).Select(p => 0.02 + (0.18 * p / points))],
                    [.. t.Links!.Take(LinesOf(ran)).Select((l, at) => LinkSeries(l.Name, false, at, points)), .. t.Links!.Take(LinesOf(ran)).Select((l, at) => LinkSeries(l.Name, true, at, points))])),
            ],
            Slowdowns = !hasFlows ? [] :
            [
                .. ran.SelectMany((t, i) => ((string[])["flows", "mice", "elephants"]).Select(sort => new CompareSlowdowns(
                    t.Name, sort, 10_000, [.. Enumerable.Range(1, 40).Select(p => new CompareSlowdownPoint(1 + (p * (i + 1) * 0.1), p / 40.0))]))),
            ],
        };
    }

    /// <summary>Very many links are drawn as three lines.</summary>
    private static int LinesOf(CompareTechnique[] ran) => ran[0].Links!.Count > 16 ? 3 : ran[0].Links!.Count;

    private static CompareLinkSeries LinkSeries(string name, bool isBack, int at, int points) => new(
        name,
        isBack,
        [.. Enumerable.Range(0, points).Select(p => Math.Round(0.5 + (0.4 * Math.Sin((p + (at * 7)) * 0.3)), 3))],
        [.. Enumerable.Range(0, points).Select(p => (long)((p + (at * 13)) % 50 * 2_000))]);

    private static CompareTechnique Technique(string name, int number, int links, bool hasFlows)
    {
        double fraction = 0.95 - (0.7 * number / (number + 5.0));
        CompareDistribution Times(double scale) => !hasFlows ? new(0, null, null, null, null)
            : new(1_000, scale * (number + 1), scale * (number + 1) * 0.8, scale * (number + 1) * 7, scale * (number + 1) * 9);
        CompareLink[] Links(double use) =>
        [
            .. Enumerable.Range(0, links).Select(i => new CompareLink(
                $"uplinks/{i}", SpeedBps, use / (1 + (i % 4)), 1_000_000, i, new CompareQueue(0.00001, 0.0001))),
        ];
        return new CompareTechnique
        {
            Name = name,
            Runs = 3,
            GoodputFraction = fraction,
            GoodputBps = fraction * links * SpeedBps,
            Ci95 = 0.01 * number,
            Imbalance = 1 + (0.1 * number),
            ImbalanceBack = 1,
            Drops = number * 1_000,
            Losses = 0,
            Marks = 0,
            Retransmits = number,
            Timeouts = 0,
            SpuriousUndos = 0,
            Segments = 100_000,
            OutOfOrder = number * 100,
            OutOfOrderFraction = number * 0.001,
            SegmentsPerEvent = 20.0 / (number + 1),
            Moves = number,
            UnsafeMoves = 0,
            Flows = hasFlows ? 1_000 : 0,
            UnfinishedFlows = number,
            Queue = new CompareQueue(0.00001, 0.0001 * (number + 1)),
            QueueBack = new CompareQueue(0, 0),
            Elephants = [],
            Traffic = [],
            Fct = new CompareClasses(Times(1e-4), new(0, null, null, null, null), Times(1e-2)),
            Slowdown = new CompareClasses(Times(1), new(0, null, null, null, null), Times(2)),
            Links = Links(fraction),
            LinksBack = Links(0.05),
        };
    }
}
