using System.Diagnostics;
using System.Globalization;
using System.Text;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;
using Trunkline.Testing;

namespace Trunkline.Simulation.Benchmarks;

/// <summary>Measures how many packet-hops a second of one core the engine does, over the scenarios of examples/bench.</summary>
/// <remarks>
/// A packet-hop is one packet finishing transmission on one link. Seconds are processor time of the run loop alone. Rounds go over
/// all rows in turn, after one that warms up, so that a busy machine is unjust to all alike.
/// </remarks>
internal sealed class EngineBenchmark(string artifacts, int rounds, string[] rows)
{
    private const string ReportName = "Trunkline.Simulation.Benchmarks.Engine";

    private static readonly (string File, string Technique)[] Rows =
    [
        ("s1", "pinned"), ("s1", "linux-ecmp/l4"), ("s1", "flowlet/letflow"), ("s1", "flowlet/afs"), ("s1", "random"), ("s1", "drill"),
        ("s1", "shortest-queue"), ("s1", "conga"), ("s1", "hula"), ("s1-64", "pinned"), ("s1-256", "pinned"), ("s1-1024", "pinned"), ("s2", "pinned"),
    ];

    /// <summary>Runs it.</summary>
    /// <returns>The exit status.</returns>
    public int Run()
    {
        Row[] measured = [.. Rows.Where(r => rows.Length == 0 || rows.Contains(r.File)).Select(r => new Row(r.File, r.Technique, Read(r.File)))];
        for (int round = 0; round <= rounds; round++)
        {
            foreach (Row row in measured)
            {
                row.Measure(isCounted: round > 0);
            }
        }

        Report(measured);
        return 0;
    }

    private static Scenario Read(string name)
    {
        string file = RepositoryRoot.Combine($"examples/bench/{name}.yaml");
        ScenarioReading reading = ScenarioReader.Read(File.ReadAllText(file), file, sets: [], static (path, _) => throw new FileNotFoundException(path));
        return reading.Scenario ?? throw new InvalidOperationException(string.Join("\n", reading.Faults));
    }

    private void Report(Row[] measured)
    {
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"  [Host] : .NET {Environment.Version}, {rounds} rounds, processor time of the run loop, one core");
        page.AppendLine();
        page.AppendLine("| Scenario | Technique | Million packet-hops/s, median | min | max | ns per hop | Million hops a run |");
        page.AppendLine("|---|---|--:|--:|--:|--:|--:|");
        foreach (Row row in measured)
        {
            page.AppendLine(row.ToString());
        }

        string folder = Path.Combine(artifacts, "results");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{ReportName}-report-github.md"), page.ToString());
        Console.Write(page);
    }

    private sealed class Row(string file, string technique, Scenario scenario)
    {
        private readonly List<double> _rates = [];
        private long _hops;

        public void Measure(bool isCounted)
        {
            RunResult result = ScenarioRun.Run(scenario, technique, seed: 1, new RunControl { ThreadTime = ProcessTime })!;
            _hops = result.PacketHops;
            if (isCounted)
            {
                _rates.Add(result.PacketHops / result.CpuSeconds / 1e6);
            }
        }

        public override string ToString()
        {
            double[] sorted = [.. _rates.Order()];
            double median = sorted[sorted.Length / 2];
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {file} | {technique} | {median:0.0} | {sorted[0]:0.0} | {sorted[^1]:0.0} | {1000 / median:0} | {_hops / 1e6:0.0} |");
        }

        // One thread runs, so the process's user time is its own but for the compiler's in the first round.
        private static TimeSpan ProcessTime()
        {
            using var process = Process.GetCurrentProcess();
            return process.UserProcessorTime;
        }
    }
}
