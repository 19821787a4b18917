using Microsoft.Playwright;

namespace Freehold.Pages.Tests.Browser;

/// <summary>The system's chromium without a window, started once for all tests that show pages; they skip where there is none.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Array.Find(Places, File.Exists) is not { } path)
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = ["--no-sandbox"] });
    }

    /// <summary>A browser that has never been here, in front of a server.</summary>
    internal async Task<Visit> VisitAsync(RunningPages pages, string path = "/", BrowserNewContextOptions? options = null)
    {
        if (_browser is null)
            Assert.Skip($"needs chromium (Debian: apt-get install chromium); looked for {string.Join(", ", Places)}");
        options ??= new BrowserNewContextOptions();
        options.ViewportSize ??= new ViewportSize { Width = 1280, Height = 800 };
        options.ColorScheme ??= ColorScheme.Light;
        var visit = new Visit(await _browser.NewContextAsync(options), pages);
        await visit.OpenAsync(path);
        return visit;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

[CollectionDefinition(nameof(Chromium))]
public sealed class ChromiumGroup : ICollectionFixture<Chromium>;
