namespace Trunkline.Scenarios;

/// <summary>The built-in scenarios: the files of <c>examples/scenarios</c>.</summary>
public static class BuiltInScenarios
{
    /// <summary>The one that runs where none is named.</summary>
    public const string Default = "nas";

    private const string Prefix = "Trunkline.Scenarios.Examples.";
    private const string Suffix = ".yaml";

    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(BuiltInScenarios).Assembly.GetManifestResourceNames()
            .Where(r => r.StartsWith(Prefix, StringComparison.Ordinal) && r.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(r => r[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The YAML of one; null when there is none of that name.</summary>
    public static string? Find(string name)
    {
        using Stream? stream = typeof(BuiltInScenarios).Assembly.GetManifestResourceStream($"{Prefix}{name}{Suffix}");
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
