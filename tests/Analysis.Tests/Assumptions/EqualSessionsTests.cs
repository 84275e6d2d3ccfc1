using System.Numerics;
using Trunkline.Analysis.Assumptions;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Tests.Assumptions;

public class EqualSessionsTests
{
    // For 50 % and n = 14, more than 10.5 are too many: 2 (C(14,11) + C(14,12) + C(14,13) + 1) ÷ 2¹⁴ = 940 ÷ 16384 = 5.7 %; for 15 to 18 it
    // is 3.5, 2.1, 4.9 and 3.1 %.
    [Theory]
    [InlineData(0.5, 15)]
    [InlineData(0.25, 63)]
    [InlineData(0.1, 399)]
    public void Find_OverTwoEqualLinks_IsWhatTheBinomialSaysExactly(double over, int expected)
    {
        int last = 0;
        for (int n = 1; n <= 1000; n++)
        {
            // 20 · 2 · Σ C(n, k) over k > (1 + over) n ÷ 2, in whole numbers.
            BigInteger tail = 0;
            BigInteger choose = 1;
            for (int k = n; 200 * k > (int)(100 + (100 * over)) * n; k--)
            {
                tail += choose;
                choose = choose * k / (n - k + 1);
            }

            last = 40 * tail >= BigInteger.One << n ? n : last;
        }

        Assert.Equal(expected, last + 1);
        Assert.Equal(expected, EqualSessions.Find(Shares(1, 1), over));
    }

    [Theory]
    [InlineData(0.5, 1, 1, 1)]
    [InlineData(0.25, 1, 1, 1, 1)]
    [InlineData(0.5, 1, 1, 1, 1, 1, 1, 1, 1)]
    [InlineData(0.25, 1, 4)]
    [InlineData(0.5, 1, 2, 3, 10)]
    [InlineData(0.1, 40, 41)]
    public void Find_OverLinksOfAnySpeed_IsTheLastSumOfTailsOfAll(double over, params int[] speeds)
    {
        const int Most = 2500;
        double total = speeds.Sum();
        var chances = new double[Most + 1];
        foreach (int speed in speeds)
        {
            // Pascal's triangle, row by row.
            double p = speed / total;
            var row = new double[Most + 2];
            row[0] = 1;
            for (int n = 1; n <= Most; n++)
            {
                for (int k = n; k > 0; k--)
                {
                    row[k] = (row[k] * (1 - p)) + (row[k - 1] * p);
                }

                row[0] *= 1 - p;
                for (int k = n; k > ((1 + over) * p * n) + 1e-9; k--)
                {
                    chances[n] += row[k];
                }
            }
        }

        int last = Array.FindLastIndex(chances, chance => chance >= 0.05);

        Assert.InRange(last, 1, Most * 2 / 3);
        Assert.Equal(last + 1, EqualSessions.Find(Shares(speeds), over));
    }

    [Theory]
    [InlineData(4, 0.25)]
    [InlineData(4, 0.5)]
    [InlineData(8, 0.5)]
    public void Find_AgainstSimulation_IsNotFarAbove(int links, double over)
    {
        LinkShares shares = Shares([.. Enumerable.Repeat(1, links)]);
        int sessions = EqualSessions.Find(shares, over)!.Value;

        // One less is the last that fails the bound; the truth is at most 2.5 % of it below, and three deviations are 0.4 %.
        Assert.InRange(Simulate(links, sessions - 1, over), 0.0487 - 0.004, 0.065);
        for (int more = 0; more < 4; more++)
        {
            Assert.InRange(Simulate(links, sessions + more, over), 0, 0.05 + 0.004);
        }
    }

    [Fact]
    public void Find_OverOneLink_IsOne() => Assert.Equal(1, EqualSessions.Find(Shares(10), 0.1));

    [Fact]
    public void Find_WithWeightsThatDoNotFollowSpeeds_IsNothing()
    {
        // Half of the sessions on a fifth of the speed.
        var shares = new LinkShares([new Link("a", new BitRate(10)), new Link("b", new BitRate(40))]);

        Assert.Null(EqualSessions.Find(shares, 0.5));
    }

    [Fact]
    public void Find_WithADrainedLink_LooksAtTheOthersAgainstAllSpeed()
    {
        Link[] links = [.. CaptureRun.Links(4)];
        links[2] = links[2] with { Weight = 0 };

        // A third on each of three, where a quarter would be fair.
        Assert.Null(EqualSessions.Find(new LinkShares(links), 0.25));
        Assert.NotNull(EqualSessions.Find(new LinkShares(links), 0.5));
    }

    [Fact]
    public void Find_Over64LinksOfDifferentSpeed_FallsWithTheExcess()
    {
        LinkShares shares = Shares([.. Enumerable.Range(1, 64)]);

        int?[] found = [.. new[] { 0.1, 0.25, 0.5, 1 }.Select(over => EqualSessions.Find(shares, over))];

        // The slowest link alone needs less, by the normal distribution 2.7 (1 − p) ÷ (p · over²); sixty-four that are as slow, more.
        Assert.All(found.Zip([0.1, 0.25, 0.5, 1]), pair => Assert.InRange(pair.First!.Value, 2.706 * 2079 / (pair.Second * pair.Second), 13.0 * 2079 / (pair.Second * pair.Second)));
        Assert.Equal(found.OrderDescending(), found);
    }

    [Fact]
    public void Find_CloseToTheLimit_EndsAndStaysOnTheSafeSide()
    {
        // 10 % more than fair is 0.55; the weights give 0.549.
        var shares = new LinkShares([new Link("a", new BitRate(100)) { Weight = 128 }, new Link("b", new BitRate(100)) { Weight = 105 }]);

        int sessions = EqualSessions.Find(shares, 0.1)!.Value;

        // By the normal distribution: 1.645² p (1 − p) ÷ (0.55 − p)².
        double p = 128.0 / 233;
        double expected = 2.706 * p * (1 - p) / Math.Pow(0.55 - p, 2);
        Assert.InRange(sessions, expected, expected * 1.02);
    }

    private static LinkShares Shares(params int[] speeds) =>
        new([.. speeds.Select((speed, i) => new Link($"link{i}", new BitRate(speed * 1_000_000_000L)) { Weight = speed })]);

    private static double Simulate(int links, int sessions, double over)
    {
        const int Tries = 30_000;
        var random = new RandomSource((ulong)sessions);
        int exceeded = 0;
        var counts = new int[links];
        for (int i = 0; i < Tries; i++)
        {
            Array.Clear(counts);
            for (int session = 0; session < sessions; session++)
            {
                counts[random.Below((uint)links)]++;
            }

            exceeded += counts.Max() * links > ((1 + over) * sessions) + 1e-9 ? 1 : 0;
        }

        return (double)exceeded / Tries;
    }
}
