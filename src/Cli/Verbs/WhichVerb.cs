using System.CommandLine;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Which;
using Trunkline.Reports.Which;
using Trunkline.Results;

namespace Trunkline.Cli.Verbs;

/// <summary><c>trunkline which</c>: the link that a flow takes, and why.</summary>
internal static class WhichVerb
{
    private static readonly Option<string> Html =
        ReportOptions.CreateHtml("the way from fields to link as a picture, and how many flows spread");

    private static readonly Option<bool> Open = ReportOptions.CreateOpen();

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var verb = new Verb("which", "Which link does a flow take, and why?")
        {
            Examples =
            [
                "trunkline which --policy netapp/xor-nibble --links 4 --src 10.10.7.31 --dst 10.10.5.6",
                "trunkline which --policy linux-bond/layer3+4 --links eth0,eth1 --src 10.0.0.1 --sport 51515 --dst 10.0.0.2 --dport 3260 --proto tcp",
                "trunkline which --capture storage.pcap --links 4",
                "trunkline which --policy crc/crc32 --tier2 crc/crc32 --links 4 --src 10.0.0.1 --sport 51515 --dst 10.0.0.2 --dport 3260 --proto tcp",
                "trunkline which --capture storage.pcap --policy linux-ecmp/l4:seed=25 --links 4 --html flows.html --open",
                "trunkline which --device bond0 --src 10.0.0.1 --sport 51515 --dst 10.0.0.2 --dport 3260 --proto tcp",
            ],
        };
        foreach (Option option in (Option[])[.. WhichOptions.All, Html, Open])
        {
            verb.Options.Add(option);
        }

        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        TextWriter error = parsed.InvocationConfiguration.Error;
        var faults = new FaultList("trunkline which");
        using ReportFile? report = ReportOptions.Read(parsed.GetValue(Html), parsed.GetValue(Open), faults);
        WhichRequest? request = WhichReader.Read(parsed, faults);
        using CaptureFlows? capture = request?.Capture;
        if (!faults.Any)
        {
            report?.Open(faults);
        }

        if (request is null || faults.Any)
        {
            return faults.Print(error);
        }

        capture?.Progress = Progress.On(error);
        if (WhichBuilder.Build(request, out string fault) is not { } result)
        {
            faults.Add(fault);
            return faults.Print(error);
        }

        report?.Write(WhichReport.Create(result, WhichDetailBuilder.Build(request, result, CommandLineText.Of(parsed, [Html, Open, WhichOptions.Json]))), error);
        if (parsed.GetValue(WhichOptions.Json))
        {
            output.WriteLine(ResultJson.Write(result));
        }
        else
        {
            WhichTables.Print(result, output);
        }

        if (capture?.Broken is string broken)
        {
            error.WriteLine($"trunkline which: {broken}");
            return ExitStatus.Failed;
        }

        return ExitStatus.Done;
    }
}
