using System.CommandLine;
using Trunkline.Analysis;
using Trunkline.Cli.Analyze;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Input;
using Trunkline.Reports.Analyze;
using Trunkline.Results;

namespace Trunkline.Cli.Verbs;

/// <summary><c>trunkline analyze</c>: what a capture's traffic does to the links, and what every technique would do.</summary>
internal static class AnalyzeVerb
{
    private static readonly Argument<string[]> Captures = new("CAPTURE")
    {
        Description = "Capture files (pcap or pcapng, also in gzip or zstd; - for standard input); several are merged in time order",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string> Csv = new("--csv")
    {
        Description = "A folder for the series: windows.csv (bytes of each link, technique and window) and buckets.csv (idle buckets)",
    };

    private static readonly Option<bool> MaskAddresses = new("--mask-addresses")
    {
        Description = "Replace addresses by others that share prefixes as they did, under a key that is forgotten at the end",
    };

    private static readonly Option<string[]> FailIfs = new("--fail-if")
    {
        Description = "Exit with status 3 if this holds: '[TECHNIQUE.]field OP number'; "
            + $"fields are {string.Join(", ", TechniqueFields.All.Names)}",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document (trunkline.analyze/1)" };

    private static readonly Option<string> Html =
        ReportOptions.CreateHtml("every technique, the links over time, buckets, flowlets, elephants, what the capture cannot tell");

    private static readonly Option<bool> Open = ReportOptions.CreateOpen();

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var verb = new Verb("analyze", "What does my traffic do to my links, and what would other techniques do?")
        {
            Examples =
            [
                "trunkline analyze storage.pcapng --links 4",
                "trunkline analyze storage.pcapng --links 4 --techniques linux-bond/layer3+4,flowlet/afs,idle-rebalance --skew 20us",
                "trunkline analyze eth0.pcap eth1.pcap --links eth0,eth1      (which policy is my box running?)",
                "trunkline analyze storage.pcapng --links 4..8 --without 2",
                "trunkline analyze storage.pcapng --links 4 --html storage.html --open",
                "tcpdump -i bond0 -w - | trunkline analyze - --links 2 --json --mask-addresses",
                "trunkline analyze storage.pcapng --techniques linux-bond/layer3+4 --fail-if 'imbalance > 1.5'",
            ],
        };
        verb.Arguments.Add(Captures);
        foreach (Option option in (Option[])[.. AnalyzeOptions.All, FailIfs, Csv, MaskAddresses, Json, Html, Open])
        {
            verb.Options.Add(option);
        }

        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult parsed)
    {
        TextWriter error = parsed.InvocationConfiguration.Error;
        var faults = new FaultList("trunkline analyze");
        AnalysisOptions? options = AnalyzeOptions.Read(parsed, faults);
        FailIf[] conditions = [.. (parsed.GetValue(FailIfs) ?? [])
            .Select(text => faults.Under(FailIfs.Name, f => TechniqueFields.All.ReadCondition(text, options?.Techniques, [], f)))
            .OfType<FailIf>()];
        string[] files = parsed.GetValue(Captures) ?? [];
        var unreadable = new List<string>();
        using CaptureInput? input = CaptureInput.Open(files, unreadable);
        unreadable.ForEach(faults.Add);
        using CsvSeries? csv = options is not null && parsed.GetValue(Csv) is string folder ? new CsvSeries(folder, options) : null;
        using ReportFile? report = ReportOptions.Read(parsed.GetValue(Html), parsed.GetValue(Open), faults);
        AnalyzeDetailBuilder? detail = options is null || report is null ? null : new AnalyzeDetailBuilder(options, CommandOf(parsed, files));
        using CaptureAnalyzer? analyzer = options is null ? null : faults.Under(
            "--techniques", f => CaptureAnalyzer.Create(Watched(options, csv, detail), f));
        if (!faults.Any)
        {
            csv?.Open(faults);
            report?.Open(faults);
        }

        if (faults.Any)
        {
            return faults.Print(error);
        }

        AnalyzeResult result;
        using (var interruption = new Interruption())
        {
            result = CaptureRun.Read(input!, analyzer!, files, Progress.On(error), interruption);
        }

        if (parsed.GetValue(MaskAddresses))
        {
            result = MaskedResult.Of(result);
        }

        report?.Write(AnalyzeReport.Create(result, detail!.Finish(result.Capture.Seconds)), error);
        Print(result, parsed);
        return Status(result, conditions, error);
    }

    /// <summary>What is asked, with those who are told of windows.</summary>
    private static AnalysisOptions Watched(AnalysisOptions options, CsvSeries? csv, AnalyzeDetailBuilder? detail)
    {
        Action<WindowSeries>? onWindow = csv is null ? null : csv.OnWindow;
        Action<BucketWindow>? onBuckets = csv is null ? null : csv.OnBucketWindow;
        return options with
        {
            OnWindow = detail is null ? onWindow : onWindow + detail.OnWindow,
            OnBucketWindow = detail is null ? onBuckets : onBuckets + detail.OnBucketWindow,
        };
    }

    /// <summary>The command line for the report; where addresses are masked, without the folders of the captures.</summary>
    private static string CommandOf(ParseResult parsed, string[] files) => CommandLineText.Of(
        parsed, [Html, Open, Json, Csv], word => parsed.GetValue(MaskAddresses) && files.Contains(word) ? Path.GetFileName(word) : word);

    private static void Print(AnalyzeResult result, ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(Json))
        {
            output.WriteLine(ResultJson.Write(result));
        }
        else
        {
            AnalyzeTables.Print(result, output);
        }
    }

    private static int Status(AnalyzeResult result, FailIf[] conditions, TextWriter error)
    {
        foreach (string broken in result.Capture.Broken ?? [])
        {
            error.WriteLine($"trunkline analyze: {broken}");
        }

        if (result.Capture.Frames == 0)
        {
            error.WriteLine("trunkline analyze: no whole frame; give a capture with traffic");
        }

        bool isWhole = result.Capture is { Broken: null, Interrupted: null, Frames: > 0 };
        bool holds = TechniqueFields.All.Tell("trunkline analyze", conditions, result.Techniques, error);
        return !isWhole ? ExitStatus.Failed : holds ? ExitStatus.ConditionHolds : ExitStatus.Done;
    }
}
