using System.Globalization;
using Trunkline.Cli.CommandLine;
using Trunkline.Results;
using Trunkline.Simulation;

namespace Trunkline.Cli.Compare;

/// <summary>Writes into a folder what a table has no room for: <c>techniques.csv</c>, <c>links.csv</c>, <c>flows.csv</c>, <c>elephants.csv</c>.</summary>
/// <remarks>Runs come from the threads that run, one at a time and in order.</remarks>
internal sealed class CompareCsv(string folder) : IDisposable
{
    private readonly CsvFolder _folder = new(folder);
    private StreamWriter? _techniques;
    private StreamWriter? _links;
    private StreamWriter? _flows;
    private StreamWriter? _elephants;

    /// <summary>Opens the files.</summary>
    /// <param name="faults">Told why it cannot be.</param>
    public void Open(FaultList faults)
    {
        if (_folder.Open(
            [
                ("techniques.csv", string.Join(',', (string[])["technique", "notApplicable", "runs", .. CompareFields.All.Names])),
                ("links.csv", "technique,seed,seconds,link,direction,bytes,backlogBytes"),
                ("flows.csv", "technique,seed,traffic,kind,from,to,bytes,startSeconds,seconds,slowdown"),
                ("elephants.csv", "technique,seed,traffic,from,to,bytes,bps"),
            ],
            faults) is [var techniques, var links, var flows, var elephants])
        {
            (_techniques, _links, _flows, _elephants) = (techniques, links, flows, elephants);
        }
    }

    /// <summary>Takes one run in detail.</summary>
    public void OnRun(RunSeries run)
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"{CsvFolder.Cell(run.Technique)},{run.Seed}");
        foreach (LinkLoad load in run.Loads)
        {
            _links!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{head},{load.Seconds},{CsvFolder.Cell(load.Link)},{(load.IsBack ? "back" : "forth")},{load.Bytes},{load.BacklogBytes}"));
        }

        foreach (EndedFlow flow in run.Flows)
        {
            _flows!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{head},{CsvFolder.Cell(flow.Traffic)},{flow.Kind},{CsvFolder.Cell(flow.From)},{CsvFolder.Cell(flow.To)},"
                + $"{flow.Bytes},{flow.StartSeconds},{flow.Seconds},{flow.Slowdown:0.####}"));
        }

        foreach (LargeFlow flow in run.Elephants)
        {
            _elephants!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{head},{CsvFolder.Cell(flow.Traffic)},{CsvFolder.Cell(flow.From)},{CsvFolder.Cell(flow.To)},{flow.Bytes},{flow.BitsPerSecond:0}"));
        }
    }

    /// <summary>Takes the rows of the table.</summary>
    public void OnResult(CompareResult result)
    {
        foreach (CompareTechnique technique in result.Techniques)
        {
            IEnumerable<string> values = CompareFields.All.ValuesOf(technique).Select(v => v?.ToString(CultureInfo.InvariantCulture) ?? "");
            _techniques!.WriteLine(string.Join(
                ',', (string[])[CsvFolder.Cell(technique.Name), CsvFolder.Cell(technique.NotApplicable ?? ""), $"{technique.Runs}", .. values]));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
