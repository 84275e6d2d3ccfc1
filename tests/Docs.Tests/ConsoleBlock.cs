using System.Globalization;

namespace Trunkline.Docs.Tests;

/// <summary>A command shown in a document, and what the document says that it prints.</summary>
/// <param name="CommandLine">As typed behind the prompt; lines that end in a backslash joined as a shell does.</param>
/// <param name="ExitStatus">What it ends with: 0 unless the fence says <c>```console exit=2</c>.</param>
/// <param name="FirstLine">Index of the first line of output in the document.</param>
/// <param name="Shown">The lines of output; one that is <c>…</c> alone stands for any number, one that ends in it for any rest.</param>
internal sealed record ConsoleCommand(string CommandLine, int ExitStatus, int FirstLine, string[] Shown)
{
    private const string Ellipsis = "…";

    /// <summary>Whether the command is ours to run.</summary>
    public bool IsRunnable => CommandLine.StartsWith("./trunkline", StringComparison.Ordinal);

    /// <summary>Whether the document tells the truth about what was printed.</summary>
    public bool IsShownAs(string[] printed) => Matches(Shown, printed);

    private static bool Matches(ReadOnlySpan<string> shown, ReadOnlySpan<string> printed)
    {
        for (int i = 0; i < shown.Length; i++)
        {
            if (shown[i].Trim() == Ellipsis)
            {
                for (int skipped = i; skipped <= printed.Length; skipped++)
                {
                    if (Matches(shown[(i + 1)..], printed[skipped..]))
                    {
                        return true;
                    }
                }

                return false;
            }

            if (i >= printed.Length || !IsLine(shown[i], printed[i]))
            {
                return false;
            }
        }

        return shown.Length == printed.Length;
    }

    private static bool IsLine(string shown, string printed) =>
        shown == printed || (shown.EndsWith(Ellipsis, StringComparison.Ordinal) && printed.StartsWith(shown[..^1], StringComparison.Ordinal));
}

/// <summary>Finds the commands in the fenced <c>console</c> blocks of a Markdown document.</summary>
internal static class ConsoleBlock
{
    private const string Fence = "```";
    private const string Prompt = "$ ";

    /// <summary>All commands, in order.</summary>
    /// <param name="lines">The document.</param>
    public static IReadOnlyList<ConsoleCommand> Find(string[] lines)
    {
        var commands = new List<ConsoleCommand>();
        for (int start = 0; start < lines.Length; start++)
        {
            if (!lines[start].TrimStart().StartsWith(Fence, StringComparison.Ordinal))
            {
                continue;
            }

            int end = start + 1;
            while (end < lines.Length && lines[end].Trim() != Fence)
            {
                end++;
            }

            string[] info = lines[start].Trim()[Fence.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (info is ["console", ..])
            {
                commands.AddRange(Read(lines, start + 1, end, ReadExitStatus(info)));
            }

            start = end;
        }

        return commands;
    }

    private static int ReadExitStatus(string[] info) => info is [_, string word] && word.StartsWith("exit=", StringComparison.Ordinal)
        ? int.Parse(word[5..], CultureInfo.InvariantCulture)
        : 0;

    private static IEnumerable<ConsoleCommand> Read(string[] lines, int start, int end, int exitStatus)
    {
        for (int at = start; at < end;)
        {
            if (!lines[at].StartsWith(Prompt, StringComparison.Ordinal))
            {
                at++;
                continue;
            }

            string command = lines[at++][Prompt.Length..];
            while (command.EndsWith('\\') && at < end)
            {
                command = command[..^1] + lines[at++].TrimStart();
            }

            int first = at;
            while (at < end && !lines[at].StartsWith(Prompt, StringComparison.Ordinal))
            {
                at++;
            }

            yield return new ConsoleCommand(command.Trim(), exitStatus, first, Tidy(lines[first..at]));
        }
    }

    /// <summary>Lines without blanks at their ends, and without empty lines at the end of all.</summary>
    public static string[] Tidy(IEnumerable<string> lines)
    {
        List<string> tidy = [.. lines.Select(line => line.TrimEnd())];
        while (tidy is [.., ""])
        {
            tidy.RemoveAt(tidy.Count - 1);
        }

        return [.. tidy];
    }
}
