using System.Globalization;
using Microsoft.Playwright;
using Portlight.TestKit;
using Portlight.TestKit.Network;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>The page of an instance when things are not as in a picture: nothing there, very much there, a server that is slow or gone, several tabs.</summary>
public sealed class StatesTests(Chromium chromium, ReturningConsole fixture) : IClassFixture<ReturningConsole>
{
    [Fact]
    public async Task The_rules_of_the_live_list_are_shown_at_once_and_can_be_changed_when_the_server_has_answered()
    {
        await fixture.CreateAsync("slow-1", null, Tcp(22), Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=slow-");
        await Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["slow-1"]);
        fixture.HoldServer();
        try
        {
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "slow-1", Exact = true }).ClickAsync();

            await Expect(tab.Page.Locator(".rules .app-col")).ToContainTextAsync(["SSH", "HTTPS"]);
            await Expect(tab.Page.Locator(".rules button:enabled")).ToHaveCountAsync(0);
            await Expect(Button(tab.Page, "Add rule")).ToBeDisabledAsync();
        }
        finally
        {
            fixture.LetServerGo();
        }

        await Expect(Button(tab.Page, "Edit SSH")).ToBeEnabledAsync();
    }

    [Fact]
    public async Task What_stands_is_asked_once_for_a_page_while_it_is_on_its_way()
    {
        await fixture.CreateAsync("once-1", null, Tcp(22));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=once-");

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "once-1", Exact = true }).ClickAsync();
        await Expect(Button(tab.Page, "Edit SSH")).ToBeEnabledAsync();

        // Reads get to the log a little later, in their order.
        await fixture.PortsAsync("once-1");
        await Until.TrueAsync(async () => (await EventsAsync("GetInstancePortStates")).Count == 1, "the last read in the log");
        Assert.Single(await EventsAsync("PreviewPorts"));

        async Task<IReadOnlyList<Wire.PortlightApi.Activity>> EventsAsync(string name) => (await fixture.CallOwnAsync(
            "LookupActivity", new LookupActivityRequest { EventName = name, InstanceName = "once-1" }, PortlightJson.Default.LookupActivityRequest, PortlightJson.Default.LookupActivityResponse)).Activities;
    }

    [Fact]
    public async Task What_is_no_longer_up_to_date_says_so_and_a_server_that_comes_back_is_followed_and_takes_the_draft()
    {
        await fixture.CreateAsync("gone-1", null, Tcp(22), Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/gone-1/networking");
        var page = tab.Page;
        await Button(page, "Edit HTTP").ClickAsync();
        await Button(page, "Close this rule").ClickAsync();
        await Expect(Button(page, "Review changes")).ToBeEnabledAsync();

        fixture.KillServer();
        await Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("Not up to date");
        await Button(page, "Review changes").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "was not reached" }).First).ToBeVisibleAsync();
        await tab.IsAccessibleAsync();
        var html = await page.EvaluateAsync<string>("fetch('/us-east-1/instances/gone-1/networking').then(answer => answer.text())");
        Assert.Contains("Not up to date", html, StringComparison.Ordinal);
        Assert.DoesNotContain("app-col", html, StringComparison.Ordinal);
        await fixture.StartServerAgainAsync();
        await fixture.PutAsync("gone-1", Tcp(22), Tcp(80), Tcp(9000));

        await Expect(page.Locator(".note.warn").First).ToContainTextAsync("root changed the ports while you were editing");
        await Expect(page.GetByText("Not up to date")).ToHaveCountAsync(0);
        await Button(page, "Put mine on top of it").ClickAsync();
        await Button(page, "Review changes").ClickAsync();
        await Button(page, "Apply 1 change").ClickAsync();
        await Expect(page.Locator(".note.good").First).ToBeVisibleAsync();
        Assert.Equal(["22/tcp 0.0.0.0/0 ::/0", "9000/tcp 0.0.0.0/0 ::/0"], (await fixture.PortsAsync("gone-1")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_instance_with_nothing_open_says_so_and_one_that_is_not_there_too()
    {
        await fixture.CreateAsync("shut-1", null);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/shut-1/networking");
        await Expect(tab.Page.Locator(".rules")).ToContainTextAsync("Nothing is open: no packet comes in but replies.");
        await tab.IsAccessibleAsync();

        await tab.GoAsync("us-east-1/instances/no-such/networking");
        await Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no-such");
        await Expect(tab.Page.Locator(".rules")).ToHaveCountAsync(0);
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task Sixty_rules_of_an_instance_with_a_long_name_are_shown_edited_and_applied_on_every_width()
    {
        var name = "web-" + new string('w', 200);
        PortInfo[] many = [.. Enumerable.Range(0, 60).Select(number => Tcp(20_000 + number, string.Create(CultureInfo.InvariantCulture, $"2001:db8:1234:5678:9abc:{number:x}:1:1/128"), "198.51.100.0/24"))];
        await fixture.CreateAsync(name, "note=" + new string('n', 100), many);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, $"us-east-1/instances/{name}/networking");
        await Expect(tab.Page.Locator(".rules .app-col")).ToHaveCountAsync(60);
        await tab.LookAsync("sixty-rules", isWhole: false);

        await Button(tab.Page, "Edit the rule for 20059").ClickAsync();
        await Button(tab.Page, "Close this rule").ClickAsync();
        await Button(tab.Page, "Review changes").ClickAsync();
        await Expect(tab.Page.Locator("#review")).ToContainTextAsync("59 rules stay as they are");
        await tab.LookAsync("sixty-rules-review", isWhole: false);
        await tab.Page.GetByLabel("Revert it unless I confirm within 60 s").UncheckAsync();
        await Button(tab.Page, "Apply 1 change").ClickAsync();

        await Expect(tab.Page.Locator(".rules .app-col")).ToHaveCountAsync(59);
        Assert.Equal(59, (await fixture.PortsAsync(name)).Count);
        await tab.GoAsync("us-east-1/instances?q=web-ww");
        await tab.LookAsync("long-name", isWhole: false);
    }

    [Fact]
    public async Task A_draft_of_very_many_sources_outlives_a_reload()
    {
        await fixture.CreateAsync("heavy-1", null, Tcp(22));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/heavy-1/networking");
        await Button(tab.Page, "Edit SSH").ClickAsync();
        await tab.Page.GetByLabel("Add an address or range").FillAsync("203.0.113.0/24,");
        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToContainTextAsync("1 change");
        // As if a long list had been pasted there: more than a server takes, and more than a message of SignalR usually holds.
        var kept = await tab.Page.EvaluateAsync<int>(
            """
            () => {
              const key = Object.keys(sessionStorage).find(key => key.includes("heavy-1")), draft = JSON.parse(sessionStorage.getItem(key));
              draft.Rows[0].Rule.Sources.push(...Array.from({ length: 2500 }, (_, n) => `198.51.${n >> 8}.${n & 255}/32`));
              sessionStorage.setItem(key, JSON.stringify(draft));
              return sessionStorage.getItem(key).length;
            }
            """);
        Assert.InRange(kept, 32 * 1024, 128 * 1024);

        await tab.Page.ReloadAsync();
        await tab.LiveAsync();

        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToContainTextAsync("1 thing is not valid");
    }

    [Fact]
    public async Task A_tab_that_nobody_has_seen_for_five_minutes_costs_the_console_nothing_and_goes_on_when_it_is_seen()
    {
        await fixture.CreateAsync("hidden-1", null, Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        var page = tab.Page;
        await tab.VisitAsync(fixture, "us-east-1/instances?q=hidden-");
        // Five minutes are a twentieth of a second to it; all other times are as they are, those of the connection among them.
        await page.AddInitScriptAsync("(later => { window.setTimeout = (run, time, ...rest) => later(run, time === 300000 ? 50 : time, ...rest); })(window.setTimeout.bind(window))");
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        page.WebSocket += (_, socket) => socket.Close += (_, _) => closed.TrySetResult();
        await tab.GoAsync("us-east-1/instances?q=hidden-");
        await SeeAsync(page, "hidden");

        await closed.Task.WaitAsync(Deadline.Span, TestContext.Current.CancellationToken);
        await fixture.PutAsync("hidden-1", Tcp(443));
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Open ports of hidden-1" })).ToHaveTextAsync("80");
        await SeeAsync(page, "visible");

        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Open ports of hidden-1" })).ToHaveTextAsync("443");
    }

    [Fact]
    public async Task From_one_instance_to_another_nothing_of_the_first_stays_and_its_draft_waits_for_its_person()
    {
        await fixture.CreateAsync("from-1", null, Tcp(22), Tcp(80));
        await fixture.CreateAsync("to-1", null, Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/from-1/networking");
        await CloseAsync(tab.Page, "HTTP");

        await tab.Page.Keyboard.PressAsync("Control+k");
        await tab.Page.Keyboard.TypeAsync("to-1");
        await tab.Page.Locator("#palette-answers a", new() { HasText = "to-1" }).ClickAsync();

        await Expect(tab.Page.Locator("h1")).ToHaveTextAsync("to-1");
        await Expect(tab.Page.Locator(".rules .app-col")).ToContainTextAsync(["HTTPS"]);
        await Expect(Button(tab.Page, "Edit HTTPS")).ToBeEnabledAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToHaveCountAsync(0);
        await tab.Page.GoBackAsync();
        await Expect(tab.Page.Locator("h1")).ToHaveTextAsync("from-1");
        await Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToContainTextAsync("1 change");
    }

    [Fact]
    public async Task Two_tabs_of_one_person_show_the_same_and_a_draft_of_one_is_not_the_others()
    {
        await fixture.CreateAsync("tabs-1", null, Tcp(22), Tcp(80), Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/tabs-1/networking");
        var other = await tab.Page.Context.NewPageAsync();
        await other.GotoAsync("us-east-1/instances/tabs-1/networking");
        await CloseAsync(other, "SSH");
        await CloseAsync(tab.Page, "HTTP");

        await Button(tab.Page, "Review changes").ClickAsync();
        await Button(tab.Page, "Apply 1 change").ClickAsync();
        await Expect(tab.Page.Locator(".note.good").First).ToBeVisibleAsync();

        await Expect(other.Locator(".note.warn").Filter(new() { HasText = "root changed the ports while you were editing" })).ToContainTextAsync("tcp 80 closed");
        await Button(other, "Put mine on top of it").ClickAsync();
        await Expect(other.Locator("tr.closes .app-col")).ToContainTextAsync(["SSH"]);
        await Expect(other.Locator(".rules .app-col")).ToContainTextAsync(["SSH", "HTTPS"]);
        // Both tabs can confirm what one of them has applied.
        await Button(other, "Keep it").ClickAsync();
        await Expect(Button(tab.Page, "Keep it")).ToBeHiddenAsync();
    }

    /// <summary>Tells the page whether it is seen, as a browser does.</summary>
    private static Task SeeAsync(IPage page, string state) => page.EvaluateAsync(
        $"Object.defineProperty(document, 'visibilityState', {{ value: '{state}', configurable: true }}); document.dispatchEvent(new Event('visibilitychange'))");

    private static async Task CloseAsync(IPage page, string application)
    {
        await Button(page, $"Edit {application}").ClickAsync();
        await Button(page, "Close this rule").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToBeVisibleAsync();
    }

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
