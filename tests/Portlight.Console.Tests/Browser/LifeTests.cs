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
    public async Task What_is_open_for_a_time_shows_what_is_left_and_closes_by_itself()
    {
        await fixture.CreateAsync("timed-1", null, Tcp(443));
        await fixture.OpenForAsync("timed-1", 8443, "192.0.2.9", seconds: 60);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/timed-1/networking");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Open for a time" })).ToContainTextAsync("8443");
        await Assertions.Expect(tab.Page.Locator(".timed")).ToContainTextAsync("192.0.2.9 closes in");

        fixture.Server.Clock.Advance(TimeSpan.FromSeconds(61));

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Open for a time" })).ToHaveCountAsync(0);
        Assert.DoesNotContain("8443/tcp 192.0.2.9/32", await fixture.PortsAsync("timed-1"));
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
        await Assertions.Expect(tab.Page.Locator(".timed")).ToContainTextAsync(new Regex("192\\.0\\.2\\.0/24 closes in (59|6\\d) min"));
        Assert.Contains("5432/tcp 192.0.2.0/24", await fixture.PortsAsync("timed-2"));
        await tab.IsAccessibleAsync();

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Close now 5432" }).ClickAsync();

        await Assertions.Expect(tab.Page.Locator(".note.good")).ToHaveTextAsync("5432 is closed.");
        Assert.DoesNotContain("5432/tcp 192.0.2.0/24", await fixture.PortsAsync("timed-2"));
    }

    [Fact]
    public async Task What_a_machine_would_lose_is_told_before_it_is_attached()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances/new");
        var page = tab.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Attach a machine" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Ports to open to everyone")).ToBeVisibleAsync(); // the name of the other form is not the one that is meant
        await page.GetByLabel("Name").FillAsync("me");
        await page.GetByLabel("Ports to open to everyone").FillAsync("22 8590");

        await page.GetByRole(AriaRole.Button, new() { Name = "What would it cut?" }).ClickAsync();

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
