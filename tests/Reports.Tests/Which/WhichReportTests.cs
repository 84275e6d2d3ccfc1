using System.Text.Json;
using Microsoft.Playwright;
using Trunkline.Reports.Tests.Browser;
using Trunkline.Reports.Tests.Verbs;
using Trunkline.Testing.Traffic;

namespace Trunkline.Reports.Tests.Which;

public sealed class WhichReportTests(SystemBrowser browser) : IDisposable
{
    private static readonly string[] Flow = ["--src", "192.168.10.21", "--sport", "51515", "--dst", "192.168.10.200", "--dport", "3260", "--proto", "tcp"];

    private readonly TestCaptures _captures = new();

    public void Dispose() => _captures.Dispose();

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(800, ColorScheme.Dark)]
    [InlineData(1400, ColorScheme.Light)]
    public async Task Report_OfOneFlow_ShowsItsWay(int width, ColorScheme scheme)
    {
        ReportRun run = ReportRun.Of(["which", "--policy", "linux-bond/layer3+4", "--links", "eth0,eth1,eth2,eth3", "--without", "eth3", "--reverse-policy", "netapp/sfh-port", .. Flow]);
        JsonElement answer = run.Document.GetProperty("results")[0];
        await using OpenReport report = await browser.OpenAsync(run.Html, new() { Width = width, Scheme = scheme });

        ILocator way = report.Page.Locator(".way");
        await Assertions.Expect(way.Locator(".hash")).ToHaveTextAsync(answer.GetProperty("hash").GetString()!);
        await Assertions.Expect(way.Locator(".key")).ToHaveTextAsync(string.Join(' ', answer.GetProperty("key").GetString()!.Chunk(2).Select(pair => new string(pair))));
        await Assertions.Expect(way.Locator(".buckets .chosen")).ToHaveAttributeAsync("title", $"bucket {answer.GetProperty("bucket").GetInt32()}: eth3");
        await Assertions.Expect(way.Locator(".links .chosen b")).ToHaveTextAsync("eth3");
        Assert.Equal(["src", "dst", "proto", "sport", "dport"], await way.Locator(".chip.read dt").AllTextContentsAsync());
        await Assertions.Expect(way).ToContainTextAsync("When the link is gone: eth0 (index 0), it moves.");
        Assert.Equal(1, await report.AssertDrawnAsync());
        Assert.False(await report.IsTooWideAsync());
        report.AssertQuiet();
    }

    [Fact]
    public async Task Policy_ChosenByKeyboard_ShowsItsWay()
    {
        ReportRun run = ReportRun.Of(["which", "--links", "4", .. Flow]);
        await using OpenReport report = await browser.OpenAsync(run.Html);
        await Assertions.Expect(report.Page.Locator(".way:visible")).ToHaveCountAsync(1);
        string before = (await report.Page.Locator(".way:visible h4").TextContentAsync())!;

        await report.Choice("From fields to link", "Policy").FocusAsync();
        await report.Page.Keyboard.PressAsync("ArrowDown");

        Assert.NotEqual(before, await report.Page.Locator(".way:visible h4").TextContentAsync());
        await Assertions.Expect(report.Page.Locator(".way:visible")).ToHaveCountAsync(1);

        JsonElement[] answers = [.. run.Document.GetProperty("results").EnumerateArray()];
        ShownTable table = await ShownTable.ReadAsync(report.Table("All policies side by side"));
        Assert.Equal(answers.Select(a => a.GetProperty("policy").GetString()), table.Texts("policy"));
        Assert.Equal(answers.Select(a => a.TryGetProperty("bucket", out JsonElement bucket) ? bucket.GetDouble() : (double?)null), table.Numbers("bucket"));
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_OfACapture_HasTheNumbersOfTheDocument()
    {
        ReportRun run = ReportRun.Of("which", "--capture", TestCaptures.Shipped, "--policy", "linux-ecmp/l4,linux-bond/layer3+4", "--links", "link0,link1,link2,link3");
        await using OpenReport report = await browser.OpenAsync(run.Html);

        Assert.Equal(2, await report.AssertDrawnAsync());
        ShownTable loads = await ShownTable.ReadAsync(report.Figure("What fills each link").Locator("table"));
        JsonElement[] links = [.. run.Document.GetProperty("spread").EnumerateArray().SelectMany(s => s.GetProperty("links").EnumerateArray())];
        Assert.Equal(links.Select(l => (double?)l.GetProperty("bytes").GetDouble()), loads.Numbers("bytes"));
        Assert.Equal(links.Select(l => (double?)l.GetProperty("flows").GetDouble()), loads.Numbers("flows"));

        ShownTable flows = await ShownTable.ReadAsync(report.HiddenTable("Flows, the largest first"));
        JsonElement[] answers = [.. run.Document.GetProperty("results").EnumerateArray()];
        Assert.Equal(500, flows.Count);
        Assert.Equal(answers.Where((_, i) => i % 2 == 0).Take(500).Select(a => (double?)a.GetProperty("bytes").GetDouble()), flows.Numbers("bytes"));
        Assert.Equal(
            answers.Where((_, i) => i % 2 == 1).Take(500).Select(a => $"{a.GetProperty("linkName").GetString()} (index {a.GetProperty("link").GetInt32()})"),
            flows.Texts("linux-bond/layer3+4"));
        report.AssertQuiet();
    }

    [Fact]
    public async Task View_Chosen_DrawsFlowsInsteadOfBytes()
    {
        ReportRun run = ReportRun.Of("which", "--capture", TestCaptures.Shipped, "--policy", "linux-ecmp/l4:seed=25", "--links", "4");
        await using OpenReport report = await browser.OpenAsync(run.Html);
        ILocator figure = report.Figure("Flows over the links");
        await figure.ScrollIntoViewIfNeededAsync();
        string before = await report.PixelsAsync(figure);

        await report.Choice("Flows over the links", "Share of the").FocusAsync();
        await report.Page.Keyboard.PressAsync("ArrowDown");

        Assert.NotEqual(before, await report.PixelsAsync(figure));
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_OfTenThousandFlows_IsDrawn()
    {
        ReportRun run = ReportRun.Of("which", "--capture", _captures.WithFlows(10_000, SyntheticMix.None), "--links", "16", "--policy", "linux-bond/layer3+4,linux-ecmp/l4,netapp/sfh-port,ovs/tcp,crc/crc32,xor/xor8,rss/toeplitz");
        await using OpenReport report = await browser.OpenAsync(run.Html);

        Assert.Equal(2, await report.AssertDrawnAsync());
        Assert.False(await report.IsTooWideAsync());
        report.AssertQuiet();
    }

    [Fact]
    public async Task HostileNames_OfLinksAndFiles_AreText()
    {
        ReportRun run = ReportRun.Of("which", "--capture", _captures.WithHostileNames(), "--policy", "crc/crc32", "--links", string.Join(',', TestCaptures.Hostile), "--tier2", "crc/crc32");
        await using OpenReport report = await browser.OpenAsync(run.Html);

        await report.AssertDrawnAsync();
        Assert.Equal(TestCaptures.Hostile, await report.Page.Locator(".way .links b").AllTextContentsAsync());
        Assert.Equal(0, await report.Page.Locator("img, iframe, object, embed, link").CountAsync());
        await report.Page.Locator("canvas").First.HoverAsync();
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_WithoutScripts_ShowsEveryWay()
    {
        ReportRun run = ReportRun.Of(["which", "--policy", "linux-bond/layer3+4,crc/crc32,ovs/tcp", "--links", "4", .. Flow]);
        await using OpenReport report = await browser.OpenAsync(run.Html, new() { HasScripts = false });

        await Assertions.Expect(report.Page.Locator(".way:visible")).ToHaveCountAsync(3);
        await Assertions.Expect(report.Table("All policies side by side")).ToBeVisibleAsync();
        Assert.Equal(0, await report.Page.Locator("button:visible, select:visible").CountAsync());
    }

    [Fact]
    public async Task Report_OfVeryManyBuckets_ShowsThoseAroundTheFlows()
    {
        ReportRun run = ReportRun.Of(["which", "--policy", "crc/crc32", "--fill", "maglev", "--links", "64", .. Flow]);
        await using OpenReport report = await browser.OpenAsync(run.Html);

        Assert.True(run.Document.GetProperty("results")[0].GetProperty("buckets").GetInt32() > 256);
        await Assertions.Expect(report.Page.Locator(".buckets span")).ToHaveCountAsync(256);
        await Assertions.Expect(report.Page.Locator(".buckets .chosen")).ToHaveCountAsync(1);
        report.AssertQuiet();
    }
}
