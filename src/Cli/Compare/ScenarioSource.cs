using System.Reflection;
using Trunkline.Cli.CommandLine;
using Trunkline.Core.Balancing;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;

namespace Trunkline.Cli.Compare;

/// <summary>Finds a scenario: a file, or a built-in one by its name.</summary>
internal static class ScenarioSource
{
    private const string Prefix = "Trunkline.Scenarios.Examples.";
    private const string Suffix = ".yaml";

    private static readonly Assembly Assembly = typeof(ScenarioReader).Assembly;

    /// <summary>Names of those built in.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } =
    [
        .. Assembly.GetManifestResourceNames()
            .Where(r => r.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(r => r[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a scenario.</summary>
    /// <param name="name">A file, or a name.</param>
    /// <param name="sets">Values to put into it first.</param>
    /// <param name="faults">Told of every fault.</param>
    /// <returns>Null with a fault.</returns>
    public static Scenario? Read(string name, IReadOnlyList<string> sets, FaultList faults)
    {
        if (ReadText(name, faults) is not string text)
        {
            return null;
        }

        ScenarioReading reading = ScenarioReader.Read(text, name, sets, (path, withText) => Open(Path.GetDirectoryName(name) ?? "", path, withText));
        foreach (ScenarioFault fault in reading.Faults)
        {
            faults.Add(fault.ToString());
        }

        return reading.Scenario;
    }

    private static string? ReadText(string name, FaultList faults)
    {
        if (!File.Exists(name) && Assembly.GetManifestResourceStream($"{Prefix}{name}{Suffix}") is Stream stream)
        {
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }

        try
        {
            return File.ReadAllText(name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string near = NearestName.Of(name, BuiltIn) is string nearest ? $"did you mean {nearest}? " : "";
            faults.Add($"no scenario \"{name}\": {near}write a file, or one of {string.Join(", ", BuiltIn)}");
            return null;
        }
    }

    private static FileBeside Open(string folder, string path, bool withText)
    {
        string full = Path.GetFullPath(Path.Combine(folder, path));
        try
        {
            return !File.Exists(full)
                ? new FileBeside(full, null, "no such file")
                : new FileBeside(full, withText ? File.ReadAllText(full) : null, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileBeside(full, null, exception.Message);
        }
    }
}
