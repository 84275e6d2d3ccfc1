using System.CommandLine;
using System.CommandLine.Completions;
using Spectre.Console;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Input;
using Trunkline.Core.Balancing;
using Trunkline.Reports;
using Trunkline.Results;
using Trunkline.Scenarios;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;

namespace Trunkline.Cli.Verbs;

/// <summary><c>trunkline scenario</c>: checks scenario files, lists and shows what is built in, prints the schema for editors.</summary>
internal static class ScenarioVerb
{
    private static readonly Argument<string[]> Files = new("SCENARIO")
    {
        Description = "Scenario files, or names of built-in scenarios; - for standard input",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Argument<string> Name = new("NAME") { Description = "A built-in scenario" };

    private static readonly Option<string[]> Sets = ScenarioInput.CreateSetOption();

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document (trunkline.scenario/1)",
        Arity = ArgumentArity.Zero,
    };

    /// <summary>The verb with those below it.</summary>
    public static Command Create()
    {
        Files.CompletionSources.Add(_ => BuiltInScenarios.Names.Select(n => new CompletionItem(n)));
        Name.CompletionSources.Add(_ => BuiltInScenarios.Names.Select(n => new CompletionItem(n)));
        var check = new Verb("check", "Is it good? Every fault with line, column, key and what to write")
        {
            Examples =
            [
                "trunkline scenario check fabric.yaml",
                "trunkline scenario check fabric.yaml --set bundles.uplinks.rate=25Gb/s",
                "trunkline scenario check *.yaml --json",
            ],
        };
        check.Arguments.Add(Files);
        check.Options.Add(Sets);
        check.Options.Add(Json);
        check.SetAction(Check);

        var list = new Verb("list", "What is built in?") { Examples = ["trunkline scenario list"] };
        list.Options.Add(Json);
        list.SetAction(List);

        var show = new Verb("show", "Prints a built-in scenario, to begin your own with")
        {
            Examples = ["trunkline scenario show nas >mine.yaml"],
        };
        show.Arguments.Add(Name);
        show.SetAction(Show);

        var schema = new Verb("schema", "Prints the JSON schema of scenarios, for editors")
        {
            Examples = ["trunkline scenario schema >scenario.schema.json"],
        };
        schema.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(ScenarioSchema.Write());
            return ExitStatus.Done;
        });

        var verb = new Verb("scenario", "What can be simulated: check files, list and show what is built in")
        {
            Examples = ["trunkline scenario list", "trunkline scenario show nas >mine.yaml", "trunkline scenario check mine.yaml"],
            Subcommands = { check, list, show, schema },
        };
        verb.SetAction(parsed =>
        {
            var faults = new FaultList("trunkline scenario");
            faults.Add("what to do is missing; write check, list, show or schema");
            return faults.Print(parsed.InvocationConfiguration.Error);
        });
        return verb;
    }

    private static int Check(ParseResult parsed)
    {
        (TextWriter output, TextWriter error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        string[] sets = parsed.GetValue(Sets) ?? [];
        var read = parsed.GetValue(Files)!.Select(f => (File: f, Reading: ScenarioInput.Read(f, sets))).ToList();
        if (parsed.GetValue(Json))
        {
            output.WriteLine(ResultJson.Write(new ScenarioResult { Scenarios = [.. read.Select(r => Row(r.File, r.Reading))] }));
        }
        else
        {
            foreach ((string file, ScenarioReading reading) in read)
            {
                if (reading.Scenario is Scenario scenario)
                {
                    output.WriteLine($"{InputFile.NameOf(file)}: good: {Describe(scenario)}");
                }

                foreach (ScenarioFault fault in reading.Faults)
                {
                    error.WriteLine(fault);
                }
            }
        }

        return read.All(r => r.Reading.Scenario is not null) ? ExitStatus.Done : ExitStatus.BadInput;
    }

    private static int List(ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        ScenarioRow[] rows = [.. BuiltInScenarios.Names.Select(n => Row(n, ScenarioInput.Read(n, [])))];
        if (parsed.GetValue(Json))
        {
            output.WriteLine(ResultJson.Write(new ScenarioResult { Scenarios = rows }));
            return ExitStatus.Done;
        }

        Table table = Terminal.Table("scenario", ">hosts", ">switches", ">links", ">techniques", ">simulated", "what it shows");
        foreach (ScenarioRow row in rows)
        {
            int?[] counts = [row.Hosts, row.Switches, row.Links, row.Techniques?.Count];
            table.AddTextRow([row.Source, .. counts.Select(c => Figures.Count(c)), Figures.Seconds(row.DurationSeconds ?? 0), row.Summary ?? ""]);
        }

        Terminal.Write(output, table);
        output.WriteLine();
        output.WriteLine($"trunkline scenario show NAME prints one. {BuiltInScenarios.Default} is the default.");
        return ExitStatus.Done;
    }

    private static int Show(ParseResult parsed)
    {
        string name = parsed.GetValue(Name)!;
        if (BuiltInScenarios.Find(name) is string text)
        {
            parsed.InvocationConfiguration.Output.Write(text);
            return ExitStatus.Done;
        }

        var faults = new FaultList("trunkline scenario show");
        string near = NearestName.Of(name, BuiltInScenarios.Names) is string nearest ? $"did you mean {nearest}? " : "";
        faults.Add($"no scenario \"{name}\"; {near}trunkline scenario list shows them");
        return faults.Print(parsed.InvocationConfiguration.Error);
    }

    private static string Describe(Scenario scenario)
    {
        string[] events = scenario.Events.Count > 0 ? [Several(scenario.Events.Count, "event")] : [];
        string[] parts =
        [
            Several(scenario.Hosts.Count, "host"),
            Several(scenario.Switches.Count, "switch"),
            $"{Several(scenario.Bundles.Sum(b => b.Links.Count), "link")} in {Several(scenario.Bundles.Count, "bundle")}",
            $"{Several(scenario.Traffic.Count, "kind")} of traffic",
            .. events,
            $"{Several(scenario.Techniques.Count, "technique")} × {Several(scenario.Seeds.Count, "seed")} of {scenario.Duration}",
        ];
        return string.Join(", ", parts);
    }

    private static string Several(int count, string noun) =>
        $"{Figures.Count(count)} {noun}{(count == 1 ? "" : noun.EndsWith("ch", StringComparison.Ordinal) ? "es" : "s")}";

    private static ScenarioRow Row(string file, ScenarioReading reading)
    {
        var row = new ScenarioRow
        {
            Source = InputFile.NameOf(file),
            BuiltIn = ScenarioInput.IsBuiltIn(file),
            Good = reading.Scenario is not null,
        };
        return reading.Scenario is Scenario scenario
            ? row with
            {
                Name = scenario.Name,
                Summary = scenario.Summary,
                Hosts = scenario.Hosts.Count,
                Switches = scenario.Switches.Count,
                Bundles = scenario.Bundles.Count,
                Links = scenario.Bundles.Sum(b => b.Links.Count),
                Traffic = [.. scenario.Traffic.Select(t => t.Name)],
                Events = scenario.Events.Count,
                Techniques = scenario.Techniques,
                Seeds = scenario.Seeds,
                DurationSeconds = scenario.Duration.TotalSeconds,
                Measured = scenario.Measured,
            }
            : row with { Faults = [.. reading.Faults.Select(FaultRow)] };
    }

    private static ScenarioFaultRow FaultRow(ScenarioFault fault) =>
        new(fault.Source, Positive(fault.Line), Positive(fault.Column), fault.Path, fault.Message);

    private static int? Positive(int number) => number > 0 ? number : null;
}
