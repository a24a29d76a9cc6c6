using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

public sealed class NetworkingTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    private const string Reader = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:ListFleet","portlight:WatchChanges","portlight:PreviewPorts","lightsail:GetInstance"],"Resource":"*"}]}""";

    [Fact]
    public async Task Rules_are_added_narrowed_and_closed_in_one_change_that_is_reviewed()
    {
        await fixture.CreateAsync("edit-1", null, Tcp(22), Tcp(3306, "192.0.2.40/32"), Tcp(443));
        await using var tab = await OpenAsync("edit-1");
        var page = tab.Page;

        await Button(page, "Edit SSH").ClickAsync();
        await Button(page, "Only my address, 127.0.0.1").ClickAsync();
        await Button(page, "Done").ClickAsync();
        await Button(page, "Edit MySQL/Aurora").ClickAsync();
        await Button(page, "Close this rule").ClickAsync();
        await Button(page, "Add rule").ClickAsync();
        await page.GetByLabel("Application").SelectOptionAsync("PostgreSQL");
        await page.GetByLabel("Add an address or range").FillAsync("198.51.100.0/24");
        await page.GetByLabel("Add an address or range").PressAsync("Enter");
        await Button(page, "Remove 127.0.0.1").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToContainTextAsync("3 changes");
        await Button(page, "Review changes").ClickAsync();

        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Review 3 changes to edit-1" });
        await Expect(dialog.Locator(".diff h3")).ToHaveTextAsync(["SSH narrows tcp 22", "MySQL/Aurora closes tcp 3306", "PostgreSQL opens tcp 5432"]);
        await tab.IsAccessibleAsync();
        await dialog.GetByLabel("Revert it unless I confirm within 60 s").UncheckAsync();
        await Button(page, "Apply 3 changes").ClickAsync();

        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Recorded: this server filters no packet." })).ToBeVisibleAsync();
        Assert.Equal(["22/tcp 127.0.0.1/32", "443/tcp 0.0.0.0/0 ::/0", "5432/tcp 198.51.100.0/24"], (await fixture.PortsAsync("edit-1")).Order(StringComparer.Ordinal));
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_change_of_somebody_else_is_shown_and_not_overwritten()
    {
        await fixture.CreateAsync("two-1", null, Tcp(80));
        await using var tab = await OpenAsync("two-1");
        await CloseAsync(tab.Page, "HTTP");

        await fixture.PutAsync("two-1", Tcp(80), Tcp(9000, "203.0.113.0/24"));

        await Expect(tab.Page.Locator(".note.warn")).ToContainTextAsync(new Regex("root changed the ports while you were editing\\.[\\s\\S]*Your changes touch none of it\\."));
        await Expect(tab.Page.Locator(".note .ba li")).ToHaveTextAsync(["tcp 9000 from 203.0.113.0/24"]);
        await Expect(Button(tab.Page, "Review changes")).ToBeDisabledAsync();
        await tab.IsAccessibleAsync();

        await Button(tab.Page, "Put mine on top of it").ClickAsync();
        await ApplyAsync(tab.Page, mustConfirm: false);
        Assert.Equal(["9000/tcp 203.0.113.0/24"], await fixture.PortsAsync("two-1"));
    }

    [Fact]
    public async Task A_change_that_was_reviewed_is_applied_to_the_ports_that_it_was_reviewed_on_and_to_no_others()
    {
        await fixture.CreateAsync("race-1", null, Tcp(80));
        await using var tab = await OpenAsync("race-1");
        await CloseAsync(tab.Page, "HTTP");
        await Button(tab.Page, "Review changes").ClickAsync();
        await Expect(Button(tab.Page, "Apply 1 change")).ToBeVisibleAsync();

        // As fast as the page could not know it: both at once.
        await Task.WhenAll(fixture.PutAsync("race-1", Tcp(80), Tcp(25)), Button(tab.Page, "Apply 1 change").ClickAsync());

        await Expect(tab.Page.Locator(".note").Filter(new() { HasTextRegex = new("changed the ports while you were editing|reverted unless you confirm") }).First).ToBeVisibleAsync();
        Assert.Contains(string.Join(' ', await fixture.PortsAsync("race-1")), new[] { "80/tcp 0.0.0.0/0 ::/0 25/tcp 0.0.0.0/0 ::/0", "" });
    }

    [Fact]
    public async Task A_change_stays_when_it_is_confirmed()
    {
        await fixture.CreateAsync("keep-1", null, Tcp(80), Tcp(22));
        await using var tab = await OpenAsync("keep-1");
        await CloseAsync(tab.Page, "HTTP");
        await ApplyAsync(tab.Page, mustConfirm: true);
        await tab.IsAccessibleAsync();

        await Button(tab.Page, "Keep it").ClickAsync();

        await Expect(tab.Page.GetByText("Confirmed: the change stays.")).ToBeVisibleAsync();
        await Expect(Button(tab.Page, "Keep it")).ToBeHiddenAsync();
        Assert.Equal(["22/tcp 0.0.0.0/0 ::/0"], await fixture.PortsAsync("keep-1"));
    }

    [Fact]
    public async Task A_change_that_nobody_confirms_goes_back_by_itself_and_the_page_shows_it()
    {
        await fixture.CreateAsync("lost-1", null, Tcp(80), Tcp(22));
        await using var tab = await OpenAsync("lost-1");
        await CloseAsync(tab.Page, "HTTP");
        await ApplyAsync(tab.Page, mustConfirm: true);
        await Expect(Button(tab.Page, "Keep it")).ToBeVisibleAsync();

        fixture.Server.Clock.Advance(TimeSpan.FromSeconds(61));

        await Expect(Button(tab.Page, "Edit HTTP")).ToBeVisibleAsync();
        await Expect(Button(tab.Page, "Keep it")).ToBeHiddenAsync();
        Assert.Equal(["22/tcp 0.0.0.0/0 ::/0", "80/tcp 0.0.0.0/0 ::/0"], (await fixture.PortsAsync("lost-1")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_source_that_is_not_valid_is_told_in_the_words_of_the_server_and_cannot_be_applied()
    {
        await fixture.CreateAsync("bad-1", null, Tcp(22));
        await using var tab = await OpenAsync("bad-1");

        await Button(tab.Page, "Edit SSH").ClickAsync();
        await tab.Page.GetByLabel("Add an address or range").FillAsync("010.0.0.1,");

        await Expect(tab.Page.Locator(".token.bad")).ToHaveTextAsync("010.0.0.1");
        await Expect(tab.Page.Locator(".hint.bad")).ToContainTextAsync("010.0.0.1");
        await Expect(Button(tab.Page, "Review changes")).ToBeDisabledAsync();
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task A_draft_outlives_a_restart_of_the_console()
    {
        await using var own = new ConsoleFixture();
        await own.InitializeAsync();
        await own.CreateAsync("draft-1", null, Tcp(80), Tcp(22));
        await using var tab = await Tab.OpenAsync(chromium, own);
        await tab.VisitAsync(own, "us-east-1/instances/draft-1/networking");
        await CloseAsync(tab.Page, "HTTP");
        tab.IsOffline = true;

        await own.RestartConsoleAsync();
        await Expect(tab.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        tab.IsOffline = false;
        await tab.SignInAsync(own.Root.AccessKeyId, own.Root.SecretAccessKey);
        await tab.LiveAsync();

        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToContainTextAsync("1 change");
        await Expect(tab.Page.Locator("tr.closes .app-col")).ToContainTextAsync("HTTP");
    }

    [Fact]
    public async Task To_go_back_to_an_earlier_set_is_a_draft_that_is_reviewed_like_any_other()
    {
        await fixture.CreateAsync("back-1", null, Tcp(22), Tcp(80));
        await fixture.PutAsync("back-1", Tcp(443, "192.0.2.0/24"));
        await using var tab = await OpenAsync("back-1");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "History" }).ClickAsync();
        await Expect(tab.Page.Locator(".line > li").First.Locator(".ba li")).ToHaveCountAsync(3);
        await tab.IsAccessibleAsync();

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Go back…" }).First.ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToContainTextAsync("3 changes");
        Assert.Equal(["443/tcp 192.0.2.0/24"], await fixture.PortsAsync("back-1"));
        await Button(tab.Page, "Review changes").ClickAsync();
        await Button(tab.Page, "Apply 3 changes").ClickAsync();

        await Expect(tab.Page.Locator(".note.good")).ToBeVisibleAsync();
        Assert.Equal(["22/tcp 0.0.0.0/0 ::/0", "80/tcp 0.0.0.0/0 ::/0"], (await fixture.PortsAsync("back-1")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_person_that_may_only_look_is_told_so_and_can_change_nothing()
    {
        await fixture.CreateAsync("look-1", null, Tcp(22));
        var (keyId, secret) = await fixture.UserAsync("reader", Reader);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("us-east-1/instances/look-1/networking");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();

        await Expect(tab.Page.GetByText("You may look and not change")).ToContainTextAsync("lightsail:PutInstancePublicPorts");
        await Expect(Button(tab.Page, "Add rule")).ToBeDisabledAsync();
        await Expect(Button(tab.Page, "Edit SSH")).ToBeDisabledAsync();
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task A_person_that_may_list_and_not_preview_sees_the_rules_and_why_no_more()
    {
        await fixture.CreateAsync("list-1", null, Tcp(22));
        var (keyId, secret) = await fixture.UserAsync("lister", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:ListFleet","portlight:WatchChanges"],"Resource":"*"}]}""");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("us-east-1/instances/list-1/networking");
        await tab.SignInAsync(keyId, secret);

        await Expect(tab.Page.GetByText("You may look and not change")).ToContainTextAsync("portlight:PreviewPorts");
        await Expect(tab.Page.Locator(".rules .app-col")).ToContainTextAsync("SSH");
        await Expect(Button(tab.Page, "Edit SSH")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task A_change_that_the_kernel_refuses_is_told_with_its_reason_and_the_ports_are_as_they_were()
    {
        await fixture.CreateAsync("kernel-1", null, Tcp(22), Tcp(80));
        fixture.Server.Faults.RefuseInKernel("no buffer space available", times: 1, instance: name => name == "kernel-1");
        await using var tab = await OpenAsync("kernel-1");
        await CloseAsync(tab.Page, "HTTP");
        await Button(tab.Page, "Review changes").ClickAsync();
        await tab.Page.GetByLabel("Revert it unless I confirm within 60 s").UncheckAsync();

        await Button(tab.Page, "Apply 1 change").ClickAsync();

        await Expect(tab.Page.Locator("#review").GetByRole(AriaRole.Alert)).ToContainTextAsync("what kernel-1 had before stands: no buffer space available");
        await tab.IsAccessibleAsync();
        Assert.Equal(["22/tcp 0.0.0.0/0 ::/0", "80/tcp 0.0.0.0/0 ::/0"], (await fixture.PortsAsync("kernel-1")).Order(StringComparer.Ordinal));

        // The draft is still there, about the ports as they stand again.
        await Button(tab.Page, "Apply 1 change").ClickAsync();
        await Expect(tab.Page.Locator(".note.good")).ToBeVisibleAsync();
        Assert.Equal(["22/tcp 0.0.0.0/0 ::/0"], await fixture.PortsAsync("kernel-1"));
    }

    [Fact]
    public async Task The_review_is_left_by_Escape_and_the_keyboard_is_where_it_was()
    {
        await fixture.CreateAsync("keys-1", null, Tcp(80));
        await using var tab = await OpenAsync("keys-1");
        await CloseAsync(tab.Page, "HTTP");
        // What cannot be used yet takes no focus.
        await Expect(Button(tab.Page, "Review changes")).ToBeEnabledAsync();
        await Button(tab.Page, "Review changes").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();

        await tab.Page.Keyboard.PressAsync("Escape");

        await Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToBeHiddenAsync();
        await Expect(Button(tab.Page, "Review changes")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_packet_is_asked_about_and_the_answer_says_why()
    {
        await fixture.CreateAsync("ask-1", null, Tcp(22, "192.0.2.0/24"));
        await using var tab = await OpenAsync("ask-1");

        await tab.Page.GetByLabel("From").FillAsync("192.0.2.9");
        await Button(tab.Page, "Ask").ClickAsync();

        await Expect(tab.Page.Locator(".verdict")).ToContainTextAsync("22/tcp from 192.0.2.0/24");
        await CloseAsync(tab.Page, "SSH");
        await Expect(tab.Page.Locator(".verdict")).ToContainTextAsync("Your draft would not let it in any more.");
        await tab.IsAccessibleAsync();
    }

    private async Task<Tab> OpenAsync(string instance) => await (await Tab.OpenAsync(chromium, fixture)).VisitAsync(fixture, $"us-east-1/instances/{instance}/networking");

    private static async Task CloseAsync(IPage page, string application)
    {
        await Button(page, $"Edit {application}").ClickAsync();
        await Button(page, "Close this rule").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToBeVisibleAsync();
    }

    private static async Task ApplyAsync(IPage page, bool mustConfirm)
    {
        await Button(page, "Review changes").ClickAsync();
        await page.GetByLabel("Revert it unless I confirm within 60 s").SetCheckedAsync(mustConfirm);
        await Button(page, "Apply 1 change").ClickAsync();
        await Expect(page.Locator(".note.good")).ToBeVisibleAsync();
    }

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
