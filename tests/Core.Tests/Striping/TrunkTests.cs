using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;
using Trunkline.Testing;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Core.Tests.Striping;

public class TrunkTests
{
    [Fact]
    public void Deskew_OfCables_MakesAllAsSlowAsTheSlowest()
    {
        TrunkDeskew deskew = Form([], Cables(10, 12, 40))!;

        // 5 ns/m: 50, 60 and 200 ns.
        Assert.Equal([150_000L, 140_000L, 0L], Enumerable.Range(0, 3).Select(deskew.HoldPs));
        Assert.Equal([50_000L, 60_000L, 200_000L], Enumerable.Range(0, 3).Select(deskew.DelayPs));
        Assert.Equal([15, 16, 30], Enumerable.Range(0, 3).Select(deskew.Shown));
        Assert.Equal((50_000L, 200_000L), (deskew.LeastPs, deskew.SlowestPs));
        Assert.Null(deskew.Warning);
    }

    [Theory]
    [InlineData(30, null, null)]
    [InlineData(31, "delays differ by 155ns, as of 31 m of cable; no more than 150ns, 30 m, are advised", null)]
    [InlineData(550, "delays differ by 2750ns, as of 550 m of cable; no more than 150ns, 30 m, are advised", null)]
    [InlineData(551, null, "delays differ by 2755ns, as of 551 m of cable; a trunk forms up to 2750ns, 550 m")]
    public void Deskew_OfCablesThatDiffer_WarnsAndRefuses(int metres, string? warning, string? fault)
    {
        var faults = new List<string>();
        TrunkDeskew? deskew = Form(faults, Cables(100, 100 + metres));

        Assert.Equal(warning, deskew?.Warning);
        Assert.Equal(fault is null ? [] : [fault], faults);
        Assert.Equal(fault is null, deskew is not null);
        Assert.NotNull(TrunkDeskew.Create(Cables(0, 10_000), null, faults));
    }

    [Fact]
    public void Deskew_OfLinksThatAreNoTrunk_SaysWhy()
    {
        var faults = new List<string>();
        Assert.Null(Form(faults, [.. TestLinks.Equal(8), new Link("last", new BitRate(1_000_000_000)) { Delay = new Interval(-1) }]));
        Assert.Null(Form(faults, []));
        Assert.Equal(
            [
                "a trunk has 1 to 8 links, not 9",
                "links of a trunk have one speed; 0 has 8Gb/s, last has 1Gb/s",
                "the delay of last, -1ns, is not 0s to 1s",
                "a trunk has 1 to 8 links, not 0",
            ],
            faults);
    }

    /// <summary>A byte takes 1 ns, the links 0 and 100 ns. Of each frame: link, start, finish, arrival, delivery in nanoseconds.</summary>
    [Fact]
    public void Next_OfFramesByHand_GoesToTheLinkThatIsFreeFirst()
    {
        TrunkScheduler trunk = Make(0, 20);
        (int Bytes, int AtNs)[] frames = [(1_000, 0), (100, 0), (100, 0), (500, 0), (1_000, 0), (64, 5_000), (64, 5_000)];
        string[] slots =
        [
            .. frames.Select(frame => trunk.Next(frame.Bytes, frame.AtNs * 1_000L)).Select(
                s => $"{s.Link.Index}: {s.StartPs / 1_000} {s.FinishPs / 1_000} {s.ArrivalPs / 1_000} {s.DeliveryPs / 1_000}"),
        ];

        Assert.Equal(
            [
                "0: 0 1000 1100 1100",
                "1: 0 100 200 1100",
                "1: 100 200 300 1100",
                "1: 200 700 800 1100",
                "1: 700 1700 1800 1800",
                "0: 5000 5064 5164 5164",
                "1: 5000 5064 5164 5164",
            ],
            slots);

        // The three short ones wait for the long one, the first of them for 900 ns.
        Assert.Equal((7L, 3L, 900_000L), (trunk.Frames, trunk.Held, trunk.HeldPsMax));
    }

    [Fact]
    public void Next_WhenALinkGoes_UsesTheOthers()
    {
        TrunkScheduler trunk = Make(0, 0);
        trunk.OnLinkChange(new LinkId(0), isUp: false);
        Assert.Equal([1, 1], Enumerable.Range(0, 2).Select(_ => trunk.Next(100, 0).Link.Index));
        trunk.OnLinkChange(new LinkId(1), isUp: false);
        trunk.OnLinkChange(new LinkId(9), isUp: false);
        Assert.Equal(new TrunkSlot(LinkId.None, 7, 7, 7, 7), trunk.Next(100, 7));
        trunk.OnLinkChange(new LinkId(0), isUp: true);

        // The frame before it was to start at 100 ns, and this one does not go before it.
        Assert.Equal((0, 200_000L), (trunk.Next(100, 7).Link.Index, trunk.FinishPs(0)));
        Assert.Equal((true, false), (trunk.IsUp(0), trunk.IsUp(1)));
    }

    /// <summary>First bytes in order, delivery in order, nothing held for longer than the longest frame, no link idle while a frame waits.</summary>
    [Fact]
    public void Next_OfAnyFrames_KeepsOrderAndAllLinksBusy() => Prop.ForAll<ulong>(seed =>
    {
        var random = new RandomSource(seed);
        int links = 1 + (int)random.Below(8);
        int[] metres = [.. Enumerable.Range(0, links).Select(_ => (int)random.Below(500))];
        TrunkScheduler trunk = Make(metres);
        long nowPs = 0, startPs = 0, deliveryPs = 0, workPs = 0;
        long[] finishPs = new long[links];
        for (int i = 0; i < 2_000; i++)
        {
            nowPs += random.Below(2) == 0 ? 0 : random.Below((uint)(1_500_000 / links));
            int bytes = 64 + (int)random.Below(1_437);
            TrunkSlot slot = trunk.Next(bytes, nowPs);

            Assert.True(slot.StartPs >= startPs && slot.StartPs >= nowPs && slot.DeliveryPs >= deliveryPs);
            Assert.Equal(slot.StartPs + (bytes * 1_000L), slot.FinishPs);
            Assert.Equal(slot.FinishPs + (metres.Max() * 5_000L), slot.ArrivalPs);
            Assert.Equal(Math.Max(slot.ArrivalPs, deliveryPs), slot.DeliveryPs);

            // It starts when the first link is free, and overlaps none on its own.
            Assert.Equal(Math.Max(nowPs, finishPs.Min()), slot.StartPs);
            Assert.True(slot.StartPs >= finishPs[slot.Link.Index]);
            (startPs, deliveryPs, finishPs[slot.Link.Index]) = (slot.StartPs, slot.DeliveryPs, slot.FinishPs);
            workPs += bytes * 1_000L;
        }

        Assert.True(trunk.HeldPsMax <= 1_500_000);
        Assert.True(links > 1 || trunk.Held == 0);
        Assert.True(workPs <= finishPs.Max() * links);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Next_OfHostileFrames_NeverThrowsAndKeepsOrder()
    {
        TrunkScheduler trunk = Make(0, 500);
        var random = new RandomSource(3);
        long deliveryPs = long.MinValue;
        for (int i = 0; i < 10_000; i++)
        {
            TrunkSlot slot = trunk.Next((int)random.Next(), (long)random.Next() >> (int)random.Below(64));
            Assert.True(slot.DeliveryPs >= deliveryPs && slot.FinishPs >= slot.StartPs);
            deliveryPs = slot.DeliveryPs;
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new TrunkScheduler(Form([], Cables(0))!, new BitRate(0)));
    }

    [Fact]
    public void Next_PerFrame_AllocatesNothing()
    {
        TrunkScheduler trunk = Make(0, 10, 20, 30);
        long nowPs = 0;
        AllocationAssert.None(() => trunk.Next(1_500, nowPs += 300_000));
    }

    private static TrunkScheduler Make(params int[] metres) => new(Form([], Cables(metres))!, TestLinks.NanosecondPerByte);

    private static TrunkDeskew? Form(ICollection<string> faults, Link[] links) => TrunkDeskew.Create(links, TrunkLimits.Brocade, faults);

    private static Link[] Cables(params int[] metres) =>
        [.. metres.Select((m, i) => new Link($"{i}", TestLinks.NanosecondPerByte) { Delay = TrunkDeskew.DelayOf(m) })];
}
