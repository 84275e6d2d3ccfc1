using System.Text.Json;
using Trunkline.Cli.CommandLine;
using Trunkline.Scenarios;
using Trunkline.Testing;

namespace Trunkline.Cli.Tests;

public sealed class ScenarioVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trunkline-scenario");

    [Fact]
    public void Check_OfAGoodFile_SaysWhatIsInIt()
    {
        CommandLineRun run = CommandLineRun.Of("scenario check nas-failure");

        Assert.Equal(ExitStatus.Done, run.Status);
        Assert.Equal("nas-failure: good: 3 hosts, 1 switch, 9 links in 3 bundles, 2 kinds of traffic, 4 events, 17 techniques × 3 seeds of 250ms\n", run.Output);
    }

    [Fact]
    public void Check_OfEveryBuiltIn_IsGood()
    {
        CommandLineRun run = CommandLineRun.Of(["scenario", "check", .. BuiltInScenarios.Names]);

        Assert.Equal("", run.Error);
        Assert.Equal(ExitStatus.Done, run.Status);
    }

    [Fact]
    public void Check_OfTheBenches_IsGood()
    {
        CommandLineRun run = CommandLineRun.Of(["scenario", "check", .. Directory.GetFiles(RepositoryRoot.Combine("examples/bench"), "*.yaml")]);

        Assert.Equal("", run.Error);
    }

    [Fact]
    public void Check_OfBadFiles_TellsEveryFaultAndNamesTheFile()
    {
        string file = Write("bad.yaml", "scenario: x\nhosts: [a, b]\nbundles:\n  up: {between: [a, b], rate: 10G}\ntraffic:\n  - {kind: elephants, from: a, to: h9}\ntechniques: [flowlt, flowlet:gap=3, spray/resequenced]\n");

        CommandLineRun run = CommandLineRun.Of(["scenario", "check", file, "nas", "nsa", Path.Combine(_folder.FullName, "none.yaml"), _folder.FullName]);

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.StartsWith("nas: good: ", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            $"""
            {file}:4:31: bundles.up.rate: "10G" has no unit; write 10Gb/s
            {file}:6:36: traffic[0].to: host "h9" is not in the scenario (hosts are a, b)
            {file}:7:14: techniques[0]: no technique "flowlt"; did you mean flowlet? trunkline techniques lists them
            {file}:7:22: techniques[1]: flowlet: gap: "3" is not a time with a unit (ns, us, ms, s); write 0s to 60s
            nsa: no scenario of this name, and no such file; did you mean nas? trunkline scenario list shows the names
            {_folder.FullName}/none.yaml: no such file; write the path of a scenario, or a name that trunkline scenario list shows
            {_folder.FullName}: a folder; write the path of a scenario, or a name that trunkline scenario list shows

            """,
            run.Error);
    }

    [Fact]
    public void Check_WithSets_ChecksWhatTheyMakeOfIt()
    {
        Assert.Contains("of 1s", CommandLineRun.Of("scenario check nas --set duration=1s").Output, StringComparison.Ordinal);
        Assert.Equal(
            "--set bundles.uplinks.rate=25: bundles.uplinks.rate: \"25\" has no unit; write 25Gb/s\n",
            CommandLineRun.Of("scenario check nas --set bundles.uplinks.rate=25").Error);
    }

    [Fact]
    public void Check_OfAFileThatNamesOthers_LooksBesideIt()
    {
        Write("sizes.csv", "bytes,cdf\n10,0\n20,1\n");
        string file = Write("mine.yaml", "{scenario: x, hosts: [a, b], bundles: {up: {between: [a, b]}}, traffic: [{kind: mice, from: a, to: b, sizes: sizes.csv, load: 1%}, {kind: replay, from: a, to: b, file: gone.pcap}]}");

        Assert.Equal($"{file}:1:169: traffic[1].file: \"gone.pcap\": no such file; write the path of a capture, from this file's folder\n", CommandLineRun.Of(["scenario", "check", file]).Error);
    }

    [Fact]
    public void Check_AsJson_HasFaultsAndFiguresInOneDocument()
    {
        string file = Write("bad.yaml", "scenario: 7\n");

        CommandLineRun run = CommandLineRun.Of(["scenario", "check", file, "nas", "--json"]);

        Assert.Equal((ExitStatus.BadInput, ""), (run.Status, run.Error));
        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Equal("trunkline.scenario/1", document.RootElement.GetProperty("schema").GetString());
        JsonElement bad = document.RootElement.GetProperty("scenarios")[0], good = document.RootElement.GetProperty("scenarios")[1];
        Assert.False(bad.GetProperty("good").GetBoolean());
        Assert.Equal((1, 11, "scenario"), (bad.GetProperty("faults")[2].GetProperty("line").GetInt32(), bad.GetProperty("faults")[2].GetProperty("column").GetInt32(), bad.GetProperty("faults")[2].GetProperty("key").GetString()));
        Assert.Equal((true, 3, 0.2), (good.GetProperty("builtIn").GetBoolean(), good.GetProperty("hosts").GetInt32(), good.GetProperty("durationSeconds").GetDouble()));
        Assert.True(good.GetProperty("techniques").GetArrayLength() >= 15);
    }

    [Fact]
    public void List_HasARowForEachBuiltIn()
    {
        string output = CommandLineRun.Of("scenario list").Output;

        Assert.All(BuiltInScenarios.Names, n => Assert.Contains($"\n{n} ", output, StringComparison.Ordinal));
        Assert.Equal(BuiltInScenarios.Names.Count, CommandLineRun.Of("scenario list --json").Json().GetProperty("scenarios").GetArrayLength());
    }

    [Fact]
    public void Show_OfABuiltIn_IsItsFile()
    {
        Assert.Equal(File.ReadAllText(RepositoryRoot.Combine("examples/scenarios/nas.yaml")), CommandLineRun.Of("scenario show nas").Output);
        Assert.Equal("trunkline scenario show: no scenario \"nass\"; did you mean nas? trunkline scenario list shows them\n", CommandLineRun.Of("scenario show nass").Error);
    }

    [Fact]
    public void Schema_IsJson()
    {
        using JsonDocument document = JsonDocument.Parse(CommandLineRun.Of("scenario schema").Output);

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", document.RootElement.GetProperty("$schema").GetString());
    }

    [Theory]
    [InlineData("scenario chek", "trunkline scenario: no verb \"chek\"; did you mean check?; see trunkline scenario --help")]
    [InlineData("scenario check nas --jsn", "trunkline scenario check: no option \"--jsn\"; did you mean --json?; see trunkline scenario check --help")]
    [InlineData("scenario", "trunkline scenario: what to do is missing; write check, list, show or schema")]
    public void Verb_WithWordsThatItDoesNotKnow_SaysWhichWereMeant(string line, string fault)
    {
        CommandLineRun run = CommandLineRun.Of(line);

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Equal(fault, run.Error.TrimEnd());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name, string text)
    {
        string file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
