using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests;

/// <summary>What arrives in the order in which it was sent.</summary>
public sealed class OrderTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Links_WhoseRateDelayAndCarrierChange_AreFirstInFirstOut(int seed)
    {
        var random = new RandomSource((ulong)seed);
        LinkEvent[] events = [.. Enumerable.Range(0, 12).Select(_ => new LinkEvent(
            Interval.FromMicroseconds(random.Below(2000)), "path", 0, (LinkEventKind)random.Below(5))
        {
            Rate = new BitRate(100_000_000L * (1 + random.Below(100))),
            Delay = new Interval(random.Below(100_000)),
            LossPpm = (int)random.Below(100_000),
        }).OrderBy(e => e.At)];
        Scenario scenario = Paths([Link(random.Below(100_000), 10_000)], 2) with { Events = events };
        RunResult result = ScenarioRun.Run(scenario, "static", (ulong)seed, new RunControl())!;

        Assert.Equal(0, result.Transport[0].OutOfOrder);
        Assert.Equal(0, result.Transport[1].OutOfOrder);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Flowlets_WithAGapOfTheSkewAndTheQueue_KeepTheOrder(int seed)
    {
        const long QueueBytes = 50_000;
        var random = new RandomSource((ulong)seed);
        BundleLink[] links = [.. Enumerable.Range(0, 2 + (int)random.Below(3))
            .Select(_ => Link(random.Below(50_000), 1000L << (int)random.Below(4), QueueBytes))];

        // Skew: the slowest link with a full queue against the fastest with none.
        long skewNs = links.Max(l => l.Delay.Nanoseconds + (QueueBytes * l.Rate.PicosecondsPerByte / 1000) + 1)
            - links.Min(l => l.Delay.Nanoseconds);
        Scenario scenario = Paths(links, 20);
        foreach (string technique in (string[])["flowlet", "flowlet/flare", "flowlet/afs"])
        {
            RunResult result = ScenarioRun.Run(scenario, $"{technique}:gap={skewNs}ns", (ulong)seed, new RunControl())!;
            Assert.Null(result.NotApplicable);
            Assert.Equal(0, result.Transport[0].OutOfOrder);
            Assert.Equal(0, result.Transport[1].OutOfOrder);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Stripes_OverLinksOfUnequalLength_KeepTheOrder(int seed)
    {
        var random = new RandomSource((ulong)seed);
        BundleLink[] links = [.. Enumerable.Range(0, 2 + (int)random.Below(3))
            .Select(_ => Link(1000, 10_000) with { CableMetres = (int)random.Below(30) })];
        foreach (string technique in (string[])["trunk", "mlppp", "spray/resequenced"])
        {
            RunResult result = ScenarioRun.Run(Paths(links, 3), technique, (ulong)seed, new RunControl())!;
            Assert.True(result.NotApplicable is null, $"{technique}: {result.NotApplicable}");
            Assert.True(result.Transport.All(t => t.OutOfOrder == 0), technique);
        }
    }

    private static BundleLink Link(long delayNs, long megabits, long queueBytes = 100_000) =>
        new("b", new BitRate(megabits * 1_000_000), new Interval(delayNs), new PortQueue { Bound = new ByteCount(queueBytes) });

    private static Scenario Paths(BundleLink[] links, int flows) => new()
    {
        Name = "paths",
        Hosts = [new Host("a"), new Host("b")],
        Bundles = [new LinkBundle { Name = "path", From = "a", Links = links }],
        Measured = ["path"],
        Duration = Interval.FromMilliseconds(3),
        Transport = new Settings { RtoMin = Interval.FromMilliseconds(1), NicQueue = ByteCount.Zero },
        Traffic =
        [
            new UdpTraffic
            {
                Name = "bursts",
                From = ["a"],
                To = ["b"],
                Count = flows,
                Rate = new BitRate(2_000_000_000 / flows),
                IsPoisson = true,
                Burst = 3,
            },
            new MiceTraffic
            {
                Name = "mice",
                From = ["a"],
                To = ["b"],
                LoadPpm = 300_000,
                Sizes = new SizeTable("sizes", [new SizePoint(100, 0), new SizePoint(100_000, 1_000_000_000)]),
            },
        ],
    };
}
