using Microsoft.Playwright;
using Portlight.Wire.PortlightApi;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>Every page in both themes, on a wide and on a narrow screen: axe, the edge of the screen, and a picture for people to look at.</summary>
[Collection("kernel")]
public sealed class LookTests(Chromium chromium, LookTests.Fleet fleet) : IClassFixture<LookTests.Fleet>
{
    private static readonly (string Name, string Path)[] Pages =
    [
        ("instances", "us-east-1/instances"),
        ("networking", "us-east-1/instances/web-1/networking"),
        ("history", "us-east-1/instances/web-1/history"),
        ("exposure", "us-east-1/exposure"),
        ("exposure-22", "us-east-1/exposure?port=tcp/22"),
        ("refusals", "us-east-1/refusals"),
        ("activity", "activity"),
        ("explain", "us-east-1/explain?instance=web-1&from=192.0.2.40&protocol=tcp&port=3306"),
        ("hosts", "hosts"),
        ("connections", "us-east-1/instances/web-1/connections"),
        ("manage", "us-east-1/instances/web-1/manage"),
        ("new-instance", "us-east-1/instances/new"),
        ("users", "access/users"),
        ("user", "access/users/alice"),
        ("policies", "access/policies"),
        ("policy", "access/policy?kind=users&of=alice&policy=own"),
        ("simulate", "access/simulate"),
        ("names", "names"),
    ];

    [Fact]
    public async Task A_page_is_accessible_and_fits_in_both_themes_and_at_every_width()
    {
        await using var tab = await Tab.OpenAsync(chromium, fleet.Console);
        await tab.VisitAsync(fleet.Console, "us-east-1/instances");
        foreach (var (name, path) in Pages)
        {
            await tab.GoAsync(path);
            await Assertions.Expect(tab.Page.Locator(name switch { "explain" => ".verdict", "networking" => "#ref ~ .acts button:enabled", _ => "h1" })).ToBeVisibleAsync();

            await tab.LookAsync(name);
        }

        tab.IsOffline = true; // the browser tells of the status 404 itself
        await tab.Page.GotoAsync("us-east-1/no-such-page");
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task A_draft_and_its_review_are_too()
    {
        await using var tab = await Tab.OpenAsync(chromium, fleet.Console);
        await tab.VisitAsync(fleet.Console, "us-east-1/instances/web-1/networking");
        var page = tab.Page;
        await page.GetByLabel("Edit SSH").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Only my address" }).ClickAsync();
        await page.GetByLabel("Add an address or range").FillAsync("203.0.113.0/24,");
        await page.GetByLabel("Edit MySQL/Aurora").ClickAsync();
        // Until its editor is there, the button would be that of the other rule's.
        await Assertions.Expect(page.GetByRole(AriaRole.Group, new() { Name = "Edit MySQL/Aurora" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close this rule" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add rule" }).ClickAsync();
        await page.GetByLabel("Application").SelectOptionAsync("PostgreSQL");
        await Assertions.Expect(page.Locator(".draft")).ToContainTextAsync("3 changes");
        await tab.LookAsync("draft");

        await page.Locator("summary", new() { HasText = "Templates" }).ClickAsync();
        await tab.LookAsync("templates", isWhole: false);
        await page.Keyboard.PressAsync("Escape");

        await page.GetByRole(AriaRole.Button, new() { Name = "Review changes" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".diff > li")).ToHaveCountAsync(3);
        await tab.LookAsync("review", isWhole: false);
    }

    [Fact]
    public async Task The_page_to_sign_in_is_too()
    {
        await using var tab = await Tab.OpenAsync(chromium, fleet.Console);
        await tab.Page.GotoAsync("sign-in");
        await tab.LookAsync("sign-in");
    }

    /// <summary>That the tests above can fail, for all rules and for one.</summary>
    [Fact]
    public async Task What_breaks_a_rule_or_lies_beyond_the_edge_is_found()
    {
        await using var tab = await Tab.OpenAsync(chromium, fleet.Console);
        await tab.Page.GotoAsync("sign-in");
        await tab.IsAccessibleAsync();

        await tab.Page.EvaluateAsync("document.querySelector('h1').insertAdjacentHTML('afterend', '<p id=added><input></p>')");
        Assert.StartsWith("label: ", await BrokenAsync(), StringComparison.Ordinal);
        await tab.IsAccessibleAsync("color-contrast");

        await tab.Page.EvaluateAsync("const added = document.getElementById('added'); added.textContent = 'pale'; added.style.color = '#ccc'; added.style.background = '#fff'");
        Assert.StartsWith("color-contrast: ", await BrokenAsync("color-contrast"), StringComparison.Ordinal);

        await tab.Page.EvaluateAsync("const added = document.getElementById('added'); added.style.color = '#000'; added.style.width = '200vw'");
        Assert.StartsWith("the page scrolls sideways by P", await BrokenAsync("color-contrast"), StringComparison.Ordinal);

        async Task<string> BrokenAsync(string? rule = null) => (await Assert.ThrowsAnyAsync<Exception>(() => tab.IsAccessibleAsync(rule))).Message;
    }

    /// <summary>Some instances of the kinds that a fleet has.</summary>
    public sealed class Fleet : IAsyncLifetime
    {
        public KernelConsole Console { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Console.InitializeAsync();
            await Console.CreateAsync("web-1", "env=prod role=web", Tcp(22), Tcp(80), Tcp(443), Tcp(3306, "192.0.2.40/32", "192.0.2.41/32"), Tcp(8080, "203.0.113.0/24"));
            await Console.CreateAsync("web-2", "env=prod role=web", Tcp(22, "203.0.113.0/24"), Tcp(80), Tcp(443));
            await Console.CreateAsync("api-1", "env=prod role=api", Tcp(22, "198.51.100.23/32"), Tcp(443));
            await Console.CreateAsync("db-3", "env=prod role=db", Tcp(5432), Tcp(22, "198.51.100.23/32"));
            await Console.CreateAsync("mail-1", "env=prod role=mail portlight:public=25+587", Tcp(25), Tcp(587), Tcp(993, "2001:db8::/32"));
            await Console.CreateAsync("win-4", "env=test", Tcp(3389));
            await Console.CreateAsync("cache-2", "env=prod role=cache");
            await Console.KeepNamesAsync();
            await Console.CallOwnAsync("PutNamedNetwork", new() { NetworkName = "app", Cidrs = ["192.0.2.40", "192.0.2.41"] }, PortlightJson.Default.PutNamedNetworkRequest, PortlightJson.Default.PutNamedNetworkResponse);
            await Console.UserAsync("alice", """{"Version":"2012-10-17","Statement":[{"Sid":"Look","Effect":"Allow","Action":["lightsail:Get*","portlight:ListFleet"],"Resource":"*"},{"Sid":"Web","Effect":"Allow","Action":"lightsail:PutInstancePublicPorts","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":443}}}]}""");
        }

        public ValueTask DisposeAsync() => Console.DisposeAsync();
    }
}
