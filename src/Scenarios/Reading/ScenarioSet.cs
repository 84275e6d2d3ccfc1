namespace Trunkline.Scenarios.Reading;

/// <summary>A value that the command line puts into a scenario: <c>bundles.uplinks.rate=25Gb/s</c>.</summary>
/// <param name="Text">As written.</param>
/// <param name="Path">The keys, outermost first; an item of a list by its index or its name.</param>
/// <param name="Value">The value, in the file's language.</param>
public sealed record ScenarioSet(string Text, IReadOnlyList<string> Path, string Value)
{
    /// <summary>Takes one apart.</summary>
    /// <param name="text">As written.</param>
    /// <param name="set">What it says, when there is no fault.</param>
    /// <returns>Null when it is good, else what is wrong and what to write.</returns>
    public static string? TryParse(string text, out ScenarioSet? set)
    {
        set = null;
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string steps = text[..Math.Max(0, equals)].Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
        string[] path = steps.Split('.', StringSplitOptions.TrimEntries);
        if (equals < 0 || path.Any(p => p.Length == 0))
        {
            return $"\"{text}\" sets nothing; write path=value, such as bundles.uplinks.rate=25Gb/s";
        }

        set = new ScenarioSet(text, path, text[(equals + 1)..].Trim());
        return null;
    }
}
