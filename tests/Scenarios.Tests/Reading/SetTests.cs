using Trunkline.Scenarios.Model;
using static Trunkline.Scenarios.Tests.Reading.TestReader;

namespace Trunkline.Scenarios.Tests.Reading;

/// <summary>Values from the command line: <c>--set path=value</c>.</summary>
public sealed class SetTests
{
    private const string Text = Network + """
        traffic:
          - {kind: elephants, from: a, to: b}
          - {name: back, kind: elephants, from: b, to: a}
        """;

    [Fact]
    public void Read_WithSets_PutsThemIntoTheFile()
    {
        Scenario scenario = Good(
            Text, "bundles.uplinks.rate=25Gb/s", "duration=1s", "traffic.elephants.count=2", "traffic[1].count=3", "traffic.back.start=1ms", "transport.coalescing.timeout=9us", "bundles.b.queue.ecn=30KB",
            "hosts.a.guests=7", "techniques=[a, b]", "bundles.access-h2.delay=7us", "summary=a = b");

        Assert.All(scenario.Bundles[0].Links, l => Assert.Equal("25Gb/s", l.Rate.ToString()));
        Assert.Equal("1s", scenario.Duration.ToString());
        Assert.Equal([2, 3], scenario.Traffic.Cast<ElephantTraffic>().Select(t => t.Count));
        Assert.Equal("1ms", scenario.Traffic[1].Start.ToString());
        Assert.Equal("9us", scenario.Transport.Coalescing.Timeout.ToString());
        Assert.Equal(30_000, scenario.Bundles[1].Links[0].Queue.Marking!.Minimum.Bytes);
        Assert.Equal(7, scenario.Hosts[0].Guests);
        Assert.Equal(["a", "b"], scenario.Techniques);
        Assert.Equal("7us", scenario.Bundles.Single(b => b.Name == "access-h2").Links[0].Delay.ToString());
        Assert.Equal("a = b", scenario.Summary);
    }

    [Theory]
    [InlineData("bundles.uplinks.rate=25", "--set bundles.uplinks.rate=25: bundles.uplinks.rate: \"25\" has no unit; write 25Gb/s")]
    [InlineData("bundles.uplinks.raet=25Gb/s", "--set bundles.uplinks.raet=25Gb/s: bundles.uplinks: no key \"raet\" here; did you mean rate?")]
    [InlineData("traffic.storage.count=2", "--set traffic.storage.count=2: traffic: no item \"storage\"; write 0 to 1, or elephants, back")]
    [InlineData("traffic.9.count=2", "--set traffic.9.count=2: traffic: no item \"9\"; write 0 to 1, or elephants, back")]
    [InlineData("scenario.x=2", "--set scenario.x=2: scenario: is a single value, which has no keys")]
    [InlineData("duration", "--set: \"duration\" sets nothing; write path=value, such as bundles.uplinks.rate=25Gb/s")]
    [InlineData("a..b=1", "--set: \"a..b=1\" sets nothing; write path=value, such as bundles.uplinks.rate=25Gb/s")]
    [InlineData("duration=[", "--set duration=[: duration: \"[\" is not a time; write one with its unit, such as 200ms")]
    [InlineData("bundles.new.rate=1Gb/s", "--set bundles.new.rate=1Gb/s: bundles.new: between is missing; write between: [host1, switch1]")]
    public void Read_WithABadSet_NamesTheSet(string set, string expected) => Assert.Equal(expected, Faults(Text, set));
}
