using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;
using Trunkline.Testing;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Core.Tests.Striping;

public class ResequencerTests
{
    private static readonly ResequencerOptions TimerOnly = new() { Timer = new Interval(1_000), LinksAreFifo = false };
    private static readonly ResequencerOptions LinksOnly = new() { Timer = Interval.MaxValue };

    // A trace is "time link number …": what comes out behind each, numbers or late ones with an L, stands in brackets.
    [Theory]
    [InlineData("in order", "0.0.0[0] 1.1.1[1] 2.0.2[2]", "lost 0, late 0, timeouts 0")]
    [InlineData("the second link is slower", "0.0.0[0] 1.0.2[] 2.0.4[] 3.1.1[1 2] 4.1.3[3 4]", "lost 0, late 0, timeouts 0")]
    [InlineData("1 is lost, and 1001 ns after 2 came all the rest goes", "0.0.0[0] 5.0.2[] 900.1.3[] 1005.t[] 1006.t[2 3]", "lost 1, late 0, timeouts 1")]
    [InlineData("what comes at the last instant is in time", "0.0.0[0] 5.0.2[] 1005.t[] 1005.1.1[1 2]", "lost 0, late 0, timeouts 0")]
    [InlineData("what comes after it is late", "5.0.1[] 1006.t[1] 1007.1.0[0L]", "lost 1, late 1, timeouts 1")]
    [InlineData("late once, then a copy", "5.0.1[] 1006.t[1] 1007.1.0[0L] 1008.1.0[]", "lost 1, late 1, timeouts 1")]
    [InlineData("a lower packet does not put the deadline off", "0.0.9[] 900.0.5[] 1001.t[5 9]", "lost 8, late 0, timeouts 1")]
    [InlineData("a higher one has a deadline of its own", "0.0.2[] 900.0.4[] 1001.t[2] 1900.t[] 1901.t[4]", "lost 3, late 0, timeouts 2")]
    [InlineData("copies come out once", "0.0.0[0] 1.1.0[] 2.0.2[] 3.1.2[] 4.0.1[1 2] 5.0.2[]", "lost 0, late 0, timeouts 0")]
    public void Release_OfAHandMadeTrace_FollowsTheTimer(string why, string trace, string counted) => Check(why, TimerOnly, trace, counted);

    // M is the least of the links' last numbers; what is missing below it is lost (RFC 1990 §4.1).
    [Theory]
    [InlineData("nothing is known of a link that brought nothing", "0.0.0[0] 1.0.2[] 2.0.3[]", "lost 0, late 0, timeouts 0")]
    [InlineData("M is 3 when link 1 brings 3", "0.0.0[0] 1.0.4[] 2.1.3[3 4]", "lost 2, late 0, timeouts 0")]
    [InlineData("M is the lesser", "0.0.5[] 1.1.2[2] 2.1.3[3] 3.1.7[5]", "lost 3, late 0, timeouts 0")]
    [InlineData("a link that is down does not count", "0.0.0[0] 1.0.2[] 2.-1[2] 3.0.4[4]", "lost 2, late 0, timeouts 0")]
    [InlineData("one that is up again shows first where it is", "0.-1[] 1.0.2[2] 2.+1[] 3.0.4[] 4.1.3[3 4]", "lost 2, late 0, timeouts 0")]
    [InlineData("no link but one", "0.-1[] 1.0.0[0] 2.0.3[3]", "lost 2, late 0, timeouts 0")]
    public void Release_OfAHandMadeTrace_FollowsTheLeastOfTheLinksLastNumbers(string why, string trace, string counted) =>
        Check(why, LinksOnly, trace, counted);

    [Theory]
    [InlineData("four numbers fit", "0.0.1[] 1.0.3[] 2.0.4[1] 3.0.5[] 4.0.6[3 4 5 6]", "lost 2, late 0, timeouts 0")]
    [InlineData("a jump gives up all it passes", "0.0.1[] 1.0.2[] 2.0.1000[1 2] 3.1.998[] 4.1.997[997 998] 5.1.999[999 1000]", "lost 995, late 0, timeouts 0")]
    [InlineData("half the numbers ahead", "0.0.1[] 1.0.2147483647[1] 2.1.2147483640[]", "lost 2147483643, late 1, timeouts 0")]
    public void Release_OfAFullWindow_LetsTheOldestGo(string why, string trace, string counted) =>
        Check(why, LinksOnly with { PacketsMax = 4, LinksAreFifo = false }, trace, counted);

    [Fact]
    public void Release_WhenTheBytesAreFull_LetsTheOldestGo()
    {
        var resequencer = new Resequencer(2, LinksOnly with { BytesMax = new ByteCount(2_500), LinksAreFifo = false });
        Assert.Equal([], Offer(resequencer, 1, 1_000));
        Assert.Equal([], Offer(resequencer, 3, 1_000));
        Assert.Equal(2_000, resequencer.BytesWaiting);

        // 3,000 would be too much: 0 is waited for no longer, which lets 1 go, and that is enough.
        Assert.Equal([1], Offer(resequencer, 4, 1_000));
        Assert.Equal((2_000L, 2), (resequencer.BytesWaiting, resequencer.PacketsWaiting));
        Assert.Equal([3, 4], Offer(resequencer, 6, 2_000));
        Assert.Equal((1L, 1L), (resequencer.Counters.Overflows - 1, resequencer.Counters.Lost - 1));

        // What alone is too large does not wait.
        Assert.Equal([6, 9], Offer(resequencer, 9, 5_000));
        Assert.InRange(resequencer.Counters.BytesWaitingMax, 2_000, 2_500);
    }

    [Fact]
    public void Numbers_ThatWrap_AreInOrder()
    {
        var resequencer = new Resequencer(2, TimerOnly with { FirstSequence = uint.MaxValue - 1 });
        Assert.Equal([], Offer(resequencer, 0, 100));
        Assert.Equal([], Offer(resequencer, uint.MaxValue, 100));
        Assert.Equal([uint.MaxValue - 1, uint.MaxValue, 0], Offer(resequencer, uint.MaxValue - 1, 100));
        Assert.Equal([1], Offer(resequencer, 1, 100));
        Assert.Equal(StripeArrival.Discard, resequencer.OnPacket(new LinkId(0), uint.MaxValue, 1, 1, Timestamp.Zero));
        Assert.Equal(0, resequencer.Counters.Lost);
    }

    [Fact]
    public void OnPacket_WhenLateOnesAreDropped_SaysSo()
    {
        var resequencer = new Resequencer(2, LinksOnly with { DeliverLate = false });
        Offer(resequencer, 3, 1, link: 0);
        Offer(resequencer, 4, 1, link: 1);
        Assert.Equal(StripeArrival.Discard, resequencer.OnPacket(new LinkId(1), 2, 1, 2, Timestamp.Zero));
        Assert.Equal((1L, 1L), (resequencer.Counters.Late, resequencer.Counters.LinkOrderFaults));
    }

    [Fact]
    public void OnPacket_OfALinkThatIsNone_IsRefused()
    {
        var resequencer = new Resequencer(2);
        Assert.All([-1, 2, 64, int.MaxValue], link =>
            Assert.Equal(StripeArrival.Discard, resequencer.OnPacket(new LinkId(link), 0, 1, 1, Timestamp.Zero)));
        resequencer.OnLinkChange(new LinkId(9), false);
        Assert.Equal(4, resequencer.Counters.Refused);
    }

    [Fact]
    public void OnPacket_WhenNobodyTakesWhatIsReleased_RefusesAndKeepsOrder()
    {
        var resequencer = new Resequencer(1, LinksOnly with { PacketsMax = 4 });
        for (uint i = 0; i < 6; i++)
        {
            resequencer.OnPacket(new LinkId(0), i, 1, i, Timestamp.Zero);
        }

        resequencer.OnPacket(new LinkId(0), 1_000_000, 1, 1_000_000, Timestamp.Zero);
        Assert.Equal(StripeArrival.Discard, resequencer.OnPacket(new LinkId(0), 1_000_001, 1, 0, Timestamp.Zero));
        Assert.Equal([0, 1, 2, 3, 1_000_000], Drain(resequencer));
        Assert.Equal(3, resequencer.Counters.Refused);
    }

    [Fact]
    public void Resequencer_UnderASkewUpToTheTimer_ReleasesAllInOrderAndGivesNothingUp() =>
        Prop.ForAll<ulong>(seed =>
        {
            int links = 1 + (int)(seed % 8);
            uint first = (uint)(seed >> 20);
            StripedPacket[] packets = StripeRun.Draw(seed, 2_000, links, skewNs: 3_000, lossPercent: 0);
            var resequencer = new Resequencer(links, new ResequencerOptions { Timer = new Interval(3_000), FirstSequence = first });
            StripeRun run = StripeRun.Play(resequencer, packets, first);

            Assert.Equal(Enumerable.Range(0, 2_000), run.Released);
            StripeCounters counters = resequencer.Counters;
            Assert.Equal((2_000L, 0L, 0L, 0L, 0L), (counters.Released, counters.Lost, counters.Late, counters.Timeouts, counters.Overflows));
        }).QuickCheckThrowOnFailure();

    /// <summary>With the timer alone, with the links' rule alone (whose last packets arrive), and with both.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Resequencer_UnderLoss_GivesUpExactlyWhatIsLost(bool hasTimer, bool isFifo) =>
        Prop.ForAll<ulong>(seed =>
        {
            int links = 1 + (int)(seed % 8);
            StripedPacket[] packets = StripeRun.Draw(seed, 2_000, links, skewNs: 3_000, lossPercent: (uint)(seed / 8 % 60));
            Interval timer = hasTimer ? new Interval(3_000) : Interval.MaxValue;
            var resequencer = new Resequencer(links, new ResequencerOptions { Timer = timer, LinksAreFifo = isFifo });
            StripeRun run = StripeRun.Play(resequencer, packets);

            Assert.Equal(packets.Where(p => p.AtNs != long.MaxValue).Select(p => p.Number), run.Released);
            Assert.Equal(packets.Count(p => p.AtNs == long.MaxValue), resequencer.Counters.Lost);
            Assert.Equal((0L, 0L, 0), (resequencer.Counters.Late, resequencer.Counters.Overflows, resequencer.PacketsWaiting));
        }).QuickCheckThrowOnFailure();

    /// <summary>Too short a timer, too small a window, too few bytes, links out of order, copies: still nothing twice and in order.</summary>
    [Fact]
    public void Resequencer_UnderAnything_KeepsOrderBoundsAndBooks() =>
        Prop.ForAll<ulong>(seed =>
        {
            var random = new RandomSource(seed);
            StripedPacket[] packets = StripeRun.Draw(seed, 1_000, 4, skewNs: 20_000, lossPercent: random.Below(30));
            for (int i = 0; i < packets.Length; i++)
            {
                packets[i] = random.Below(20) switch
                {
                    0 => packets[(int)random.Below((uint)packets.Length)],
                    1 => packets[i] with { AtNs = random.Below(100_000) },
                    2 => packets[i] with { Link = (int)random.Below(5) },
                    _ => packets[i],
                };
            }

            var options = new ResequencerOptions
            {
                Timer = new Interval(1 + random.Below(10_000)),
                BytesMax = new ByteCount(1 + random.Below(40_000)),
                PacketsMax = 1 + (int)random.Below(200),
                LinksAreFifo = random.Below(2) == 0,
            };
            var resequencer = new Resequencer(4, options);
            StripeRun run = StripeRun.Play(resequencer, packets, (uint)seed);

            int[] inOrder = [.. run.Released.Where(n => n >= 0)];
            int[] all = [.. run.Released.Select(n => n < 0 ? -1 - n : n)];
            Assert.Equal(inOrder.Order(), inOrder);
            Assert.Equal(all.Distinct().Count(), all.Length);
            StripeCounters counters = resequencer.Counters;
            Assert.Equal(run.Offered, all.Length + run.Discarded + resequencer.PacketsWaiting);
            Assert.Equal(inOrder.Length, counters.Released);
            Assert.True(counters.BytesWaitingMax <= options.BytesMax.Bytes && counters.PacketsWaitingMax < options.PacketsMax + 1);
        }).QuickCheckThrowOnFailure();

    /// <summary>Three links of a byte per nanosecond, the last 10 µs slower: 20,000 bytes of the other two wait for it.</summary>
    [Fact]
    public void BytesWaiting_OfSaturatedLinks_AreSkewTimesTheRatesOfTheFasterOnes()
    {
        long[] delaysNs = [0, 0, 10_000];
        StripedPacket[] packets =
            [.. Enumerable.Range(0, 3_000).Select(i => new StripedPacket(i % 3, i, 1_000, (((i / 3) + 1) * 1_000) + delaysNs[i % 3]))];
        Link[] links = [.. TestLinks.Equal(3).Select((link, i) => link with { Delay = new Interval(delaysNs[i]) })];
        Interval skew = ResequencerOptions.TimerFor(links, new ByteCount(0));
        Assert.Equal(new Interval(10_000), skew);
        Assert.Equal(30_000, ResequencerOptions.BufferBytes(skew, links).Bytes);

        var resequencer = new Resequencer(3, new ResequencerOptions { Timer = skew });
        StripeRun run = StripeRun.Play(resequencer, packets);

        Assert.Equal(Enumerable.Range(0, 3_000), run.Released);

        // To a packet of each: they arrive whole.
        Assert.InRange(resequencer.Counters.BytesWaitingMax, 20_000 - (2 * 1_000), 20_000 + (2 * 1_000));
    }

    [Fact]
    public void TimerFor_LinksWithQueues_IsTheDelaysDifferenceAndTheLongestQueue()
    {
        Link[] links = [.. TestLinks.Speeds(1, 0.5, 0)];
        links[0] = links[0] with { Delay = new Interval(700) };
        links[1] = links[1] with { Delay = new Interval(200) };
        Assert.Equal(new Interval(500 + 2_000), ResequencerOptions.TimerFor(links, new ByteCount(1_000)));
        Assert.Equal(new Interval(1), ResequencerOptions.TimerFor(TestLinks.Equal(2), new ByteCount(0)));
        Assert.True(ResequencerOptions.TimerFor(TestLinks.Speeds(1e-9), new ByteCount(long.MaxValue)) > new Interval(0));
        Assert.Equal(long.MaxValue, ResequencerOptions.BufferBytes(Interval.MaxValue, TestLinks.Speeds(1_000, 1_000)).Bytes);
    }

    [Fact]
    public void OnPacket_TryRelease_AndOnDeadline_AllocateNothing()
    {
        var resequencer = new Resequencer(4, new ResequencerOptions { Timer = new Interval(5) });
        uint next = 0;
        AllocationAssert.None(() =>
        {
            // Four packets the wrong way round, and one lost.
            for (uint i = 4; i-- > 0;)
            {
                resequencer.OnPacket(new LinkId((int)i), next + i, 1_000, next + i, new Timestamp(next));
            }

            next += 5;
            resequencer.OnDeadline(new Timestamp(next));
            while (resequencer.TryRelease(out _))
            {
            }
        });
        Assert.True(resequencer.Counters.Released > 4_000 && resequencer.Counters.Lost > 1_000);
    }

    private static void Check(string why, ResequencerOptions options, string trace, string counted)
    {
        var resequencer = new Resequencer(2, options);
        foreach (string step in trace.Split("] "))
        {
            string[] halves = step.TrimEnd(']').Split('[');
            string[] input = halves[0].Split('.');
            long nowNs = long.Parse(input[0], CultureInfo.InvariantCulture);
            string late = "";
            if (input[1] == "t")
            {
                resequencer.OnDeadline(new Timestamp(nowNs));
            }
            else if (input[1][0] is '+' or '-')
            {
                resequencer.OnLinkChange(new LinkId(input[1][1] - '0'), input[1][0] == '+');
            }
            else
            {
                uint number = uint.Parse(input[2], CultureInfo.InvariantCulture);
                StripeArrival arrival = resequencer.OnPacket(new LinkId(input[1][0] - '0'), number, 100, number, new Timestamp(nowNs));
                late = arrival == StripeArrival.Late ? $"{number}L" : "";
            }

            Assert.Equal($"{why}, {halves[0]}: {halves[1]}", $"{why}, {halves[0]}: {late}{string.Join(' ', Drain(resequencer))}");
        }

        StripeCounters counters = resequencer.Counters;
        Assert.Equal(counted, $"lost {counters.Lost}, late {counters.Late}, timeouts {counters.Timeouts}");
    }

    private static List<long> Offer(Resequencer resequencer, uint number, int bytes, int link = 0)
    {
        resequencer.OnPacket(new LinkId(link), number, bytes, number, Timestamp.Zero);
        return Drain(resequencer);
    }

    private static List<long> Drain(Resequencer resequencer)
    {
        var released = new List<long>();
        while (resequencer.TryRelease(out long token))
        {
            released.Add(token);
        }

        return released;
    }
}
