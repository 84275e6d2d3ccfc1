using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Tests.Replay;

/// <summary>The same capture on other links.</summary>
public class WhatIfTests
{
    private const int Flows = 2000;

    [Fact]
    public void WithoutALink_UnderModulo_FlowsAreDealtAnew()
    {
        AnalyzeWhatIf answer = Assert.Single(Ask("linux-bond/layer3+4", o => o with { Without = [new LinkId(1)] }, out uint[] hashes));

        // Links 0, 2 and 3 are left, in this order.
        int[] left = [0, 2, 3];
        int[] after = [.. hashes.Select(hash => left[hash % 3])];
        Assert.Equal(("without link1", "linux-bond/layer3+4"), (answer.Change, answer.Technique));
        Assert.Equal(Share(hashes.Select((hash, i) => hash % 4 != after[i])), answer.FlowsMoved!.Value, 1e-12);
        Assert.InRange(answer.FlowsMoved.Value, 0.7, 0.8);
        Assert.Equal(ImbalanceOf(after, left), answer.Imbalance, 1e-12);
    }

    [Fact]
    public void WithoutALink_UnderAResilientFill_OnlyItsFlowsMove()
    {
        const string Name = "static:fill=resilient:buckets=256@linux-bond/layer3+4";
        AnalyzeWhatIf answer = Assert.Single(Ask(Name, o => o with { Without = [new LinkId(1)] }, out uint[] hashes));

        // At the start the last link has the first quarter of the buckets; the kernel hands a lost one's buckets out from the last link too.
        int[] before = [.. hashes.Select(hash => 3 - (int)((hash >> 1) % 256 / 64))];
        Assert.Equal(Share(before.Select(link => link == 1)), answer.FlowsMoved!.Value, 1e-12);
        Assert.InRange(answer.FlowsMoved.Value, 0.2, 0.3);
        Assert.InRange(answer.Imbalance, 1, 1.2);
    }

    [Fact]
    public void AnotherNumberOfLinks_IsReplayedToo()
    {
        IReadOnlyList<AnalyzeWhatIf> answers = Ask("linux-bond/layer3+4", o => o with { LinkCounts = [1, 5] }, out uint[] hashes);

        Assert.Equal(["1 link", "5 links"], answers.Select(answer => answer.Change));
        Assert.Equal(1, answers[0].Imbalance);
        Assert.Equal(Share(hashes.Select(hash => hash % 4 != 0)), answers[0].FlowsMoved!.Value, 1e-12);
        Assert.Equal(Share(hashes.Select(hash => hash % 4 != hash % 5)), answers[1].FlowsMoved!.Value, 1e-12);
        Assert.Equal(ImbalanceOf([.. hashes.Select(hash => (int)(hash % 5))], [0, 1, 2, 3, 4]), answers[1].Imbalance, 1e-12);
    }

    [Fact]
    public void EveryLinkGone_InTurn_GivesEachTechniqueAnAnswer()
    {
        string[] techniques = [.. AnalysisOptions.DefaultTechniques];
        MixedTrace trace = MixedTrace.Random(3000, seed: 2);
        using var run = new CaptureRun(
            CaptureRun.Options(3) with { Techniques = techniques, Without = [new LinkId(2), new LinkId(0)], LinkCounts = [2] }, entriesMax: 1024);

        IReadOnlyList<AnalyzeWhatIf> answers = trace.Play(run).Finish().WhatIf!;

        Assert.Equal(3 * techniques.Length, answers.Count);
        Assert.Equal(techniques, answers.Take(techniques.Length).Select(answer => answer.Technique));
        Assert.All(answers, answer => Assert.InRange(answer.Imbalance, 1, 2));
        Assert.All(answers, answer => Assert.InRange(answer.FlowsMoved ?? 0, 0, 1));

        // Of two links left, the turn puts one frame more on the first at most.
        Assert.Null(answers.First(answer => answer.Technique == "round-robin").FlowsMoved);
    }

    [Fact]
    public void RoundRobin_OverTheLinksLeft_IsEven()
    {
        using var run = new CaptureRun(CaptureRun.Options(4) with { Techniques = ["round-robin"], Without = [new LinkId(3)] });
        for (int i = 0; i < 300; i++)
        {
            run.After("1us", TestFrames.Tcp(i), 100);
        }

        Assert.Equal(new AnalyzeWhatIf("without link3", "round-robin", 1, null), Assert.Single(run.Finish().WhatIf!));
    }

    [Fact]
    public void ATechniqueThatDoesNotFitSoManyLinks_IsLeftOut()
    {
        using var run = new CaptureRun(
            CaptureRun.Options(4) with { Techniques = ["single-mode:order=3", "linux-bond/layer2"], LinkCounts = [2] });

        AnalyzeResult result = run.After("1us", TestFrames.Tcp(1)).Finish();

        Assert.Equal("linux-bond/layer2", Assert.Single(result.WhatIf!).Technique);
        Assert.Equal(2, result.Techniques.Count);
    }

    [Fact]
    public void WithoutTheLastLink_IsAFault()
    {
        var faults = new List<string>();
        AnalysisOptions options = CaptureRun.Options(2) with
        {
            Links = [new Link("a", Link.DefaultRate), new Link("b", Link.DefaultRate) { Weight = 0 }],
            Techniques = ["linux-bond/layer2"],
            Without = [new LinkId(0)],
        };

        Assert.Null(CaptureAnalyzer.Create(options, faults));
        Assert.Equal("without a: no link is left that may be chosen; leave another", Assert.Single(faults));
    }

    /// <summary>Flows of one frame of 100 bytes each, and their hashes by layer3+4.</summary>
    private static IReadOnlyList<AnalyzeWhatIf> Ask(string technique, Func<AnalysisOptions, AnalysisOptions> set, out uint[] hashes)
    {
        IHashPolicy policy = PolicyCatalog.Create(new TechniqueName.Part("linux-bond/layer3+4", []), [])!;
        using var run = new CaptureRun(set(CaptureRun.Options() with { Techniques = [technique] }));
        hashes = new uint[Flows];
        for (int i = 0; i < Flows; i++)
        {
            // Both port and address change, so that the low bits of the hash do not just count.
            byte[] frame = TestFrames.Tcp(1 + (i * 7919 % 60_000), source: $"10.{i % 7}.{i % 11}.{i % 13}");
            PacketHeaders headers = default;
            HeaderParser.Parse(LinkType.Ethernet, frame, ref headers);
            hashes[i] = policy.Hash(in headers);
            run.After("1us", frame, 100);
        }

        // What is no flow does not count among those that move.
        return run.After("1us", TestFrames.Arp(), 0).Finish().WhatIf!;
    }

    private static double Share(IEnumerable<bool> which) => which.Average(is1 => is1 ? 1.0 : 0);

    private static double ImbalanceOf(int[] links, int[] left)
    {
        double[] counts = [.. left.Select(link => (double)links.Count(l => l == link))];
        return counts.Max() / counts.Average();
    }
}
