using Microsoft.Playwright;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>Several instances are chosen in the list, and one thing is done to all of them.</summary>
public sealed class SelectionTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task A_row_a_range_and_all_that_are_listed_are_chosen_and_stay_so_when_the_list_is_narrowed()
    {
        foreach (var number in Enumerable.Range(1, 4))
        {
            await fixture.CreateAsync($"pick-{number}", null, Tcp(80));
        }

        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=pick-");
        var page = tab.Page;
        var chosen = page.GetByRole(AriaRole.Region, new() { Name = "Chosen instances" });

        await page.GetByLabel("Choose pick-1").ClickAsync();
        await Expect(chosen).ToContainTextAsync("1 chosen");
        await page.GetByLabel("Choose pick-3").ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Expect(chosen).ToContainTextAsync("3 chosen");
        await Expect(page.GetByLabel("Choose pick-2")).ToBeCheckedAsync();
        await tab.LookAsync("chosen", isWhole: false);

        await page.GetByLabel("Filter instances").FillAsync("pick-4");
        await Expect(page.Locator("td .name")).ToHaveTextAsync(["pick-4"]);
        await Expect(page.GetByLabel("Choose pick-4")).Not.ToBeCheckedAsync();
        await page.GetByLabel("Choose all that are listed").ClickAsync();
        await Expect(chosen).ToContainTextAsync("4 chosen");
        await page.GetByLabel("Choose all that are listed").ClickAsync();
        await Expect(chosen).ToContainTextAsync("3 chosen");
        await Button(page, "Choose none").ClickAsync();
        await Expect(chosen).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_policy_refuses_and_what_makes_no_difference_is_said_before_and_all_the_rest_is_done_and_undone()
    {
        await fixture.CreateAsync("bulk-mine", "team=red", Tcp(22), Tcp(80));
        await fixture.CreateAsync("bulk-theirs", "team=blue", Tcp(22), Tcp(80));
        await fixture.CreateAsync("bulk-shut", "team=red", Tcp(22));
        var (keyId, secret) = await fixture.UserAsync("red", """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:*","lightsail:Get*"],"Resource":"*"},
            {"Effect":"Allow","Action":"lightsail:PutInstancePublicPorts","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"red"}}}]}
            """);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        var page = tab.Page;
        await page.GotoAsync("us-east-1/instances?q=bulk-");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();
        await page.GetByLabel("Choose all that are listed").ClickAsync();
        await page.GetByLabel("What to do").SelectOptionAsync("Close a port");
        await page.GetByLabel("Port", new() { Exact = true }).FillAsync("80");

        await Button(page, "Review…").ClickAsync();

        var review = page.Locator("#several");
        await Expect(review.GetByRole(AriaRole.Status)).ToHaveTextAsync("1 to be changed · 1 left out, as refused · 1 as wanted already");
        await Expect(Line(review, "bulk-mine")).ToContainTextAsync("tcp 80 was from everyone");
        await Expect(Line(review, "bulk-theirs")).ToContainTextAsync("is not authorized to perform: lightsail:PutInstancePublicPorts");
        await Expect(Line(review, "bulk-shut")).ToContainTextAsync("It is closed already.");
        await tab.LookAsync("several", isWhole: false);

        await ApplyAsync(page, "Apply to 1 instance", mustConfirm: false);
        await Expect(Line(review, "bulk-mine")).ToContainTextAsync("Done");
        Assert.Equal("22/tcp 0.0.0.0/0 ::/0", Assert.Single(await fixture.PortsAsync("bulk-mine")));
        Assert.Equal(2, (await fixture.PortsAsync("bulk-theirs")).Count);

        await Button(page, "Undo for 1 instance").ClickAsync();
        await Expect(Line(review, "bulk-mine")).ToContainTextAsync("Its ports are as they were before.");
        Assert.Equal(["22/tcp 0.0.0.0/0 ::/0", "80/tcp 0.0.0.0/0 ::/0"], (await fixture.PortsAsync("bulk-mine")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_somebody_else_has_changed_since_the_review_or_since_it_was_done_is_left_as_it_is()
    {
        await fixture.CreateAsync("race-1", null, Tcp(22));
        await fixture.CreateAsync("race-2", null, Tcp(22));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=race-");
        var page = tab.Page;
        await page.GetByLabel("Choose all that are listed").ClickAsync();
        await page.GetByLabel("Port", new() { Exact = true }).FillAsync("8080");
        await page.GetByLabel("Add an address or range").FillAsync("203.0.113.0/24,");
        await Button(page, "Review…").ClickAsync();
        var review = page.Locator("#several");
        await Expect(review.GetByRole(AriaRole.Status)).ToHaveTextAsync("2 to be changed");

        await fixture.PutAsync("race-2", Tcp(25));
        await ApplyAsync(page, "Apply to 2 instances", mustConfirm: false);

        await Expect(Line(review, "race-1")).ToContainTextAsync("Done");
        await Expect(Line(review, "race-2")).ToContainTextAsync("Its ports have changed since they were looked at; nothing was done to it.");
        Assert.Equal("25/tcp 0.0.0.0/0 ::/0", Assert.Single(await fixture.PortsAsync("race-2")));

        await fixture.PutAsync("race-1", Tcp(443));
        await Button(page, "Undo for 1 instance").ClickAsync();
        await Expect(Line(review, "race-1")).ToContainTextAsync("Not undone");
        Assert.Equal("443/tcp 0.0.0.0/0 ::/0", Assert.Single(await fixture.PortsAsync("race-1")));
    }

    [Fact]
    public async Task All_that_is_open_to_everyone_is_narrowed_from_the_exposure_in_one_review()
    {
        await fixture.CreateAsync("wide-1", null, Tcp(3389), Tcp(443));
        await fixture.CreateAsync("wide-2", null, Tcp(3389, "0.0.0.0/0", "198.51.100.7/32"));
        await fixture.CreateAsync("wide-3", null, Tcp(3389, "198.51.100.7/32"));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/exposure?port=tcp/3389");
        var page = tab.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "Narrow all 2…" }).ClickAsync();

        var chosen = page.GetByRole(AriaRole.Region, new() { Name = "Chosen instances" });
        await Expect(chosen).ToContainTextAsync("2 chosen");
        await Expect(page.GetByLabel("What to do")).ToHaveValueAsync("narrow");
        await tab.LiveAsync();
        await page.GetByLabel("Add an address or range").FillAsync("203.0.113.0/24,");
        await Button(page, "Review…").ClickAsync();
        await ApplyAsync(page, "Apply to 2 instances", mustConfirm: false);
        await Expect(page.Locator("#several").GetByRole(AriaRole.Status)).ToHaveTextAsync("2 done");

        Assert.Equal(["3389/tcp 203.0.113.0/24", "443/tcp 0.0.0.0/0 ::/0"], (await fixture.PortsAsync("wide-1")).Order(StringComparer.Ordinal));
        Assert.Equal("3389/tcp 198.51.100.7/32 203.0.113.0/24", Assert.Single(await fixture.PortsAsync("wide-2")));
        Assert.Equal("3389/tcp 198.51.100.7/32", Assert.Single(await fixture.PortsAsync("wide-3")));
    }

    [Fact]
    public async Task A_port_that_is_meant_for_everyone_is_marked_from_the_exposure_which_then_knows_it()
    {
        await fixture.CreateAsync("meant-1", "portlight:public=587", Tcp(8443));
        await fixture.CreateAsync("meant-2", "portlight:public=587", Tcp(8443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/exposure?port=tcp/8443");
        var page = tab.Page;
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "8443: everyone, 2 instances" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Mark as meant…" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Chosen instances" })).ToContainTextAsync("2 chosen");
        await tab.LiveAsync();
        await Button(page, "Review…").ClickAsync();
        await Expect(Line(page.Locator("#several"), "meant-1")).ToContainTextAsync("has portlight:public=587, gets portlight:public=587+8443");
        await Button(page, "Apply to 2 instances").ClickAsync();
        await Expect(page.Locator("#several").GetByRole(AriaRole.Status)).ToHaveTextAsync("2 done");
        await tab.GoAsync("us-east-1/exposure?port=tcp/8443");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "8443: everyone, as meant, 2 instances" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task On_a_phone_rows_get_boxes_when_several_are_to_be_chosen_and_the_list_stays_in_sight()
    {
        await fixture.CreateAsync("palm-1", null, Tcp(22), Tcp(80));
        await fixture.CreateAsync("palm-2", null, Tcp(22), Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture, width: 360);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=palm-");
        var page = tab.Page;
        await Expect(page.GetByLabel("Choose palm-1")).ToBeHiddenAsync();

        await page.Locator("summary", new() { HasText = "State" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "State" })).ToBeVisibleAsync();
        await tab.IsAccessibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Button(page, "Choose several").ClickAsync();
        await page.GetByLabel("Choose palm-1").CheckAsync();
        await page.GetByLabel("Choose palm-2").CheckAsync();

        var chosen = page.GetByRole(AriaRole.Region, new() { Name = "Chosen instances" });
        await Expect(chosen).ToContainTextAsync("2 chosen");
        await Expect(page.GetByLabel("What to do")).ToBeHiddenAsync();
        await tab.PictureAsync("picking-360-light", isWhole: false);
        await tab.IsAccessibleAsync();
        await Button(page, "What to do").ClickAsync();
        await page.Locator("select").First.SelectOptionAsync("Close a port");
        await page.GetByLabel("Port", new() { Exact = true }).FillAsync("80");
        await tab.PictureAsync("picking-what-360-light", isWhole: false);
        await tab.IsAccessibleAsync();
        await Button(page, "Review…").ClickAsync();
        await tab.PictureAsync("picking-review-360-light", isWhole: false);
        await ApplyAsync(page, "Apply to 2 instances", mustConfirm: false);
        await Expect(page.Locator("#several .dlg-head [role=status]")).ToHaveTextAsync("2 done");
        await page.Locator("#several .dlg-foot").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Button(chosen, "Choose none").ClickAsync();
        await Expect(chosen).ToHaveCountAsync(0);
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
