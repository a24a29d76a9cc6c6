using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>Instances from their beginning to their end, and ports that are open for a time.</summary>
public sealed class LifeTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task An_instance_is_made_stopped_started_and_deleted()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/new");
        var page = tab.Page;
        await tab.IsAccessibleAsync();

        await page.GetByLabel("Name").FillAsync("made-1");
        await page.GetByLabel("Tags").FillAsync("env=test");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make it" }).ClickAsync();
        await page.WaitForURLAsync("**/us-east-1/instances/made-1/networking");
        await tab.GoAsync("us-east-1/instances/made-1/manage");
        await tab.IsAccessibleAsync();
        await DoAsync(page, "Stop");
        await Assertions.Expect(page.Locator(".head .state")).ToHaveTextAsync("Stopped");
        await DoAsync(page, "Start");
        await Assertions.Expect(page.Locator(".head .state")).ToHaveTextAsync("Running");
        await DoAsync(page, "Delete");

        await page.WaitForURLAsync("**/us-east-1/instances");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "made-1" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_a_person_may_not_do_with_an_instance_cannot_be_chosen_and_says_why()
    {
        await fixture.CreateAsync("kept-1", null, Tcp(22));
        var (keyId, secret) = await fixture.UserAsync("nurse", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:*","lightsail:Get*","lightsail:RebootInstance"],"Resource":"*"}]}""");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("us-east-1/instances/kept-1/manage");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Delete" })).ToContainTextAsync("is not authorized to perform: lightsail:DeleteInstance");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete…" })).ToBeDisabledAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Reboot…" })).ToBeEnabledAsync();
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task What_is_open_for_a_time_shows_what_is_left_and_closes_by_itself()
    {
        await fixture.CreateAsync("timed-1", null, Tcp(443));
        await fixture.OpenForAsync("timed-1", 8443, "192.0.2.9", seconds: 60);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/timed-1/networking");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Open for a time" })).ToContainTextAsync("8443");
        await Assertions.Expect(tab.Page.Locator(".rules tr", new() { HasText = "8443" })).ToContainTextAsync(new Regex("192\\.0\\.2\\.9\\s*in (1 min|less than a minute)"));

        fixture.Server.Clock.Advance(TimeSpan.FromSeconds(61));

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Open for a time" })).ToHaveCountAsync(0);
        Assert.DoesNotContain("8443/tcp 192.0.2.9/32", await fixture.PortsAsync("timed-1"));
        await tab.GoAsync("activity?instance=timed-1");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Open it again…" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByLabel("What to open")).ToHaveValueAsync("8443");
        await Assertions.Expect(tab.Page.GetByLabel("For whom")).ToHaveValueAsync("192.0.2.9");
    }

    [Fact]
    public async Task A_port_is_opened_for_a_time_and_closed_before_its_time()
    {
        await fixture.CreateAsync("timed-2", null, Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/timed-2/networking");
        await tab.Page.GetByLabel("What to open").FillAsync("5432");
        await tab.Page.GetByLabel("For whom").FillAsync("192.0.2.0/24");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Open it now" }).ClickAsync();

        // An hour by the clock of the server, which is not quite that of the console.
        await Assertions.Expect(tab.Page.Locator(".rules tr", new() { HasText = "5432" })).ToContainTextAsync(new Regex("192\\.0\\.2\\.0/24\\s*in (59|6\\d) min"));
        Assert.Contains("5432/tcp 192.0.2.0/24", await fixture.PortsAsync("timed-2"));
        await tab.IsAccessibleAsync();

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Close now 5432" }).ClickAsync();

        await Assertions.Expect(tab.Page.Locator(".note.good")).ToHaveTextAsync("5432 is closed.");
        Assert.DoesNotContain("5432/tcp 192.0.2.0/24", await fixture.PortsAsync("timed-2"));
    }

    [Fact]
    public async Task A_rule_is_given_an_hour_in_the_draft_and_the_review_says_when_it_closes()
    {
        await fixture.CreateAsync("timed-3", null, Tcp(22), Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/timed-3/networking");
        var page = tab.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit SSH" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Me, for 1 hour" }).ClickAsync();
        await Assertions.Expect(page.Locator("tr.narrows")).ToContainTextAsync("in 1 hour");
        await tab.IsAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Review changes" }).ClickAsync();
        await Assertions.Expect(page.Locator("#review .diff li")).ToContainTextAsync(["closes by itself in 1 hour"]);
        await Assertions.Expect(page.Locator("#review .cmd")).ToHaveCountAsync(0);
        await page.GetByLabel("Revert it unless I confirm within 60 s").UncheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply 1 change" }).ClickAsync();
        await Assertions.Expect(page.Locator(".note.good")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".rules tr", new() { HasText = "SSH" })).ToContainTextAsync(new Regex("127\\.0\\.0\\.1 you\\s*in (59|6\\d) min"));
        await tab.GoAsync("us-east-1/instances?view=expiring");
        await Assertions.Expect(page.Locator("td .name")).ToContainTextAsync(["timed-3"]);
        Assert.Equal(["22/tcp 127.0.0.1/32", "443/tcp 0.0.0.0/0 ::/0"], (await fixture.PortsAsync("timed-3")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Tags_are_set_and_removed_and_one_of_them_says_what_is_meant_to_be_open()
    {
        await fixture.CreateAsync("tagged-1", "env=prod", Tcp(8443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/tagged-1/manage");
        var page = tab.Page;
        await page.GetByLabel("Tag, as env=prod").FillAsync("portlight:public=8443");
        var tags = page.GetByRole(AriaRole.List, new() { Name = "Tags" }).Locator(".tag");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set the tag" }).ClickAsync();
        // While one is being set the buttons rest; a click that meets one at the moment in which it begins to is nobody's.
        await Assertions.Expect(tags).ToHaveTextAsync(["env=prod", "portlight:public=8443"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the tag env" }).ClickAsync();

        await Assertions.Expect(tags).ToHaveTextAsync(["portlight:public=8443"]);
        await tab.GoAsync("us-east-1/instances?q=tagged-1");
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Open ports of tagged-1" }).GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", "everyone, as meant");
    }

    [Fact]
    public async Task What_a_machine_would_lose_is_told_before_it_is_attached()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/new");
        var page = tab.Page;
        await tab.PlanAttachAsync("me", "22 8590");

        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Open afterwards" })).ToContainTextAsync("8590");
        await tab.IsAccessibleAsync();

        // Another machine was not looked at.
        await page.GetByLabel("Ports to open to everyone").FillAsync("22");
        await page.GetByLabel("Ports to open to everyone").BlurAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Attach me" })).ToBeDisabledAsync();
    }

    private static async Task DoAsync(IPage page, string word)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = $"{word}…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"{word} made-1" }).ClickAsync();
    }
}
