using System.Globalization;
using Trunkline.Analysis;
using Trunkline.Results;

namespace Trunkline.Cli.Analyze;

/// <summary>Collects what a report shows beside the result, thinned to a bounded size while the capture is read.</summary>
/// <remarks>Told on the thread that runs the statistics, asked by the one that reads when that is done.</remarks>
internal sealed class AnalyzeDetailBuilder
{
    private const int LinesMax = 16;
    private const int ValuesMax = 48_000;
    private const int IntervalsMin = 24;
    private const int IntervalsMax = 240;
    private const int BucketIntervalsMax = 120;

    // What the last interval is divided by, at least: so few frames say nothing of a rate.
    private const double PartMin = 0.25;

    private readonly AnalysisOptions _options;
    private readonly string _command;
    private readonly int _links;
    private readonly IntervalSums _loads;
    private readonly IntervalSums _idle;
    private readonly IntervalSums _buckets;

    /// <summary>Begins.</summary>
    /// <param name="options">What is asked of the analyzer.</param>
    /// <param name="command">The command line that gives the same figures again.</param>
    public AnalyzeDetailBuilder(AnalysisOptions options, string command)
    {
        (_options, _command, _links) = (options, command, options.Links.Count);
        int lines = Math.Max(1, options.Techniques.Count * Math.Min(_links, LinesMax));
        _loads = new IntervalSums(options.Techniques.Count * _links, Math.Clamp(ValuesMax / lines, IntervalsMin, IntervalsMax) & ~1);
        _idle = new IntervalSums(BucketWindow.Sizes.Count + 1, IntervalsMax);
        _buckets = new IntervalSums(BucketWindow.Sizes[0], BucketIntervalsMax);
    }

    /// <summary>Takes a window's loads.</summary>
    public void OnWindow(WindowSeries window)
    {
        int interval = _loads.Enter(window.Window);
        for (int technique = 0; technique < _options.Techniques.Count; technique++)
        {
            ReadOnlySpan<long> bytes = window.BytesOf(technique);
            for (int link = 0; link < bytes.Length; link++)
            {
                _loads.Add(interval, (technique * _links) + link, bytes[link]);
            }
        }
    }

    /// <summary>Takes a window's buckets.</summary>
    public void OnBucketWindow(BucketWindow window)
    {
        int interval = _idle.Enter(window.Window);
        for (int size = 0; size < window.IdleShares.Count; size++)
        {
            _idle.Add(interval, size, window.IdleShares[size]);
        }

        _idle.Add(interval, window.IdleShares.Count, 1);
        interval = _buckets.Enter(window.Window);
        for (int bucket = 0; bucket < window.Bytes.Count; bucket++)
        {
            _buckets.Add(interval, bucket, window.Bytes[bucket]);
        }
    }

    /// <summary>All that was collected.</summary>
    /// <param name="seconds">From the first frame to the last.</param>
    public AnalyzeDetail Finish(double seconds) => new()
    {
        Command = _command,
        Loads = new AnalyzeTimeline(LengthOf(_loads), [.. _options.Techniques.Select((name, t) => new AnalyzeSeries(name, LoadsOf(t, seconds)))]),
        Idle = new AnalyzeTimeline(LengthOf(_idle), [.. BucketWindow.Sizes.Select((buckets, size) => new AnalyzeSeries(Text(buckets), [IdleOf(size)]))]),
        Buckets = new AnalyzeTimeline(
            LengthOf(_buckets),
            [
                new AnalyzeSeries(
                    Text(BucketWindow.Sizes[0]),
                    [.. Enumerable.Range(0, BucketWindow.Sizes[0]).Select(b => new AnalyzeLine(Text(b), RatesOf(_buckets, b, seconds)))]),
            ]),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private double LengthOf(IntervalSums sums) => sums.Windows * _options.Window.TotalSeconds;

    private IReadOnlyList<AnalyzeLine> LoadsOf(int technique, double seconds)
    {
        AnalyzeLine[] lines = [.. _options.Links.Select((link, i) => new AnalyzeLine(link.Name, RatesOf(_loads, (technique * _links) + i, seconds)))];
        if (lines.Length <= LinesMax)
        {
            return lines;
        }

        AnalyzeLine Of(string name, Func<IEnumerable<double?>, double?> pick) =>
            new(name, [.. Enumerable.Range(0, _loads.Count).Select(i => pick(lines.Select(l => l.Values[i])))]);
        return [Of("most", values => values.Max()), Of("mean", values => values.Average()), Of("least", values => values.Min())];
    }

    /// <summary>Bits per second of a sum of bytes; the last interval reaches no further than the capture.</summary>
    private double?[] RatesOf(IntervalSums sums, int row, double seconds)
    {
        double length = LengthOf(sums);
        var rates = new double?[sums.Count];
        for (int i = 0; i < rates.Length; i++)
        {
            double there = Math.Clamp(seconds - (i * length), length * PartMin, length);
            rates[i] = Math.Round(sums[i, row] * 8 / there);
        }

        return rates;
    }

    private AnalyzeLine IdleOf(int size)
    {
        int windows = BucketWindow.Sizes.Count;
        return new AnalyzeLine(
            string.Create(CultureInfo.InvariantCulture, $"{BucketWindow.Sizes[size]:N0} buckets"),
            [.. Enumerable.Range(0, _idle.Count).Select(i => _idle[i, windows] > 0 ? Math.Round(_idle[i, size] / _idle[i, windows], 4) : (double?)null)]);
    }
}
