using System.Globalization;
using System.Text.Json;
using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Tests.Compare;

public sealed class CompareVerbTests : IDisposable
{
    private const string Short = "compare nas --set duration=22ms --set seeds=1";

    private readonly string _folder = Directory.CreateTempSubdirectory("trunkline-compare").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Compare_AsJson_HasEveryFieldOfTheContract()
    {
        JsonElement result = CommandLineRun.Of($"{Short} --techniques linux-bond/layer3+4,random --seeds 2 --json").Json();

        Assert.Equal("trunkline.compare/1", result.GetProperty("schema").GetString());
        Assert.Equal("nas", result.GetProperty("scenario").GetString());
        Assert.Equal(["one-fat-link", "linux-bond/layer3+4", "random"], Techniques(result).Select(t => t.GetProperty("name").GetString()));
        foreach (JsonElement technique in Techniques(result))
        {
            string[] numbers =
            [
                "goodputFraction", "goodputBps", "ci95", "imbalance", "drops", "losses", "marks", "retransmits", "timeouts", "spuriousUndos",
                "outOfOrder", "outOfOrderFraction", "reorderDepthMax", "segmentsPerEvent", "moves", "unsafeMoves", "flows", "unfinishedFlows",
            ];
            Assert.All(numbers, name => Assert.Equal(JsonValueKind.Number, technique.GetProperty(name).ValueKind));
            Assert.InRange(technique.GetProperty("elephants")[0].GetProperty("goodputFraction").GetDouble(), 0.01, 1);
            foreach (string measure in (string[])["fct", "slowdown"])
            {
                foreach (string sort in (string[])["mice", "middle", "elephants"])
                {
                    Assert.Equal(JsonValueKind.Number, technique.GetProperty(measure).GetProperty(sort).GetProperty("count").ValueKind);
                }

                Assert.All(
                    (string[])["mean", "p50", "p99", "p999"],
                    name => Assert.True(technique.GetProperty(measure).GetProperty("mice").GetProperty(name).GetDouble() > 0));
            }

            Assert.True(technique.GetProperty("queue").GetProperty("p99").GetDouble() >= 0);
            foreach (string links in (string[])["links", "linksBack"])
            {
                Assert.StartsWith("uplinks/0", technique.GetProperty(links)[0].GetProperty("name").GetString(), StringComparison.Ordinal);
                Assert.InRange(technique.GetProperty(links)[0].GetProperty("utilization").GetDouble(), 0, 1);
            }
        }

        JsonElement run = result.GetProperty("run");
        Assert.All(
            (string[])["packetHops", "cpuSeconds", "wallSeconds", "peakBytes", "threads"], name => Assert.True(run.GetProperty(name).GetDouble() > 0));
    }

    [Fact]
    public void Compare_AsATable_SaysWhatMatters()
    {
        CommandLineRun run = CommandLineRun.Of($"{Short} --techniques linux-bond/layer3+4,random,round-robin");

        Assert.Equal((ExitStatus.Done, ""), (run.Status, run.Error));
        string[] lines = run.Output.Split('\n');
        Assert.StartsWith("nas: One storage elephant", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("22 ms simulated, the first 20 ms not counted; seed 1; 40Gb/s of links in uplinks", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("one-fat-link", lines[5], StringComparison.Ordinal);
        Assert.Contains("*", run.Output, StringComparison.Ordinal);
        Assert.Contains("under every hash the elephant stays on one link", string.Join(' ', lines.Select(l => l.Trim())), StringComparison.Ordinal);
        Assert.All(lines, line => Assert.True(line.Length <= 120));
    }

    [Fact]
    public void Compare_WithAnyNumberOfThreads_PrintsTheSame()
    {
        const string Line = $"{Short} --techniques linux-bond/layer3+4,random --seeds 2";

        Assert.Equal(CommandLineRun.Of($"{Line} --threads 1").Output, CommandLineRun.Of($"{Line} --threads 3").Output);
    }

    [Fact]
    public void Compare_OfAFile_ReadsIt()
    {
        string file = Path.Combine(_folder, "mine.yaml");
        File.WriteAllText(file, """
            scenario: mine
            duration: 5ms
            hosts: {a: , b: }
            bundles: {pair: {between: [a, b], links: 2, rate: 1Gb/s}}
            traffic: [{kind: storage, from: a, to: b, sessions: 2, block: 16KiB}]
            techniques: [random]
            """);

        JsonElement result = CommandLineRun.Of(["compare", file, "--json"]).Json();

        Assert.Equal("mine", result.GetProperty("scenario").GetString());
        JsonElement technique = Techniques(result).Last();
        Assert.True(technique.GetProperty("reads").GetProperty("goodputBps").GetDouble() > 0);
        Assert.True(technique.GetProperty("writes").GetProperty("fct").GetProperty("p99").GetDouble() > 0);
        Assert.InRange(technique.GetProperty("reads").GetProperty("slowdown").GetProperty("mean").GetDouble(), 1, 1000);
    }

    [Fact]
    public void Compare_WithCsv_WritesSeriesThatSumToTheTable()
    {
        CommandLineRun run = CommandLineRun.Of([.. $"{Short} --techniques random --json --csv".Split(' '), _folder]);

        JsonElement technique = Techniques(run.Json()).Last();
        string[][] links = Rows("links.csv");
        Assert.Equal(
            technique.GetProperty("links").EnumerateArray().Sum(l => l.GetProperty("bytes").GetInt64()),
            links.Where(r => r[0] == "random" && r[4] == "forth").Sum(r => long.Parse(r[5], CultureInfo.InvariantCulture)));
        string[][] flows = Rows("flows.csv");
        Assert.Equal(technique.GetProperty("flows").GetInt64(), flows.Count(r => r[0] == "random"));
        Assert.All(flows, flow => Assert.Equal(10, flow.Length));
        Assert.Equal(["one-fat-link", "random"], Rows("elephants.csv").Select(r => r[0]));
        Assert.Equal(["one-fat-link", "random"], Rows("techniques.csv").Select(r => r[0]));
        Assert.Equal(
            technique.GetProperty("goodputFraction").GetDouble(), double.Parse(Rows("techniques.csv")[1][3], CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("goodputFraction > 0.1", ExitStatus.ConditionHolds)]
    [InlineData("goodputFraction > 1", ExitStatus.Done)]
    [InlineData("random.fct.mice.p99 > 0", ExitStatus.ConditionHolds)]
    [InlineData("one-fat-link.outOfOrder > 0", ExitStatus.Done)]
    [InlineData("random.flows > 0", ExitStatus.ConditionHolds)]
    [InlineData("random.segments > 0", ExitStatus.ConditionHolds)]
    [InlineData("random.reorderDepthMean > 0", ExitStatus.ConditionHolds)]
    [InlineData("random.reads.slowdown.mean > 0", ExitStatus.Done)]
    [InlineData("elephants.goodputFraction < 0.1", ExitStatus.Done)]
    public void Compare_WithACondition_SaysItInItsExitStatus(string condition, int status)
    {
        CommandLineRun run = CommandLineRun.Of([.. $"{Short} --techniques random --fail-if".Split(' '), condition]);

        Assert.Equal(status, run.Status);
        Assert.Equal(status == ExitStatus.Done, run.Error.Length == 0);
    }

    [Theory]
    [InlineData("compare nass", "nass: no scenario of this name, and no such file; did you mean nas?")]
    [InlineData("compare --techniques linux-bond/layer34", "--techniques: no technique \"linux-bond/layer34\"; did you mean linux-bond/layer3+4?")]
    [InlineData("compare --techniques random,,drill", "has an empty name")]
    [InlineData("compare --techniques spray:timer=fast", "--techniques: ")]
    [InlineData("compare --seeds 0", "--seeds: \"0\" is no number from 1 to 10000")]
    [InlineData("compare --threads many", "--threads: \"many\" is no number from 1 to")]
    [InlineData("compare --set bundles.uplinks.rate=10G", "bundles.uplinks.rate")]
    [InlineData("compare --fail-if imbalance>1", "names no technique, and")]
    [InlineData("compare --fail-if foo.imbalance>1", "foo is not among the techniques")]
    [InlineData("compare --techniques random --fail-if goodputFractio>1", "did you mean goodputFraction?")]
    [InlineData("compare --csv /proc/nowhere", "--csv: \"/proc/nowhere\" cannot be written")]
    [InlineData("compare --techniques random --trace /proc/nowhere/t.pcapng", "--trace: \"/proc/nowhere/t.pcapng\" cannot be written")]
    [InlineData("compare --techniques random,drill --trace t.pcapng", "--trace: of one technique only, and there are 2")]
    [InlineData("compare --techniques one-fat-link --trace t.pcapng", "--trace: of one technique only, and one-fat-link is none")]
    [InlineData("compare --techniques random --trace t.pcapng --trace-at uplinks/9", "--trace-at: no link, host or switch \"uplinks/9\"; did you mean uplinks/")]
    [InlineData("compare --trace-at uplinks/0", "--trace-at: there is no trace; name its file")]
    [InlineData("compare --techniqes", "no option \"--techniqes\"; did you mean --techniques?")]
    public void Compare_OfBadInput_SaysWhatToWriteAndDoesNothing(string line, string expected)
    {
        CommandLineRun run = CommandLineRun.Of(line);

        Assert.Equal((ExitStatus.BadInput, ""), (run.Status, run.Output));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Compare_OfSeveralFaults_TellsAllOfThemAndWritesNothing()
    {
        string folder = Path.Combine(_folder, "series");

        CommandLineRun run = CommandLineRun.Of(
            ["compare", "nas", "--set", "duration=10", "--seeds", "x", "--techniques", "a,,b", "--csv", folder, "--fail-if", "nothing > 1"]);

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Equal(4, run.Error.TrimEnd().Split('\n').Length);
        Assert.False(Directory.Exists(folder));
    }

    private static IEnumerable<JsonElement> Techniques(JsonElement result) => result.GetProperty("techniques").EnumerateArray();

    private string[][] Rows(string file) => [.. File.ReadLines(Path.Combine(_folder, file)).Skip(1).Select(line => line.Split(','))];
}
