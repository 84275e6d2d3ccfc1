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

    private readonly string _folder;
    private readonly string[] _techniques;
    private readonly string[] _links;
    private StreamWriter? _windows;
    private StreamWriter? _buckets;

    /// <summary>Writes nothing yet.</summary>
    /// <param name="folder">The folder, which is made where there is none.</param>
    /// <param name="options">What is asked of the analyzer.</param>
    public CsvSeries(string folder, AnalysisOptions options)
    {
        _folder = folder;
        _techniques = [.. options.Techniques.Select(Cell)];
        _links = [.. options.Links.Select(l => Cell(l.Name))];
    }

    /// <summary>Opens the files, which must be before the first frame.</summary>
    /// <param name="faults">Told why it cannot be.</param>
    public void Open(FaultList faults)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            _windows = Open("windows.csv");
            _windows.WriteLine("window,seconds,technique,link,bytes");
            _buckets = Open("buckets.csv");
            _buckets.WriteLine("window,seconds,buckets,idleShare");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add($"--csv: \"{_folder}\" cannot be written: {exception.Message.TrimEnd('.')}; give a folder in which files may be made");
        }
    }

    /// <summary>Takes a window's loads.</summary>
    public void OnWindow(WindowSeries window)
    {
        for (int technique = 0; technique < _techniques.Length; technique++)
        {
            ReadOnlySpan<long> bytes = window.BytesOf(technique);
            for (int link = 0; link < bytes.Length; link++)
            {
                _windows!.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{window.Window},{window.Seconds:0.#########},{_techniques[technique]},{_links[link]},{bytes[link]}"));
            }
        }
    }

    /// <summary>Takes a window's idle buckets.</summary>
    public void OnBucketWindow(BucketWindow window)
    {
        for (int size = 0; size < window.IdleShares.Count; size++)
        {
            _buckets!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{window.Window},{window.Seconds:0.#########},{BucketWindow.Sizes[size]},{window.IdleShares[size]:0.######}"));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _windows?.Dispose();
        _buckets?.Dispose();
    }

    private StreamWriter Open(string name) =>
        new(new FileStream(Path.Combine(_folder, name), FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes), new UTF8Encoding(false)) { NewLine = "\n" };

    /// <summary>Text as RFC 4180 quotes it.</summary>
    private static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
