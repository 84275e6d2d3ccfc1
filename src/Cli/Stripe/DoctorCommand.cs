using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Trunkline.Cli.CommandLine;
using Trunkline.Results;
using Trunkline.Storage.Stripe;

namespace Trunkline.Cli.Stripe;

/// <summary><c>trunkline stripe doctor</c>: is every path what it should be?</summary>
internal static class DoctorCommand
{
    private const string Subject = "trunkline stripe doctor";

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document (trunkline.stripe-doctor/1)", Arity = ArgumentArity.Zero };

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var command = new Verb("doctor", "Tries every path to a running serving end, alone and together: rate, loss, MTU, shared links")
        {
            Examples = ["trunkline stripe doctor --server 10.1.0.2:7400,10.2.0.2:7400 --key connect.pem --pairing pairing.pem"],
        };
        ConnectCommand.AddRoutesTo(command);
        CommonOptions.AddKeysTo(command);
        command.Options.Add(Json);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var faults = new FaultList(Subject);
        ConnectSettings settings = ConnectCommand.ReadRoutes(parsed, faults);
        if (faults.Any)
        {
            return faults.Print(parsed.InvocationConfiguration.Error);
        }

        StripeDoctorResult result = StripeDoctor.Examine(settings);
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(Json))
        {
            output.WriteLine(ResultJson.Write(result));
        }
        else
        {
            Print(result, output);
        }

        return result.Paths.Any(p => p.Fault.Length > 0) ? ExitStatus.Failed : ExitStatus.Done;
    }

    private static void Print(StripeDoctorResult result, TextWriter output)
    {
        Table table = Terminal.Table("path", "from", "to", ">rtt ms", ">MTU", ">alone Mb/s", ">together Mb/s", ">resent %", "");
        foreach (StripeDoctorRow path in result.Paths)
        {
            string remark = path.Fault.Length > 0 ? path.Fault
                : path.SharesWith.Count > 0 ? $"shares a link with {string.Join(", ", path.SharesWith)}"
                : "";
            table.AddTextRow(
                Text(path.Path, "0"),
                path.Local,
                path.Server,
                Text(path.RttUs / 1e3, "0.00"),
                Text(path.MtuBytes, "0"),
                Text(path.AloneBps / 1e6, "0.#"),
                Text(path.TogetherBps / 1e6, "0.#"),
                Text(path.ResentPercent, "0.##"),
                remark);
        }

        Terminal.Write(output, table);
        output.WriteLine($"together {Text(result.TogetherBps / 1e6, "0.#")} Mb/s, one direction, to the serving end");
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
