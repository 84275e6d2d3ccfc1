using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;
using Trunkline.Scenarios.Tests.Reading;
using Trunkline.Testing;

namespace Trunkline.Scenarios.Tests;

/// <summary>The scenarios in <c>examples</c>.</summary>
public sealed class ExampleTests
{
    private static readonly string[] Folders = ["examples/scenarios", "examples/bench"];

    public static TheoryData<string> Files =>
        [.. Folders.SelectMany(f => Directory.GetFiles(RepositoryRoot.Combine(f), "*.yaml").Order(StringComparer.Ordinal).Select(p => $"{f}/{Path.GetFileName(p)}"))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Example_Read_HasNoFault(string file)
    {
        Scenario scenario = Read(file);

        Assert.Equal(Path.GetFileNameWithoutExtension(file), scenario.Name);
        Assert.NotEqual("", scenario.Summary);
        Assert.NotEmpty(scenario.Techniques);
    }

    [Fact]
    public void BuiltIn_Names_AreThoseOfTheFiles()
    {
        Assert.Equal(Directory.GetFiles(RepositoryRoot.Combine("examples/scenarios"), "*.yaml").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal), BuiltInScenarios.Names);
        Assert.Contains(BuiltInScenarios.Default, BuiltInScenarios.Names);
        Assert.Null(BuiltInScenarios.Find("none"));
    }

    [Fact]
    public void Nas_HasFourUplinksTwentyGuestsAndOneElephant()
    {
        Scenario nas = Read("examples/scenarios/nas.yaml");

        Assert.Equal(20, nas.Hosts.Single(h => h.Name == "hypervisor").Guests);
        Assert.Equal(["uplinks"], nas.Measured);
        Assert.Equal(["10Gb/s", "10Gb/s", "10Gb/s", "10Gb/s"], nas.Bundles[0].Links.Select(l => l.Rate.ToString()));
        Assert.Single(nas.Traffic.OfType<ElephantTraffic>());
        Assert.True(nas.Techniques.Count >= 15 && nas.Seeds.Count == 3);
    }

    [Theory]
    [InlineData("s1", 32, 8, 48, "h17", 1)]
    [InlineData("s1-64", 64, 12, 96, "h33", 1)]
    [InlineData("s1-256", 256, 24, 384, "h129", 1)]
    [InlineData("s1-1024", 1024, 48, 1536, "h513", 1)]
    [InlineData("s2", 8, 2, 9, "receiver1", 1)]
    public void Bench_OfTheSimulators_HasTheirNetworkAndTransport(string name, int hosts, int switches, int links, string firstTarget, int seeds)
    {
        Scenario bench = Read($"examples/bench/{name}.yaml");
        var flows = (ElephantTraffic)Assert.Single(bench.Traffic);

        Assert.Equal((hosts, switches, links), (bench.Hosts.Count, bench.Switches.Count, bench.Bundles.Sum(b => b.Links.Count)));
        Assert.Equal((firstTarget, 1_000), (flows.To[0], flows.Stagger.Nanoseconds));
        Assert.Equal((0, 0, 1_500), (bench.FrameOverheadBytes, bench.FrameBytesMin, bench.MtuBytes));
        Assert.Equal(seeds, bench.Seeds.Count);
        Assert.All(bench.Bundles.SelectMany(b => b.Links), l => Assert.Equal(("10Gb/s", "1us"), (l.Rate.ToString(), l.Delay.ToString())));
        Assert.All(bench.Bundles.Where(b => bench.Hosts.Any(h => h.Name == b.From)), b => Assert.Equal((1_500_000, 150_000), (b.Links[0].Queue.Bound.Bytes, b.Links[0].QueueBack!.Bound.Bytes)));
        Assert.All(bench.Bundles.Where(b => bench.Switches.Any(s => s.Name == b.From)), b => Assert.Equal((150_000, null), (b.Links[0].Queue.Bound.Bytes, b.Links[0].QueueBack)));
        Assert.Equal(
            new Transport
            {
                CongestionControl = CongestionControl.NewReno,
                Sack = false,
                LossDetection = LossDetection.DuplicateAcks,
                InitialSlowStartThreshold = name == "s2" ? 20 : 100,
                AckEvery = 1,
                RtoMin = Core.Units.Interval.FromMilliseconds(250),
                Tso = Core.Units.ByteCount.Zero,
                NicQueue = Core.Units.ByteCount.Zero,
                Coalescing = new Coalescing { IsOn = false },
                Handshake = false,
                HeaderBytes = 40,
            },
            bench.Transport);
    }

    [Fact]
    public void Scenarios_InTheGuide_HaveNoFault()
    {
        string guide = File.ReadAllText(RepositoryRoot.Combine("docs/guide/scenario.md"));
        string[] blocks = [.. guide.Split("```yaml\n").Skip(1).Select(b => b.Split("```")[0]).Where(b => b.StartsWith("scenario:", StringComparison.Ordinal))];

        Assert.NotEmpty(blocks);
        Assert.All(blocks, b => TestReader.Good(b));
    }

    private static Scenario Read(string file)
    {
        ScenarioReading reading = ScenarioReader.Read(File.ReadAllText(RepositoryRoot.Combine(file)), file, [], TestReader.Open);
        Assert.Equal("", string.Join('\n', reading.Faults));
        return reading.Scenario!;
    }
}
