using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Tests.CommandLine;

public sealed class ApplicationTests
{
    [Theory]
    [InlineData("whih", "trunkline: no verb \"whih\"; did you mean which?; see trunkline --help")]
    [InlineData("which --polcy", "trunkline which: no option \"--polcy\"; did you mean --policy?; see trunkline which --help")]
    [InlineData("which stray --src 10.0.0.1", "trunkline which: no argument \"stray\"; see trunkline which --help")]
    [InlineData("which --links", "trunkline which: Required argument missing for option: '--links'; see trunkline which --help")]
    [InlineData("techniques flowlt", "trunkline techniques: no technique \"flowlt\"; did you mean flowlet? trunkline techniques lists them")]
    public void Run_WithWordsThatItDoesNotKnow_SaysWhichWereMeant(string line, string fault)
    {
        CommandLineRun run = CommandLineRun.Of(line);

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Equal("", run.Output);
        Assert.Equal(fault, run.Error.TrimEnd());
    }

    [Theory]
    [InlineData("")]
    [InlineData("--help")]
    [InlineData("techniques --help")]
    public void Run_AskedForHelp_EndsWithExamples(string line)
    {
        CommandLineRun run = CommandLineRun.Of(line);

        Assert.Equal(ExitStatus.Done, run.Status);
        Assert.Contains("Examples:\n  trunkline ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("techniques --json")]
    [InlineData("which --policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --json")]
    public void Run_WhoseOutputCannotBeWritten_SaysSoInOneLine(string line)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "trunkline");
        Trunkline.Testing.CommandResult result = Trunkline.Testing.Command.Run("sh", ["-c", $"'{program}' {line} >/dev/full"]);

        Assert.Equal(ExitStatus.Failed, result.ExitCode);
        Assert.StartsWith("trunkline: the output cannot be written: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("techniques")]
    [InlineData("techniques linux-bond")]
    [InlineData("techniques flowlet/afs")]
    [InlineData("techniques trunk/brocade")]
    public void Techniques_AsJson_AreOneDocument(string line)
    {
        System.Text.Json.JsonElement document = CommandLineRun.Of($"{line} --json").Json();

        Assert.Equal("trunkline.techniques/1", document.GetProperty("schema").GetString());
        Assert.All(document.GetProperty("techniques").EnumerateArray(), t =>
        {
            Assert.NotEqual("", t.GetProperty("source").GetString());
            Assert.NotEqual("", t.GetProperty("summary").GetString());
        });
    }

    [Fact]
    public void Techniques_OfARule_ShowsDefaultsRangesAndSources()
    {
        string output = CommandLineRun.Of("techniques flowlet/afs").Output;

        Assert.Contains("gap", output, StringComparison.Ordinal);
        Assert.Contains("16us", output, StringComparison.Ordinal);
        Assert.Contains("source:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("flowlet/letflow:", output, StringComparison.Ordinal);
    }
}
