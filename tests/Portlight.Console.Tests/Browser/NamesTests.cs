using Microsoft.Playwright;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>Names of networks and of port rules, and the reason of a change.</summary>
public sealed class NamesTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task A_named_network_is_typed_by_its_name_kept_as_addresses_and_shown_by_its_name()
    {
        await fixture.CreateAsync("named-1", null, Tcp(22));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "names");
        var page = tab.Page;
        await page.GetByLabel("Name", new() { Exact = true }).First.FillAsync("office");
        await page.GetByLabel("Addresses and ranges").FillAsync("203.0.113.0/24, 2001:db8:9::/48 198.51.100.7");
        await Button(page, "Keep the network").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "office stands for" })).ToBeVisibleAsync();
        await tab.IsAccessibleAsync();

        await tab.GoAsync("us-east-1/instances/named-1/networking");
        await Button(page, "Edit SSH").ClickAsync();
        await Button(page, "Only my address, 127.0.0.1").ClickAsync();
        await page.GetByLabel("Add an address or range").FillAsync("Office,");
        await Expect(page.Locator(".token")).ToHaveTextAsync(["127.0.0.1", "198.51.100.7", "203.0.113.0/24", "2001:db8:9::/48"]);
        await Expect(page.Locator("tr.narrows .src", new() { HasText = "203.0.113.0/24" })).ToContainTextAsync("office");
        await tab.IsAccessibleAsync();
        await ApplyAsync(page, "the office moved");

        Assert.Equal(["22/tcp 127.0.0.1/32 198.51.100.7/32 203.0.113.0/24 2001:db8:9::/48"], await fixture.PortsAsync("named-1"));
        await page.GetByRole(AriaRole.Link, new() { Name = "History" }).ClickAsync();
        await Expect(page.Locator(".line > li").First).ToContainTextAsync("“the office moved”");
        await tab.GoAsync("activity?instance=named-1");
        await Expect(page.Locator(".line > li").First).ToContainTextAsync("“the office moved”");

        // A rule keeps addresses: without the name it is the same rule.
        await tab.GoAsync("names");
        await page.GetByRole(AriaRole.Button, new() { Name = "Forget the network office" }).ClickAsync();
        await Expect(page.GetByText("No network has a name yet.")).ToBeVisibleAsync();
        await tab.GoAsync("us-east-1/instances/named-1/networking");
        await Expect(page.Locator(".rules .src", new() { HasText = "203.0.113.0/24" })).ToHaveTextAsync("203.0.113.0/24");
    }

    [Fact]
    public async Task A_template_is_kept_of_an_instance_and_made_a_draft_on_another()
    {
        await fixture.CreateAsync("model-1", null, Tcp(443), Tcp(22, "192.0.2.0/24"));
        await fixture.CreateAsync("copy-1", null, Tcp(80), Tcp(22, "198.51.100.0/24"));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/model-1/networking");
        var page = tab.Page;
        await page.Locator("summary", new() { HasText = "Templates" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Keep the rules of model-1 as a template…" }).ClickAsync();
        await Expect(page.GetByLabel("The rules of")).ToHaveValueAsync("model-1");
        await tab.LiveAsync();
        await page.GetByLabel("Name", new() { Exact = true }).Last.FillAsync("web");
        await Button(page, "Keep the template").ClickAsync();
        await Expect(page.GetByText("web keeps 2 rules of model-1.")).ToBeVisibleAsync();

        await tab.GoAsync("us-east-1/instances/copy-1/networking");
        await page.Locator("summary", new() { HasText = "Templates" }).ClickAsync();
        await tab.IsAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the rules of web" }).ClickAsync();
        await Expect(page.Locator("details.menu", new() { HasText = "Templates" })).Not.ToHaveAttributeAsync("open", "");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToContainTextAsync("2 changes");
        Assert.Equal(["22/tcp 198.51.100.0/24", "80/tcp 0.0.0.0/0 ::/0"], (await fixture.PortsAsync("copy-1")).Order(StringComparer.Ordinal));
        await page.Locator("summary", new() { HasText = "Templates" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Only these rules of web" }).ClickAsync();
        await Expect(page.Locator("tr.closes .app-col")).ToContainTextAsync("HTTP");
        await ApplyAsync(page, reason: null);

        Assert.Equal(["22/tcp 192.0.2.0/24", "443/tcp 0.0.0.0/0 ::/0"], (await fixture.PortsAsync("copy-1")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_template_is_made_and_edited_by_itself_and_no_instance_changes()
    {
        await fixture.CreateAsync("apart-1", null, Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "names");
        var page = tab.Page;

        await Button(page, "New template").ClickAsync();
        await page.GetByLabel("Name of the template").FillAsync("mail");
        await Button(page, "Add rule").ClickAsync();
        await page.GetByLabel("Application").SelectOptionAsync("Custom");
        await page.GetByLabel("Port or range").FillAsync("25");
        await page.GetByLabel("Port or range").BlurAsync();
        await Button(page, "Everyone").ClickAsync();
        await tab.IsAccessibleAsync();
        await Button(page, "Save the template").ClickAsync();
        await Expect(page.GetByText("mail keeps 1 rule.")).ToBeVisibleAsync();

        await Button(page, "Edit the template mail").ClickAsync();
        await Button(page, "Edit the rule for 25").ClickAsync();
        await Button(page, "Remove Everyone, IPv6").ClickAsync();
        await page.GetByLabel("Add an address or range").FillAsync("2001:db8::/33,");
        await Button(page, "Save the template").ClickAsync();
        await Expect(page.GetByText("mail keeps 1 rule.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Templates" }).Locator("li", new() { HasText = "mail" }).Locator(".port")).ToHaveAttributeAsync("title", "Everyone, IPv4, 2001:db8::/33");

        // What is no rule is told in the server's words, and a name that is there is not taken unasked.
        await Button(page, "Edit the template mail").ClickAsync();
        await Button(page, "Edit the rule for 25").ClickAsync();
        await page.GetByLabel("Add an address or range").FillAsync("010.0.0.1,");
        await Button(page, "Save the template").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("010.0.0.1");
        await Button(page, "Cancel").ClickAsync();
        await Button(page, "New template").ClickAsync();
        await page.GetByLabel("Name of the template").FillAsync("Mail");
        await Button(page, "Save the template").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is a template Mail already");
        Assert.Equal(["80/tcp 0.0.0.0/0 ::/0"], await fixture.PortsAsync("apart-1"));
    }

    [Fact]
    public async Task A_person_without_names_and_reasons_changes_ports_all_the_same()
    {
        await fixture.CreateAsync("plain-1", null, Tcp(80), Tcp(22));
        var (keyId, secret) = await fixture.UserAsync(
            "plain", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:ListFleet","portlight:WatchChanges","portlight:PreviewPorts","lightsail:*"],"Resource":"*"}]}""");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("us-east-1/instances/plain-1/networking");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();
        var page = tab.Page;

        await Button(page, "Edit HTTP").ClickAsync();
        await Button(page, "Close this rule").ClickAsync();
        await Button(page, "Review changes").ClickAsync();
        await Expect(page.GetByLabel("Why")).ToBeDisabledAsync();
        await Expect(page.Locator("#review .hint")).ToContainTextAsync("portlight:ApplyPorts");
        await Button(page, "Apply 1 change").ClickAsync();

        await Expect(page.Locator(".note.good")).ToBeVisibleAsync();
        Assert.Equal(["22/tcp 0.0.0.0/0 ::/0"], await fixture.PortsAsync("plain-1"));
        await tab.GoAsync("names");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("portlight:GetAddressBook");
    }

    [Fact]
    public async Task On_a_phone_every_page_is_reached_by_what_is_shown()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture, 360, isDark: true);
        await tab.VisitAsync(fixture, "us-east-1/instances");
        foreach (var (link, title) in new[] { ("Access", "Access"), ("Names", "Names"), ("Hosts", "Hosts") })
        {
            await Button(tab.Page, "More").ClickAsync();
            await tab.IsAccessibleAsync();
            await tab.Page.GetByRole(AriaRole.Navigation, new() { Name = "More pages" }).GetByRole(AriaRole.Link, new() { Name = link }).ClickAsync();
            await Expect(tab.Page.Locator("h1")).ToHaveTextAsync(title);
            await Expect(tab.Page.Locator("#more")).ToBeHiddenAsync();
        }
    }

    private static async Task ApplyAsync(IPage page, string? reason)
    {
        await Button(page, "Review changes").ClickAsync();
        await page.GetByLabel("Revert it unless I confirm within 60 s").UncheckAsync();
        await page.GetByLabel("Why").FillAsync(reason ?? "");
        await page.Locator("#review .dlg-foot .primary").ClickAsync();
        await Expect(page.Locator(".note.good").First).ToBeVisibleAsync();
    }

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
