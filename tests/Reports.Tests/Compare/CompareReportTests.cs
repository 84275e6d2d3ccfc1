using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Trunkline.Reports.Tests.Browser;
using Trunkline.Results;

namespace Trunkline.Reports.Tests.Compare;

public sealed class CompareReportTests(SystemBrowser browser)
{
    private const string Overview = "Techniques in short";

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(768, ColorScheme.Dark)]
    [InlineData(1400, ColorScheme.Light)]
    public async Task Report_AtAnyWidth_DrawsItsChartsAndLoadsNothing(int width, ColorScheme scheme)
    {
        await using OpenReport report = await browser.OpenAsync(Samples.Html(), new() { Width = width, Scheme = scheme });

        // Bars, scatter, slowdowns, times, and two small ones for each of five rows.
        Assert.Equal(4 + (2 * 5), await report.AssertDrawnAsync());
        Assert.False(await report.IsTooWideAsync());
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_Numbers_AreThoseOfTheDocument()
    {
        CompareResult result = Samples.Result();
        using JsonDocument document = JsonDocument.Parse(ResultJson.Write(result));
        JsonElement[] techniques = [.. document.RootElement.GetProperty("techniques").EnumerateArray().Where(t => !t.TryGetProperty("notApplicable", out _))];
        await using OpenReport report = await browser.OpenAsync(Samples.Html(result, Samples.Detail(result)));
        ILocator table = report.Table("All figures of all techniques");
        string[] heads = [.. await table.Locator("thead th").AllTextContentsAsync()];

        foreach ((string head, string field, double scale) in ((string, string, double)[])
            [
                ("goodput, Gb/s", "goodputBps", 1e-9), ("of the links", "goodputFraction", 100), ("mice p99, us", "fct.mice.p99", 1e6), ("drops", "drops", 1),
                ("queue p99, us", "queue.p99", 1e6), ("elephants slowdown p50", "slowdown.elephants.p50", 1), ("imbalance", "imbalance", 1),
            ])
        {
            int column = Array.IndexOf(heads, head);
            Assert.True(column > 0, head);
            string[] shown = await report.ColumnAsync(table, column);
            string[] kept = (await table.EvaluateAsync<JsonElement>("(t, c) => [...t.tBodies[0].rows].map(r => r.cells[c].dataset.value)", column)).Deserialize<string[]>()!;
            for (int row = 0; row < techniques.Length; row++)
            {
                double value = field.Split('.').Aggregate(techniques[row], (element, name) => element.GetProperty(name)).GetDouble();
                Assert.Equal(value, double.Parse(kept[row], CultureInfo.InvariantCulture));
                double read = double.Parse(Regex.Match(shown[row], "[0-9.,]+").Value, NumberStyles.Number, CultureInfo.InvariantCulture);
                Assert.Equal(value * scale, read, tolerance: 0.5 + (value * scale * 0.001));
            }
        }
    }

    [Fact]
    public async Task Head_PressedAndByKeyboard_SortsBothWays()
    {
        await using OpenReport report = await browser.OpenAsync(Samples.Html());
        ILocator table = report.Table(Overview);
        ILocator goodput = table.GetByRole(AriaRole.Button, new() { Name = "goodput, Gb/s" });

        await goodput.ClickAsync();
        Assert.Equal(CompareTechnique.OneFatLink, (await report.ColumnAsync(table, 0))[0]);
        await Assertions.Expect(table.Locator("thead th").Nth(1)).ToHaveAttributeAsync("aria-sort", "descending");

        await goodput.FocusAsync();
        await report.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("technique/4", (await report.ColumnAsync(table, 0))[0]);
        await Assertions.Expect(table.Locator("thead th").Nth(1)).ToHaveAttributeAsync("aria-sort", "ascending");
        report.AssertQuiet();
    }

    [Fact]
    public async Task Technique_Chosen_ChangesTheDrawingToItsFigures()
    {
        CompareResult result = Samples.Result();
        await using OpenReport report = await browser.OpenAsync(Samples.Html(result, Samples.Detail(result)));
        ILocator figure = report.Figure("Use of the links");
        string before = (await figure.Locator("[data-wire] title").First.TextContentAsync())!;

        await figure.GetByLabel("Technique").SelectOptionAsync("technique/4");

        CompareTechnique chosen = result.Techniques.Single(t => t.Name == "technique/4");
        string after = (await figure.Locator("[data-wire] title").First.TextContentAsync())!;
        Assert.NotEqual(before, after);
        Assert.Equal($"uplinks/0: {Figures.Percent(chosen.Links![0].Utilization)} forth, {Figures.Percent(chosen.LinksBack![0].Utilization)} back", after);
        Assert.Equal($"{Math.Round(100 * chosen.Links[0].Utilization)} %", await figure.Locator("[data-wire] text").First.TextContentAsync());
        report.AssertQuiet();
    }

    [Fact]
    public async Task View_Chosen_DrawsAnother()
    {
        await using OpenReport report = await browser.OpenAsync(Samples.Html());
        ILocator figure = report.Figure("Completion times by size");
        await figure.ScrollIntoViewIfNeededAsync();
        string before = await report.PixelsAsync(figure);

        await figure.GetByLabel("Flows").SelectOptionAsync(["1"]);

        Assert.NotEqual(before, await report.PixelsAsync(figure));
        report.AssertQuiet();
    }

    [Fact]
    public async Task Legend_Pressed_HidesAndShows()
    {
        await using OpenReport report = await browser.OpenAsync(Samples.Html());
        ILocator figure = report.Figure("Slowdown of flows");
        await figure.ScrollIntoViewIfNeededAsync();
        string before = await report.PixelsAsync(figure);
        ILocator name = figure.GetByRole(AriaRole.Button, new() { Name = "technique/2" });
        await Assertions.Expect(figure.Locator(".plot")).ToHaveAttributeAsync("data-drawn", "5");

        await name.PressAsync("Space");
        await Assertions.Expect(name).ToHaveAttributeAsync("aria-pressed", "false");
        Assert.NotEqual(before, await report.PixelsAsync(figure));

        await Assertions.Expect(figure.Locator(".plot")).ToHaveAttributeAsync("data-drawn", "4");
        await name.PressAsync("Space");
        await Assertions.Expect(figure.Locator(".plot")).ToHaveAttributeAsync("data-drawn", "5");
        report.AssertQuiet();
    }

    [Fact]
    public async Task Zoom_ByItsButtons_ShowsAPartOfAllSmallCharts()
    {
        await using OpenReport report = await browser.OpenAsync(Samples.Html());
        ILocator figure = report.Figure("Use of the links over time");
        await figure.ScrollIntoViewIfNeededAsync();
        string before = await report.PixelsAsync(figure);

        await figure.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).PressAsync("Enter");
        await Assertions.Expect(figure).ToHaveAttributeAsync("data-zoom", "25.0-75.0");
        Assert.NotEqual(before, await report.PixelsAsync(figure));
        await figure.GetByRole(AriaRole.Button, new() { Name = "Later" }).PressAsync("Enter");
        await Assertions.Expect(figure).ToHaveAttributeAsync("data-zoom", "50.0-100.0");
        await figure.GetByRole(AriaRole.Button, new() { Name = "Show all" }).PressAsync("Enter");
        Assert.Equal(before, await report.PixelsAsync(figure));
        IReadOnlyList<string> marks = await figure.Locator(".marks li").AllTextContentsAsync();
        Assert.Equal(["A 50 ms uplinks/1 down", "B 100 ms uplinks/1 up"], marks);
        report.AssertQuiet();
    }

    [Fact]
    public async Task Theme_Chosen_ChangesPageAndCharts()
    {
        await using OpenReport report = await browser.OpenAsync(Samples.Html());
        Task<string> BackgroundAsync() => report.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        ILocator figure = report.Figure("Goodput");
        await figure.ScrollIntoViewIfNeededAsync();
        (string light, string chart) = (await BackgroundAsync(), await report.PixelsAsync(figure));

        await report.Page.GetByLabel("Theme").SelectOptionAsync("dark");

        Assert.NotEqual(light, await BackgroundAsync());
        Assert.NotEqual(chart, await report.PixelsAsync(figure));
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_WithHostileNames_ShowsThemAsTheyAre()
    {
        string[] names =
        [
            "</script><script>document.title='taken'</script>", "\"><img src=x onerror=document.title='taken'>", "<!--<script>", "' onmouseover='x", "&lt;b&gt;", "{{7*7}}", "a\u202Eb",
        ];
        CompareResult plain = Samples.Result(techniques: names.Length);
        CompareResult result = plain with
        {
            Scenario = names[0],
            Summary = names[1],
            Finding = string.Join("; ", names),
            Measured = names,
            Techniques = [.. plain.Techniques.Select((t, i) => i >= 1 && i <= names.Length ? t with { Name = names[i - 1], Links = [.. t.Links!.Select(l => l with { Name = $"{names[i - 1]}/0{l.Name}" })] } : t)],
        };
        CompareDetail detail = Samples.Detail(result) with
        {
            Command = names[0],
            ScenarioText = string.Join('\n', names),
            Events = [.. names.Select((name, i) => new CompareEvent(0.05 + (0.01 * i), name))],
            Topology = new CompareTopology([.. names.Select(n => new CompareNode(n, IsHost: true))], [new CompareWire(names[0], 0, 1, 1), new CompareWire(names[1], 1, 2, 1)]),
        };
        await using OpenReport report = await browser.OpenAsync(Samples.Html(result, detail));

        await report.AssertDrawnAsync();
        Assert.Equal($"{names[0]}: balancing techniques compared", await report.Page.TitleAsync());
        string[] shown = await report.ColumnAsync(report.Table(Overview), 0);
        Assert.Equal([CompareTechnique.OneFatLink, .. names], shown);
        Assert.Equal(0, await report.Page.Locator("img, iframe, object, embed, link").CountAsync());
        await report.Page.Locator("canvas").First.HoverAsync();
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_WithoutAnyFlow_SaysSo()
    {
        await using OpenReport report = await browser.OpenAsync(Samples.Html(hasFlows: false));

        await report.AssertDrawnAsync();
        await Assertions.Expect(report.Page.GetByText("No flow that was to end began and ended in the measured time.")).ToBeVisibleAsync();
        Assert.Equal(0, await report.Figure("Slowdown of flows").CountAsync());
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_WhereNoTechniqueRan_SaysWhy()
    {
        CompareResult result = Samples.Result() with { Techniques = [new CompareTechnique { Name = "conga", NotApplicable = "it needs a leaf-spine" }], Finding = null };
        CompareDetail detail = Samples.Detail(Samples.Result()) with { Series = [], Slowdowns = [] };
        await using OpenReport report = await browser.OpenAsync(Samples.Html(result, detail));

        await Assertions.Expect(report.Page.GetByText("it needs a leaf-spine")).ToBeVisibleAsync();
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_OfAHundredTechniquesAndAThousandLinks_Opens()
    {
        CompareResult result = Samples.Result(techniques: 100, links: 1_000);
        await using OpenReport report = await browser.OpenAsync(Samples.Html(result, Samples.Detail(result, points: 10)));

        await report.Figure("Slowdown of flows").ScrollIntoViewIfNeededAsync();
        await Assertions.Expect(report.Figure("Slowdown of flows").Locator("canvas").First).ToBeVisibleAsync();
        Assert.False(await report.IsTooWideAsync());
        report.AssertQuiet();
    }

    [Fact]
    public async Task Report_WithoutScripts_IsWholeInTables()
    {
        await using OpenReport report = await browser.OpenAsync(Samples.Html(), new() { HasScripts = false });

        await Assertions.Expect(report.Table(Overview)).ToBeVisibleAsync();
        await Assertions.Expect(report.Page.GetByText("The chart needs scripts").First).ToBeVisibleAsync();
        await Assertions.Expect(report.Page.Locator("svg [data-wire]").First).ToBeVisibleAsync();
        await report.Figure("Goodput").Locator("summary").ClickAsync();
        await Assertions.Expect(report.Figure("Goodput").Locator("table")).ToBeVisibleAsync();
        Assert.Equal(0, await report.Page.Locator("button:visible, select:visible").CountAsync());
    }

    [Fact]
    public async Task Report_Printed_IsLightAndHasItsCharts()
    {
        await using OpenReport report = await browser.OpenAsync(Samples.Html(), new() { Scheme = ColorScheme.Dark });

        byte[] pdf = await report.Page.PdfAsync(new() { Format = "A4", PrintBackground = true });

        Assert.True(pdf.Length > 50_000, $"{pdf.Length} bytes");
        Assert.Equal("dark", await report.Page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Equal(14, await report.Page.Locator("canvas").CountAsync());
        report.AssertQuiet();
    }
}
