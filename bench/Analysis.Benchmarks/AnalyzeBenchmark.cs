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
    private const int Flows = 20_000, ManyFlows = 1_000_000;
    private const int HeaderSnapLength = 96;
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
    private readonly long _manyFrames;
    private readonly int _rounds;
    private readonly bool _isKept;
    private readonly string _artifacts;
    private bool _hasFailures;

    /// <summary>Reads the options.</summary>
    /// <exception cref="UsageException">One is wrong.</exception>
    public AnalyzeBenchmark(OptionList options)
    {
        _program = options.Text("--program") ?? RepositoryRoot.Combine("src/Cli/bin/Release/net10.0/trunkline");
        _command = options.Text("--command");
        _fullFrames = options.Number("--full-frames", 1_940_000);
        _headerFrames = options.Number("--frames", 40_000_000);
        _manyFrames = options.Number("--many-flows-frames", 10_000_000);
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
            string oneFrame = Make(folder, new SyntheticCaptureOptions { Frames = 1 }, files);
            MeasuredCommand[] commands = [.. Commands().Where(command => TryRun(command, oneFrame))];
            var rows = new List<string>();
            foreach ((string name, SyntheticCaptureOptions capture) in Captures().Where(c => c.Options.Frames > 0))
            {
                rows.AddRange(Measure(commands, name, capture.Frames, Make(folder, capture, files), oneFrame));
            }

            Report(rows);
            return _hasFailures ? 1 : 0;
        }
        finally
        {
            if (!_isKept)
            {
                files.ForEach(File.Delete);
            }
        }
    }

    private IEnumerable<(string Name, SyntheticCaptureOptions Options)> Captures() =>
    [
        ("full frames", new SyntheticCaptureOptions { Frames = _fullFrames, Flows = Flows }),
        ("headers", new SyntheticCaptureOptions { Frames = _headerFrames, Flows = Flows, SnapLength = HeaderSnapLength }),
        ("headers, a million flows", new SyntheticCaptureOptions { Frames = _manyFrames, Flows = ManyFlows, SnapLength = HeaderSnapLength }),
    ];

    /// <summary>The file of a capture, made anew where the last run did not leave it.</summary>
    private static string Make(string folder, SyntheticCaptureOptions capture, List<string> files)
    {
        string file = Path.Combine(folder, $"synthetic-{capture.Frames}-{capture.SnapLength}-{capture.Flows}-{capture.Seed}.pcap");
        files.Add(file);
        if (!File.Exists(file))
        {
            Console.WriteLine($"bench: writing {file}");
            GenerateCommand.Write(file, capture);
        }

        return file;
    }

    private List<string> Measure(MeasuredCommand[] commands, string capture, long frames, string file, string oneFrame)
    {
        Warm(file);
        for (int round = 0; round <= _rounds; round++)
        {
            foreach (MeasuredCommand command in commands)
            {
                // The first round only warms up what the programs themselves need.
                command.Run(oneFrame, file, isCounted: round > 0);
            }
        }

        long bytes = new FileInfo(file).Length;
        return [.. commands.Select(command => command.TakeRow(capture, frames, bytes))];
    }

    /// <summary>Whether a command works at all; one that does not is left out.</summary>
    private bool TryRun(MeasuredCommand command, string oneFrame)
    {
        try
        {
            command.Run(oneFrame, oneFrame, isCounted: false);
            return true;
        }
        catch (InvalidOperationException fault)
        {
            Console.Error.WriteLine($"bench: left out: {fault.Message}");
            _hasFailures = true;
            return false;
        }
    }

    private IEnumerable<MeasuredCommand> Commands()
    {
        if (_command is not null)
        {
            yield return new MeasuredCommand(_command, [_program, .. _command.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            yield break;
        }

        yield return Analyze("one policy", [OnePolicy]);
        yield return Analyze("eight policies", EightPolicies);
        yield return Analyze("eight rules", EightRules);
        if (Command.FindProgram("capinfos") is string capinfos)
        {
            yield return new MeasuredCommand("capinfos: counts only", [capinfos, "-c", "-d", "-u", MeasuredCommand.FilePlace]);
        }

        if (Command.FindProgram("tcpdump") is string tcpdump)
        {
            yield return new MeasuredCommand("tcpdump: copies", [tcpdump, "-r", MeasuredCommand.FilePlace, "-w", "/dev/null"]);
        }
    }

    private MeasuredCommand Analyze(string name, string[] techniques) => new(
        $"analyze: {name}",
        [_program, "analyze", MeasuredCommand.FilePlace, "--links", "4", "--techniques", string.Join(',', techniques), "--json"]);

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
        page.AppendLine(MeasuredCommand.Header);
        rows.ForEach(row => page.AppendLine(row));
        string file = Path.Combine(folder, $"{ReportName}-report-github.md");
        File.WriteAllText(file, page.ToString());
        Console.Write(page);
        Console.WriteLine($"bench: {file}");
    }
}
