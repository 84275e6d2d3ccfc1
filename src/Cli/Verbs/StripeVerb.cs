using System.CommandLine;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Stripe;

namespace Trunkline.Cli.Verbs;

/// <summary><c>trunkline stripe</c>: one flow over all the links, above the network layer.</summary>
internal static class StripeVerb
{
    /// <summary>The verb with its parts.</summary>
    public static Command Create()
    {
        var verb = new Verb("stripe", "Gives one TCP connection all the links: a pair of processes, one at each end")
        {
            Examples =
            [
                "trunkline stripe serve --listen 0.0.0.0:7400 --target 10.9.0.2:2049 --insecure",
                "trunkline stripe connect --listen 127.0.0.1:2049 --server 10.1.0.2:7400,10.2.0.2:7400 --insecure",
                "trunkline stripe connect --help",
            ],
        };
        verb.Subcommands.Add(ServeCommand.Create());
        verb.Subcommands.Add(ConnectCommand.Create());
        verb.Subcommands.Add(KeygenCommand.Create());
        verb.Subcommands.Add(ShowCommand.Create());
        verb.Subcommands.Add(DoctorCommand.Create());
        return verb;
    }
}
