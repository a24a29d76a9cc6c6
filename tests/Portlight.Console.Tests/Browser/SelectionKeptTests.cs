using Microsoft.Playwright;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>What becomes of a change of several instances: it is kept, goes back by itself, or is undone, also by a page that did not make it.</summary>
public sealed class SelectionKeptTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task A_change_of_several_that_nobody_keeps_goes_back_and_one_that_is_kept_stays_and_can_be_undone()
    {
        await fixture.CreateAsync("hold-1", null, Tcp(22), Tcp(80));
        await fixture.CreateAsync("hold-2", null, Tcp(22), Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=hold-");
        var page = tab.Page;
        await ReviewClosingAsync(page, "80");
        await ApplyAsync(page, "Apply to 2 instances", mustConfirm: true);
        var (review, summary) = (page.Locator("#several"), page.Locator("#several .dlg-head [role=status]"));
        await Expect(summary).ToHaveTextAsync("2 to be kept");
        await Expect(review).ToContainTextAsync("2 changes are reverted in");
        Assert.Equal("22/tcp 0.0.0.0/0 ::/0", Assert.Single(await fixture.PortsAsync("hold-1")));
        await Expect(page.Locator(".fact", new() { HasText = "wait to be confirmed" })).ToContainTextAsync("2");
        // Takes a while on a busy machine, and they wait a minute.
        await tab.LookAsync("several-wait", isWhole: false);

        fixture.Server.Clock.Advance(TimeSpan.FromSeconds(70));

        await Expect(summary).ToHaveTextAsync("2 undone");
        await Expect(Line(review, "hold-2")).ToContainTextAsync("It was not kept. Its ports are as they were before.");
        Assert.Equal(2, (await fixture.PortsAsync("hold-1")).Count);

        await Button(review, "Close").Last.ClickAsync();
        await Button(page, "Review…").ClickAsync();
        await ApplyAsync(page, "Apply to 2 instances", mustConfirm: true);
        await Button(review, "Keep all 2").ClickAsync();
        await Expect(summary).ToHaveTextAsync("2 done");
        fixture.Server.Clock.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal("22/tcp 0.0.0.0/0 ::/0", Assert.Single(await fixture.PortsAsync("hold-2")));

        await Button(page, "Undo for 2 instances").ClickAsync();
        await Expect(summary).ToHaveTextAsync("2 undone");
        Assert.Equal(2, (await fixture.PortsAsync("hold-2")).Count);
    }

    [Fact]
    public async Task What_a_page_that_is_lost_has_changed_is_chosen_again_and_undone()
    {
        await fixture.CreateAsync("gone-1", null, Tcp(22), Tcp(80));
        await fixture.CreateAsync("gone-2", null, Tcp(22), Tcp(80), Tcp(443));
        await fixture.CreateAsync("gone-3", null, Tcp(22));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=gone-");
        var page = tab.Page;
        await ReviewClosingAsync(page, "80");
        await page.GetByLabel("Why").FillAsync("spring cleaning");
        await ApplyAsync(page, "Apply to 2 instances", mustConfirm: false);
        var (review, summary) = (page.Locator("#several"), page.Locator("#several .dlg-head [role=status]"));
        await Expect(summary).ToHaveTextAsync("2 done · 1 as wanted already");

        await page.ReloadAsync();
        await Expect(page.Locator(".note", new() { HasText = "Close tcp 80 on 2 instances" })).ToBeVisibleAsync();
        await tab.IsAccessibleAsync();
        await Button(page, "Choose them again…").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Chosen instances" })).ToContainTextAsync("2 chosen");
        await Button(page, "Review…").ClickAsync();
        await Expect(summary).ToHaveTextAsync("2 to be changed");
        await Expect(Line(review, "gone-1")).ToContainTextAsync("Before the change of root");
        await Expect(Line(review, "gone-1")).ToContainTextAsync("“spring cleaning”");
        await ApplyAsync(page, "Apply to 2 instances", mustConfirm: false);

        await Expect(summary).ToHaveTextAsync("2 done");
        Assert.Equal((2, 3), ((await fixture.PortsAsync("gone-1")).Count, (await fixture.PortsAsync("gone-2")).Count));
    }

    [Fact]
    public async Task What_waits_on_several_is_kept_from_the_list_by_a_page_that_did_not_make_it()
    {
        await fixture.CreateAsync("stay-1", null, Tcp(22), Tcp(80));
        await fixture.CreateAsync("stay-2", null, Tcp(22), Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=stay-");
        var page = tab.Page;
        await ReviewClosingAsync(page, "80");
        await ApplyAsync(page, "Apply to 2 instances", mustConfirm: true);
        var (review, summary) = (page.Locator("#several"), page.Locator("#several .dlg-head [role=status]"));
        await Expect(summary).ToHaveTextAsync("2 to be kept");

        await page.ReloadAsync();
        await tab.LiveAsync();
        await page.Locator("a.fact[href*='change=keep']", new() { HasText = "2" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Chosen instances" })).ToContainTextAsync("2 chosen");
        await Expect(page.GetByLabel("What to do")).ToHaveValueAsync("keep");
        await Button(page, "Review…").ClickAsync();
        await Expect(Line(review, "stay-1")).ToContainTextAsync("The change of root");
        await Expect(Line(review, "stay-1")).ToContainTextAsync("tcp 80 was from everyone");
        await Button(page, "Apply to 2 instances").ClickAsync();
        await Expect(summary).ToHaveTextAsync("2 done");
        fixture.Server.Clock.Advance(TimeSpan.FromSeconds(70));

        Assert.Equal("22/tcp 0.0.0.0/0 ::/0", Assert.Single(await fixture.PortsAsync("stay-1")));
        Assert.Equal("22/tcp 0.0.0.0/0 ::/0", Assert.Single(await fixture.PortsAsync("stay-2")));
    }

    private static async Task ReviewClosingAsync(IPage page, string port)
    {
        await page.GetByLabel("Choose all that are listed").ClickAsync();
        await page.GetByLabel("What to do").SelectOptionAsync("Close a port");
        await page.GetByLabel("Port", new() { Exact = true }).FillAsync(port);
        await Button(page, "Review…").ClickAsync();
    }

    private static async Task ApplyAsync(IPage page, string button, bool mustConfirm)
    {
        await page.Locator("#several").GetByLabel("Revert all unless I confirm").SetCheckedAsync(mustConfirm);
        await Button(page, button).ClickAsync();
    }

    private static ILocator Line(ILocator review, string instance) => review.Locator("li", new() { HasText = instance }).First;

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocator Button(ILocator part, string name) => part.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
