using System.Text.Json;
using Microsoft.Playwright;
using Trunkline.Reports.Tests.Browser;
using Trunkline.Reports.Tests.Verbs;

namespace Trunkline.Reports.Tests.Analyze;

public sealed class AnalyzeReportTests(SystemBrowser browser) : IDisposable
{
    private const string Overview = "Techniques, the most even first";

    private static readonly Lazy<ReportRun> Shipped = new(
        () => ReportRun.Of("analyze", TestCaptures.Shipped, "--links", "link0,link1,link2,link3", "--speed", "20Mb/s", "--without", "3"));

    private readonly TestCaptures _captures = new();

    public void Dispose() => _captures.Dispose();

    [Theory]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(800, ColorScheme.Light)]
    [InlineData(1400, ColorScheme.Dark)]
    public async Task Report_AtAnyWidth_DrawsItsChartsAndLoadsNothing(int width, ColorScheme scheme)
    {
        await using OpenReport report = await browser.OpenAsync(OfShipped().Html, new() { Width = width, Scheme = scheme });

        // Ranking, load, two of what was observed, what if, elephants, two of flowlets, buckets, idle share.
        Assert.Equal(10, await report.AssertDrawnAsync());
        Assert.False(await report.IsTooWideAsync());
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_Numbers_AreThoseOfTheDocument()
    {
        ReportRun run = OfShipped();
        JsonElement[] techniques = [.. run.Document.GetProperty("techniques").EnumerateArray()];
        await using OpenReport report = await browser.OpenAsync(run.Html);

        ShownTable shown = await ShownTable.ReadAsync(report.Table(Overview));
        Assert.Equal(techniques.Select(t => t.GetProperty("name").GetString()), shown.Texts("technique"));
        foreach ((string head, string field) in ((string, string)[])
            [("imbalance", "imbalance"), ("99 % of windows", "imbalanceP99"), ("CoV", "cov"), ("Jain", "jain"), ("moves", "moves"), ("unsafe", "unsafeMoves"), ("reorderable", "reorderablePackets")])
        {
            Assert.Equal(techniques.Select(t => (double?)t.GetProperty(field).GetDouble()), shown.Numbers(head));
        }

        Assert.Equal(techniques.Select(t => Figures.Ratio(t.GetProperty("imbalance").GetDouble())), shown.Texts("imbalance").Select(text => text.Split(' ')[0]));
        Assert.Equal(
            techniques.Select(t => (double?)(t.GetProperty("links")[2].GetProperty("bytes").GetDouble() / 10_214_022)), shown.Numbers("link2"));

        double floor = run.Document.GetProperty("floor").GetProperty("imbalance").GetDouble();
        Assert.Equal($"A {Figures.Ratio(floor)} the floor of every hash of flows", await report.Figure("Imbalance").Locator(".marks li").First.TextContentAsync());

        ShownTable elephants = await ShownTable.ReadAsync(report.Figure("Elephants").Locator("table"));
        JsonElement[] flows = [.. run.Document.GetProperty("elephants").EnumerateArray()];
        Assert.Equal(flows.Select(f => (double?)f.GetProperty("bytes").GetDouble()), elephants.Numbers("bytes"));
        Assert.Equal(flows.Select(f => (double?)f.GetProperty("share").GetDouble()), elephants.Numbers("share"));

        ShownTable flowlets = await ShownTable.ReadAsync(report.Figure("Size of flowlets against the gap").Locator("table"));
        JsonElement[] gaps = [.. run.Document.GetProperty("flowlets").EnumerateArray()];
        Assert.Equal(gaps.Select(g => (double?)g.GetProperty("meanBytes").GetDouble()), flowlets.Numbers("mean size"));
        Assert.Equal(gaps.Select(g => (double?)g.GetProperty("movableShare").GetDouble()), flowlets.Numbers("bytes that could move safely"));

        ShownTable idle = await ShownTable.ReadAsync(report.Figure("Idle buckets").Locator("table"));
        Assert.Equal(run.Document.GetProperty("buckets").EnumerateArray().Select(b => (double?)b.GetProperty("idleShare").GetDouble()), idle.Numbers("mean"));

        ShownTable whatIf = await ShownTable.ReadAsync(report.Figure("Imbalance on other links").Locator("table"));
        Assert.Equal(run.Document.GetProperty("whatIf").EnumerateArray().Select(w => (double?)w.GetProperty("imbalance").GetDouble()), whatIf.Numbers("then"));
        report.AssertQuiet();
    }

    [Fact]
    public async Task Load_OfATechnique_AddsUpToItsLinks()
    {
        ReportRun run = OfShipped();
        await using OpenReport report = await browser.OpenAsync(run.Html);

        ShownTable loads = await ShownTable.ReadAsync(report.Figure("Load of each link").Locator("table"));

        // 32 intervals of 100 ms, of which the last is not whole.
        double seconds = run.Document.GetProperty("capture").GetProperty("seconds").GetDouble();
        double[] means = [.. loads.Texts("technique").Zip(loads.Numbers("mean")).Where(row => row.First == "linux-bond/layer3+4").Select(row => row.Second!.Value)];
        Assert.Equal(4, means.Length);
        Assert.Equal(10_214_022 * 8 / seconds, means.Sum(), tolerance: 10_214_022 * 8 / seconds * 0.03);
    }

    [Fact]
    public async Task Controls_ByKeyboard_ChangeTheChart()
    {
        await using OpenReport report = await browser.OpenAsync(OfShipped().Html);
        ILocator figure = report.Figure("Load of each link");
        await figure.ScrollIntoViewIfNeededAsync();
        string before = await report.PixelsAsync(figure);

        ILocator technique = report.Choice("Load of each link", "Technique");
        await technique.FocusAsync();
        await report.Page.Keyboard.PressAsync("ArrowDown");
        string other = await report.PixelsAsync(figure);
        Assert.NotEqual(before, other);

        await report.Choice("Load of each link", "Drawn").FocusAsync();
        await report.Page.Keyboard.PressAsync("ArrowDown");
        string lines = await report.PixelsAsync(figure);
        Assert.NotEqual(other, lines);

        await figure.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).FocusAsync();
        await report.Page.Keyboard.PressAsync("Enter");
        Assert.NotEqual(lines, await report.PixelsAsync(figure));
        await Assertions.Expect(figure).ToHaveAttributeAsync("data-zoom", "25.0-75.0");

        await figure.GetByRole(AriaRole.Button, new() { Name = "link2" }).FocusAsync();
        await report.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(figure.Locator(".plot")).ToHaveAttributeAsync("data-drawn", "3");
        report.AssertQuiet();
    }

    [Fact]
    public async Task Cell_PointedAt_TellsItsBucketAndLoad()
    {
        await using OpenReport report = await browser.OpenAsync(OfShipped().Html);
        ILocator plot = report.Figure("64 buckets over time").Locator(".plot");
        await plot.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await plot.BoundingBoxAsync())!;

        // The bucket of an elephant is never idle: somewhere on a line from above to below there is a cell.
        ILocator tip = plot.Locator(".tooltip");
        for (int y = 40; y < box.Height - 80 && await tip.CountAsync() == 0; y += 3)
        {
            await report.Page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + y);
        }

        await Assertions.Expect(tip).ToContainTextAsync(new System.Text.RegularExpressions.Regex("bucket [0-9]+ at .*b/s"));
        report.AssertQuiet();
    }

    [Fact]
    public async Task HostileNames_OfInterfacesLinksAndFiles_AreText()
    {
        string capture = _captures.WithHostileNames();
        ReportRun run = ReportRun.Of("analyze", capture, "--links", string.Join(',', TestCaptures.Hostile), "--without", "1", "--window", "100us");
        await using OpenReport report = await browser.OpenAsync(run.Html);

        await report.AssertDrawnAsync();
        Assert.StartsWith("<img src=x onerror=alert(4)>.pcapng: what", await report.Page.TitleAsync(), StringComparison.Ordinal);
        Assert.Equal(TestCaptures.Hostile, await report.ColumnAsync(report.Figure("What each member carried").Locator("table"), 0));
        ShownTable shown = await ShownTable.ReadAsync(report.Table(Overview));
        Assert.All(TestCaptures.Hostile, name => Assert.NotEmpty(shown.Numbers(name)));
        Assert.Equal(0, await report.Page.Locator("img, iframe, object, embed, link").CountAsync());
        await report.Figure("Load of each link").Locator("canvas").First.HoverAsync();
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_OfTenThousandFlowsOfEverySort_IsDrawn()
    {
        ReportRun run = ReportRun.Of("analyze", _captures.WithFlows(10_000), "--links", "16", "--window", "1ms");
        await using OpenReport report = await browser.OpenAsync(run.Html);

        await report.AssertDrawnAsync();
        await Assertions.Expect(report.Figure("Tunnelled traffic")).ToHaveCountAsync(1);
        ShownTable tunnels = await ShownTable.ReadAsync(report.Figure("Tunnelled traffic").Locator("table"));
        Assert.Equal(run.Document.GetProperty("tunnels").EnumerateArray().Select(t => (double?)t.GetProperty("innerImbalance").GetDouble()), tunnels.Numbers("by inner"));
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_OfEveryTechniqueOnSixtyFourLinks_DrawsThreeLines()
    {
        ReportRun run = ReportRun.Of("analyze", TestCaptures.Shipped, "--links", "64", "--techniques", "all");
        await using OpenReport report = await browser.OpenAsync(run.Html);

        ILocator figure = report.Figure("Load of each link");
        await figure.ScrollIntoViewIfNeededAsync();
        await Assertions.Expect(figure.Locator(".plot")).ToHaveAttributeAsync("data-drawn", "3");
        Assert.False(await report.IsTooWideAsync());
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_WithoutAFrame_SaysSo()
    {
        ReportRun run = ReportRun.Of("analyze", _captures.Empty());
        await using OpenReport report = await browser.OpenAsync(run.Html);

        Assert.Equal(1, run.Status);
        await Assertions.Expect(report.Page.GetByText("The capture has no whole frame")).ToBeVisibleAsync();
        Assert.Equal(0, await report.AssertDrawnAsync());
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_OfASingleFrame_IsDrawn()
    {
        ReportRun run = ReportRun.Of("analyze", _captures.OneFrame(), "--without", "0");
        await using OpenReport report = await browser.OpenAsync(run.Html);

        Assert.True(await report.AssertDrawnAsync() > 5);
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_WithoutScripts_IsWholeInTables()
    {
        await using OpenReport report = await browser.OpenAsync(OfShipped().Html, new() { HasScripts = false });

        await Assertions.Expect(report.Table(Overview)).ToBeVisibleAsync();
        await report.Figure("Load of each link").Locator("summary").ClickAsync();
        await Assertions.Expect(report.Figure("Load of each link").Locator("table")).ToBeVisibleAsync();
        await Assertions.Expect(report.Table("What each sort of technique rests on, and whether it holds here")).ToBeVisibleAsync();
        Assert.Equal(0, await report.Page.Locator("button:visible, select:visible").CountAsync());
    }

    [Fact]
    public async Task Verdicts_OfTwoElephants_SayThatHashingCannotWork()
    {
        await using OpenReport report = await browser.OpenAsync(OfShipped().Html);

        ShownTable verdicts = await ShownTable.ReadAsync(report.Table("What each sort of technique rests on, and whether it holds here"));

        Assert.Equal(["no", "yes", "yes"], verdicts.Texts("holds"));
        Assert.Contains("3.5 equal flows", verdicts.Texts("because")[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Report_WithMaskedAddresses_HasNeitherThemNorFolders()
    {
        ReportRun run = ReportRun.Of("analyze", TestCaptures.Shipped, "--techniques", "random", "--mask-addresses");

        Assert.DoesNotContain("192.0.2.21", run.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("examples/captures", run.Html, StringComparison.Ordinal);
        Assert.Contains("trunkline analyze two-elephants.pcapng --techniques random --mask-addresses", run.Html, StringComparison.Ordinal);
    }

    private static ReportRun OfShipped() => Shipped.Value;
}
