using System.Globalization;

namespace Trunkline.Analysis.Benchmarks;

/// <summary>A command line that is measured over captures, and what its runs took.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="command">The program and its arguments, with <see cref="FilePlace"/> for the capture.</param>
internal sealed class MeasuredCommand(string name, string[] command)
{
    /// <summary>Stands for the capture in a command line.</summary>
    public const string FilePlace = "{file}";

    /// <summary>The first two lines of the table.</summary>
    public const string Header = """
        | Capture | Command | GB/s | Million packets/s | CPU s | Wall s | Private MB |
        |---|---|--:|--:|--:|--:|--:|
        """;

    private readonly string _name = name;
    private readonly string[] _command = command;
    private readonly List<MeasuredRun> _empty = [];
    private readonly List<MeasuredRun> _whole = [];

    /// <summary>Runs it over one frame and over a whole capture.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public void Run(string oneFrame, string file, bool isCounted)
    {
        MeasuredRun empty = MeasuredRun.Of(With(oneFrame));
        MeasuredRun whole = MeasuredRun.Of(With(file));
        if (isCounted)
        {
            _empty.Add(empty);
            _whole.Add(whole);
        }
    }

    /// <summary>The line of the table for the runs since the last one.</summary>
    /// <param name="capture">What the table calls the capture.</param>
    /// <param name="frames">Frames in it.</param>
    /// <param name="bytes">Length of its file.</param>
    public string TakeRow(string capture, long frames, long bytes)
    {
        double cpu = Median(_whole, r => r.CpuSeconds);
        double net = Math.Max(cpu - Median(_empty, r => r.CpuSeconds), 1e-6);
        double wall = Median(_whole, r => r.WallSeconds);
        double megabytes = _whole.Max(r => r.PrivateBytes) / 1e6;
        _empty.Clear();
        _whole.Clear();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {capture} | {_name} | {bytes / net / 1e9:0.00} | {frames / net / 1e6:0.0} | {cpu:0.00} | {wall:0.00} | {megabytes:0} |");
    }

    private static double Median(List<MeasuredRun> runs, Func<MeasuredRun, double> value)
    {
        double[] sorted = [.. runs.Select(value).Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private string[] With(string file) => [.. _command.Select(word => word.Replace(FilePlace, file, StringComparison.Ordinal))];
}
