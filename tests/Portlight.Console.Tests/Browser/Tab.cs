using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Portlight.Console.Tests.Browser;

/// <summary>A person's browser with one tab. What the browser complains of, and each request to another host, is kept until the end of the test, which fails by it.</summary>
public sealed class Tab : IAsyncDisposable
{
    /// <summary>axe-core, of the package.</summary>
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private static readonly bool TakesPictures = Environment.GetEnvironmentVariable("PORTLIGHT_PICTURES") == "1";

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];
    private readonly Func<Uri> _address;

    private Tab(IBrowserContext context, IPage page, Func<Uri> address)
    {
        (_context, Page, _address) = (context, page, address);
        Page.SetDefaultTimeout(60_000);
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" && !IsOffline)
            {
                _complaints.Add(message.Text);
            }
        };
        Page.PageError += (_, error) => _complaints.Add(error);
        Page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: not "data" } uri && uri.Authority != _address().Authority)
            {
                _complaints.Add($"a request to another host: {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Whether the test has taken the console away: then that it is not reached is no complaint.</summary>
    public bool IsOffline { get; set; }

    public static async Task<Tab> OpenAsync(Chromium chromium, ServedConsole fixture, int width = 1440, bool isDark = false)
    {
        var context = await chromium.Browser.NewContextAsync(new()
        {
            BaseURL = fixture.Console.Address.ToString(),
            ViewportSize = new() { Width = width, Height = width < 800 ? 844 : 1000 },
            ReducedMotion = ReducedMotion.Reduce,
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            DeviceScaleFactor = width < 800 ? 2 : 1,
        });
        return new Tab(context, await context.NewPageAsync(), () => fixture.Console.Address);
    }

    public async Task<IReadOnlyList<BrowserContextCookiesResult>> CookiesAsync() => await _context.CookiesAsync();

    /// <summary>Fills the form of the page to sign in, where the browser is.</summary>
    public async Task SignInAsync(string keyId, string secret)
    {
        await Page.GetByLabel("Access key ID").FillAsync(keyId);
        await Page.GetByLabel("Secret access key").FillAsync(secret);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    /// <summary>Opens a page and signs in as the root of the account on the way.</summary>
    public async Task<Tab> VisitAsync(ServedConsole fixture, string path)
    {
        await Page.GotoAsync(path);
        await SignInAsync(fixture.Root.AccessKeyId, fixture.Root.SecretAccessKey);
        await LiveAsync();
        return this;
    }

    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await LiveAsync();
    }

    /// <summary>Fills the form that attaches the server's own machine, on the page of new instances, and asks what that would cut.</summary>
    public async Task PlanAttachAsync(string name, string? ports = null)
    {
        await Page.GetByRole(AriaRole.Button, new() { Name = "Attach a machine" }).ClickAsync();
        // The name of the other form is not the one that is meant.
        await Assertions.Expect(Page.GetByLabel("Ports to open to everyone")).ToBeVisibleAsync();
        await Page.GetByLabel("Name").FillAsync(name);
        if (ports is not null)
        {
            await Page.GetByLabel("Ports to open to everyone").FillAsync(ports);
        }

        await Page.GetByRole(AriaRole.Button, new() { Name = "What would it cut?" }).ClickAsync();
    }

    /// <summary>Waits until the page answers to its person.</summary>
    public Task LiveAsync() => Page.Locator("[data-live]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>Keeps a picture of the page, whole or as far as the screen goes, under artifacts/console-pictures, for people to look at, where somebody has asked for pictures.</summary>
    public async Task PictureAsync(string name, bool isWhole = true)
    {
        if (!TakesPictures)
        {
            return;
        }

        var folder = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))))!, "console-pictures");
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = isWhole });
    }

    /// <summary>
    /// Looks at what is shown, with a picture in both themes at three widths: wide and light, then dark, where only colours are others, then on a narrow screen in the dark; then on a tablet, and as wide as screens are. The tab is wide and light again afterwards.
    /// </summary>
    public async Task LookAsync(string name, bool isWhole = true)
    {
        await PictureAsync($"{name}-1440-light", isWhole);
        await IsAccessibleAsync();
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await PictureAsync($"{name}-1440-dark", isWhole);
        await IsAccessibleAsync("color-contrast");
        await Page.SetViewportSizeAsync(360, 844);
        await PictureAsync($"{name}-360-dark", isWhole);
        await IsAccessibleAsync();
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await PictureAsync($"{name}-360-light", isWhole);
        await Page.SetViewportSizeAsync(768, 1024);
        await PictureAsync($"{name}-768-light", isWhole);
        await FitsAsync();
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await PictureAsync($"{name}-768-dark", isWhole);
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Page.SetViewportSizeAsync(3840, 2160);
        await FitsAsync();
        await Page.SetViewportSizeAsync(1440, 1000);
    }

    /// <summary>No rule of WCAG 2.2 A and AA, nor of best practice, is broken by what is shown now, and nothing lies beyond the right edge.</summary>
    /// <param name="rule">One rule alone; null for all.</param>
    public async Task IsAccessibleAsync(string? rule = null)
    {
        // By itself: its package for Playwright puts the script into every page twice for each look, and opens another page for the result.
        if (!await Page.EvaluateAsync<bool>("() => 'axe' in window"))
        {
            await Page.EvaluateAsync(Axe);
        }

        var broken = await Page.EvaluateAsync<string[]>(
            """
            async rule => (await axe.run(document, { resultTypes: ["violations"], ...(rule ? { runOnly: { type: "rule", values: [rule] } } : {}) })).violations
                .map(broken => `${broken.id}: ${broken.help}: ${broken.nodes.slice(0, 3).map(node => node.html).join("; ")}`)
            """,
            rule);
        Assert.True(broken.Length == 0, string.Join('\n', broken));
        await FitsAsync();
    }

    private async Task FitsAsync()
    {
        var beyond = await Page.EvaluateAsync<string[]>(
            """
            document.documentElement.scrollWidth <= innerWidth ? [] :
                ["", ...[...document.body.querySelectorAll("*")].filter(one => one.getBoundingClientRect().right > innerWidth).map(one => `${one.tagName} ${one.className} ${Math.round(one.getBoundingClientRect().right)}`)]
            """);
        Assert.True(beyond.Length == 0, $"the page scrolls sideways by {string.Join("; ", beyond.Skip(1).Take(12))}");
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.True(_complaints.Count == 0, string.Join('\n', _complaints));
    }
}
