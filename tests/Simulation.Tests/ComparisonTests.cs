using Trunkline.Results;
using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Tests;

public class ComparisonTests
{
    private static readonly Scenario Nas = TestScenario.BuiltIn("nas", "duration=23ms");

    private static readonly string[] Techniques = ["linux-bond/layer3+4", "flowlet/letflow", "random", "keep-order"];

    [Fact]
    public void Run_WithAnyNumberOfThreads_GivesTheSameToTheByte()
    {
        string one = Json(Run(1));

        Assert.Equal(one, Json(Run(2)));
        Assert.Equal(one, Json(Run(5)));
    }

    [Fact]
    public void Run_OfSomeTechniques_HasOneFatLinkFirstAndThenTheirOrder()
    {
        CompareResult result = Run(2);

        Assert.Equal([Comparison.OneFatLink, .. Techniques], result.Techniques.Select(t => t.Name));
        Assert.All(result.Techniques, t => Assert.Equal(2, t.Runs));
        Assert.Null(result.Interrupted);
        Assert.Equal(40_000_000_000, result.CapacityBps);
        Assert.InRange(result.Run.PacketHops, 1, long.MaxValue);
        Assert.Equal(2, result.Run.Threads);
    }

    [Fact]
    public void Run_OfAnyTechnique_AddsUp() => Assert.All(Run(2).Techniques, technique =>
    {
        Assert.Equal(technique.GoodputBps!.Value, technique.Traffic!.Sum(t => t.GoodputBps), 1e-3);
        Assert.Equal(technique.GoodputFraction!.Value, technique.GoodputBps!.Value / 40e9, 1e-12);
        Assert.Equal(technique.Flows, technique.Fct!.Mice.Count + technique.Fct.Middle.Count + technique.Fct.Elephants.Count);
        Assert.InRange(technique.GoodputFraction!.Value, 0.01, 1);
        Assert.InRange(technique.Imbalance!.Value, 1, 4.0000001);
        Assert.All(technique.Links!, link => Assert.InRange(link.Utilization, 0, 1));
    });

    /// <summary>What the built-in scenario is for: a hash keeps the elephant on one link, packets that move in order fill all.</summary>
    [Fact]
    public void Run_OfOneElephant_ShowsItOnOneLinkUnderAHash()
    {
        CompareResult result = Run(2);

        CompareTechnique hash = result.Techniques.Single(t => t.Name == "linux-bond/layer3+4");
        CompareTechnique keepOrder = result.Techniques.Single(t => t.Name == "keep-order");
        CompareTechnique random = result.Techniques.Single(t => t.Name == "random");
        Assert.True(hash.Elephants![0].GoodputBps < 10e9);
        Assert.True(keepOrder.Elephants![0].GoodputBps > 15e9);
        Assert.Equal(0, hash.OutOfOrder);
        Assert.True(random.OutOfOrder > 0);
        Assert.Contains("under every hash the elephant stays on one link", result.Finding, StringComparison.Ordinal);
    }

    /// <summary>All that is sent is sent, and dropped, before the warm-up ends.</summary>
    [Fact]
    public void Run_OfAnElephantThatEndsInTheWarmUp_CountsNothing()
    {
        CompareTechnique early = Counted("30ms");
        CompareTechnique late = Counted("0ms");

        Assert.Equal((0, 0, 0), (early.Segments, early.Drops, early.Retransmits));
        Assert.True(late.Segments > 0 && late.Drops > 0 && late.Retransmits > 0);

        static CompareTechnique Counted(string warmUp)
        {
            Scenario scenario = TestScenario.Read(
                """
                scenario: early
                duration: 40ms
                seeds: 1
                hosts: {a: , b: }
                switches: {s: }
                bundles:
                  left: {between: [a, s], rate: 10Gb/s}
                  right: {between: [s, b], rate: 1Gb/s, queue: 20KB}
                measure: right
                traffic:
                  - {kind: elephants, from: a, to: b, bytes: 200KB}
                """,
                $"warm-up={warmUp}");
            return Comparison.Create(new ComparisonOptions { Scenario = scenario, Techniques = ["random"], Seeds = [1] }, [])!
                .Run(_ => true).Techniques[1];
        }
    }

    /// <summary>Each of two elephants has the link to itself for a fifth of the time: the goodput is that of the link, not a fifth of it.</summary>
    [Fact]
    public void Run_OfElephantsThatStartLateAndEndEarly_DividesByTheTimeThatTheyTook()
    {
        Scenario scenario = TestScenario.Read("""
            scenario: late
            duration: 100ms
            seeds: 1
            hosts: {a: , b: }
            switches: {s: }
            bundles:
              left: {between: [a, s], rate: 1Gb/s}
              right: {between: [s, b], rate: 1Gb/s}
            measure: right
            traffic:
              - {kind: elephants, from: a, to: b, bytes: 2500KB, count: 2, start: 10ms, stagger: 40ms}
            """);

        CompareTechnique row = Comparison.Create(new ComparisonOptions { Scenario = scenario, Techniques = ["random"], Seeds = [1] }, [])!
            .Run(_ => true).Techniques[1];

        Assert.All(row.Elephants!, e => Assert.InRange(e.GoodputBps, 0.8e9, 1e9));
        Assert.Equal(2 * 2_500_000 * 8 / 0.1, row.GoodputBps!.Value, 1);
    }

    [Fact]
    public void Run_ToldToStop_GivesWhatWasDoneAndSaysSo()
    {
        var faults = new List<string>();
        Comparison comparison = Comparison.Create(Options(1) with { TickEvery = TimeSpan.FromMilliseconds(1) }, faults)!;

        CompareResult result = comparison.Run(done => done < 0.3);

        Assert.True(result.Interrupted);
        Assert.True(result.Techniques.Sum(t => t.Runs) < comparison.RunCount);
        Assert.All(result.Techniques, t => Assert.True(t.Runs > 0));
    }

    [Fact]
    public void Run_ToldToStopAtOnce_HasNoTechnique()
    {
        CompareResult result = Comparison.Create(Options(2) with { TickEvery = TimeSpan.FromTicks(1) }, [])!.Run(_ => false);

        Assert.True(result.Interrupted);
        Assert.Null(result.Finding);
    }

    [Fact]
    public void Run_WithSomebodyToTell_TellsOfEveryRunInOrder()
    {
        var told = new List<(string, ulong)>();
        var bytes = new Dictionary<string, long>();
        ComparisonOptions options = Options(3) with
        {
            OnRun = run =>
            {
                told.Add((run.Technique, run.Seed));
                bytes[run.Technique] = bytes.GetValueOrDefault(run.Technique) + run.Loads.Where(l => !l.IsBack).Sum(l => l.Bytes);
            },
        };

        CompareResult result = Comparison.Create(options, [])!.Run(_ => true);

        Assert.Equal(result.Techniques.SelectMany(t => new[] { (t.Name, 1UL), (t.Name, 2UL) }), told);
        Assert.All(result.Techniques, t => Assert.Equal(t.Links!.Sum(l => l.Bytes), bytes[t.Name]));
    }

    [Theory]
    [InlineData("linux-bond/layer34", "did you mean linux-bond/layer3+4?")]
    [InlineData("flowlet:gap=fast", "gap")]
    public void Create_WithATechniqueThatIsNone_SaysWhatToWrite(string technique, string expected)
    {
        var faults = new List<string>();

        Assert.Null(Comparison.Create(Options(1) with { Techniques = [technique] }, faults));
        Assert.Contains(expected, Assert.Single(faults), StringComparison.Ordinal);
    }

    private static ComparisonOptions Options(int threads) => new()
    {
        Scenario = Nas,
        Techniques = Techniques,
        Seeds = [1, 2],
        Threads = threads,
    };

    private static CompareResult Run(int threads) => Comparison.Create(Options(threads), [])!.Run(_ => true);

    private static string Json(CompareResult result) => ResultJson.Write(result with { Run = new CompareCost(0, 0, 0, 0, 0) });
}
