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

    private static readonly Option<string?> File = CommonOptions.CreateFileOption("serve");

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
        command.Options.Add(File);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var faults = new FaultList(Subject);
        (ServeSettings Settings, CommonOptions Common)? read = parsed.GetValue(File) is string file
            ? FromFile(file, parsed, faults)
            : FromOptions(parsed, faults);
        return faults.Any || read is not { } whole
            ? faults.Print(parsed.InvocationConfiguration.Error)
            : Daemon.Run(Subject, parsed, log => new ServeSide(whole.Settings, log), whole.Common);
    }

    private static (ServeSettings Settings, CommonOptions Common)? FromFile(string path, ParseResult parsed, FaultList faults) =>
        CommonOptions.ReadFile(path, isServe: true, parsed, faults) is var (file, common)
            ? (Create(file.Listen, [.. file.Services.Select(s => new StripeService(s.Name, s.Address))], common), common)
            : null;

    private static (ServeSettings Settings, CommonOptions Common) FromOptions(ParseResult parsed, FaultList faults)
    {
        IReadOnlyList<IPEndPoint> listen = faults.Under("--listen", found => Endpoints.ReadList(parsed.GetValue(Listen) ?? [], found));
        string? targetText = parsed.GetValue(Target);
        IPEndPoint? target = targetText is null ? null : faults.Under("--target", found => Endpoints.Read(targetText, found));
        if (parsed.GetResult(Listen) is null)
        {
            faults.Add("--listen is missing; write --listen 0.0.0.0:7400");
        }

        if (targetText is null)
        {
            faults.Add("--target is missing; write --target 10.9.0.2:2049");
        }

        CommonOptions common = CommonOptions.Read(parsed, faults);
        return (Create(listen, target is null ? [] : [new StripeService(StripeSettings.DefaultService, target)], common), common);
    }

    private static ServeSettings Create(IReadOnlyList<IPEndPoint> listen, IReadOnlyList<StripeService> services, CommonOptions common) => new()
    {
        Listen = listen,
        Services = services,
        Trunk = common.Trunk,
        MemoryBytes = common.MemoryBytes,
        ReadIdentity = common.ReadIdentity,
    };
}
