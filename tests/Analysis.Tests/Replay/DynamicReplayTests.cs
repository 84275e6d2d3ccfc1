using Trunkline.Analysis.Replay;
using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Tests.Replay;

/// <summary>Techniques that may move flows.</summary>
public class DynamicReplayTests
{
    [Fact]
    public void EveryRule_OnEveryPacket_AgreesWithOneAskedPacketByPacket()
    {
        const int Links = 5;
        Interval skew = CaptureRun.Time("20us");
        MixedTrace trace = MixedTrace.Random(6000, seed: 9);
        string[] names = [.. AnalysisOptions.AllTechniques.Where(name => RuleCatalog.Find(name, out _) is not null && !name.StartsWith("static", StringComparison.Ordinal))];
        Recorder? recorder = null;
        using var run = new CaptureRun(
            CaptureRun.Options(Links) with { Techniques = names, Skew = skew, Seed = 11 }, _ => [recorder = new Recorder()]);

        AnalyzeResult result = trace.Play(run).Finish();

        Assert.Equal(names.Length, result.Techniques.Count);
        Assert.Contains(result.Techniques, technique => technique.ReorderablePackets > 0);
        foreach (AnalyzeTechnique technique in result.Techniques)
        {
            Naive naive = recorder!.Ask(technique.Name, Links, seed: 11, skew);
            Assert.Equal(naive.Bytes, technique.Links!.Select(link => link.Bytes));
            Assert.Equal(naive.Frames, technique.Links!.Select(link => link.Frames));
            Assert.Equal((technique.Name, naive.Reorderable), (technique.Name, technique.ReorderablePackets!.Value));
            Assert.Equal(naive.Moves, new MoveCounters(technique.Moves!.Value, technique.UnsafeMoves!.Value));
            Assert.Equal(trace.Bytes, technique.Links!.Sum(link => link.Bytes));
        }
    }

    [Fact]
    public void RoundRobin_OfOneFlow_CountsThePacketsThatFollowWithinTheSkew()
    {
        using var run = new CaptureRun(CaptureRun.Options(2) with { Techniques = ["round-robin"], Skew = CaptureRun.Time("3us") });

        // Links 0 1 0 1 0 1 0; of flow 1: 0 (first), 1 (at once), 0 (at 3 us), 1 (too late), 1 (same link); flow 2 between: 0 and 0.
        AnalyzeTechnique technique = Assert.Single(run
            .At(1000, TestFrames.Tcp(1), 100).At(1000, TestFrames.Tcp(1), 200).At(4000, TestFrames.Tcp(1), 300).At(7001, TestFrames.Tcp(1), 400)
            .At(7002, TestFrames.Tcp(2), 500).At(7003, TestFrames.Tcp(1), 600).At(7004, TestFrames.Tcp(2), 700)
            .Finish().Techniques);

        Assert.Equal(2, technique.ReorderablePackets);
        Assert.Equal([new AnalyzeLoad("link0", 1600, 4), new AnalyzeLoad("link1", 1200, 3)], technique.Links!);
        Assert.Null(technique.OpenLoop);
    }

    [Fact]
    public void AnIndexThatComesAgain_HasNoPacketBefore()
    {
        // Every flow has one packet, so that none can follow another, however close they are.
        using var run = new CaptureRun(
            CaptureRun.Options(3) with { Techniques = ["round-robin"], Skew = CaptureRun.Time("1s") }, entriesMax: 1100);
        for (int i = 0; i < 20_000; i++)
        {
            run.At(i, TestFrames.Tcp(i));
        }

        AnalyzeResult result = run.Finish();

        Assert.True(result.Capture.Approximate);
        Assert.Equal(0, Assert.Single(result.Techniques).ReorderablePackets);
    }

    [Theory]
    [InlineData("shortest-queue", true)]
    [InlineData("flowlet", null)]
    [InlineData("flowlet:choice=quality", true)]
    [InlineData("flowlet/afs", true)]
    [InlineData("flowlet/afs:choice=random", null)]
    [InlineData("flowlet/flare", true)]
    [InlineData("rebalance/ovs", true)]
    [InlineData("random", null)]
    [InlineData("resilient", null)]
    public void ARuleThatLooksAtLoadOrQueue_IsOpenLoop(string name, bool? isOpenLoop)
    {
        using var run = new CaptureRun(CaptureRun.Options() with { Techniques = [name] });

        Assert.Equal(isOpenLoop, Assert.Single(run.After("1us", TestFrames.Tcp(1)).Finish().Techniques).OpenLoop);
    }

    [Fact]
    public void RulesThatMoveOnlyWhenLinksChange_AreStatic()
    {
        var faults = new List<string>();
        ReplayPlan plan = ReplayPlan.Create(CaptureRun.Options() with { Techniques = AnalysisOptions.AllTechniques }, faults)!;

        string[] rules = [.. plan.Links.Techniques.Where(t => t.IsStatic && RuleCatalog.Find(t.Name.Split(':')[0], out _) is not null).Select(t => t.Name)];

        Assert.Equal(
            "static:fill=hash-threshold static:fill=resilient static:fill=maglev static/wcmp single-mode single-mode/linux-primary "
            + "single-mode/linux-better resilient",
            string.Join(' ', rules));
    }

    /// <summary>What one balancer did that was asked packet by packet.</summary>
    private sealed record Naive(long[] Bytes, long[] Frames, long Reorderable, MoveCounters Moves);

    /// <summary>Keeps every packet and every entry's headers.</summary>
    private sealed class Recorder : IPacketSink
    {
        private readonly Dictionary<int, PacketHeaders> _headers = [];
        private readonly List<SeenPacket> _packets = [];

        public void OnEntry(int entry, in PacketHeaders headers) => _headers.Add(entry, headers);

        public bool WantsPackets => true;

        public void OnPackets(ReadOnlySpan<SeenPacket> packets) => _packets.AddRange(packets);


        public Naive Ask(string name, int links, ulong seed, Interval skew)
        {
            BundleTechnique technique = TechniqueCatalog.Create(name, new Bundle(CaptureRun.Links(links)), seed, [])!;
            var before = new Dictionary<int, (int Link, long NowNs)>();
            var (bytes, frames, reorderable) = (new long[links], new long[links], 0L);
            var picked = new LinkId[1];
            foreach (SeenPacket packet in _packets)
            {
                PacketHeaders headers = _headers[packet.Entry];
                technique.Balancer.PickMany(
                    [new OfferedPacket(technique.Policy.Hash(in headers), packet.Bytes, new Timestamp(packet.TimeNs))], picked);
                int link = picked[0].Index;
                bytes[link] += packet.Bytes;
                frames[link]++;
                bool follows = before.TryGetValue(packet.Entry, out (int Link, long NowNs) last);
                reorderable += follows && last.Link != link && packet.TimeNs - last.NowNs <= skew.Nanoseconds ? 1 : 0;
                before[packet.Entry] = (link, packet.TimeNs);
            }

            return new Naive(bytes, frames, reorderable, technique.Balancer.Moves);
        }
    }
}
