using Trunkline.Results;

namespace Trunkline.Analysis.Tests.Replay;

/// <summary>Series and percentiles over windows.</summary>
public class WindowTests
{
    [Fact]
    public void Series_TellsOfEveryWindowWithTraffic()
    {
        var rows = new List<string>();
        var options = CaptureRun.Options(2) with
        {
            Techniques = ["round-robin", "linux-bond/layer2", "single-mode:order=1"],
            Window = CaptureRun.Time("10ms"),
            LinkCounts = [3],
            OnWindow = series => rows.Add(
                $"{series.Window} {series.Seconds:0.00}: {Text(series.BytesOf(0))}, {Text(series.BytesOf(1))}, {Text(series.BytesOf(2))}"),
        };
        using var run = new CaptureRun(options);

        run.At(5_000_000, TestFrames.Tcp(1), 100).After("9ms", TestFrames.Tcp(2), 200).After("2ms", TestFrames.Tcp(1), 300)
            .After("60min", TestFrames.Tcp(1), 400).Finish();

        // Layer 2 puts all of it on one link, whichever that is.
        string[] layerTwo = rows[0].Contains("100 200, 300 0", StringComparison.Ordinal) ? ["300 0", "300 0", "400 0"] : ["0 300", "0 300", "0 400"];
        Assert.Equal(
            [$"0 0.00: 100 200, {layerTwo[0]}, 0 300", $"1 0.01: 300 0, {layerTwo[1]}, 0 300", $"360001 3600.01: 0 400, {layerTwo[2]}, 0 400"],
            rows);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(FlowTable.EntriesMaxDefault)]
    public void SeriesAndTotals_OfEveryTechnique_AddUpToTheCapture(int entriesMax)
    {
        MixedTrace trace = MixedTrace.Random(9000, seed: 5);
        IReadOnlyList<string> techniques = AnalysisOptions.DefaultTechniques;
        var sums = new long[techniques.Count];
        var options = CaptureRun.Options(3) with
        {
            Techniques = techniques,
            Window = CaptureRun.Time("5ms"),
            OnWindow = series =>
            {
                for (int technique = 0; technique < sums.Length; technique++)
                {
                    foreach (long bytes in series.BytesOf(technique))
                    {
                        sums[technique] += bytes;
                    }
                }
            },
        };
        using var run = new CaptureRun(options, entriesMax: entriesMax);

        AnalyzeResult result = trace.Play(run).Finish();

        Assert.All(sums, sum => Assert.Equal(trace.Bytes, sum));
        Assert.All(result.Techniques, t => Assert.Equal(trace.Bytes, t.Links!.Sum(link => link.Bytes)));
        Assert.All(result.Techniques, t => Assert.Equal(trace.Frames.Count, t.Links!.Sum(link => link.Frames)));
        Assert.Equal(techniques.Order(), result.Techniques.Select(t => t.Name).Order());
        Assert.Equal(result.Techniques.Select(t => t.Imbalance).Order(), result.Techniques.Select(t => t.Imbalance));
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(90, 100)]
    [InlineData(0, 3)]
    public void ImbalanceP99_IsWhatSortedWindowsSay(int seed, int flows)
    {
        // Few and many entries a window, so that both ways of adding them up are used.
        var imbalances = new List<double>();
        var options = CaptureRun.Options(3) with
        {
            Techniques = ["linux-bond/layer3+4"],
            Window = CaptureRun.Time("1ms"),
            OnWindow = series => imbalances.Add(Imbalance(series.BytesOf(0))),
        };
        using var run = new CaptureRun(options);
        for (int i = 0; i < 30_000; i++)
        {
            run.After("10us", TestFrames.Tcp((int)((uint)((i + seed) * 2654435761L) % flows), 60 + (i * 31 % 900)));
        }

        AnalyzeTechnique technique = Assert.Single(run.Finish().Techniques);

        Assert.InRange(imbalances.Count, 300, 301);
        double exact = imbalances.Order().ElementAt((int)Math.Ceiling(0.99 * imbalances.Count) - 1);
        Assert.InRange(technique.ImbalanceP99!.Value, exact, exact * 1.001);
    }

    private static double Imbalance(ReadOnlySpan<long> bytes)
    {
        long[] all = bytes.ToArray();
        return all.Max() / all.Average();
    }

    private static string Text(ReadOnlySpan<long> bytes) => string.Join(' ', bytes.ToArray());
}
