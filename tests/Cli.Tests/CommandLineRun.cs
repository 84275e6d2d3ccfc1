using System.Text.Json;
using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Tests;

/// <summary>One command line, run in this process.</summary>
/// <param name="Status">The exit status.</param>
/// <param name="Output">What it printed on standard output.</param>
/// <param name="Error">What it printed on standard error.</param>
internal sealed record CommandLineRun(int Status, string Output, string Error)
{
    /// <summary>Runs a command line, split at blanks.</summary>
    public static CommandLineRun Of(string line) => Of(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Runs a command line.</summary>
    public static CommandLineRun Of(string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int status = Application.Run(arguments, output, error);
        return new CommandLineRun(status, output.ToString(), error.ToString());
    }

    /// <summary>The one JSON document that was printed.</summary>
    public JsonElement Json()
    {
        Assert.Equal("", Error);
        Assert.Equal(ExitStatus.Done, Status);
        using JsonDocument document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }
}
