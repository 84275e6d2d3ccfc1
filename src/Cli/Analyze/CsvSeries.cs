using System.Globalization;
using System.Text;
using Trunkline.Analysis;
using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Analyze;

/// <summary>Writes series into a folder while the capture is read: <c>windows.csv</c> and <c>buckets.csv</c>.</summary>
/// <remarks>Written on the thread that runs the statistics, closed by the one that reads. Files that stood there are replaced.</remarks>
internal sealed class CsvSeries : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly AnalysisOptions _options;
    private readonly string[] _techniques;
    private readonly string[] _links;
    private readonly StreamWriter _windows;
    private readonly StreamWriter _buckets;

    private CsvSeries(AnalysisOptions options, StreamWriter windows, StreamWriter buckets)
    {
        _options = options;
        _techniques = [.. options.Techniques.Select(Cell)];
        _links = [.. options.Links.Select(l => Cell(l.Name))];
        (_windows, _buckets) = (windows, buckets);
        _windows.WriteLine("window,seconds,technique,link,bytes");
        _buckets.WriteLine("window,seconds,buckets,idleShare");
    }

    /// <summary>Opens the files.</summary>
    /// <param name="folder">The folder, which is made where there is none; null for no series.</param>
    /// <param name="options">What is asked of the analyzer.</param>
    /// <param name="faults">Why it cannot be.</param>
    /// <returns>Null for no series, or with a fault.</returns>
    public static CsvSeries? Create(string? folder, AnalysisOptions options, FaultList faults)
    {
        if (folder is null)
        {
            return null;
        }

        StreamWriter? windows = null;
        try
        {
            Directory.CreateDirectory(folder);
            windows = Open(Path.Combine(folder, "windows.csv"));
            return new CsvSeries(options, windows, Open(Path.Combine(folder, "buckets.csv")));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            windows?.Dispose();
            faults.Add($"--csv: \"{folder}\" cannot be written: {exception.Message.TrimEnd('.')}; give a folder in which files may be made");
            return null;
        }
    }

    /// <summary>The same options, told to give the series here.</summary>
    public AnalysisOptions Listen() => _options with { OnWindow = Write, OnBucketWindow = Write };

    /// <inheritdoc/>
    public void Dispose()
    {
        _windows.Dispose();
        _buckets.Dispose();
    }

    private static StreamWriter Open(string path) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes), new UTF8Encoding(false)) { NewLine = "\n" };

    private void Write(WindowSeries window)
    {
        for (int technique = 0; technique < _techniques.Length; technique++)
        {
            ReadOnlySpan<long> bytes = window.BytesOf(technique);
            for (int link = 0; link < bytes.Length; link++)
            {
                _windows.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{window.Window},{window.Seconds:0.#########},{_techniques[technique]},{_links[link]},{bytes[link]}"));
            }
        }
    }

    private void Write(BucketWindow window)
    {
        for (int size = 0; size < window.IdleShares.Count; size++)
        {
            _buckets.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{window.Window},{window.Seconds:0.#########},{BucketWindow.Sizes[size]},{window.IdleShares[size]:0.######}"));
        }
    }

    /// <summary>Text as RFC 4180 quotes it.</summary>
    private static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
