using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Hosts;

/// <summary>What each technique makes of a connection.</summary>
public sealed class SessionTechniqueTests
{
    private static readonly BitRate Gigabit = new(1_000_000_000);

    [Fact]
    public void Mptcp_ByDefault_IsEightHashedSubflowsOfAnyTraffic()
    {
        SessionPlan plan = Plan("mptcp", FlowUse.Transfer)!;
        Assert.Equal((8, SessionUse.Stream, WindowCoupling.Lia), (plan.Count, plan.Use, plan.Coupling));
        Assert.Empty(plan.Labels);
        Assert.Equal(SchedulingPolicy.LowestRoundTrip, plan.Scheduling);
    }

    [Fact]
    public void Mptcp_ByAddress_HasAPathASubflow()
    {
        SessionPlan plan = Plan("mptcp:subflows=0:by=address:coupling=olia", FlowUse.Transfer)!;
        Assert.Equal([PathLabel.Path(0), PathLabel.Path(1), PathLabel.Path(2), PathLabel.Path(3)], plan.Labels);
        Assert.Equal(WindowCoupling.Olia, plan.Coupling);
        Assert.Contains("reopen", Fault("mptcp:by=address:reopen=1s"), StringComparison.Ordinal);
    }

    [Fact]
    public void Mpio_LeavesOtherTrafficAlone_AndHasASessionAPath()
    {
        Assert.Null(Plan("mpio", FlowUse.Transfer));
        SessionPlan plan = Plan("mpio", FlowUse.Storage)!;
        Assert.Equal((4, SessionUse.Requests, WindowCoupling.None), (plan.Count, plan.Use, plan.Coupling));
        Assert.Equal((SchedulingPolicy.ServiceTime, 65_536, 32), (plan.Scheduling, plan.BlockBytes, plan.Depth));
        Assert.Equal(SchedulingPolicy.RoundRobin, Plan("mpio:policy=round-robin", FlowUse.Bulk)!.Scheduling);
        Assert.Empty(Plan("mpio:by=port:sessions=6", FlowUse.Bulk)!.Labels);
    }

    [Theory]
    [InlineData("smb-multichannel", "0 0 0 0 1 1 1 1")]
    [InlineData("smb-multichannel:connections=2", "0 0 1 1")]
    [InlineData("smb-multichannel:rss=false", "0 1")]
    public void SmbMultichannel_UsesTheFastestInterfacesAlone(string technique, string interfaces)
    {
        SessionPlan plan = Plan(technique, FlowUse.Storage, new BitRate(10_000_000_000), new BitRate(10_000_000_000), Gigabit)!;
        Assert.Equal(interfaces, string.Join(' ', plan.Labels.Select(l => l.LinkOf(0b111, out _).Index)));
        Assert.Equal(SchedulingPolicy.LeastQueue, plan.Scheduling);
    }

    [Fact]
    public void Slicing_IsOfDataOfItsOwn_AtRandomInTurnOrPacked()
    {
        SessionPlan hashed = Plan("slicing:slices=6", FlowUse.Bulk)!;
        Assert.Equal((6, SessionUse.Shares), (hashed.Count, hashed.Use));
        Assert.Empty(hashed.Labels);
        Assert.Equal(4, Plan("slicing:placement=spread:slices=4", FlowUse.Bulk)!.Labels.Distinct().Count());
        Assert.Single(Plan("slicing:placement=packed", FlowUse.Bulk)!.Labels.Distinct());

        // Half for the first, an eighth for each of the others.
        IReadOnlyList<int> shares = Plan("slicing:slices=5:skew=50%", FlowUse.Bulk)!.Shares;
        Assert.Equal([4, 1, 1, 1, 1], shares.Select(s => s / shares[1]));
    }

    [Fact]
    public void SenderFlowlets_PauseAfterABurst_ThatGrowsWithTheRate()
    {
        PathSelector flow = Create("sender-flowlets:burst=3KB:pause=100us").Open(Site(FlowUse.Bulk, Gigabit))!;
        Send(flow, 0);
        Send(flow, 1);
        Assert.Equal(Timestamp.MinValue, flow.ResumesAt);
        Send(flow, 2);
        Assert.Equal(At(102), flow.ResumesAt);

        // 20 segments in 50 us: 40 in a pause's time, which is the next burst.
        flow.OnRound(new PathRound(20, 0, Interval.FromMicroseconds(50), 5), At(102));
        for (int i = 0; i < 39; i++)
        {
            Send(flow, 110);
        }

        Assert.Equal(At(102), flow.ResumesAt);
        Send(flow, 110);
        Assert.Equal(At(210), flow.ResumesAt);

        // A pause of the application's own begins a burst anew.
        for (int i = 0; i < 39; i++)
        {
            Send(flow, 300);
        }

        Send(flow, 400);
        Assert.Equal(At(210), flow.ResumesAt);
    }

    [Fact]
    public void Pacing_DividesNothing()
    {
        HostTechnique pacing = Create("pacing:burst=9KB");
        Assert.True(pacing.IsPacing);
        Assert.Equal(9000, pacing.PacedBurst.Bytes);
        Assert.Null(pacing.Divide(Site(FlowUse.Bulk, Gigabit)));
        Assert.False(Create("mptcp").IsPacing);
    }

    private static void Send(PathSelector flow, int us) => flow.OnSend(new PathSegment(0, 1000, false, 1), At(us));

    private static Timestamp At(int us) => new(us * 1000L);

    private static FlowSite Site(FlowUse use, params BitRate[] links) =>
        new(1, 0, 1, 2, 3, Math.Max(4, links.Length), 99) { Use = use, Links = links.Length == 0 ? [Gigabit] : links };

    private static SessionPlan? Plan(string technique, FlowUse use, params BitRate[] links) => Create(technique).Divide(Site(use, links));

    private static HostTechnique Create(string technique)
    {
        var faults = new List<string>();
        TechniqueName.TryParse(technique, out TechniqueName? name);
        HostTechnique? made = HostCatalog.Create(name!.Head, 1, faults);
        Assert.Empty(faults);
        return made!;
    }

    private static string Fault(string technique)
    {
        var faults = new List<string>();
        TechniqueName.TryParse(technique, out TechniqueName? name);
        Assert.Null(HostCatalog.Create(name!.Head, 1, faults));
        return Assert.Single(faults);
    }
}
