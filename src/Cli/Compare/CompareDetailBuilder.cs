using Trunkline.Reports;
using Trunkline.Results;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation;

namespace Trunkline.Cli.Compare;

/// <summary>Collects what a report shows beside the result, thinned to a bounded size while the runs come in.</summary>
/// <remarks>Runs come from the threads that run, one at a time and in order: technique by technique, seed by seed.</remarks>
internal sealed class CompareDetailBuilder
{
    private const int LinksMax = 16;
    private const int LinesMax = 1_600;
    private const int ValuesMax = 24_000;
    private const int EnvelopeLines = 6;
    private const int PointsMin = 10;
    private const int PointsMax = 200;
    private const int CurvePointsMax = 80;
    private const int CurveValuesMax = 20_000;
    private const int EventsMax = 40;
    private const int TextMax = 64 << 10;
    private const int MiceBytesMax = 100_000;
    private const int ElephantBytesMin = 10_000_000;

    private readonly ComparisonOptions _options;
    private readonly string _command;
    private readonly string _scenarioText;
    private readonly int _techniques;
    private readonly List<CompareSeries> _series = [];
    private readonly List<CompareSlowdowns> _slowdowns = [];
    private readonly SortedList<int, List<double>> _classes = [];
    private string? _technique;

    /// <summary>Begins.</summary>
    /// <param name="options">What is compared.</param>
    /// <param name="command">The command line that gives the same figures again.</param>
    /// <param name="scenarioText">The scenario as written.</param>
    public CompareDetailBuilder(ComparisonOptions options, string command, string scenarioText)
    {
        (_options, _command, _scenarioText) = (options, command, scenarioText);
        _techniques = options.Techniques.Count + 1;
    }

    /// <summary>Takes one run in detail.</summary>
    public void OnRun(RunSeries run)
    {
        if (run.Technique != _technique)
        {
            EndTechnique();
            _technique = run.Technique;
            _series.Add(new CompareSeries(run.Technique, run.Seed, [], []));
            AddSeries(run);
        }

        foreach (EndedFlow flow in run.Flows)
        {
            AddSlowdown(flow);
        }
    }

    /// <summary>All that was collected.</summary>
    public CompareDetail Finish()
    {
        EndTechnique();
        return new CompareDetail
        {
            Command = _command,
            ScenarioText = _scenarioText.Length <= TextMax ? _scenarioText : $"{_scenarioText[..TextMax]}\n# … {_scenarioText.Length - TextMax:#,0} characters more",
            Topology = TopologyOf(_options.Scenario),
            Events = EventsOf(_options.Scenario),
            Series = _series,
            Slowdowns = _slowdowns,
        };
    }

    // --- loads over time ---

    private void AddSeries(RunSeries run)
    {
        // One list of samples a link, in the order in which the run has the links.
        var samples = new Dictionary<(string Link, bool IsBack), List<LinkLoad>>();
        foreach (LinkLoad load in run.Loads)
        {
            if (!samples.TryGetValue((load.Link, load.IsBack), out List<LinkLoad>? link))
            {
                samples.Add((load.Link, load.IsBack), link = []);
            }

            link.Add(load);
        }

        if (samples.Count == 0)
        {
            _series.RemoveAt(_series.Count - 1);
            return;
        }

        bool areMany = samples.Count > 2 * LinksMax || samples.Count * _techniques > LinesMax;
        int lines = areMany ? EnvelopeLines : samples.Count;
        int pointsMax = Math.Clamp(ValuesMax / (_techniques * lines), PointsMin, PointsMax);
        int count = samples.Values.First().Count;
        int step = (count + pointsMax - 1) / pointsMax;

        // Only a link that becomes faster can send more than its first speed allows.
        double shareMax = _options.Scenario.Events.Any(e => e.Kind == LinkEventKind.Rate) ? double.MaxValue : 1;
        CompareLinkSeries[] links = [.. samples.Select(s => SeriesOf(s.Key.Link, s.Key.IsBack, s.Value, step, _options.Scenario.WarmUp.TotalSeconds, shareMax))];
        _series[^1] = _series[^1] with
        {
            EndSeconds = [.. samples.Values.First().Chunk(step).Select(chunk => chunk[^1].Seconds)],
            Links = !areMany ? links : [.. Envelope(links, isBack: false), .. Envelope(links, isBack: true)],
        };
    }

    private static CompareLinkSeries SeriesOf(string name, bool isBack, List<LinkLoad> samples, int step, double beginSeconds, double shareMax)
    {
        var use = new List<double>();
        var backlog = new List<long>();
        // Samples begin with the measured time; how much waited then is not known, and taken for as much as at the first sample's end.
        (double before, long waiting) = (beginSeconds, samples[Math.Min(step, samples.Count) - 1].BacklogBytes);
        foreach (LinkLoad[] chunk in samples.Chunk(step))
        {
            // What was accepted, and does not wait any more, was sent; or lost with the queue of a link that failed.
            long sent = Math.Max(0, chunk.Sum(c => c.Bytes) + waiting - chunk[^1].BacklogBytes);
            double seconds = chunk[^1].Seconds - before;
            double share = seconds <= 0 || chunk[0].SpeedBps == 0 ? 0 : sent * 8 / (seconds * chunk[0].SpeedBps);
            use.Add(Math.Round(Math.Min(share, shareMax), 3));
            backlog.Add(chunk.Max(c => c.BacklogBytes));
            (before, waiting) = (chunk[^1].Seconds, chunk[^1].BacklogBytes);
        }

        return new CompareLinkSeries(name, isBack, use, backlog);
    }

    private static IEnumerable<CompareLinkSeries> Envelope(CompareLinkSeries[] links, bool isBack)
    {
        CompareLinkSeries[] of = [.. links.Where(l => l.IsBack == isBack)];
        if (of.Length == 0)
        {
            yield break;
        }

        foreach ((string name, Func<IEnumerable<double>, double> pick) in ((string, Func<IEnumerable<double>, double>)[])
            [("most", values => values.Max()), ("mean", values => values.Average()), ("least", values => values.Min())])
        {
            yield return new CompareLinkSeries(
                name,
                isBack,
                [.. of[0].Use.Select((_, i) => Math.Round(pick(of.Select(l => l.Use[i])), 3))],
                [.. of[0].BacklogBytes.Select((_, i) => (long)pick(of.Select(l => (double)l.BacklogBytes[i])))]);
        }
    }

    // --- slowdowns ---

    private static readonly string[] ClassNames = ["flows", "mice", "middle", "elephants", "reads", "writes"];

    private void AddSlowdown(EndedFlow flow)
    {
        switch (flow.Kind)
        {
            case "read":
                ValuesOf(4).Add(flow.Slowdown);
                break;
            case "write":
                ValuesOf(5).Add(flow.Slowdown);
                break;
            default:
                ValuesOf(0).Add(flow.Slowdown);
                ValuesOf(flow.Bytes < MiceBytesMax ? 1 : flow.Bytes <= ElephantBytesMin ? 2 : 3).Add(flow.Slowdown);
                break;
        }
    }

    private List<double> ValuesOf(int sort)
    {
        if (!_classes.TryGetValue(sort, out List<double>? values))
        {
            _classes.Add(sort, values = []);
        }

        return values;
    }

    private void EndTechnique()
    {
        foreach ((int sort, List<double> values) in _classes)
        {
            values.Sort();
            _slowdowns.Add(new CompareSlowdowns(_technique!, ClassNames[sort], values.Count, PointsOf(values)));
        }

        _classes.Clear();
    }

    /// <summary>Nearest-rank percentiles, closer together where the tail is, the exact ones that tables name among them.</summary>
    private CompareSlowdownPoint[] PointsOf(List<double> sorted)
    {
        int points = Math.Clamp(CurveValuesMax / (_techniques * ClassNames.Length), 24, CurvePointsMax);
        IEnumerable<double> shares = Enumerable.Range(0, points + 1).Select(i => (double)i / points)
            .Concat([0.5, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999]);
        return
        [
            .. shares.Select(share => Math.Clamp((int)Math.Ceiling((share * sorted.Count) - 1e-9), 1, sorted.Count)).Distinct().Order()
                .Select(rank => new CompareSlowdownPoint(sorted[rank - 1], Math.Round((double)rank / sorted.Count, 6))),
        ];
    }

    // --- the scenario ---

    private static CompareTopology TopologyOf(Scenario scenario)
    {
        CompareNode[] nodes = [.. scenario.Hosts.Select(h => new CompareNode(h.Name, IsHost: true)), .. scenario.Switches.Select(s => new CompareNode(s.Name, IsHost: false))];
        Dictionary<string, int> indices = nodes.Select((node, i) => (node.Name, i)).ToDictionary(p => p.Name, p => p.i);
        return new CompareTopology(
            nodes,
            [.. scenario.Bundles.SelectMany(b => b.Links.Select((l, i) => new CompareWire($"{b.Name}/{i}", indices[b.From], indices[l.To], l.Rate.BitsPerSecond)))]);
    }

    private static CompareEvent[] EventsOf(Scenario scenario)
    {
        CompareEvent[] all = [.. scenario.Events.Select(e => new CompareEvent(e.At.TotalSeconds, $"{e.Bundle}/{e.Link} {WhatOf(e)}"))];
        return all.Length <= EventsMax ? all
            : [.. all.Take(EventsMax - 1), all[EventsMax - 1] with { What = $"{all[EventsMax - 1].What}, and {all.Length - EventsMax} events later" }];
    }

    private static string WhatOf(LinkEvent what)
    {
        string change = what.Kind switch
        {
            LinkEventKind.Down => "down",
            LinkEventKind.Up => "up",
            LinkEventKind.Rate => $"now {what.Rate}",
            LinkEventKind.Delay => $"delay now {what.Delay}",
            LinkEventKind.Loss => $"loses {Figures.Percent(what.LossPpm / 1e6)}",
            _ => "silent: loses all",
        };
        return what.Directions == LinkDirections.Both ? change : $"{change}, {(what.Directions == LinkDirections.Forth ? "forth" : "back")} only";
    }
}
