using Microsoft.Playwright;
using Portlight.Wire.Lightsail;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

public sealed class InstancesTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task A_change_shows_without_a_reload()
    {
        await fixture.CreateAsync("live-1", null, Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=live-");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Open ports of live-1" })).ToHaveTextAsync("80");

        await fixture.PutAsync("live-1", Tcp(443));
        await fixture.CreateAsync("live-2", null, Tcp(25));

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Open ports of live-1" })).ToHaveTextAsync("443");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Open ports of live-2" })).ToHaveTextAsync("25");
    }

    [Fact]
    public async Task A_view_has_an_address_that_can_be_sent()
    {
        await fixture.CreateAsync("sent-1", "env=prod", Tcp(22));
        await fixture.CreateAsync("sent-2", "env=prod", Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");

        await tab.Page.GetByLabel("Filter instances").PressSequentiallyAsync("sent tag:env=prod");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Open to everyone" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["sent-1"]);
        await tab.Page.WaitForURLAsync("**/us-east-1/instances?q=sent%20tag%3Aenv%3Dprod&view=everyone");

        await tab.GoAsync(tab.Page.Url);
        await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["sent-1"]);
        await Assertions.Expect(tab.Page.GetByLabel("Filter instances")).ToHaveValueAsync("sent tag:env=prod");
    }

    [Fact]
    public async Task A_narrowed_list_stays_as_it_is_until_the_page_that_is_gone_to_is_there()
    {
        await fixture.CreateAsync("stays-1", null, Tcp(80));
        await fixture.CreateAsync("other-1", null, Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=stays-");
        await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["stays-1"]);
        // The page that is gone to comes late, so that what the list would do meanwhile is seen.
        await tab.Page.RouteAsync("**/stays-1/**", async route =>
        {
            await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/stays-1/networking$"));
            await fixture.PutAsync("stays-1", Tcp(443));
            await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Open ports of stays-1" })).ToHaveTextAsync("443");
            await route.ContinueAsync();
        });
        await tab.Page.EvaluateAsync(
            """
            window.seen = [];
            new MutationObserver(() => { for (const name of document.querySelectorAll("td .name")) seen.push(name.textContent); }).observe(document.body, { subtree: true, childList: true, characterData: true });
            """);

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "stays-1", Exact = true }).ClickAsync();
        await tab.Page.Locator(".rules .app-col").WaitForAsync();

        Assert.Equal(["stays-1"], (await tab.Page.EvaluateAsync<string[]>("seen")).Distinct());
    }

    [Fact]
    public async Task The_list_is_sorted_by_the_head_of_a_column_and_the_address_says_so()
    {
        await fixture.CreateAsync("sort-b", null, Tcp(80));
        await fixture.CreateAsync("sort-a", null, Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=sort-");
        var head = tab.Page.GetByRole(AriaRole.Columnheader, new() { Name = "Name" });
        await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["sort-b", "sort-a"]);

        await head.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["sort-a", "sort-b"]);
        await Assertions.Expect(head).ToHaveAttributeAsync("aria-sort", "ascending");
        await tab.IsAccessibleAsync();
        await head.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(head).ToHaveAttributeAsync("aria-sort", "descending");
        await tab.Page.WaitForURLAsync("**/us-east-1/instances?q=sort-&sort=-name");

        await tab.GoAsync(tab.Page.Url);
        await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["sort-b", "sort-a"]);
        await Assertions.Expect(head).ToHaveAttributeAsync("aria-sort", "descending");
    }

    [Fact]
    public async Task A_list_that_is_sorted_anew_has_its_rows_filled_with_other_words_and_makes_no_others()
    {
        await fixture.CreateAsync("same-b", null, Tcp(80));
        await fixture.CreateAsync("same-a", null, Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=same-");
        await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["same-b", "same-a"]);
        await tab.Page.EvaluateAsync("document.querySelectorAll('td .name').forEach(name => name.closest('tr').was = name.textContent)");

        await tab.Page.GetByRole(AriaRole.Columnheader, new() { Name = "Name" }).GetByRole(AriaRole.Button).ClickAsync();

        await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["same-a", "same-b"]);
        Assert.Equal(["same-b", "same-a"], await tab.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('td .name')].map(name => name.closest('tr').was)"));
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.List, new() { Name = "Open ports of same-a" })).ToHaveTextAsync("443");
    }

    [Fact]
    public async Task Of_a_long_list_what_is_on_the_screen_is_drawn_and_little_more_wherever_one_scrolls()
    {
        await fixture.CallAsync(
            "CreateInstances",
            new CreateInstancesRequest { InstanceNames = [.. Enumerable.Range(0, 99).Select(number => $"long-{number:D3}"), "long-099-" + new string('w', 100)], AvailabilityZone = "us-east-1a", BlueprintId = "debian_12", BundleId = "nano_3_0", Tags = [new Tag { Key = "portlight:public", Value = "25+587" }] },
            LightsailJson.Default.CreateInstancesRequest, LightsailJson.Default.CreateInstancesResponse);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=long-");
        var (page, rows) = (tab.Page, tab.Page.Locator("tbody tr:has(.name)"));
        await Assertions.Expect(rows.First).ToContainTextAsync("long-000");
        Assert.InRange(await rows.CountAsync(), 10, 50);

        await page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
        await Assertions.Expect(rows.Last).ToContainTextAsync("long-099");
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "long-099" })).ToHaveAttributeAsync("aria-rowindex", "101");
        Assert.InRange(await rows.CountAsync(), 10, 50);

        foreach (var width in (int[])[360, 821, 1000, 1181, 1301, 1440])
        {
            await page.SetViewportSizeAsync(width, 900);
            Assert.True(await page.EvaluateAsync<bool>("(list => list.scrollWidth <= list.clientWidth)(document.querySelector('.list'))"), $"{width} pixels are too few for the columns");
        }
    }

    [Fact]
    public async Task A_tag_and_a_state_are_chosen_from_menus_and_are_words_of_the_search()
    {
        await fixture.CreateAsync("menu-1", "tier=front", Tcp(80));
        await fixture.CreateAsync("menu-2", "tier=back", Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=menu-");
        var page = tab.Page;

        await page.Locator("summary", new() { HasText = "Tag" }).ClickAsync();
        await tab.IsAccessibleAsync();
        await page.GetByRole(AriaRole.Group, new() { Name = "Tag" }).GetByRole(AriaRole.Button, new() { Name = "tier=front" }).ClickAsync();
        await Assertions.Expect(page.Locator("td .name")).ToHaveTextAsync(["menu-1"]);
        await Assertions.Expect(page.GetByLabel("Filter instances")).ToHaveValueAsync("menu- tag:tier=front");
        await page.Locator("summary", new() { HasText = "Tag" }).ClickAsync();
        await page.GetByRole(AriaRole.Group, new() { Name = "Tag" }).GetByRole(AriaRole.Button, new() { Name = "tier=front", Pressed = true }).ClickAsync();
        await Assertions.Expect(page.Locator("td .name")).ToHaveTextAsync(["menu-1", "menu-2"]);

        await page.GetByRole(AriaRole.Link, new() { Name = "Manage menu-2" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("menu-2");
        await tab.LiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop menu-2" }).ClickAsync();
        // A page that is left ends its calls.
        await Assertions.Expect(page.Locator(".head .state")).ToHaveTextAsync("Stopped");
        await tab.GoAsync("us-east-1/instances?q=menu-");
        await page.Locator("summary", new() { HasText = "State" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "stopped" }).ClickAsync();
        await Assertions.Expect(page.Locator("td .name")).ToHaveTextAsync(["menu-2"]);
    }

    [Fact]
    public async Task What_a_policy_forbids_is_told_in_the_words_of_the_server()
    {
        var (keyId, secret) = await fixture.UserAsync("nobody-special");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("us-east-1/instances");

        await tab.SignInAsync(keyId, secret);

        await Assertions.Expect(tab.Page.Locator(".me .who")).ToHaveTextAsync("nobody-special");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("is not authorized to perform: portlight:ListFleet");
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task A_session_that_is_lost_leads_to_signing_in_and_back()
    {
        // Another test's tab would be signed out, too.
        await using var own = new ConsoleFixture();
        await own.InitializeAsync();
        await own.CreateAsync("back-1", null, Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, own);
        await tab.VisitAsync(own, "us-east-1/instances?q=back");
        tab.IsOffline = true;

        await own.RestartConsoleAsync();

        await Assertions.Expect(tab.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        tab.IsOffline = false;
        await tab.SignInAsync(own.Root.AccessKeyId, own.Root.SecretAccessKey);
        await tab.LiveAsync();
        await Assertions.Expect(tab.Page.Locator("td .name")).ToHaveTextAsync(["back-1"]);
        Assert.Equal("/us-east-1/instances?q=back", new Uri(tab.Page.Url).PathAndQuery);
    }
}
