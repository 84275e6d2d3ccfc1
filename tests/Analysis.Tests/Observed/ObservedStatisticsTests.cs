using Trunkline.Core.Units;
using Trunkline.Results;
using Trunkline.Testing;
using Trunkline.Testing.Traffic;

namespace Trunkline.Analysis.Tests.Observed;

public class ObservedStatisticsTests
{
    private const string Kernel = "linux-ecmp/l4:seed=25";

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Observed_InTheShippedCapture_IsExplainedByTheKernelsHash(int shift)
    {
        // Which member is which link does not matter.
        RecordedCapture capture = RecordedCapture.Read(RepositoryRoot.Combine("examples/captures/two-elephants.pcapng"));
        var techniques = new FixedLinks(4, "crc/crc32", "linux-bond/layer3+4", Kernel, "linux-bond/layer2", "linux-ecmp/l4:seed=24");
        using var run = new CaptureRun(sinks: _ => [techniques]);
        foreach (RecordedFrame frame in capture.Frames)
        {
            run.At(frame.Time.Nanoseconds, frame.Bytes, frame.WireLength, (frame.Interface + shift) % 4);
        }

        AnalyzeResult result = run.Finish(interfaces: [.. Enumerable.Range(0, 4).Select(i => capture.Interfaces[(i + 4 - shift) % 4])]);

        AnalyzeObserved observed = result.Observed!;
        Assert.Equal(
            [new("link0", 474_638, 1108), new("link1", 687_354, 1526), new("link2", 8_371_402, 8904), new("link3", 680_628, 1456)],
            observed.Links.OrderBy(link => link.Name, StringComparer.Ordinal));
        Assert.Equal(4.0 * 8_371_402 / 10_214_022, observed.Imbalance, 9);
        Assert.Equal(0, observed.SplitFlows);
        Assert.Equal(604, result.Capture.Flows);
        Assert.Equal(5, observed.Policies.Count);
        Assert.Equal((Kernel, 1.0), (observed.Policies[0].Policy, observed.Policies[0].Agreement));
        Assert.InRange(observed.Policies[0].ByChance, 0.25, 0.34);

        // The others explain no more than chance does, as near as 604 flows tell; one pair of MACs is one link.
        Assert.All(observed.Policies.Skip(1), policy => Assert.InRange(policy.Agreement, 0.25, policy.ByChance + 0.08));
        Assert.DoesNotContain(result.Limits, limit => limit.Contains("--links", StringComparison.Ordinal));
        Assert.Equal(result.Capture.Interfaces!.Order(), capture.Interfaces);
    }

    [Fact]
    public void Observed_OfOneInterface_IsNothing()
    {
        using var run = new CaptureRun();

        AnalyzeResult result = run.After("0", TestFrames.Tcp(1)).After("0", TestFrames.Tcp(2)).Finish(interfaces: ["eth0"]);

        Assert.Null(result.Observed);
        Assert.Null(result.Capture.Interfaces);
    }

    [Fact]
    public void Observed_OfOtherThanTheLinks_SaysWhatToWrite()
    {
        using var run = new CaptureRun(sinks: _ => [new FixedLinks(4, "crc/crc32")]);

        AnalyzeResult result = run.After("0", TestFrames.Tcp(1, 300)).After("0", TestFrames.Tcp(2, 100), interfaceIndex: 2)
            .After("0", TestFrames.Arp(), 200, interfaceIndex: 4).Finish(interfaces: ["eth0", "lo", "eth1", "any"]);

        Assert.Equal([new("eth0", 300, 1), new("eth1", 100, 1), new("interface 4", 200, 1)], result.Observed!.Links);
        Assert.Equal(1.5, result.Observed.Imbalance);
        Assert.Empty(result.Observed.Policies);
        Assert.Equal(
            "3 interfaces carried frames but --links is 4: write --links 3 to see which policy explains the spread",
            Assert.Single(result.Limits));
    }

    [Fact]
    public void Observed_WithAMemberThatCarriedNothing_CountsIt()
    {
        // A technique that sends all of these one way, and all of them are on one of two members.
        using var run = new CaptureRun(CaptureRun.Options(3), _ => [new FixedLinks(3, "linux-bond/layer2")]);

        AnalyzeResult result = run.After("0", TestFrames.Tcp(1, 100)).After("0", TestFrames.Tcp(2, 100), interfaceIndex: 2)
            .Finish(interfaces: ["a", "b", "c"]);

        Assert.Equal([new("a", 100, 1), new("b", 0, 0), new("c", 100, 1)], result.Observed!.Links);
        Assert.Equal(1.5, result.Observed.Imbalance);
        Assert.Equal(new AnalyzeAgreement("linux-bond/layer2", 0.5, 0.5), Assert.Single(result.Observed.Policies));
        Assert.Empty(result.Limits);
    }

    [Fact]
    public void Observed_OfUnequalLinks_IsMeasuredByTheirSpeed()
    {
        AnalysisOptions options = CaptureRun.Options(2);
        options = options with { Links = [options.Links[0] with { Rate = new BitRate(3_000_000) }, options.Links[1] with { Rate = new BitRate(1_000_000) }] };
        using var run = new CaptureRun(options);

        AnalyzeObserved observed =
            run.After("0", TestFrames.Tcp(1), 3000).After("0", TestFrames.Tcp(2), 1000, interfaceIndex: 1).Finish(interfaces: ["a", "b"]).Observed!;

        Assert.Equal(1, observed.Imbalance);
    }

    [Fact]
    public void Observed_OfFlowsOnTwoMembers_AreSplitAndCountWhereMostBytesWent()
    {
        const int Flows = 300;
        IReadOnlyList<int> members = MembersOf("crc/crc32", Flows);
        using var run = new CaptureRun(CaptureRun.Options(2), _ => [new FixedLinks(2, "crc/crc32")]);
        for (int i = 0; i < Flows; i++)
        {
            // A third begins where the policy does not say, with few bytes; a fifth of the others with many.
            bool isOdd = i % 3 == 0 || i % 5 == 0;
            if (isOdd)
            {
                run.After("1us", TestFrames.Tcp(i), i % 3 == 0 ? 100 : 5000, interfaceIndex: 1 - members[i]);
            }

            run.After("1us", TestFrames.Tcp(i), 1000, interfaceIndex: members[i]);
        }

        AnalyzeObserved observed = run.Finish(interfaces: ["a", "b"]).Observed!;

        Assert.Equal(100 + 40, observed.SplitFlows);
        Assert.Equal(Flows + 140, observed.Links.Sum(link => link.Frames));
        Assert.Equal(1 - (40.0 / Flows), Assert.Single(observed.Policies).Agreement, 12);
    }

    [Fact]
    public void Observed_OfFlowsThatWereGivenUp_CountsThemStill()
    {
        const int Flows = 8000;
        var links = new FixedLinks(2, "crc/crc32", "linux-ecmp/l4:seed=3");
        IReadOnlyList<int> members = MembersOf("crc/crc32", Flows);
        using var run = new CaptureRun(CaptureRun.Options(2), _ => [links], entriesMax: 1024);
        for (int i = 0; i < Flows; i++)
        {
            run.After("1us", TestFrames.Tcp(i, 100), interfaceIndex: members[i]);
            if (i % 8 == 0)
            {
                run.After("1us", TestFrames.Tcp(i, 60), interfaceIndex: 1 - members[i]).After("1us", TestFrames.Tcp(i, 100), interfaceIndex: members[i]);
            }
        }

        AnalyzeResult result = run.Finish(interfaces: ["a", "b"]);

        AnalyzeObserved observed = result.Observed!;
        Assert.True(result.Capture.Approximate);
        Assert.Equal(result.Capture.Bytes, observed.Links.Sum(link => link.Bytes));
        Assert.Equal(result.Capture.Frames, observed.Links.Sum(link => link.Frames));
        Assert.Equal(Flows / 8, observed.SplitFlows);
        Assert.Equal("crc/crc32", observed.Policies[0].Policy);

        // Of flows on both, the interface of the last entry decides once they are given up.
        Assert.InRange(observed.Policies[0].Agreement, 7.0 / 8, 1);
        Assert.InRange(observed.Policies[1].Agreement, 0.5, 0.53);
        Assert.InRange(observed.Policies[1].ByChance, 0.5, 0.52);
    }

    [Fact]
    public void Observed_OfMoreInterfacesThanABundleHasLinks_SaysSo()
    {
        using var run = new CaptureRun(CaptureRun.Options(2), _ => [new FixedLinks(2, "crc/crc32")], entriesMax: 1024);
        for (int i = 0; i < 3000; i++)
        {
            run.After("1us", TestFrames.Tcp(i, 100), interfaceIndex: i % 300);
        }

        AnalyzeResult result = run.Finish(interfaces: [.. Enumerable.Range(0, 300).Select(i => $"eth{i}")]);

        Assert.Equal(300, result.Observed!.Links.Count);
        Assert.Equal(1, result.Observed.Imbalance);
        Assert.Contains(result.Limits, limit => limit.StartsWith("300 interfaces carried frames, more than", StringComparison.Ordinal));
    }

    private static List<int> MembersOf(string technique, int flows)
    {
        var links = new FixedLinks(2, technique);
        using var run = new CaptureRun(CaptureRun.Options(2), _ => [links]);
        for (int i = 0; i < flows; i++)
        {
            run.After("1us", TestFrames.Tcp(i, 100));
        }

        run.Finish();
        return [.. Enumerable.Range(0, flows).Select(entry => links.LinkOf(0, entry))];
    }
}
