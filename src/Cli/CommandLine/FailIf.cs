using System.Globalization;
using System.Text.RegularExpressions;
using Trunkline.Core.Balancing;

namespace Trunkline.Cli.CommandLine;

/// <summary>A condition under which the exit status says that the result is not good enough: <c>[TECHNIQUE.]field OP number</c>.</summary>
/// <param name="Text">As written.</param>
/// <param name="Subject">The technique; null where none was named.</param>
/// <param name="Field">The field of its result.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Limit">With what.</param>
internal sealed partial record FailIf(string Text, string? Subject, string Field, string Operator, double Limit)
{
    private const string Form = "write '[TECHNIQUE.]field OP number', such as 'imbalance > 1.5'; OP is <, <=, >, >=, == or !=";

    /// <summary>Reads a condition.</summary>
    /// <param name="text">The condition as written.</param>
    /// <param name="fields">The fields that there are.</param>
    /// <param name="faults">What is wrong and what to write.</param>
    /// <returns>Null with a fault.</returns>
    public static FailIf? Read(string text, IReadOnlyCollection<string> fields, ICollection<string> faults)
    {
        Match match = Condition().Match(text);
        if (!match.Success
            || !double.TryParse(match.Groups["limit"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit)
            || !double.IsFinite(limit))
        {
            faults.Add($"\"{text}\" is no condition; {Form}");
            return null;
        }

        // A field may have dots, and so may a technique: the longest field at the end counts.
        string path = match.Groups["path"].Value;
        if (fields.Where(f => path == f || path.EndsWith($".{f}", StringComparison.Ordinal)).MaxBy(f => f.Length) is not string field)
        {
            string last = path[(path.LastIndexOf('.') + 1)..];
            string near = NearestName.Of(last, fields) is string nearest ? $"did you mean {nearest}? " : "";
            faults.Add($"\"{text}\": no field \"{last}\"; {near}write one of {string.Join(", ", fields)}");
            return null;
        }

        string? subject = path.Length == field.Length ? null : path[..^(field.Length + 1)];
        return new FailIf(text, subject, field, match.Groups["op"].Value, limit);
    }

    /// <summary>Whether the condition holds for a value.</summary>
    public bool Holds(double value) => Operator switch
    {
        "<" => value < Limit,
        "<=" => value <= Limit,
        ">" => value > Limit,
        ">=" => value >= Limit,
        "!=" => value != Limit,
        _ => value == Limit,
    };

    [GeneratedRegex(@"^\s*(?<path>\S*?[A-Za-z][A-Za-z0-9]*)\s*(?<op><=|>=|==|!=|<|>)\s*(?<limit>\S+)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Condition();
}
