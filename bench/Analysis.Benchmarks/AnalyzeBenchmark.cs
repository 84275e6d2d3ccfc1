using System.Globalization;
using System.Text;
using Trunkline.Testing;
using Trunkline.Testing.Traffic;

namespace Trunkline.Analysis.Benchmarks;

/// <summary>Measures <c>trunkline analyze</c> as a user runs it, on large captures, beside programs that only count or copy.</summary>
/// <remarks>
/// CPU-seconds of the whole process less those of a run over one frame; the page cache is warm; rounds go over all commands in
/// turn, so that a busy machine is unjust to all alike, and the median of the rounds counts.
/// </remarks>
internal sealed class AnalyzeBenchmark
{
    private const string ReportName = "Trunkline.Analysis.Benchmarks.Analyze";
    private const int Flows = 20_000;
    private const int HeaderSnapLength = 96;
    private const string FilePlace = "{file}";
    private const string OnePolicy = "linux-bond/layer3+4";

    private static readonly string[] EightPolicies =
    [
        "linux-bond/layer2", "linux-bond/layer2+3", "linux-bond/layer3+4", "linux-ecmp/l3", "linux-ecmp/l4", "rss/toeplitz", "crc/crc32",
        "ovs/tcp",
    ];

    private static readonly string[] EightRules =
    [
        "round-robin", "random", "resilient", "rebalance/ovs", "flowlet/letflow", "flowlet/afs", "keep-order", "shortest-queue",
    ];

    private readonly string _program;
    private readonly string? _command;
    private readonly long _fullFrames;
    private readonly long _headerFrames;
    private readonly int _rounds;
    private readonly bool _isKept;
    private readonly string _artifacts;

    /// <summary>Reads the options.</summary>
    /// <exception cref="UsageException">One is wrong.</exception>
    public AnalyzeBenchmark(OptionList options)
    {
        _program = options.Text("--program") ?? RepositoryRoot.Combine("src/Cli/bin/Release/net10.0/trunkline");
        _command = options.Text("--command");
        _fullFrames = options.Number("--full-frames", 1_940_000);
        _headerFrames = options.Number("--frames", 10_000_000);
        _rounds = (int)options.Number("--rounds", 5, 1, 1000);
        _isKept = options.Has("--keep");
        _artifacts = options.Text("--artifacts") ?? RepositoryRoot.Combine("artifacts/bench/run");
        // ./dev bench names a filter where nobody named anything.
        options.Text("--filter");
        options.RejectOthers();
    }

    /// <summary>Runs it; the exit status.</summary>
    public int Run()
    {
        if (!File.Exists(_program))
        {
            Console.Error.WriteLine($"analyze: no {_program}; build it, or name another one with --program");
            return 1;
        }

        string folder = RepositoryRoot.Combine("artifacts/bench/captures");
        Directory.CreateDirectory(folder);
        var files = new List<string>();
        try
        {
            string oneFrame = Make(folder, 1, 0, files);
            var rows = new List<string>();
            foreach ((string name, long frames, int snapLength) in (ReadOnlySpan<(string, long, int)>)
                [("full frames", _fullFrames, 0), ("headers", _headerFrames, HeaderSnapLength)])
            {
                if (frames > 0)
                {
                    rows.AddRange(Measure(name, frames, Make(folder, frames, snapLength, files), oneFrame));
                }
            }

            Report(rows);
            return 0;
        }
        finally
        {
            if (!_isKept)
            {
                files.ForEach(File.Delete);
            }
        }
    }

    /// <summary>The capture with these numbers, made anew where the last run did not leave it.</summary>
    private static string Make(string folder, long frames, int snapLength, List<string> files)
    {
        var options = new SyntheticCaptureOptions { Frames = frames, Flows = Flows, SnapLength = snapLength };
        string file = Path.Combine(folder, $"synthetic-{frames}-{snapLength}-{Flows}-{options.Seed}.pcap");
        files.Add(file);
        if (!File.Exists(file))
        {
            Console.WriteLine($"bench: writing {file}");
            GenerateCommand.Write(file, options);
        }

        return file;
    }

    private List<string> Measure(string capture, long frames, string file, string oneFrame)
    {
        Warm(file);
        Subject[] subjects = [.. Subjects()];
        for (int round = 0; round <= _rounds; round++)
        {
            foreach (Subject subject in subjects)
            {
                // The first round only warms up what the programs themselves need.
                subject.Run(oneFrame, file, isCounted: round > 0);
            }
        }

        long bytes = new FileInfo(file).Length;
        var rows = new List<string>();
        foreach (Subject subject in subjects)
        {
            string row = subject.Row(capture, frames, bytes);
            Console.WriteLine(row);
            rows.Add(row);
        }

        return rows;
    }

    private IEnumerable<Subject> Subjects()
    {
        if (_command is not null)
        {
            yield return new Subject(_command, [_program, .. _command.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            yield break;
        }

        yield return Analyze("one policy", [OnePolicy]);
        yield return Analyze("eight policies", EightPolicies);
        yield return Analyze("eight rules", EightRules);
        if (Command.FindProgram("capinfos") is string capinfos)
        {
            yield return new Subject("capinfos: counts only", [capinfos, "-c", "-d", "-u", FilePlace]);
        }

        if (Command.FindProgram("tcpdump") is string tcpdump)
        {
            yield return new Subject("tcpdump: copies", [tcpdump, "-r", FilePlace, "-w", "/dev/null"]);
        }
    }

    private Subject Analyze(string name, string[] techniques) => new(
        $"analyze: {name}",
        [_program, "analyze", FilePlace, "--links", "4", "--techniques", string.Join(',', techniques), "--json"]);

    private static void Warm(string file)
    {
        using FileStream stream = File.OpenRead(file);
        stream.CopyTo(Stream.Null, 1 << 20);
    }

    /// <summary>Writes the table in the form in which ./dev bench finds it, which puts it into the page of this processor.</summary>
    private void Report(List<string> rows)
    {
        string folder = Path.Combine(_artifacts, "results");
        Directory.CreateDirectory(folder);
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture, $"  [Host] : .NET {Environment.Version}, median of {_rounds} rounds, CPU-seconds less a one-frame run");
        page.AppendLine();
        page.AppendLine(Subject.Header);
        rows.ForEach(row => page.AppendLine(row));
        string file = Path.Combine(folder, $"{ReportName}-report-github.md");
        File.WriteAllText(file, page.ToString());
        Console.Write(page);
    }

    /// <summary>A command line that is measured.</summary>
    private sealed class Subject(string name, string[] command)
    {
        public const string Header = """
            | Capture | Command | GB/s | Million packets/s | CPU s | Wall s | Private MB |
            |---|---|--:|--:|--:|--:|--:|
            """;

        private readonly List<MeasuredRun> _empty = [];
        private readonly List<MeasuredRun> _whole = [];

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

        public string Row(string capture, long frames, long bytes)
        {
            double cpu = Median(_whole, r => r.CpuSeconds);
            double net = Math.Max(cpu - Median(_empty, r => r.CpuSeconds), 1e-6);
            double wall = Median(_whole, r => r.WallSeconds);
            double megabytes = _whole.Max(r => r.PrivateBytes) / 1e6;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {capture} | {name} | {bytes / net / 1e9:0.00} | {frames / net / 1e6:0.0} | {cpu:0.00} | {wall:0.00} | {megabytes:0} |");
        }

        private string[] With(string file) => [.. command.Select(word => word.Replace(FilePlace, file, StringComparison.Ordinal))];

        private static double Median(List<MeasuredRun> runs, Func<MeasuredRun, double> value)
        {
            double[] sorted = [.. runs.Select(value).Order()];
            int middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }
}
