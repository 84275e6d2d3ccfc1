namespace Trunkline.Cli.CommandLine;

/// <summary>The fields of a technique's result that a condition of <c>--fail-if</c> may ask for.</summary>
/// <typeparam name="T">A technique's result.</typeparam>
/// <param name="nameOf">The technique's name.</param>
/// <param name="fields">The fields, by their names in the JSON document.</param>
internal sealed class ConditionFields<T>(Func<T, string> nameOf, IReadOnlyDictionary<string, Func<T, double?>> fields)
{
    /// <summary>Their names, as in the JSON document.</summary>
    public IReadOnlyCollection<string> Names { get; } = [.. fields.Keys];

    /// <summary>A technique's values, in the order of <see cref="Names"/>.</summary>
    public IEnumerable<double?> ValuesOf(T technique) => Names.Select(name => fields[name](technique));

    /// <summary>Reads a condition over the techniques that run.</summary>
    /// <param name="text">The condition as written.</param>
    /// <param name="techniques">The techniques that were asked for; null when they could not be read.</param>
    /// <param name="others">Those that run in any case, for which a condition must name them.</param>
    /// <param name="faults">What is wrong and what to write.</param>
    /// <returns>Null with a fault.</returns>
    public FailIf? ReadCondition(string text, IReadOnlyList<string>? techniques, IReadOnlyList<string> others, ICollection<string> faults)
    {
        if (FailIf.Read(text, Names, faults) is not { } condition || techniques is null)
        {
            return null;
        }

        if (condition.Subject is null && techniques.Count != 1)
        {
            faults.Add($"\"{text}\" names no technique, and {techniques.Count} run; write TECHNIQUE.{condition.Field}"
                + (techniques.Count > 0 ? $", such as {techniques[0]}.{condition.Field}" : ""));
        }
        else if (condition.Subject is not null && !techniques.Contains(condition.Subject) && !others.Contains(condition.Subject))
        {
            faults.Add($"\"{text}\": {condition.Subject} is not among the techniques; add it to --techniques");
        }

        return condition.Subject is null && techniques.Count == 1 ? condition with { Subject = techniques[0] } : condition;
    }

    /// <summary>The techniques for which a condition holds, with the value found.</summary>
    public IEnumerable<(string Technique, double Value)> Matches(FailIf condition, IEnumerable<T> techniques) =>
        from technique in techniques
        where condition.Subject is null || nameOf(technique) == condition.Subject
        let value = fields[condition.Field](technique)
        where value is not null && condition.Holds(value.Value)
        select (nameOf(technique), value.Value);

    /// <summary>Tells of every condition that holds.</summary>
    /// <returns>Whether one does.</returns>
    public bool Tell(string subject, IEnumerable<FailIf> conditions, IReadOnlyList<T> techniques, TextWriter error)
    {
        bool holds = false;
        foreach (FailIf condition in conditions)
        {
            foreach ((string technique, double value) in Matches(condition, techniques))
            {
                error.WriteLine(FormattableString.Invariant($"{subject}: --fail-if '{condition.Text}': {condition.Field} of {technique} is {value:G6}"));
                holds = true;
            }
        }

        return holds;
    }
}
