using Trunkline.Analysis.Flows;
using Trunkline.Analysis.Replay;
using Trunkline.Core.Units;
using Trunkline.Results;

namespace Trunkline.Analysis.Tests.Replay;

public class EntryBudgetTests
{
    [Fact]
    public void DefaultTechniques_OnFourLinks_LeaveRoomForAMillionFlows()
    {
        ReplayPlan plan = ReplayPlan.Create(CaptureRun.Options() with { Techniques = AnalysisOptions.DefaultTechniques }, [])!;

        EntryBudget budget = EntryBudget.Of(plan.BytesPerEntry, plan.FixedBytes);

        Assert.InRange(budget.EntriesMax - FlowTable.NewEntriesPerRound, 1_000_000, FlowTable.EntriesMaxDefault);
        Assert.True(budget.Fits(1_000_000 + FlowTable.NewEntriesPerRound, 1_000_000 + FlowTable.NewEntriesPerRound));
    }

    [Fact]
    public void ManyTechniquesOnManyLinks_LeaveRoomForFewer()
    {
        AnalysisOptions options = CaptureRun.Options(64) with
        {
            Techniques = [.. AnalysisOptions.DefaultTechniques.Where(name => !name.Contains("letflow", StringComparison.Ordinal))],
            Without = [new LinkId(0), new LinkId(1), new LinkId(2)],
        };
        ReplayPlan plan = ReplayPlan.Create(options, [])!;

        EntryBudget budget = EntryBudget.Of(plan.BytesPerEntry, plan.FixedBytes);

        // A byte for each technique and set of links.
        Assert.InRange(plan.BytesPerEntry, 4 * options.Techniques.Count, (4 * options.Techniques.Count) + 24);
        Assert.InRange(budget.EntriesMax, 400_000, 500_000);
        Assert.True((budget.EntriesMax * (long)(EntryBudget.TableBytes + plan.BytesPerEntry)) + plan.FixedBytes < 170_000_000);
    }

    [Fact]
    public void Table_WhoseAddressesFillTheBudget_RetiresBeforeItHasAllEntries()
    {
        // Room for 4000 entries, or for 2000 over IPv6.
        var budget = new EntryBudget(4000, EntryBytes: 32, BytesMax: 4000 * 32);
        using var analyzer = new CaptureAnalyzer(CaptureRun.Options(), _ => [], budget);
        var table = new FlowTable(new FlowletStatistics([]), 4000, budget: budget);
        Assert.False(table.IsFull);

        byte[] frame = TestFrames.TcpV6(1);
        for (int i = 0; i < 3000; i++)
        {
            (frame[30], frame[31]) = ((byte)(i >> 8), (byte)i);
            analyzer.OnFrame(new Core.Wire.CaptureRecord(Core.Wire.LinkType.Ethernet, new Timestamp(i), 100, frame), 0);
        }

        AnalyzeResult result = analyzer.Finish(["test.pcap"], []);

        Assert.True(result.Capture.Approximate);
        Assert.Equal((3000, 300_000), (result.Capture.Frames, result.Capture.Bytes));
    }
}
