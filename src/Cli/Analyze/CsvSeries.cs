using System.Globalization;
using Trunkline.Analysis;
using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Analyze;

/// <summary>Writes series into a folder while the capture is read: <c>windows.csv</c> and <c>buckets.csv</c>.</summary>
/// <remarks>Written on the thread that runs the statistics, closed by the one that reads. Files that stood there are replaced.</remarks>
internal sealed class CsvSeries : IDisposable
{
    private readonly CsvFolder _folder;
    private readonly string[] _techniques;
    private readonly string[] _links;
    private StreamWriter? _windows;
    private StreamWriter? _buckets;

    /// <summary>Writes nothing yet.</summary>
    /// <param name="folder">The folder, which is made where there is none.</param>
    /// <param name="options">What is asked of the analyzer.</param>
    public CsvSeries(string folder, AnalysisOptions options)
    {
        _folder = new CsvFolder(folder);
        _techniques = [.. options.Techniques.Select(CsvFolder.Cell)];
        _links = [.. options.Links.Select(l => CsvFolder.Cell(l.Name))];
    }

    /// <summary>Opens the files, which must be before the first frame.</summary>
    /// <param name="faults">Told why it cannot be.</param>
    public void Open(FaultList faults)
    {
        if (_folder.Open(
            [("windows.csv", "window,seconds,technique,link,bytes"), ("buckets.csv", "window,seconds,buckets,idleShare")], faults)
            is [var windows, var buckets])
        {
            (_windows, _buckets) = (windows, buckets);
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
    public void Dispose() => _folder.Dispose();
}
