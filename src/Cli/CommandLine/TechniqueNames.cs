using System.CommandLine.Completions;
using Trunkline.Core.Balancing;

namespace Trunkline.Cli.CommandLine;

/// <summary>Reads names of techniques joined by commas.</summary>
internal static class TechniqueNames
{
    /// <summary>Reads them; what stands twice counts once.</summary>
    /// <param name="option">The option that names them.</param>
    /// <param name="text">As written.</param>
    /// <param name="others">What else may be written, for the fault: <c>, or all</c>.</param>
    /// <param name="faults">Told of an empty name.</param>
    public static IReadOnlyList<string> Read(string option, string text, string others, FaultList faults)
    {
        string[] names = [.. text.Split(',').Select(n => n.Trim())];
        if (names.Any(n => n.Length == 0))
        {
            faults.Add($"{option}: \"{text}\" has an empty name; write names joined by commas{others}; trunkline techniques lists them");
            return [];
        }

        return [.. names.Distinct()];
    }

    /// <summary>Offers techniques and their presets behind the last comma.</summary>
    public static IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        string before = context.WordToComplete[..(context.WordToComplete.LastIndexOf(',') + 1)];
        return TechniqueCatalog.All
            .Where(d => d.Kind != TechniqueKind.Fill)
            .SelectMany(d => d.Presets.Select(p => $"{d.Name}/{p.Name}").Prepend(d.Name))
            .Select(name => new CompletionItem(before + name));
    }
}
