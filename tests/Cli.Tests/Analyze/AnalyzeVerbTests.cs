using System.Text.Json;
using Trunkline.Cli.CommandLine;
using Trunkline.Testing;
using Trunkline.Testing.Captures;
using Trunkline.Testing.Packets;

namespace Trunkline.Cli.Tests.Analyze;

public sealed class AnalyzeVerbTests : IDisposable
{
    private static readonly string Shipped = RepositoryRoot.Combine("examples/captures/two-elephants.pcapng");

    private readonly string _folder = Directory.CreateTempSubdirectory("trunkline-analyze").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Analyze_OfTheSharedSmb3Capture_MeetsItsFacts()
    {
        string file = Path.Combine(Require.Captures(), "zeek-smb3-multichannel.pcap");

        JsonElement result = CommandLineRun.Of($"analyze {file} --links 4 --techniques linux-bond/layer3+4 --gaps 16us,50us,256us,500us,100ms --json").Json();

        JsonElement technique = Assert.Single(result.GetProperty("techniques").EnumerateArray());
        Assert.Equal("linux-bond/layer3+4", technique.GetProperty("name").GetString());
        Assert.Equal([103919, 2490317, 0, 483], technique.GetProperty("links").EnumerateArray().Select(l => l.GetProperty("bytes").GetInt64()));
        Assert.Equal([1386, 1235, 926, 816, 73], result.GetProperty("flowlets").EnumerateArray().Select(f => f.GetProperty("count").GetInt64()));
        Assert.Equal(9, result.GetProperty("capture").GetProperty("flows").GetInt64());
        Assert.Equal(1448, result.GetProperty("capture").GetProperty("frames").GetInt64());
    }

    [Fact]
    public void Analyze_WithNothingButACapture_ReplaysEveryPolicyOverFourLinks()
    {
        JsonElement result = CommandLineRun.Of(["analyze", Shipped, "--json"]).Json();

        string[] names = [.. result.GetProperty("techniques").EnumerateArray().Select(t => t.GetProperty("name").GetString()!)];
        Assert.Contains("netapp/xor-nibble", names);
        Assert.Contains("flowlet/afs", names);
        Assert.Contains("idle-rebalance", names);
        Assert.Equal(4, result.GetProperty("links").GetArrayLength());
        double[] imbalances = [.. result.GetProperty("techniques").EnumerateArray().Select(t => t.GetProperty("imbalance").GetDouble())];
        Assert.Equal(imbalances.Order(), imbalances);
        foreach (JsonElement technique in result.GetProperty("techniques").EnumerateArray())
        {
            Assert.Equal(12_994, technique.GetProperty("links").EnumerateArray().Sum(l => l.GetProperty("frames").GetInt64()));
            Assert.Equal(10_214_022, technique.GetProperty("links").EnumerateArray().Sum(l => l.GetProperty("bytes").GetInt64()));
        }
    }

    [Fact]
    public void Analyze_AsTables_SaysWhatMatters()
    {
        CommandLineRun run = CommandLineRun.Of(["analyze", Shipped, "--links", "link0,link1,link2,link3", "--techniques", "linux-ecmp/l4:seed=25,round-robin,shortest-queue"]);

        Assert.Equal((ExitStatus.Done, ""), (run.Status, run.Error));
        Assert.Contains("two-elephants.pcapng: 12,994 frames, 10.2 MB, 604 flows", run.Output, StringComparison.Ordinal);
        Assert.Contains("192.0.2.21:50001 → 198.51.100.200:3260", run.Output, StringComparison.Ordinal);
        Assert.Contains("A replay is open loop", run.Output, StringComparison.Ordinal);
        Assert.Contains("Which policy is the box running?", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"linux-ecmp/l4:seed=25\s+100\.0 %", run.Output);
        Assert.All(run.Output.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public void Analyze_OfSeveralFilesSideBySide_SaysWhatEachMemberCarried()
    {
        string[] files = WriteMembers(isInterleaved: true);

        JsonElement observed = CommandLineRun.Of(["analyze", .. files, "--links", "2", "--techniques", "linux-bond/layer3+4", "--json"]).Json().GetProperty("observed");

        Assert.Equal(["a.pcap", "b.pcap"], observed.GetProperty("links").EnumerateArray().Select(l => l.GetProperty("name").GetString()));
        Assert.Equal([20, 20], observed.GetProperty("links").EnumerateArray().Select(l => l.GetProperty("frames").GetInt32()));
    }

    [Fact]
    public void Analyze_OfOneCaptureInPieces_TakesThePiecesForNoMembers()
    {
        string[] files = WriteMembers(isInterleaved: false);

        JsonElement result = CommandLineRun.Of(["analyze", .. files, "--links", "2", "--json"]).Json();

        Assert.False(result.TryGetProperty("observed", out _));
        Assert.Equal(40, result.GetProperty("capture").GetProperty("frames").GetInt64());
    }

    [Fact]
    public void Analyze_WhatIf_AnswersForEveryChange()
    {
        JsonElement result = CommandLineRun.Of(["analyze", Shipped, "--links", "4..6", "--without", "2,3", "--techniques", "linux-bond/layer3+4,round-robin", "--json"]).Json();

        Assert.Equal(
            ["5 links", "6 links", "without 2", "without 3"],
            result.GetProperty("whatIf").EnumerateArray().Select(w => w.GetProperty("change").GetString()!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(8, result.GetProperty("whatIf").GetArrayLength());
    }

    [Fact]
    public void Analyze_WithoutALinkByItsIndex_NamesIt()
    {
        JsonElement result = CommandLineRun.Of(["analyze", Shipped, "--links", "a,b,c", "--without", "1", "--techniques", "round-robin", "--json"]).Json();

        Assert.Equal("without b", Assert.Single(result.GetProperty("whatIf").EnumerateArray()).GetProperty("change").GetString());
    }

    [Fact]
    public void Analyze_WithUnequalSpeeds_MeasuresImbalanceBySpeed()
    {
        JsonElement result = CommandLineRun.Of(["analyze", Shipped, "--links", "2", "--speeds", "10Gb/s,30Gb/s", "--techniques", "round-robin", "--json"]).Json();

        JsonElement technique = result.GetProperty("techniques")[0];
        long[] bytes = [.. technique.GetProperty("links").EnumerateArray().Select(l => l.GetProperty("bytes").GetInt64())];
        Assert.Equal(bytes[0] / 1.0 / (bytes.Sum() / 4.0), technique.GetProperty("imbalance").GetDouble(), 6);
        Assert.Equal([10_000_000_000, 30_000_000_000], result.GetProperty("links").EnumerateArray().Select(l => l.GetProperty("speedBps").GetInt64()));
    }

    [Fact]
    public void Analyze_WithCsv_WritesSeriesThatSumToTheCapture()
    {
        string folder = Path.Combine(_folder, "new", "series");

        CommandLineRun run = CommandLineRun.Of(["analyze", Shipped, "--links", "2", "--techniques", "linux-bond/layer3+4,round-robin", "--csv", folder]);

        Assert.Equal((ExitStatus.Done, ""), (run.Status, run.Error));
        string[][] rows = [.. File.ReadLines(Path.Combine(folder, "windows.csv")).Skip(1).Select(line => line.Split(','))];
        Assert.Equal("window,seconds,technique,link,bytes", File.ReadLines(Path.Combine(folder, "windows.csv")).First());
        foreach (string technique in (string[])["linux-bond/layer3+4", "round-robin"])
        {
            Assert.Equal(10_214_022, rows.Where(r => r[2] == technique).Sum(r => long.Parse(r[4])));
        }

        Assert.Equal("0.1", rows.First(r => r[0] == "1")[1]);
        string[] buckets = File.ReadAllLines(Path.Combine(folder, "buckets.csv"));
        Assert.Equal("window,seconds,buckets,idleShare", buckets[0]);
        Assert.Equal(4 * rows.Select(r => r[0]).Distinct().Count(), buckets.Length - 1);
    }

    [Fact]
    public void Analyze_WithMaskedAddresses_NamesNoHostAndKeepsTheFigures()
    {
        JsonElement plain = CommandLineRun.Of(["analyze", Shipped, "--techniques", "round-robin", "--json"]).Json();
        CommandLineRun run = CommandLineRun.Of(["analyze", Shipped, "--techniques", "round-robin", "--json", "--mask-addresses"]);

        Assert.DoesNotContain("192.0.2.", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("198.51.100.", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetDirectoryName(Shipped)!, run.Output, StringComparison.Ordinal);
        JsonElement[] elephants = [.. run.Json().GetProperty("elephants").EnumerateArray()];
        Assert.Equal(plain.GetProperty("elephants").EnumerateArray().Select(e => e.GetProperty("bytes").GetInt64()), elephants.Select(e => e.GetProperty("bytes").GetInt64()));
        Assert.Equal(elephants[0].GetProperty("dst").GetString(), elephants[1].GetProperty("dst").GetString());
    }

    [Theory]
    [InlineData("imbalance > 1.5", ExitStatus.ConditionHolds)]
    [InlineData("imbalance > 4", ExitStatus.Done)]
    [InlineData("linux-bond/layer3+4.moves != 0", ExitStatus.Done)]
    public void Analyze_WithACondition_SaysItInItsExitStatus(string condition, int status)
    {
        CommandLineRun run = CommandLineRun.Of(["analyze", Shipped, "--techniques", "linux-bond/layer3+4", "--fail-if", condition]);

        Assert.Equal(status, run.Status);
        Assert.Equal(status == ExitStatus.Done, run.Error.Length == 0);
        Assert.Contains("Techniques over 4 links", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Analyze_OfABrokenFile_TellsWhatWasWholeAndWhereItBroke()
    {
        string file = Path.Combine(_folder, "cut.pcapng");
        File.WriteAllBytes(file, File.ReadAllBytes(Shipped)[..200_001]);

        CommandLineRun run = CommandLineRun.Of(["analyze", file, "--techniques", "round-robin", "--json"]);

        Assert.Equal(ExitStatus.Failed, run.Status);
        Assert.StartsWith($"trunkline analyze: {file}", run.Error, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.InRange(document.RootElement.GetProperty("capture").GetProperty("frames").GetInt64(), 1_000, 3_000);
        Assert.Equal(1, document.RootElement.GetProperty("capture").GetProperty("broken").GetArrayLength());
    }

    [Fact]
    public void Analyze_OfACaptureWithoutFrames_FailsWithOneLine()
    {
        string file = Path.Combine(_folder, "empty.pcap");
        File.WriteAllBytes(file, CaptureFile.Write(Core.Wire.LinkType.Ethernet, []));

        CommandLineRun run = CommandLineRun.Of(["analyze", file]);

        Assert.Equal((ExitStatus.Failed, "trunkline analyze: no whole frame; give a capture with traffic\n"), (run.Status, run.Error));
    }

    [Theory]
    [InlineData("--links 0", "--links: 0 links; write 1 to 64")]
    [InlineData("--links 8..4", "--links: \"8..4\" is no range; write from..to, such as 4..8")]
    [InlineData("--links 4..65", "is no range")]
    [InlineData("--links a..b", "is no range")]
    [InlineData("--speed 10G", "--speed: \"10G\" is no speed; write a number with its unit, such as 10Gb/s")]
    [InlineData("--speed 0Gb/s", "is no speed")]
    [InlineData("--speeds 10Gb/s,25Gb/s", "--speed: 2 speeds for 4 links")]
    [InlineData("--weights 1,2", "--weights: 2 weights for 4 links")]
    [InlineData("--techniques linux-bond/layer34", "did you mean linux-bond/layer3+4?")]
    [InlineData("--techniques round-robin,,random", "has an empty name")]
    [InlineData("--techniques flowlet:gap=fast", "--techniques: ")]
    [InlineData("--techniques round-robin,mlppp/short:fragment=256B", "--techniques: mlppp/short is not for this verb: it needs both ends at work, and works in compare")]
    [InlineData("--gaps 16", "--gaps: \"16\" is no time; write times joined by commas")]
    [InlineData("--skew -3us", "--skew: \"-3us\" is no time of 0s or more")]
    [InlineData("--window 0s", "--window: \"0s\" is no time of 1ns or more")]
    [InlineData("--without 4", "--without: \"4\" is no member; write one of 0, 1, 2, 3")]
    [InlineData("--links 1 --without 0", "nothing would be left")]
    [InlineData("--seed -1", "--seed: \"-1\" is no seed")]
    [InlineData("--fail-if imbalance>1", "names no technique, and")]
    [InlineData("--fail-if foo.imbalance>1", "foo is not among the techniques")]
    [InlineData("--fail-if imbalance", "is no condition")]
    [InlineData("--csv /proc/nowhere", "--csv: \"/proc/nowhere\" cannot be written")]
    [InlineData("--techniqes all", "no option \"--techniqes\"; did you mean --techniques?")]
    public void Analyze_OfBadInput_SaysWhatToWriteAndDoesNothing(string options, string expected)
    {
        CommandLineRun run = CommandLineRun.Of(["analyze", Shipped, .. options.Split(' ')]);

        Assert.Equal((ExitStatus.BadInput, ""), (run.Status, run.Output));
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Analyze_OfSeveralFaults_TellsAllOfThemAndWritesNoSeries()
    {
        string folder = Path.Combine(_folder, "series");

        CommandLineRun run = CommandLineRun.Of(["analyze", Path.Combine(_folder, "missing.pcap"), "--links", "0", "--techniques", "nonsense", "--csv", folder]);

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Contains("missing.pcap", run.Error, StringComparison.Ordinal);
        Assert.Contains("--links: 0 links", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private string[] WriteMembers(bool isInterleaved)
    {
        byte[][] frames = [.. Enumerable.Range(0, 40).Select(i => Packet.Ipv4("10.0.0.1", "10.0.0.2").Tcp((ushort)(1000 + i), 80).ToFrame())];
        string[] files = [Path.Combine(_folder, "a.pcap"), Path.Combine(_folder, "b.pcap")];
        PcapBuilder[] builders = [new(), new()];
        for (int i = 0; i < frames.Length; i++)
        {
            builders[isInterleaved ? i % 2 : i / 20].Packet(1_700_000_000, (uint)i, frames[i]);
        }

        File.WriteAllBytes(files[0], builders[0].ToBytes());
        File.WriteAllBytes(files[1], builders[1].ToBytes());
        return files;
    }
}
