using Microsoft.Playwright;
using Portlight.Console.Tests.Browser;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Portlight.Console.Tests.Browser;

/// <summary>The machine's own Chromium, started once for all tests. Playwright's driver comes with its package; nothing is downloaded.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public IBrowser Browser => _browser ?? throw new InvalidOperationException("it has not been started");

    public async ValueTask InitializeAsync()
    {
        // A busy machine takes longer than Playwright's 5 s.
        Assertions.SetDefaultExpectTimeout(60_000);
        _playwright = await Playwright.CreateAsync();
        // Without its sandbox, which needs another user than root; the pages are our own.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Timeout = 120_000, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
