using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Spectre.Console;
using Trunkline.Cli.CommandLine;
using Trunkline.Hosting;
using Trunkline.Results;

namespace Trunkline.Cli.Stripe;

/// <summary><c>trunkline stripe show</c>: an end as it is now.</summary>
internal static class ShowCommand
{
    private const string Subject = "trunkline stripe show";

    private static readonly Argument<string> Control = new("FILE") { Description = "The socket that the end was given with --control", HelpName = "FILE" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document (trunkline.stripe-show/1)", Arity = ArgumentArity.Zero };
    private static readonly Option<bool> Watch = new("--watch") { Description = "Again each second, until Ctrl-C; rates are then of the last second", Arity = ArgumentArity.Zero };

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var command = new Verb("show", "One end as it is now: each path's rate, round trip and state, and each connection")
        {
            Examples = ["trunkline stripe show /run/trunkline/connect.sock", "trunkline stripe show /run/trunkline/connect.sock --watch"],
        };
        command.Arguments.Add(Control);
        command.Options.Add(Json);
        command.Options.Add(Watch);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        string file = parsed.GetValue(Control)!;
        if (parsed.GetValue(Json) && parsed.GetValue(Watch))
        {
            error.WriteLine($"{Subject}: --json prints one document; leave out --watch");
            return ExitStatus.BadInput;
        }

        using var interruption = new Interruption();
        StripeStatusResult? before = null;
        do
        {
            StripeStatusResult? status;
            try
            {
                status = ResultJson.Read<StripeStatusResult>(DaemonServer.Ask(file, "status"));
            }
            catch (Exception exception) when (exception is SocketException or IOException or ArgumentException)
            {
                error.WriteLine($"{Subject}: {file}: {exception.Message}; is it what --control of a running end names?");
                return ExitStatus.Failed;
            }

            if (status is null)
            {
                error.WriteLine($"{Subject}: {file}: the answer is not a stripe's");
                return ExitStatus.Failed;
            }

            if (parsed.GetValue(Json))
            {
                output.WriteLine(ResultJson.Write(status));
                return ExitStatus.Done;
            }

            Print(status, before, output);
            before = status;
            for (int i = 0; i < 10 && parsed.GetValue(Watch) && !interruption.IsAsked; i++)
            {
                Thread.Sleep(100);
            }
        }
        while (parsed.GetValue(Watch) && !interruption.IsAsked);
        return ExitStatus.Done;
    }

    private static void Print(StripeStatusResult status, StripeStatusResult? before, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{status.Side}: {status.Trunks.Count} far ends, {status.HeldBytes / 1e6:0.0} MB held"));
        foreach (StripeTrunkRow trunk in status.Trunks)
        {
            output.WriteLine();
            StripeTrunkRow? old = before?.Trunks.FirstOrDefault(t => t.Peer == trunk.Peer && t.Paths.Count == trunk.Paths.Count);
            Table paths = Terminal.Table(
                "path", "from", "to", "state", old is null ? ">rate Mb/s" : ">sent Mb/s", ">received Mb/s", ">rtt ms", ">unacked KB", ">share %", ">stalls", ">redraws");
            foreach (StripePathRow path in trunk.Paths)
            {
                StripePathRow? was = old?.Paths[path.Path];
                paths.AddTextRow(
                    Text(path.Path),
                    path.Local,
                    path.Remote,
                    path.State,
                    Text(was is null ? path.RateBps / 1e6 : (path.SentBytes - was.SentBytes) * 8 / 1e6),
                    was is null ? "" : Text((path.ReceivedBytes - was.ReceivedBytes) * 8 / 1e6),
                    (path.RttUs / 1e3).ToString("0.00", CultureInfo.InvariantCulture),
                    Text(path.UnackedBytes / 1e3),
                    Text(path.SharePercent),
                    Text(path.Stalls),
                    Text(path.Redraws));
            }

            Terminal.Write(output, paths);
            if (trunk.Flows.Count > 0)
            {
                output.WriteLine();
                Table flows = Terminal.Table("connection", "service", ">sent MB", ">received MB", ">unacked KB", ">held KB", ">sent twice KB");
                foreach (StripeFlowRow flow in trunk.Flows)
                {
                    flows.AddTextRow(
                        flow.Flow,
                        flow.Service,
                        Text(flow.SentBytes / 1e6),
                        Text(flow.ReceivedBytes / 1e6),
                        Text(flow.UnackedBytes / 1e3),
                        Text(flow.HeldBytes / 1e3),
                        Text(flow.ResentBytes / 1e3));
                }

                Terminal.Write(output, flows);
            }
        }
    }

    private static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
