using Trunkline.Analysis.Replay;
using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Results;

namespace Trunkline.Analysis.Tests.Replay;

/// <summary>The replay as a whole.</summary>
public class CaptureReplayTests
{
    [Theory]
    [InlineData(FlowTable.EntriesMaxDefault)]
    [InlineData(1024)]
    public void SecondThread_OrNone_GiveTheSameAnswerToTheByte(int entriesMax)
    {
        MixedTrace trace = MixedTrace.Random(20_000, seed: 1);

        string Analyze(bool useSecondThread)
        {
            AnalysisOptions options = CaptureRun.Options() with
            {
                Techniques = AnalysisOptions.DefaultTechniques,
                Without = [new LinkId(1)],
                UseSecondThread = useSecondThread,
                Window = CaptureRun.Time("3ms"),
            };
            using var run = new CaptureRun(options, entriesMax: entriesMax);
            return ResultJson.Write(trace.Play(run).Finish());
        }

        Assert.Equal(Analyze(useSecondThread: false), Analyze(useSecondThread: true));
    }

    [Fact]
    public void ACaptureWithoutFrames_IsEven()
    {
        using var run = new CaptureRun(CaptureRun.Options() with { Techniques = AnalysisOptions.AllTechniques, Without = [new LinkId(0)] });

        AnalyzeResult result = run.Finish();

        Assert.Equal(AnalysisOptions.AllTechniques.Count, result.Techniques.Count);
        Assert.All(result.Techniques, t => Assert.Equal((1, null, 0, 1, 0), (t.Imbalance, t.ImbalanceP99, t.Cov, t.Jain, t.Moves)));
        Assert.All(result.WhatIf!, answer => Assert.Equal(1, answer.Imbalance));
    }

    [Fact]
    public void OneFrame_IsAllOnOneLink()
    {
        using var run = new CaptureRun(CaptureRun.Options() with { Techniques = AnalysisOptions.AllTechniques });

        AnalyzeResult result = run.At(0, TestFrames.Tcp(1), 100).Finish();

        Assert.All(result.Techniques, t => Assert.Equal((4, 4), (t.Imbalance, t.ImbalanceP99)));
        Assert.All(result.Techniques, t => Assert.Equal(0.25, t.Jain));
        Assert.All(result.Techniques, t => Assert.Equal(Math.Sqrt(3), t.Cov!.Value, 1e-12));
    }

    [Fact]
    public void FramesWithoutLengthOrTimeBetween_AreCounted()
    {
        using var run = new CaptureRun(CaptureRun.Options() with { Techniques = AnalysisOptions.AllTechniques });
        for (int i = 0; i < 3000; i++)
        {
            run.At(i < 1500 ? long.MinValue + 5 : long.MaxValue, TestFrames.Tcp(i % 50), wireLength: 0);
        }

        AnalyzeResult result = run.Finish();

        Assert.All(result.Techniques, t => Assert.Equal((1, 1), (t.Imbalance, t.ImbalanceP99)));
        Assert.All(result.Techniques, t => Assert.Equal((0, 3000), (t.Links!.Sum(l => l.Bytes), t.Links!.Sum(l => l.Frames))));
    }

    [Fact]
    public void LinksThatMayNotBeChosen_CarryNothingAndDoNotCount()
    {
        Link[] links =
        [
            new("drained", Link.DefaultRate) { Weight = 0 }, new("a", Link.DefaultRate), new("dead", new BitRate(0)),
            new("b", new BitRate(20_000_000_000)) { Weight = 2 },
        ];
        using var run = new CaptureRun(CaptureRun.Options() with { Links = links, Techniques = AnalysisOptions.AllTechniques, LinkCounts = [2] });
        for (int i = 0; i < 3000; i++)
        {
            run.After("10us", TestFrames.Tcp(i), 100);
        }

        AnalyzeResult result = run.Finish();

        Assert.All(result.Techniques, t => Assert.Equal((0, 0), (t.Links![0].Frames, t.Links![2].Frames)));
        Assert.All(result.Techniques, t => Assert.Equal(3000, t.Links!.Sum(link => link.Frames)));
        AnalyzeTechnique even = result.Techniques.First(t => t.Name == "round-robin");
        Assert.Equal((1000, 2000), (even.Links![1].Frames, even.Links![3].Frames));
        Assert.Equal((1, 1, 0), (even.Imbalance, even.Jain!.Value, even.Cov!.Value));
        Assert.Equal(3, result.Techniques.First(t => t.Name == "single-mode").Imbalance!.Value, 1e-12);
        Assert.Equal(1, result.Floor.Imbalance);
    }

    [Fact]
    public void WithoutLinksToChoose_EveryTechniqueIsNotApplicable()
    {
        Link[] links = [new("a", Link.DefaultRate) { Weight = 0 }, new("b", new BitRate(0))];
        using var run = new CaptureRun(CaptureRun.Options() with { Links = links, Techniques = ["random", "linux-bond/layer2"] });

        AnalyzeResult result = run.After("1us", TestFrames.Tcp(1)).Finish();

        Assert.Equal(["random", "linux-bond/layer2"], result.Techniques.Select(t => t.Name));
        Assert.All(result.Techniques, t => Assert.Equal(("no link may be chosen: every weight or speed is 0", null), (t.NotApplicable, t.Imbalance)));
    }

    [Fact]
    public void Techniques_NamedWronglyOrTwice_AreFaults()
    {
        var faults = new List<string>();

        Assert.Null(CaptureAnalyzer.Create(
            CaptureRun.Options() with { Techniques = ["linux-bond/layer2", "linux-bnd/layer2", "linux-bond/layer2", "random:x=1"] }, faults));
        Assert.Equal(3, faults.Count);
        Assert.Contains("linux-bond/layer2: stands twice; write it once", faults);
    }

    [Fact]
    public void WhatIf_OutOfRange_IsRefused()
    {
        AnalysisOptions good = CaptureRun.Options();
        AnalysisOptions[] bad =
        [
            good with { Without = [new LinkId(4)] }, good with { Without = [LinkId.None] }, good with { LinkCounts = [0] }, good with { LinkCounts = [65] },
        ];

        Assert.All(bad, options => Assert.Throws<ArgumentOutOfRangeException>(() => CaptureAnalyzer.Create(options, [])));
    }

    [Fact]
    public void TooManyTables_AreAFault()
    {
        var faults = new List<string>();

        Assert.Null(CaptureAnalyzer.Create(
            CaptureRun.Options(64) with { Techniques = ["flowlet/letflow"], LinkCounts = [.. Enumerable.Range(1, 64)] }, faults));
        Assert.StartsWith("tables of the techniques take 187 MB", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void EntryLinks_AreThoseOfTheStaticTechniques()
    {
        AnalysisOptions options = CaptureRun.Options(2) with { Techniques = ["random", "linux-bond/layer2", "single-mode:order=1"] };
        CaptureReplay? replay = null;
        using var run = new CaptureRun(
            options, table => [replay = new CaptureReplay(ReplayPlan.Create(options, [])!, options, table, FlowTable.EntriesMaxDefault)]);

        run.After("1us", TestFrames.Tcp(1), 300).After("100ms", TestFrames.Tcp(1), 100).After("1us", TestFrames.Arp(), 100).Finish();

        Assert.Equal(["linux-bond/layer2", "single-mode:order=1"], replay!.Techniques);
        Assert.Equal((1, 1), (replay.LinkOf(1, 0), replay.LinkOf(1, 1)));
        Assert.Equal(replay.LinkOf(0, 0) == replay.LinkOf(0, 1) ? 1 : 0.5, replay.ShareOver(0.1));
        Assert.Equal(0, replay.ShareOver(1));
    }

    [Fact]
    public void Lists_NameWhatThereIs()
    {
        IReadOnlyList<string> all = AnalysisOptions.AllTechniques;
        var bundle = new Bundle(CaptureRun.Links(4));

        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.All(AnalysisOptions.DefaultTechniques, name => Assert.Contains(name, all));
        Assert.All(all, name => Assert.NotNull(TechniqueCatalog.Create(name, bundle, 0, [])));
        Assert.All(all, name => Assert.True(TechniqueCatalog.Find(name.Split(':')[0])!.Verbs.HasFlag(TechniqueVerbs.Analyze)));
    }
}
