using System.CommandLine;
using System.Net;
using Trunkline.Cli.CommandLine;
using Trunkline.Storage.Stripe;

namespace Trunkline.Cli.Stripe;

/// <summary><c>trunkline stripe serve</c>: the end beside the storage.</summary>
internal static class ServeCommand
{
    private const string Subject = "trunkline stripe serve";

    private static readonly Option<string[]> Listen = new("--listen")
    {
        Description = "Where sessions come in, ADDRESS:PORT; several with commas",
        HelpName = "ADDRESS:PORT",
    };

    private static readonly Option<string?> Target = new("--target")
    {
        Description = "The storage's own address, ADDRESS:PORT; nothing else can be reached through this process",
        HelpName = "ADDRESS:PORT",
    };

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var command = new Verb("serve", "The end beside the storage: takes sessions, and connects each flow to the target")
        {
            Examples = ["trunkline stripe serve --listen 0.0.0.0:7400 --target 10.9.0.2:2049 --key serve.pem --pairing pairing.pem", "trunkline stripe serve --listen 0.0.0.0:7400 --target 10.9.0.2:2049 --insecure"],
        };
        command.Options.Add(Listen);
        command.Options.Add(Target);
        CommonOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        TextWriter error = parsed.InvocationConfiguration.Error;
        var faults = new FaultList(Subject);
        IReadOnlyList<IPEndPoint> listen = faults.Under("--listen", found => EndpointText.ReadList(parsed.GetValue(Listen) ?? [], found));
        string? targetText = parsed.GetValue(Target);
        IPEndPoint? target = targetText is null ? null : faults.Under("--target", found => EndpointText.Read(targetText, found));
        CommonOptions common = CommonOptions.Read(parsed, faults);
        if (!faults.Any && listen.Count == 0)
        {
            faults.Add("--listen is missing; write --listen 0.0.0.0:7400");
        }

        if (!faults.Any && target is null)
        {
            faults.Add("--target is missing; write --target 10.9.0.2:2049");
        }

        if (faults.Any)
        {
            return faults.Print(error);
        }

        var settings = new ServeSettings
        {
            Listen = listen,
            Services = [new StripeService(StripeSettings.DefaultService, target!)],
            Trunk = common.Trunk,
            MemoryBytes = common.MemoryBytes,
            ReadIdentity = common.ReadIdentity,
        };
        return Daemon.Run(Subject, parsed, log => new ServeSide(settings, log), common);
    }
}
