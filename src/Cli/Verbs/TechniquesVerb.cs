using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Spectre.Console;
using Trunkline.Cli.CommandLine;
using Trunkline.Core.Balancing;
using Trunkline.Results;

namespace Trunkline.Cli.Verbs;

/// <summary><c>trunkline techniques</c>: what there is to choose from.</summary>
internal static class TechniquesVerb
{
    private static readonly Argument<string?> Name = new("NAME")
    {
        Description = "A technique, a preset (flowlet/afs) or a family (linux-bond) to show in full; all in a list without it",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "NAME",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document (trunkline.techniques/1)", Arity = ArgumentArity.Zero };

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var verb = new Verb("techniques", "What is there to choose from?")
        {
            Examples = ["trunkline techniques", "trunkline techniques flowlet", "trunkline techniques linux-bond/layer3+4 --json"],
        };
        Name.CompletionSources.Add(_ => Choose(null).Select(d => new CompletionItem(d.Name)));
        verb.Arguments.Add(Name);
        verb.Options.Add(Json);
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        string? name = parsed.GetValue(Name);
        IReadOnlyList<TechniqueDescriptor> chosen = Choose(name);
        if (chosen.Count == 0)
        {
            var faults = new FaultList("trunkline techniques");
            string near = TechniqueCatalog.Nearest(name!) is string nearest ? $"did you mean {nearest}? " : "";
            faults.Add($"no technique \"{name}\"; {near}trunkline techniques lists them");
            return faults.Print(parsed.InvocationConfiguration.Error);
        }

        if (parsed.GetValue(Json))
        {
            output.WriteLine(ResultJson.Write(new TechniquesResult { Techniques = [.. chosen.Select(Row)] }));
        }
        else if (name is null)
        {
            PrintList(chosen, output);
        }
        else
        {
            foreach (TechniqueDescriptor descriptor in chosen)
            {
                PrintWhole(descriptor, name, output);
            }
        }

        return ExitStatus.Done;
    }

    /// <summary>All; or one by its name or its preset's; or a family by what stands before the slash.</summary>
    private static IReadOnlyList<TechniqueDescriptor> Choose(string? name)
    {
        if (name is null)
        {
            return TechniqueCatalog.All;
        }

        return TechniqueCatalog.Find(name) is { } one
            ? [one]
            : [.. TechniqueCatalog.All.Where(d => d.Name.StartsWith(name + "/", StringComparison.Ordinal))];
    }

    private static void PrintList(IReadOnlyList<TechniqueDescriptor> descriptors, TextWriter output)
    {
        foreach (IGrouping<TechniqueKind, TechniqueDescriptor> group in descriptors.GroupBy(d => d.Kind))
        {
            output.WriteLine(group.Key switch
            {
                TechniqueKind.Policy => "Policies: fields and hash function (a policy's name alone means static hash)",
                TechniqueKind.Fill => "Fills: how buckets first get their links",
                TechniqueKind.Rule => "Rules: when and where a bucket moves (rule[/preset][@policy])",
                TechniqueKind.Stripe => "In a bundle with a sequencing receiver: all links for each flow (name[/preset])",
                TechniqueKind.Host => "In the hosts",
                _ => "In the fabric",
            });
            Table table = Terminal.Table("", "");
            table.ShowHeaders = false;
            foreach (TechniqueDescriptor descriptor in group)
            {
                table.AddTextRow($"  {descriptor.Name}", descriptor.Summary);
                foreach (PresetDescriptor preset in descriptor.Presets)
                {
                    table.AddTextRow($"  {descriptor.Name}/{preset.Name}", preset.Summary);
                }
            }

            Terminal.Write(output, table);
            output.WriteLine();
        }

        output.WriteLine("trunkline techniques NAME shows parameters, defaults, ranges and sources.");
    }

    private static void PrintWhole(TechniqueDescriptor descriptor, string asked, TextWriter output)
    {
        output.WriteLine($"{descriptor.Name}: {descriptor.Summary}");
        output.WriteLine();
        Terminal.WriteParagraph(output, descriptor.Remarks);
        output.WriteLine($"source: {descriptor.Source}");
        if (descriptor.Needs.Length > 0)
        {
            output.WriteLine($"needs: {descriptor.Needs}");
        }

        string verbs = string.Join(", ", Verbs(descriptor.Verbs));
        output.WriteLine($"works in: {(verbs.Length == 0 ? "no verb yet" : verbs)}");
        if (descriptor.Parameters.Count > 0)
        {
            output.WriteLine();
            Table table = Terminal.Table("parameter", "default", "range", "meaning");
            foreach (ParameterDescriptor parameter in descriptor.Parameters)
            {
                table.AddTextRow(parameter.Name, parameter.Default, parameter.Range, parameter.Summary);
            }

            Terminal.Write(output, table);
        }

        IEnumerable<PresetDescriptor> presets = descriptor.Presets.Where(p => asked == $"{descriptor.Name}/{p.Name}");
        foreach (PresetDescriptor preset in presets.Any() ? presets : descriptor.Presets)
        {
            output.WriteLine();
            output.WriteLine($"{descriptor.Name}/{preset.Name}: {preset.Summary}");
            output.WriteLine($"  sets {string.Join(" ", preset.Values.Select(v => $"{v.Key}={v.Value}"))}{(preset.Policy is null ? "" : $" over {preset.Policy}")}");
            output.WriteLine($"  source: {preset.Source}");
        }
    }

    private static TechniqueRow Row(TechniqueDescriptor descriptor) => new()
    {
        Name = descriptor.Name,
        Kind = descriptor.Kind.ToString().ToLowerInvariant(),
        Summary = descriptor.Summary,
        Remarks = descriptor.Remarks,
        Source = descriptor.Source,
        Needs = descriptor.Needs,
        Verbs = [.. Verbs(descriptor.Verbs)],
        Parameters = [.. descriptor.Parameters.Select(p => new ParameterRow(p.Name, p.Default, p.Range, p.Summary))],
        Presets = [.. descriptor.Presets.Select(p => new PresetRow($"{descriptor.Name}/{p.Name}", p.Summary, p.Source, p.Values, p.Policy))],
    };

    private static IEnumerable<string> Verbs(TechniqueVerbs verbs) => Enum.GetValues<TechniqueVerbs>()
        .Where(v => v != TechniqueVerbs.None && verbs.HasFlag(v))
        .Select(v => v == TechniqueVerbs.Live ? "bond" : v.ToString().ToLower(CultureInfo.InvariantCulture));
}
