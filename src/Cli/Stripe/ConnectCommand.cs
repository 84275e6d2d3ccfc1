using System.CommandLine;
using System.Net;
using Trunkline.Cli.CommandLine;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Storage.Stripe;

namespace Trunkline.Cli.Stripe;

/// <summary><c>trunkline stripe connect</c>: the end beside the application.</summary>
internal static class ConnectCommand
{
    private const string Subject = "trunkline stripe connect";

    private static readonly Option<string?> Listen = new("--listen")
    {
        Description = "Where the application connects instead of to the storage, ADDRESS:PORT",
        HelpName = "ADDRESS:PORT",
    };

    private static readonly Option<string[]> Server = new("--server")
    {
        Description = "The serving end's addresses, one for each way to it, with commas",
        HelpName = "ADDRESS:PORT,…",
    };

    private static readonly Option<string[]> From = new("--from")
    {
        Description = "For each --server in turn: the address or device of this host to leave by; any by default",
        HelpName = "ADDRESS|DEVICE,…",
    };

    private static readonly Option<int?> Sessions = new("--sessions")
    {
        Description = $"Sessions, 1 to {StripeHello.PathsMax}; they go round over the addresses (default: one for each address, 16 for a single one)",
        HelpName = "N",
    };

    private static readonly Option<string?> File = CommonOptions.CreateFileOption("connect");

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var command = new Verb("connect", "The end beside the application: cuts each connection over sessions on all links")
        {
            Examples =
            [
                "trunkline stripe connect --listen 127.0.0.1:2049 --server 10.1.0.2:7400,10.2.0.2:7400 --key connect.pem --pairing pairing.pem",
                "trunkline stripe connect --listen 127.0.0.1:2049 --server 10.1.0.2:7400 --sessions 8 --insecure",
            ],
        };
        command.Options.Add(Listen);
        AddRoutesTo(command);
        CommonOptions.AddTo(command);
        command.Options.Add(File);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var faults = new FaultList(Subject);
        (ConnectSettings Settings, CommonOptions Common)? read = parsed.GetValue(File) is string file
            ? FromFile(file, parsed, faults)
            : FromOptions(parsed, faults);
        return faults.Any || read is not { } whole
            ? faults.Print(parsed.InvocationConfiguration.Error)
            : Daemon.Run(Subject, parsed, log => new ConnectSide(whole.Settings, log), whole.Common);
    }

    private static (ConnectSettings Settings, CommonOptions Common)? FromFile(string path, ParseResult parsed, FaultList faults)
    {
        if (CommonOptions.ReadFile(path, isServe: false, parsed, faults) is not var (file, common))
        {
            return null;
        }

        StripeService[] services = [.. file.Services.Select(s => new StripeService(s.Name, s.Address))];
        return (Create(services, file.Servers, [.. file.From], file.Sessions, "sessions", common, faults), common);
    }

    private static (ConnectSettings Settings, CommonOptions Common) FromOptions(ParseResult parsed, FaultList faults)
    {
        string? listenText = parsed.GetValue(Listen);
        IPEndPoint? listen = listenText is null ? null : faults.Under("--listen", found => Endpoints.Read(listenText, found));
        IReadOnlyList<IPEndPoint> servers = faults.Under("--server", found => Endpoints.ReadList(parsed.GetValue(Server) ?? [], found));
        if (listenText is null)
        {
            faults.Add("--listen is missing; write --listen 127.0.0.1:2049");
        }

        if (parsed.GetResult(Server) is null)
        {
            faults.Add("--server is missing; write --server 10.1.0.2:7400,10.2.0.2:7400");
        }

        CommonOptions common = CommonOptions.Read(parsed, faults);
        string[] from = ReadFrom(parsed, servers.Count, faults);
        StripeService[] services = listen is null ? [] : [new StripeService(StripeSettings.DefaultService, listen)];
        return (Create(services, servers, from, parsed.GetValue(Sessions), "--sessions", common, faults), common);
    }

    /// <summary>What <c>doctor</c> needs of the options: all but where to listen.</summary>
    public static ConnectSettings ReadRoutes(ParseResult parsed, FaultList faults)
    {
        IReadOnlyList<IPEndPoint> servers = faults.Under("--server", found => Endpoints.ReadList(parsed.GetValue(Server) ?? [], found));
        if (parsed.GetResult(Server) is null)
        {
            faults.Add("--server is missing; write --server 10.1.0.2:7400,10.2.0.2:7400");
        }

        string[] from = ReadFrom(parsed, servers.Count, faults);
        return Create([], servers, from, parsed.GetValue(Sessions), "--sessions", CommonOptions.Read(parsed, faults), faults);
    }

    /// <summary>Adds the options that say which ways there are.</summary>
    public static void AddRoutesTo(Command command)
    {
        command.Options.Add(Server);
        command.Options.Add(From);
        command.Options.Add(Sessions);
    }

    private static string[] ReadFrom(ParseResult parsed, int servers, FaultList faults)
    {
        string[] from = [.. Endpoints.Split(parsed.GetValue(From) ?? [])];
        if (from.Length > 0 && from.Length != servers)
        {
            faults.Add($"--from: there are {from.Length} for {servers} of --server; write one for each, in the same order");
        }

        return from;
    }

    private static ConnectSettings Create(
        IReadOnlyList<StripeService> services, IReadOnlyList<IPEndPoint> servers, string[] from, int? asked, string name, CommonOptions common, FaultList faults)
    {
        int sessions = asked ?? (servers.Count == 1 ? 16 : servers.Count);
        if (servers.Count > 0 && (sessions < servers.Count || sessions > StripeHello.PathsMax))
        {
            faults.Add($"{name}: {sessions} is not from {servers.Count} (one for each address) to {StripeHello.PathsMax}");
        }

        return new ConnectSettings
        {
            Services = services,
            Routes = [.. servers.Select((server, i) => Route(server, i < from.Length ? from[i] : ""))],
            Sessions = sessions,
            Trunk = common.Trunk,
            MemoryBytes = common.MemoryBytes,
            ReadIdentity = common.ReadIdentity,
        };
    }

    private static StripeRoute Route(IPEndPoint server, string from) =>
        IPAddress.TryParse(from, out IPAddress? local) ? new StripeRoute(server, local) : new StripeRoute(server, null, from);
}
