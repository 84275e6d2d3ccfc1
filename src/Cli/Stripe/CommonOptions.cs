using System.CommandLine;
using System.Net;
using Trunkline.Cli.CommandLine;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;
using Trunkline.Hosting;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;
using Trunkline.Storage.Stripe;

namespace Trunkline.Cli.Stripe;

/// <summary>What both ends of a stripe are told alike.</summary>
internal sealed record CommonOptions
{
    private static readonly Option<bool> Insecure = new("--insecure")
    {
        Description = "Everything in the clear, and no proof of who the far end is: for networks that are trusted",
        Arity = ArgumentArity.Zero,
    };

    private static readonly Option<string?> Key = new("--key")
    {
        Description = "This end's key: serve.pem or connect.pem of trunkline stripe keygen",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Pairing = new("--pairing")
    {
        Description = "The certificates of all ends: pairing.pem of trunkline stripe keygen",
        HelpName = "FILE",
    };

    private static readonly Option<string> Hold = new("--hold")
    {
        Description = "How long connections wait while all paths are down, 0s to 1h",
        HelpName = "TIME",
        DefaultValueFactory = _ => "30s",
    };

    private static readonly Option<int> Window = new("--window")
    {
        Description = "Most of a connection's data that waits for its reader, in MiB, 1 to 1024",
        HelpName = "MIB",
        DefaultValueFactory = _ => 32,
    };

    private static readonly Option<int> Memory = new("--memory")
    {
        Description = "The same for all connections together, in MiB, 1 to 65536",
        HelpName = "MIB",
        DefaultValueFactory = _ => 256,
    };

    private static readonly Option<string?> Control = new("--control")
    {
        Description = "A socket to make in the file system, for trunkline stripe show",
        HelpName = "FILE",
    };

    private static readonly Option<string?> MetricsAt = new("--metrics")
    {
        Description = "Where to answer HTTP: /metrics (OpenMetrics) and /ready; ADDRESS:PORT",
        HelpName = "ADDRESS:PORT",
    };

    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Log each connection too", Arity = ArgumentArity.Zero };

    public required StripeOptions Trunk { get; init; }

    public required long MemoryBytes { get; init; }

    /// <summary>Reads the keys; null for none.</summary>
    public required Func<StripeIdentity>? ReadIdentity { get; init; }

    /// <summary>The socket for <c>show</c>; null for none.</summary>
    public string? ControlFile { get; init; }

    /// <summary>Where metrics are; null for nowhere.</summary>
    public IPEndPoint? Metrics { get; init; }

    public required LogLevel LogLevel { get; init; }

    public static void AddKeysTo(Command command)
    {
        command.Options.Add(Key);
        command.Options.Add(Pairing);
        command.Options.Add(Insecure);
    }

    public static void AddTo(Command command)
    {
        AddKeysTo(command);
        command.Options.Add(Hold);
        command.Options.Add(Window);
        command.Options.Add(Memory);
        command.Options.Add(Control);
        command.Options.Add(MetricsAt);
        command.Options.Add(Verbose);
    }

    public static CommonOptions Read(ParseResult parsed, FaultList faults)
    {
        // Of a command that has not these options, nothing is asked.
        if (parsed.CommandResult.Command.Options.Contains(Hold))
        {
            return ReadWhole(parsed, faults);
        }

        return new CommonOptions
        {
            Trunk = new StripeOptions(),
            MemoryBytes = 1 << 20,
            LogLevel = LogLevel.Info,
            ReadIdentity = FindIdentity(parsed.GetValue(Key), parsed.GetValue(Pairing), parsed.GetValue(Insecure), faults),
        };
    }

    private static CommonOptions ReadWhole(ParseResult parsed, FaultList faults)
    {
        if (!Interval.TryParse(parsed.GetValue(Hold), out Interval hold) || hold < Interval.Zero || hold > Interval.FromSeconds(3600))
        {
            faults.Add($"--hold: \"{parsed.GetValue(Hold)}\" is not a time from 0s to 1h; write 30s");
        }

        int window = parsed.GetValue(Window), memory = parsed.GetValue(Memory);
        if (window is < 1 or > 1024)
        {
            faults.Add($"--window: {window} is not from 1 to 1024 (MiB)");
        }

        if (memory is < 1 or > 65_536)
        {
            faults.Add($"--memory: {memory} is not from 1 to 65536 (MiB)");
        }

        return new CommonOptions
        {
            Trunk = new StripeOptions { Hold = hold, FlowWindowBytes = (long)window << 20 },
            MemoryBytes = (long)memory << 20,
            ReadIdentity = FindIdentity(parsed.GetValue(Key), parsed.GetValue(Pairing), parsed.GetValue(Insecure), faults),
            ControlFile = parsed.GetValue(Control),
            Metrics = parsed.GetValue(MetricsAt) is string at ? faults.Under("--metrics", found => Endpoints.Read(at, found)) : null,
            LogLevel = parsed.GetValue(Verbose) ? LogLevel.Debug : LogLevel.Info,
        };
    }

    /// <summary>The option for a file that says all.</summary>
    public static Option<string?> CreateFileOption(string section) => new("--file")
    {
        Description = $"A YAML file that says all, under {section}:, in place of the options above",
        HelpName = "FILE",
    };

    /// <summary>Reads a file that says all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isServe">Which end it must be about.</param>
    /// <param name="parsed">The command line, which must say nothing else.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public static (StripeFile File, CommonOptions Common)? ReadFile(string path, bool isServe, ParseResult parsed, FaultList faults)
    {
        foreach (string token in parsed.Tokens.Select(t => t.Value).Where(t => t.StartsWith("--", StringComparison.Ordinal)))
        {
            if (token is not ("--file" or "--verbose"))
            {
                faults.Add($"{token}: --file says all; leave out either");
            }
        }

        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add($"--file: {exception.Message}");
            return null;
        }

        (StripeFile? file, IReadOnlyList<ScenarioFault> found) = StripeFileReader.Read(text, path);
        faults.AddLocated(found.Select(f => f.ToString()));
        if (file is null)
        {
            return null;
        }

        if (file.IsServe != isServe)
        {
            faults.Add($"--file: {path} is about the other end; it has {(isServe ? "connect:" : "serve:")}");
            return null;
        }

        return (file, new CommonOptions
        {
            Trunk = new StripeOptions { Hold = file.Hold, FlowWindowBytes = file.WindowBytes },
            MemoryBytes = file.MemoryBytes,
            ReadIdentity = FindIdentity(file.Key, file.Pairing, file.IsInsecure, faults),
            ControlFile = file.Control,
            Metrics = file.Metrics,
            LogLevel = parsed.GetValue(Verbose) ? LogLevel.Debug : LogLevel.Info,
        });
    }

    /// <summary>How keys are read, which is tried once.</summary>
    public static Func<StripeIdentity>? FindIdentity(string? key, string? pairing, bool isInsecure, FaultList faults)
    {
        if (isInsecure)
        {
            if (key is not null || pairing is not null)
            {
                faults.Add("--insecure goes without keys; leave out either --insecure or --key and --pairing");
            }

            return null;
        }

        if (key is null || pairing is null)
        {
            faults.Add($"{(key is null ? "--key" : "--pairing")} is missing; trunkline stripe keygen makes keys, or write --insecure to go without");
            return null;
        }

        try
        {
            StripeKeys.Read(key, pairing).Own.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            faults.Add(exception.Message);
        }

        return () => StripeKeys.Read(key, pairing);
    }
}
