using System.Text.Json;
using Microsoft.Playwright;

namespace Trunkline.Reports.Tests.Browser;

/// <summary>A report in a browser. Whatever it says on the console, and whatever it asks the network for, is kept.</summary>
public sealed class OpenReport : IAsyncDisposable
{
    // Colours that a drawing has at least: paper, lines, text, a series.
    private const int ColoursMin = 4;

    // Of a large drawing not every pixel is worth its time; no line is as far from the last.
    private const int PixelStride = 5;

    private readonly IBrowserContext _window;
    private readonly string _folder;
    private readonly List<string> _complaints = [];

    private OpenReport(IBrowserContext window, IPage page, string folder) => (_window, Page, _folder) = (window, page, folder);

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Opens it from a file, as people do.</summary>
    public static async Task<OpenReport> OpenAsync(IBrowser browser, string html, WindowOptions options)
    {
        string folder = Directory.CreateTempSubdirectory("trunkline-report").FullName;
        string file = Path.Combine(folder, "report.html");
        await File.WriteAllTextAsync(file, html);
        IBrowserContext window = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = options.Width, Height = 900 },
            ColorScheme = options.Scheme,
            JavaScriptEnabled = options.HasScripts,
        });
        window.SetDefaultTimeout(SystemBrowser.PatienceMs);
        IPage page = await window.NewPageAsync();
        var report = new OpenReport(window, page, folder);
        page.Console += (_, message) => report.Complain(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => report.Complain(true, $"script: {error}");
        page.Dialog += (_, dialog) => report.Complain(true, $"dialog: {dialog.Message}");
        string address = new Uri(file).AbsoluteUri;
        page.Request += (_, request) => report.Complain(request.Url != address, $"request: {request.Url}");
        if (options.HasScripts)
        {
            await page.AddInitScriptAsync("addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`))");
        }

        await page.GotoAsync(address);
        return report;
    }

    /// <summary>Fails when the page complained, or asked for anything beside its file.</summary>
    public void AssertQuiet()
    {
        lock (_complaints)
        {
            Assert.Empty(_complaints);
        }
    }

    /// <summary>Scrolls to every chart, and insists that each drew something.</summary>
    /// <returns>How many there are.</returns>
    public async Task<int> AssertDrawnAsync()
    {
        ILocator plots = Page.Locator(".plot");
        int count = await plots.CountAsync();
        for (int i = 0; i < count; i++)
        {
            ILocator plot = plots.Nth(i);
            await plot.ScrollIntoViewIfNeededAsync();
            await Assertions.Expect(plot).ToHaveAttributeAsync("data-drawn", new System.Text.RegularExpressions.Regex("^[0-9]+$"));
            int colours = await plot.EvaluateAsync<int>(
                """
                (plot, [stride, enough]) => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
                  const canvas = plot.querySelector('canvas');
                  const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
                  const colours = new Set();
                  for (let at = 0; at < pixels.length && colours.size < enough; at += stride) colours.add(pixels[at]);
                  done(colours.size);
                })))
                """,
                new[] { PixelStride, ColoursMin });
            Assert.True(colours >= ColoursMin, $"chart {i} has {colours} colours");
        }

        return count;
    }

    /// <summary>A picture of a chart, to be compared with a later one.</summary>
    public async Task<string> PixelsAsync(ILocator figure) => await figure.Locator("canvas").First.EvaluateAsync<string>(
        "canvas => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(canvas.toDataURL()))))");

    /// <summary>A figure by its title.</summary>
    public ILocator Figure(string title) =>
        Page.Locator("figure", new() { Has = Page.GetByRole(AriaRole.Heading, new() { Name = title, Exact = true, Level = 3 }) });

    /// <summary>A choice in a figure, by its label.</summary>
    public ILocator Choice(string title, string label) => Figure(title).GetByRole(AriaRole.Combobox, new() { Name = label });

    /// <summary>A table by its caption, be it in view or not.</summary>
    public ILocator HiddenTable(string caption) =>
        Page.Locator("table").Filter(new() { Has = Page.Locator("caption", new() { HasTextString = caption }) });

    /// <summary>A table by its caption.</summary>
    public ILocator Table(string caption) => Page.GetByRole(AriaRole.Table, new() { Name = caption });

    /// <summary>Texts of a column, from the top.</summary>
    public async Task<string[]> ColumnAsync(ILocator table, int column) =>
        (await table.EvaluateAsync<JsonElement>("(t, c) => [...t.tBodies[0].rows].map(r => r.cells[c].textContent)", column)).Deserialize<string[]>()!;

    /// <summary>Whether the page is wider than the window.</summary>
    public Task<bool> IsTooWideAsync() => Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");

    public async ValueTask DisposeAsync()
    {
        await _window.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void Complain(bool isOne, string text)
    {
        if (isOne)
        {
            lock (_complaints)
            {
                _complaints.Add(text);
            }
        }
    }
}
