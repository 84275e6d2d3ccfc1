using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Workloads;

namespace Trunkline.Scenarios.Tests.Workloads;

public sealed class SizeTableTests
{
    // Means and percentiles as published beside the tables.
    public static TheoryData<string, double, double, double> Published => new()
    {
        { "websearch", 1_711_250, 73_077, 5_000_000 },
        { "websearch_pfabric", 1_665_174, 70_642, 4_866_180 },
        { "datamining", 12_658_199, 1_100, 400_000 },
        { "fb_hadoop", 120_421, 700, 120_000 },
        { "fb_hadoop_fine", 122_273, 655, 121_180 },
        { "fb_cachefollower", 687_559, 28_270, 2_442_719 },
        { "fb_webserver", 62_398, 3_436, 268_609 },
        { "fb_keyvalue_tg", 342, 75, 350 },
        { "alistorage", 40_870, 6_340, 31_237 },
        { "solar_rpc", 39_424, 16_384, 65_536 },
        { "google_rpc2008", 2_931, 257, 1_770 },
    };

    [Fact]
    public void Names_BuiltIn_AreThoseOfTheList() => Assert.Equal(Published.Select(p => p.Data.Item1).Order(StringComparer.Ordinal), SizeTables.Names);

    [Theory]
    [MemberData(nameof(Published))]
    public void BuiltIn_MeanAndPercentiles_AreAsPublished(string name, double mean, double median, double ninetieth)
    {
        SizeTable table = SizeTables.Find(name)!;

        Assert.InRange((double)table.Mean / mean, 0.99, 1.01);
        Assert.InRange(table.SizeAt(Share(0.5)) / median, 0.99, 1.01);
        Assert.InRange(table.SizeAt(Share(0.9)) / ninetieth, 0.99, 1.01);
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void SizeAt_OverEvenShares_HasTheExactMean(string name, double mean, double median, double ninetieth)
    {
        SizeTable table = SizeTables.Find(name)!;
        const int Draws = 1 << 20;
        decimal sum = 0, cut = 0;
        for (int i = 0; i < Draws; i++)
        {
            long size = table.SizeAt(((ulong)i << 44) + (1UL << 43));
            sum += size;
            cut += Math.Min(size, 50_000);
        }

        Assert.InRange((double)(sum / Draws / table.Mean), 0.999, 1.001);
        Assert.InRange((double)(cut / Draws / table.MeanCutAt(50_000)), 0.999, 1.001);
        Assert.True(mean + median + ninetieth > 0);
    }

    [Fact]
    public void SizeAt_AtTheEnds_IsThatOfTheFirstAndTheLastPoint()
    {
        var table = new SizeTable("t", [new(10, 0), new(20, 500_000_000), new(20, 750_000_000), new(1_000_000_000_000, 1_000_000_000)]);

        Assert.Equal(10, table.SizeAt(0));
        Assert.Equal(20, table.SizeAt(1UL << 63));
        Assert.Equal(20, table.SizeAt(0xbfff_ffff_ffff_ffff));
        Assert.InRange(table.SizeAt(ulong.MaxValue), 999_999_999_990, 1_000_000_000_000);
        Assert.Equal(1, new SizeTable("nothing", [new(0, 1_000_000_000)]).SizeAt(77));
    }

    [Fact]
    public void SizeAt_WithTheSameSeed_DrawsTheSame()
    {
        SizeTable table = SizeTables.Find("websearch")!;
        var random = new RandomSource(1);

        long[] first = [.. Enumerable.Range(0, 5).Select(_ => table.SizeAt(random.Next()))];

        Assert.Equal([142_677, 1_457_818, 10_668_502, 60_237, 60_215], first);
    }

    [Theory]
    [InlineData("", "x.csv: the last share is not 1; write a last line such as 30000000,1")]
    [InlineData("bytes,cdf\n1,0\n2,0.5", "x.csv: the last share is not 1; write a last line such as 30000000,1")]
    [InlineData("1,0\n2,1.5", "x.csv:2: is no point; write bytes,cdf with a whole number and a share from 0 to 1, such as 10000,0.15")]
    [InlineData("1,0\n-2,1", "x.csv:2: is no point; write bytes,cdf with a whole number and a share from 0 to 1, such as 10000,0.15")]
    [InlineData("5,0\n\n2,1", "x.csv:3: less than the line before; write sizes and shares that never fall")]
    [InlineData("5,1\n6,0.5", "x.csv:2: less than the line before; write sizes and shares that never fall")]
    public void Read_ABadTable_SaysWhatToWrite(string text, string expected)
    {
        Assert.Equal(expected, SizeTableReader.Read(text, "x.csv", out SizeTable? table));
        Assert.Null(table);
    }

    [Fact]
    public void Read_WithAMarkCommentsAndBlanks_TakesThePoints()
    {
        Assert.Null(SizeTableReader.Read("\ufeffbytes,cdf\r\n# ours\r\n 10 , 0.25 \r\n\r\n20,1\r\n", "x.csv", out SizeTable? table));
        Assert.Equal([new SizePoint(10, 250_000_000), new SizePoint(20, 1_000_000_000)], table!.Points);
        Assert.Equal(13.75m, table.Mean);
    }

    private static ulong Share(double share) => (ulong)(share * ulong.MaxValue);
}
