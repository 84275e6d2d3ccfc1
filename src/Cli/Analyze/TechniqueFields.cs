using Trunkline.Cli.CommandLine;
using Trunkline.Results;

namespace Trunkline.Cli.Analyze;

/// <summary>The fields of a technique's result that a condition may ask for.</summary>
internal static class TechniqueFields
{
    private static readonly Dictionary<string, Func<AnalyzeTechnique, double?>> Fields = new()
    {
        ["imbalance"] = t => t.Imbalance,
        ["imbalanceP99"] = t => t.ImbalanceP99,
        ["cov"] = t => t.Cov,
        ["jain"] = t => t.Jain,
        ["moves"] = t => t.Moves,
        ["unsafeMoves"] = t => t.UnsafeMoves,
        ["reorderablePackets"] = t => t.ReorderablePackets,
    };

    /// <summary>Their names, as in the JSON document.</summary>
    public static IReadOnlyCollection<string> Names => Fields.Keys;

    /// <summary>Reads a condition over the techniques that run.</summary>
    /// <param name="text">The condition as written.</param>
    /// <param name="techniques">The techniques; null when they could not be read.</param>
    /// <param name="faults">What is wrong and what to write.</param>
    /// <returns>Null with a fault.</returns>
    public static FailIf? ReadCondition(string text, IReadOnlyList<string>? techniques, ICollection<string> faults)
    {
        if (FailIf.Read(text, Names, faults) is not { } condition || techniques is null)
        {
            return null;
        }

        if (condition.Subject is null && techniques.Count != 1)
        {
            faults.Add($"\"{text}\" names no technique, and {techniques.Count} run; write TECHNIQUE.{condition.Field}, such as {techniques[0]}.{condition.Field}");
        }
        else if (condition.Subject is not null && !techniques.Contains(condition.Subject))
        {
            faults.Add($"\"{text}\": {condition.Subject} is not among the techniques; add it to --techniques");
        }

        return condition;
    }

    /// <summary>The techniques for which a condition holds, with the value found.</summary>
    public static IEnumerable<(string Technique, double Value)> Matches(FailIf condition, AnalyzeResult result) =>
        from technique in result.Techniques
        where condition.Subject is null || technique.Name == condition.Subject
        let value = Fields[condition.Field](technique)
        where value is not null && condition.Holds(value.Value)
        select (technique.Name, value.Value);
}
