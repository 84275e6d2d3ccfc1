using System.CommandLine;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Compare;
using Trunkline.Reports.Compare;
using Trunkline.Results;
using Trunkline.Simulation;
using Trunkline.Simulation.Tracing;

namespace Trunkline.Cli.Verbs;

/// <summary><c>trunkline compare</c>: what each technique would give on a topology.</summary>
internal static class CompareVerb
{
    private const string Subject = "trunkline compare";

    private static readonly Option<string[]> FailIfs = new("--fail-if")
    {
        Description = "Exit with status 3 if this holds: '[TECHNIQUE.]field OP number'; "
            + $"fields are {CompareFields.Summary}",
        HelpName = "CONDITION",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document (trunkline.compare/1)" };

    private static readonly Option<string> Html =
        ReportOptions.CreateHtml("the network, every figure, links and queues over time, completion times");

    private static readonly Option<bool> Open = ReportOptions.CreateOpen();

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var verb = new Verb("compare", "What would each technique give on my topology?")
        {
            Examples =
            [
                "trunkline compare",
                "trunkline compare leaf-spine --techniques linux-ecmp/l4,flowlet/letflow,drill --seeds 5",
                "trunkline compare fabric.yaml --set bundles.uplinks.rate=25Gb/s --json",
                "trunkline compare nas --techniques flowlet/afs --fail-if 'goodputFraction < 0.9'",
                "trunkline compare nas-failure --html failure.html --open",
                "trunkline compare nas --techniques random --seeds 1 --trace random.pcapng --trace-at uplinks/0",
            ],
        };
        verb.Arguments.Add(CompareOptions.ScenarioName);
        foreach (Option option in (Option[])[.. CompareOptions.All, FailIfs, Json, Html, Open])
        {
            verb.Options.Add(option);
        }

        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult parsed)
    {
        TextWriter error = parsed.InvocationConfiguration.Error;
        var faults = new FaultList(Subject);
        ComparisonOptions? options = CompareOptions.Read(parsed, faults, out string scenarioText);
        FailIf[] conditions = [.. (parsed.GetValue(FailIfs) ?? [])
            .Select(text => faults.Under(FailIfs.Name, f => CompareFields.All.ReadCondition(text, options?.Techniques, [Comparison.OneFatLink], f)))
            .OfType<FailIf>()];
        using CompareCsv? csv = CompareOptions.FolderOf(parsed) is string folder ? new CompareCsv(folder) : null;
        using TraceFile? trace = CompareOptions.TraceOf(parsed) is string file ? new TraceFile(file) : null;
        using ReportFile? report = ReportOptions.Read(parsed.GetValue(Html), parsed.GetValue(Open), faults);
        CompareDetailBuilder? detail = report is null || options is null ? null
            : new CompareDetailBuilder(options, CommandLineText.Of(parsed, [Html, Open, Json]), scenarioText);
        var found = new List<string>();
        Comparison? comparison = options is null ? null : Comparison.Create(
            options with
            {
                OnRun = csv is null && detail is null ? null : run =>
                {
                    csv?.OnRun(run);
                    detail?.OnRun(run);
                },
                Trace = trace is null ? null : new FrameTraceOptions(CompareOptions.PlaceOf(parsed), () => trace.Stream),
            },
            found);
        found.ForEach(faults.Add);
        if (!faults.Any)
        {
            csv?.Open(faults);
            trace?.Open(faults);
            report?.Open(faults);
        }

        if (faults.Any)
        {
            return faults.Print(error);
        }

        CompareResult result = Run(comparison!, error);
        csv?.OnResult(result);
        report?.Write(CompareReport.Create(result, detail!.Finish()), error);
        Print(result, parsed);
        bool holds = CompareFields.All.Tell(Subject, conditions, result.Techniques, error);
        return result.Interrupted is true ? ExitStatus.Failed : holds ? ExitStatus.ConditionHolds : ExitStatus.Done;
    }

    private static void Print(CompareResult result, ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(Json))
        {
            output.WriteLine(ResultJson.Write(result));
        }
        else
        {
            CompareTables.Print(result, output);
        }
    }

    private static CompareResult Run(Comparison comparison, TextWriter error)
    {
        using var interruption = new Interruption();
        var progress = Progress.On(error);
        string what = $"{comparison.RunCount} runs";
        CompareResult result = comparison.Run(share =>
        {
            progress.TellShare(share, what);
            return !interruption.IsAsked;
        });
        progress.End();
        return result;
    }
}
