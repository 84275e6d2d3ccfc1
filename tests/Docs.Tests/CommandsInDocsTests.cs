using Trunkline.Testing;

namespace Trunkline.Docs.Tests;

/// <summary>Runs what the documents show, so that they cannot go out of date.</summary>
public sealed class CommandsInDocsTests
{
    /// <summary>Set by <c>./dev docs --write</c>: what differs is put into the documents instead of failing.</summary>
    private static readonly bool IsWriting = Environment.GetEnvironmentVariable("TRUNKLINE_DOCS_WRITE") == "1";

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(120);

    /// <summary>Builds what is stale, so that no command says that it does.</summary>
    private static readonly CommandResult Build =
        Command.Run(RepositoryRoot.Combine("trunkline"), ["--version"], TimeSpan.FromSeconds(300)).OrThrow();

    [Theory]
    [MemberData(nameof(MarkdownFiles.All), MemberType = typeof(MarkdownFiles))]
    public void Commands_ShownInADocument_PrintWhatItShows(string document)
    {
        Assert.Equal(0, Build.ExitCode);
        string path = RepositoryRoot.Combine(document);
        List<string> lines = [.. File.ReadAllLines(path)];
        var faults = new List<string>();
        bool isRenewed = false;

        // From the end, so that lines written anew do not move those still to be looked at.
        foreach (ConsoleCommand command in ConsoleBlock.Find([.. lines]).Where(c => c.IsRunnable).Reverse())
        {
            CommandResult result = Run(command.CommandLine);
            string[] printed = ConsoleBlock.Tidy(result.Output.Split('\n'));
            if (result.ExitCode != command.ExitStatus)
            {
                faults.Add($"{document}:{command.FirstLine}: {command.CommandLine}\nended with {result.ExitCode}:\n{result.Output}");
            }
            else if (!command.IsShownAs(printed) && IsWriting)
            {
                lines.RemoveRange(command.FirstLine, command.Shown.Length);
                lines.InsertRange(command.FirstLine, printed);
                isRenewed = true;
            }
            else if (!command.IsShownAs(printed))
            {
                faults.Add($"{document}:{command.FirstLine}: {command.CommandLine}\nprinted:\n{string.Join('\n', printed)}");
            }
        }

        if (isRenewed)
        {
            File.WriteAllLines(path, lines);
        }

        Assert.True(faults.Count == 0, string.Join("\n\n", faults) + "\n\n./dev docs --write renews what documents show");
    }

    // Both outputs in one, as a terminal shows them.
    private static CommandResult Run(string commandLine)
    {
        string[] arguments = ["NO_COLOR=1", "TERM=dumb", "bash", "-c", $"{{ {commandLine}\n}} 2>&1"];
        return Command.Run("env", arguments, TimeLimit, RepositoryRoot.Path);
    }
}
