using System.Text.Json;
using System.Text.RegularExpressions;
using Trunkline.Testing;

namespace Trunkline.Docs.Tests;

/// <summary>What the completion scripts offer with the program itself, held against what its help and its lists say.</summary>
/// <remarks>A shell that is not installed is stood in for by a reading of its script.</remarks>
public sealed partial class OfferedCompletionsTests
{
    private static readonly string Program = RepositoryRoot.Combine("trunkline");

    /// <summary>Builds what is stale, so that no later call takes that long.</summary>
    private static readonly string RootHelp = Command.Run(Program, ["--help"], TimeSpan.FromSeconds(300)).OrThrow().Output;

    private static readonly string[] Verbs =
        [.. RootHelp.Split("Commands:")[1].Split("\n\n")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim().Split(' ')[0])];

    public static TheoryData<string> Shells => ["bash", "zsh", "fish"];

    [Theory]
    [MemberData(nameof(Shells))]
    public void Script_BehindTheProgram_OffersEveryVerb(string shell)
    {
        if (IsInstalled(shell))
        {
            Assert.Contains("which", Verbs);
            Assert.Equal(Verbs.Order(StringComparer.Ordinal), Offered(shell, "trunkline ").Where(o => char.IsLetter(o[0])));
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void Script_BehindEachVerb_OffersEveryOption(string shell)
    {
        if (IsInstalled(shell))
        {
            foreach (string verb in Verbs)
            {
                string help = Command.Run(Program, [verb, "--help"]).OrThrow().Output.Split("Options:")[1].Split("\n\n")[0];
                string[] options = [.. OptionNames().Matches(help).SelectMany(m => m.Value.Trim().Split(", ")).Where(n => n.StartsWith("--", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
                Assert.Contains("--help", options);
                Assert.Equal(options, Offered(shell, $"trunkline {verb} --"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void Script_BehindAnOptionForPolicies_OffersEveryPolicy(string shell)
    {
        if (IsInstalled(shell))
        {
            string[] policies = [.. Policies().Order(StringComparer.Ordinal)];
            Assert.Contains("linux-bond/layer3+4", policies);
            Assert.Equal(policies, Offered(shell, "trunkline which --tier2 "));
            Assert.Equal(policies, Offered(shell, "trunkline which --reverse-policy "));
            Assert.Equal([.. policies.Append("all").Order(StringComparer.Ordinal)], Offered(shell, "trunkline which --policy "));
            Assert.Equal(["rss/toeplitz", "rss/toeplitz-symmetric"], Offered(shell, "trunkline which --links 4 --policy rss/"));
            Assert.Equal(["crc/crc32,rss/toeplitz", "crc/crc32,rss/toeplitz-symmetric"], Offered(shell, "trunkline which --policy crc/crc32,rss/"));
        }
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void Script_WhereTheProgramHasNoAnswer_LeavesFilesToTheShell(string shell)
    {
        if (IsInstalled(shell))
        {
            string[] offered = Offered(shell, $"trunkline which --capture {RepositoryRoot.Combine("READ")}");

            // Bash looks for files itself when a script that was registered so offers nothing.
            Assert.Equal(shell == "bash" ? [] : [RepositoryRoot.Combine("README.md")], offered);
            Assert.True(shell != "bash" || File.ReadAllText(RepositoryRoot.Combine("completions/trunkline.bash")).Contains("complete -o default -F", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("trunkline.bash")]
    [InlineData("_trunkline")]
    [InlineData("trunkline.fish")]
    [InlineData("trunkline.ps1")]
    public void Script_OfAnyShell_AsksTheProgramAndKnowsNothingItself(string script)
    {
        string code = string.Join('\n', File.ReadLines(RepositoryRoot.Combine($"completions/{script}")).Where(l => !l.TrimStart().StartsWith('#')));

        Assert.Contains("[suggest:", code, StringComparison.Ordinal);
        Assert.DoesNotContain(Verbs, v => Regex.IsMatch(code, $@"\b{v}\b"));
        Assert.DoesNotContain(Policies(), p => code.Contains(p, StringComparison.Ordinal));
        Assert.Equal(code.Count(c => c == '{'), code.Count(c => c == '}'));
        Assert.Equal(code.Count(c => c == '('), code.Count(c => c == ')'));
        if (Command.FindProgram("pwsh") is string pwsh && script.EndsWith(".ps1", StringComparison.Ordinal))
        {
            string completed = $". '{RepositoryRoot.Combine("completions/trunkline.ps1")}'; (TabExpansion2 'trunkline whic' 14).CompletionMatches.CompletionText";
            string[] arguments = [$"PATH={RepositoryRoot.Path}:{Environment.GetEnvironmentVariable("PATH")}", pwsh, "-NoProfile", "-Command", completed];
            Assert.Equal("which", Command.Run("env", arguments).OrThrow().Output.Trim());
        }
    }

    private static bool IsInstalled(string shell) => Command.FindProgram(shell) is not null;

    private static IEnumerable<string> Policies()
    {
        using JsonDocument document = JsonDocument.Parse(Command.Run(Program, ["techniques", "--json"]).OrThrow().Output);
        return [.. document.RootElement.GetProperty("techniques").EnumerateArray()
            .Where(t => t.GetProperty("kind").GetString() == "policy")
            .Select(t => t.GetProperty("name").GetString()!)];
    }

    /// <summary>What a shell offers at the end of a line, in order.</summary>
    private static string[] Offered(string shell, string line)
    {
        string script = RepositoryRoot.Combine("completions/" + (shell == "zsh" ? "_trunkline" : $"trunkline.{shell}"));
        string[] command = shell switch
        {
            // Bash and Zsh set these before they call the function that a script registers.
            "bash" => ["bash", "-c", """
                source "$1"; COMP_LINE=$2; COMP_POINT=${#COMP_LINE}
                read -ra COMP_WORDS <<<"$COMP_LINE"; [[ $COMP_LINE != *' ' ]] || COMP_WORDS+=("")
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _trunkline; printf '%s\n' "${COMPREPLY[@]}"
                """, "bash", script, line],
            "zsh" => ["zsh", "-f", "-c", """
                compdef() { : }; compadd() { [[ $1 == -a ]] && print -rl -- "${(@P)2}" }; _files() { print -r -- "${words[CURRENT]}ME.md" }
                source $1; words=("${(@s: :)2}"); CURRENT=$#words; _trunkline
                """, "zsh", script, line],
            _ => ["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", script, line],
        };
        string path = $"PATH={RepositoryRoot.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        string[] lines = Command.Run("env", [path, .. command], TimeSpan.FromSeconds(60)).OrThrow().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string typed = line[(line.LastIndexOf(' ') + 1)..];
        return [.. lines.Select(l => l.Split('\t')[0]).Where(l => l.StartsWith(typed, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"^  -[^ ,]+(?:, -[^ ,]+)*", RegexOptions.Multiline)]
    private static partial Regex OptionNames();
}
