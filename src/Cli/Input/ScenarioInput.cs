using System.CommandLine;
using Trunkline.Core.Balancing;
using Trunkline.Scenarios;
using Trunkline.Scenarios.Reading;
using Trunkline.Simulation.Techniques;

namespace Trunkline.Cli.Input;

/// <summary>Finds scenarios: a built-in one by its name, else a file, with what <c>--set</c> changes of it.</summary>
internal static class ScenarioInput
{
    /// <summary>More than the reader takes, so that it can say so.</summary>
    private const int FileCharactersMax = 2 << 20;

    /// <summary>The longest table of sizes.</summary>
    private const int TableBytesMax = 4 << 20;

    /// <summary>The option that changes values of a scenario.</summary>
    public static Option<string[]> CreateSetOption() => new("--set")
    {
        Description = "Change a value of the scenario: path=value, such as bundles.uplinks.rate=25Gb/s, traffic.mice.load=60% or seeds=5",
        HelpName = "PATH=VALUE",
    };

    /// <summary>Whether a word names a built-in scenario.</summary>
    public static bool IsBuiltIn(string nameOrFile) => BuiltInScenarios.Names.Contains(nameOrFile);

    /// <summary>Reads a scenario.</summary>
    /// <param name="nameOrFile">A built-in name, a path, or - for standard input.</param>
    /// <param name="sets">Values of <c>--set</c>.</param>
    public static ScenarioReading Read(string nameOrFile, IReadOnlyList<string> sets) => Read(nameOrFile, sets, out _);

    /// <summary>Reads a scenario, and keeps its text.</summary>
    /// <param name="nameOrFile">A built-in name, a path, or - for standard input.</param>
    /// <param name="sets">Values of <c>--set</c>.</param>
    /// <param name="scenarioText">The text as written; empty where there is none.</param>
    public static ScenarioReading Read(string nameOrFile, IReadOnlyList<string> sets, out string scenarioText)
    {
        if (BuiltInScenarios.Find(nameOrFile) is string builtIn)
        {
            scenarioText = builtIn;
            return ScenarioReader.Read(builtIn, nameOrFile, sets, (path, withText) => OpenBeside(".", path, withText), TechniqueCheck.Judge);
        }

        bool isStandardInput = nameOrFile == InputFile.StandardInput;
        string? text = null;
        string? fault;
        try
        {
            using TextReader reader = isStandardInput ? Console.In : new StreamReader(nameOrFile);
            text = ReadBounded(reader, FileCharactersMax);
            fault = null;
        }
        catch (Exception exception) when (IsOfInput(exception))
        {
            fault = WhyUnread(nameOrFile, exception);
        }

        scenarioText = text ?? "";
        if (text is null)
        {
            bool isPath = nameOrFile.AsSpan().ContainsAny('/', '\\', '.');
            string near = NearestName.Of(nameOrFile, BuiltInScenarios.Names) is string name ? $"did you mean {name}? " : "";
            string message = isPath || fault != "no such file"
                ? $"{fault}; write the path of a scenario, or a name that trunkline scenario list shows"
                : $"no scenario of this name, and no such file; {near}trunkline scenario list shows the names";
            return new ScenarioReading(null, [new ScenarioFault(nameOrFile, 0, 0, "", message)]);
        }

        string folder = isStandardInput ? "." : Path.GetDirectoryName(Path.GetFullPath(nameOrFile)) ?? ".";
        return ScenarioReader.Read(text, InputFile.NameOf(nameOrFile), sets, (path, withText) => OpenBeside(folder, path, withText), TechniqueCheck.Judge);
    }

    private static FileBeside OpenBeside(string folder, string path, bool withText)
    {
        string whole = path;
        try
        {
            whole = Path.GetFullPath(path, Path.GetFullPath(folder));
            using var file = new FileStream(whole, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!withText)
            {
                return new FileBeside(whole, null, null);
            }

            using var reader = new StreamReader(file);
            string text = ReadBounded(reader, TableBytesMax + 1);
            return text.Length > TableBytesMax ? new FileBeside(whole, null, "longer than 4 MiB") : new FileBeside(whole, text, null);
        }
        catch (Exception exception) when (IsOfInput(exception))
        {
            return new FileBeside(whole, null, WhyUnread(whole, exception));
        }
    }

    /// <summary>Whether a path, a file or a folder is to blame.</summary>
    private static bool IsOfInput(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private static string WhyUnread(string path, Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        _ when Directory.Exists(path) => "a folder",
        _ => $"cannot be read: {exception.Message.TrimEnd('.')}",
    };

    private static string ReadBounded(TextReader reader, int charactersMax)
    {
        char[] buffer = new char[charactersMax];
        int length = reader.ReadBlock(buffer);
        return new string(buffer, 0, length);
    }
}
