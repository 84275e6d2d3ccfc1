using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Input;
using Trunkline.Core.Wire;
using Trunkline.Scenarios;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;
using Trunkline.Simulation;
using Trunkline.Simulation.Sources;

namespace Trunkline.Cli.Compare;

/// <summary>The options of <c>compare</c>, and what they ask.</summary>
internal static class CompareOptions
{
    private const int SeedsMax = 10_000;
    private const int ThreadsMax = 1_024;

    /// <summary>The scenario.</summary>
    public static Argument<string?> ScenarioName { get; } = new("SCENARIO")
    {
        Description = $"A scenario file (- for standard input), or a built-in one: {string.Join(", ", BuiltInScenarios.Names)}"
            + $" [default: {BuiltInScenarios.Default}]",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { _ => BuiltInScenarios.Names.Select(n => new CompletionItem(n)) },
        HelpName = "SCENARIO",
    };

    private static readonly Option<string> Techniques = new("--techniques", "-t")
    {
        Description = "Policies (linux-bond/layer3+4) and rules (flowlet/afs, rebalance/ovs:interval=1s@crc/crc32), joined by commas;"
            + " one-fat-link comes before them in any case [default: the scenario's]",
        CompletionSources = { TechniqueNames.Complete },
        HelpName = "NAMES",
    };

    private static readonly Option<string> Seeds = new("--seeds", "-n")
    {
        Description = $"How many seeds, 1 to {SeedsMax}, each a run of each technique: the scenario's, then those that follow"
            + " [default: the scenario's]",
        HelpName = "N",
    };

    private static readonly Option<string[]> Sets = ScenarioInput.CreateSetOption();

    private static readonly Option<string> Threads = new("--threads")
    {
        Description = $"Runs at a time, 1 to {ThreadsMax}; the result does not depend on it [default: the number of processors]",
        HelpName = "N",
    };

    private static readonly Option<string> Csv = new("--csv")
    {
        Description = "A folder for techniques.csv, links.csv (load over time), flows.csv and elephants.csv",
        HelpName = "DIR",
    };

    private static readonly Option<string> Trace = new("--trace")
    {
        Description = "Write the frames of one link or host into this pcapng file: one technique, the first seed; headers without payload",
        HelpName = "FILE",
    };

    private static readonly Option<string> TraceAt = new("--trace-at")
    {
        Description = "Of which link (uplinks/0), host or switch the trace is [default: the first measured link]",
        HelpName = "PLACE",
    };

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Option> All { get; } = [Techniques, Seeds, Sets, Threads, Csv, Trace, TraceAt];

    /// <summary>The folder for series; null when none is asked for.</summary>
    public static string? FolderOf(ParseResult parsed) => parsed.GetValue(Csv);

    /// <summary>The file for a trace; null when none is asked for.</summary>
    public static string? TraceOf(ParseResult parsed) => parsed.GetValue(Trace);

    /// <summary>The place of a trace; null for the first measured link.</summary>
    public static string? PlaceOf(ParseResult parsed) => parsed.GetValue(TraceAt);

    /// <summary>Reads what is asked.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="faults">Told of whatever is wrong.</param>
    /// <param name="scenarioText">The scenario as written; empty where it could not be read.</param>
    /// <returns>Null with a fault.</returns>
    public static ComparisonOptions? Read(ParseResult parsed, FaultList faults, out string scenarioText)
    {
        ScenarioReading reading = ScenarioInput.Read(
            parsed.GetValue(ScenarioName) ?? BuiltInScenarios.Default, parsed.GetValue(Sets) ?? [], out scenarioText);
        Scenario? scenario = reading.Scenario;
        faults.AddLocated(reading.Faults.Select(f => f.ToString()));
        IReadOnlyList<string>? techniques =
            parsed.GetValue(Techniques) is string text ? TechniqueNames.Read(Techniques.Name, text, "", faults) : null;
        int? seeds = ReadNumber(parsed, Seeds, SeedsMax, faults);
        int? threads = ReadNumber(parsed, Threads, ThreadsMax, faults);
        if (parsed.GetValue(TraceAt) is not null && parsed.GetValue(Trace) is null)
        {
            faults.Add($"{TraceAt.Name}: there is no trace; name its file with {Trace.Name} FILE.pcapng");
        }

        if (scenario is null)
        {
            return null;
        }

        return new ComparisonOptions
        {
            Scenario = scenario,
            Captures = ReadCaptures(scenario, faults),
            Techniques = techniques ?? scenario.Techniques,
            Seeds = seeds is int count ? Take(scenario.Seeds, count) : scenario.Seeds,
            Threads = threads ?? Environment.ProcessorCount,
            ThreadTime = ThreadClock.UserTime,
        };
    }

    /// <summary>Reads the captures that a scenario replays.</summary>
    private static Dictionary<string, ReplayCapture> ReadCaptures(Scenario scenario, FaultList faults)
    {
        var captures = new Dictionary<string, ReplayCapture>();
        foreach (string path in scenario.Traffic.OfType<ReplayTraffic>().Select(t => t.Path).Distinct())
        {
            var unreadable = new List<string>();
            using CaptureInput? input = CaptureInput.Open([path], unreadable);
            var capture = new ReplayCapture();
            while (input is not null && input.TryRead(out CaptureRecord record, out _))
            {
                capture.Add(in record);
            }

            foreach (string fault in unreadable.Concat(input?.Broken ?? []))
            {
                faults.Add(fault);
            }

            captures.Add(path, capture);
        }

        return captures;
    }

    private static int? ReadNumber(ParseResult parsed, Option<string> option, int most, FaultList faults)
    {
        if (parsed.GetValue(option) is not string text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most)
        {
            return number;
        }

        faults.Add($"{option.Name}: \"{text}\" is no number from 1 to {most}; write such as {option.Name} 2");
        return null;
    }

    private static IReadOnlyList<ulong> Take(IReadOnlyList<ulong> seeds, int count)
    {
        var taken = seeds.Take(count).ToList();
        while (taken.Count < count)
        {
            ulong next = unchecked(taken[^1] + 1);
            while (taken.Contains(next))
            {
                next++;
            }

            taken.Add(next);
        }

        return taken;
    }
}
