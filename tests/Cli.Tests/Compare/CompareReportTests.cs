using System.Net;
using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Tests.Compare;

public sealed class CompareReportTests : IDisposable
{
    private const string Short = "compare nas --set duration=22ms --seeds 1 --techniques linux-bond/layer3+4,random";

    private readonly string _folder = Directory.CreateTempSubdirectory("trunkline-report").FullName;

    private string File => Path.Combine(_folder, "report.html");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Compare_WithAReport_WritesItAndPrintsAsBefore()
    {
        CommandLineRun run = CommandLineRun.Of($"{Short} --html {File}");

        Assert.Equal((ExitStatus.Done, ""), (run.Status, run.Error));
        Assert.Equal(CommandLineRun.Of(Short).Output, run.Output);
        Assert.Equal([File], Directory.GetFiles(_folder));
        string html = WebUtility.HtmlDecode(System.IO.File.ReadAllText(File));
        Assert.Contains($"<code>trunkline {Short}</code>", html, StringComparison.Ordinal);
        Assert.Contains("scenario: nas", html, StringComparison.Ordinal);
        Assert.Contains("""{"title":"random","views":""", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_WithFaults_LeavesTheReportThatWasThere()
    {
        System.IO.File.WriteAllText(File, "old");

        CommandLineRun run = CommandLineRun.Of($"{Short},nonsense --html {File}");

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Equal("old", System.IO.File.ReadAllText(File));
        Assert.Equal([File], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Compare_WithAReportThatCannotBe_SaysSoBeforeItRuns()
    {
        CommandLineRun run = CommandLineRun.Of($"{Short} --html {Path.Combine(_folder, "none", "report.html")}");

        Assert.Equal((ExitStatus.BadInput, ""), (run.Status, run.Output));
        Assert.StartsWith("trunkline compare: --html: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_ToOpenNoReport_IsAFault()
    {
        CommandLineRun run = CommandLineRun.Of($"{Short} --open");

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Equal("trunkline compare: --open: there is no report; name its file with --html FILE\n", run.Error);
    }

    [Fact]
    public void Command_InAReport_CanBeTypedAgain()
    {
        CommandLineRun run = CommandLineRun.Of(["compare", "nas", "--html", File, "--set", "duration=22ms", "--set", "summary=it's me", "--seeds", "1", "-t", "random", "--json"]);

        Assert.Equal(ExitStatus.Done, run.Status);
        Assert.Contains(
            @"<code>trunkline compare nas --set duration=22ms --set 'summary=it'\''s me' --seeds 1 -t random</code>",
            WebUtility.HtmlDecode(System.IO.File.ReadAllText(File)),
            StringComparison.Ordinal);
    }
}
