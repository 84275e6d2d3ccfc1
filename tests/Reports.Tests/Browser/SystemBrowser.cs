using Microsoft.Playwright;
using Trunkline.Testing;

[assembly: AssemblyFixture(typeof(Trunkline.Reports.Tests.Browser.SystemBrowser))]

namespace Trunkline.Reports.Tests.Browser;

/// <summary>The system's Chromium, started once, when the first test needs it.</summary>
public sealed class SystemBrowser : IAsyncDisposable
{
    // What a browser does on its own account: updates, background requests. Root has no sandbox.
    private static readonly string[] Quiet =
    [
        "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--disable-gpu",
        .. Environment.IsPrivilegedProcess ? (IEnumerable<string>)["--no-sandbox"] : [],
    ];

    // Pages of a thousand links take seconds to draw on a busy machine; nothing waits as long that works.
    internal const float PatienceMs = 60_000;

    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Opens a page in a new window; skips the test where there is no browser.</summary>
    public async Task<OpenReport> OpenAsync(string html, WindowOptions? options = null)
    {
        IBrowser browser = await StartAsync();
        return await OpenReport.OpenAsync(browser, html, options ?? new WindowOptions());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        string program = Require.Program("chromium");
        await _starting.WaitAsync();
        try
        {
            Assertions.SetDefaultExpectTimeout(PatienceMs);
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Quiet });
        }
        finally
        {
            _starting.Release();
        }
    }
}

/// <summary>How a report is looked at.</summary>
public sealed record WindowOptions
{
    public int Width { get; init; } = 1400;

    public ColorScheme Scheme { get; init; } = ColorScheme.Light;

    public bool HasScripts { get; init; } = true;
}
