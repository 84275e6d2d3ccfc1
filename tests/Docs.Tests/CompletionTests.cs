using Trunkline.Testing;

namespace Trunkline.Docs.Tests;

/// <summary>The completion script of Bash, at a prompt of which the program and the line are known.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trunkline-completion");

    // Answers like the program: what begins with the last word of the line that it was handed.
    private const string Program = """
        #!/bin/bash
        printf '%s|%s\n' "$1" "$2" >"${0%/*}/asked"
        for answer in analyze which --links --linux; do
          [[ $answer != "${2##* }"* ]] || echo "$answer"
        done
        """;

    [Theory]
    [InlineData("trunkline wh", 0, "[suggest:12]|trunkline wh", "which")]
    [InlineData("trunkline which --li", 0, "[suggest:20]|trunkline which --li", "--links --linux")]
    [InlineData("trunkline wh --json", 7, "[suggest:12]|trunkline wh --json", "")]
    public void Bash_AtTheEndOfALine_OffersWhatTheProgramAnswers(string line, int behind, string asked, string offered)
    {
        (string wasAsked, string wasOffered) = Complete("trunkline", line, line.Length - behind);

        Assert.Equal(asked, wasAsked);
        Assert.Equal(offered, wasOffered);
    }

    [Fact]
    public void Bash_WithAPathForTheProgram_AsksUnderItsName()
    {
        string program = Path.Combine(_folder.FullName, "trunkline");
        string line = $"{program} wh";

        Assert.Equal(("[suggest:12]|trunkline wh", "which"), Complete(program, line, line.Length));
    }

    /// <inheritdoc />
    public void Dispose() => _folder.Delete(recursive: true);

    private (string Asked, string Offered) Complete(string program, string line, int point)
    {
        string file = Path.Combine(_folder.FullName, "trunkline");
        File.WriteAllText(file, Program);
        Command.Check("chmod", "+x", file);

        // Bash sets these before it calls the function that a completion script registered.
        string script = """
            source "$1"; PATH=$2:$PATH; COMP_LINE=$4; COMP_POINT=$5
            read -ra COMP_WORDS <<<"${COMP_LINE:0:COMP_POINT}"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            "$(complete -p trunkline | sed 's/.* -F \([^ ]*\) .*/\1/')" "$3"
            echo "${COMPREPLY[*]}"
            """;
        string[] arguments =
        [
            "-c", script, "bash", RepositoryRoot.Combine("completions/trunkline.bash"), _folder.FullName, program, line, $"{point}",
        ];
        string offered = Command.Run("bash", arguments).OrThrow().Output.Trim();
        return (File.ReadAllText(Path.Combine(_folder.FullName, "asked")).Trim(), offered);
    }
}
