using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portlight.TestKit;
using Portlight.Wire.Client;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

public sealed class PagesTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task The_first_page_weighs_at_most_150_KB()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");

        var bytes = await tab.Page.EvaluateAsync<int>("document.fonts.ready.then(() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, one) => sum + one.encodedBodySize, 0))");

        TestContext.Current.SendDiagnosticMessage($"the first page weighs {bytes} bytes");
        Assert.InRange(bytes, 30_000, 150_000);
    }

    [Fact]
    public async Task The_file_has_every_rule_of_every_instance()
    {
        await fixture.CreateAsync("csv-1", null, Tcp(22, "192.0.2.7/32"), Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");

        var text = await tab.Page.EvaluateAsync<string>("fetch('/us-east-1/exposure.csv').then(answer => answer.text())");

        Assert.StartsWith("instance,addresses,state,protocol,from,to,width,sources\n", text, StringComparison.Ordinal);
        Assert.Contains(",tcp,22,22,one,192.0.2.7/32\n", text, StringComparison.Ordinal);
        Assert.Contains(",tcp,443,443,everyone,0.0.0.0/0 ::/0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_picture_is_a_file_too()
    {
        await fixture.CreateAsync("svg-1", null, Tcp(22, "192.0.2.7/32"), Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");

        var text = await tab.Page.EvaluateAsync<string>("fetch('/us-east-1/exposure.svg').then(answer => answer.text())");

        var svg = System.Xml.Linq.XElement.Parse(text);
        Assert.Contains(svg.Descendants(), element => element.Name.LocalName == "text" && element.Value == "443");
    }

    [Fact]
    public async Task A_rule_is_closed_in_a_draft_by_an_address()
    {
        await fixture.CreateAsync("idle-1", null, Tcp(22), Tcp(8080, "192.0.2.40/32"));
        await using var tab = await Tab.OpenAsync(chromium, fixture);

        await tab.VisitAsync(fixture, "us-east-1/instances/idle-1/networking?close=tcp/8080/8080");

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToContainTextAsync("1 change");
        await Assertions.Expect(tab.Page.Locator("tr.closes")).ToContainTextAsync("8080");
        // Nothing is closed until it is reviewed and applied, and a reload drafts nothing more.
        Assert.Equal(2, (await fixture.PortsAsync("idle-1")).Count);
        await tab.Page.WaitForURLAsync("**/us-east-1/instances/idle-1/networking");
    }

    [Fact]
    public async Task A_change_is_in_the_activity_with_what_it_opened_and_closed()
    {
        await fixture.CreateAsync("seen-1", null, Tcp(22));
        await fixture.PutAsync("seen-1", Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);

        await tab.VisitAsync(fixture, "activity?instance=seen-1&what=ports");

        var first = tab.Page.Locator(".line > li").First;
        await Assertions.Expect(first).ToContainTextAsync("root changed the ports of seen-1");
        await Assertions.Expect(first.Locator(".opens")).ToHaveTextAsync(["tcp 443 from everyone"]);
        await Assertions.Expect(first.Locator(".closes")).ToHaveTextAsync(["tcp 22 was from everyone"]);
        await Assertions.Expect(first.GetByRole(AriaRole.Link, new() { Name = "Undo…" })).ToBeVisibleAsync();
        // What it was before it was made is nothing to go back to.
        var made = tab.Page.Locator(".line > li", new() { HasText = "root created seen-1" });
        await Assertions.Expect(made).ToHaveCountAsync(1);
        await Assertions.Expect(made.GetByRole(AriaRole.Link, new() { Name = "Undo…" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_activity_is_narrowed_to_a_time_and_what_was_refused_again_and_again_is_one_line()
    {
        await fixture.CreateAsync("often-1", null, Tcp(22));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "activity?what=refused");
        for (var times = 0; times < 3; times++)
        {
            await Assert.ThrowsAsync<AwsErrorException>(() => fixture.PutAsync("often-1", Tcp(22, "192.0.2.0/33")));
        }

        // What was refused gets to the log a moment after its answer.
        await Until.TrueAsync(
            async () => (await fixture.CallOwnAsync("LookupActivity", new() { EventName = "PutInstancePublicPorts", Kind = "refused" }, PortlightJson.Default.LookupActivityRequest, PortlightJson.Default.LookupActivityResponse)).Activities.Count == 3,
            "that the log has them");
        await tab.Page.GetByLabel("When").SelectOptionAsync("In the last hour");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();

        await tab.Page.WaitForURLAsync("**/activity?**since=1h**");
        await Assertions.Expect(tab.Page.Locator(".line > li", new() { HasText = "PutInstancePublicPorts" })).ToHaveCountAsync(1);
        await Assertions.Expect(tab.Page.Locator(".line > li", new() { HasText = "PutInstancePublicPorts" })).ToContainTextAsync("root was refused 3 times in");
        await Assertions.Expect(tab.Page.GetByLabel("When")).ToHaveValueAsync("1h");
    }

    [Fact]
    public async Task How_much_was_done_and_refused_is_a_picture_and_a_table_and_kinds_are_chosen_several_at_a_time()
    {
        await fixture.CreateAsync("much-1", "env=old", Tcp(22));
        await fixture.CallAsync("TagResource", new() { ResourceName = "much-1", Tags = [new() { Key = "env", Value = "new" }] }, LightsailJson.Default.TagResourceRequest, LightsailJson.Default.TagResourceResponse);
        await Assert.ThrowsAsync<AwsErrorException>(() => fixture.CallAsync(
            "OpenInstancePublicPorts", new() { InstanceName = "much-1", PortInfo = Tcp(22, "192.0.2.0/33") }, LightsailJson.Default.OpenInstancePublicPortsRequest, LightsailJson.Default.OpenInstancePublicPortsResponse));
        await Until.TrueAsync(
            async () => (await fixture.CallOwnAsync("LookupActivity", new() { InstanceName = "much-1", Kinds = ["refused"] }, PortlightJson.Default.LookupActivityRequest, PortlightJson.Default.LookupActivityResponse)).Activities.Count == 1,
            "that the log has it");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        var page = tab.Page;
        await tab.VisitAsync(fixture, "activity?instance=much-1");

        // Made with a port, its ports changed; tagged; one refused.
        await Assertions.Expect(page.Locator(".filters label", new() { HasText = "Changes of ports" }).Locator(".num")).ToHaveTextAsync("2");
        await Assertions.Expect(page.Locator(".filters label", new() { HasText = "What was refused" }).Locator(".num")).ToHaveTextAsync("1");
        await Assertions.Expect(page.Locator(".hist + [role=status]")).ToHaveTextAsync(new Regex("^4 events of the kinds that are chosen, most from .*; 1 refused"));
        await Assertions.Expect(page.Locator(".hist .c")).ToHaveAttributeAsync("d", new Regex("^M"));
        await Assertions.Expect(page.Locator(".line > li", new() { HasText = "root tagged" })).ToContainTextAsync("env=new (was env=old)");
        await page.GetByText("As a table").ClickAsync();
        await tab.LookAsync("activity-counted", isWhole: false);

        foreach (var kind in new[] { "Instances, tags and the rest", "Access and sign-ins", "What the server did" })
        {
            await page.GetByLabel(kind).UncheckAsync();
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.WaitForURLAsync("**/activity?**what=ports&what=refused**");
        await tab.LiveAsync();
        await Assertions.Expect(page.Locator(".line > li")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator(".hist + [role=status]")).ToHaveTextAsync(new Regex("^3 events"));

        // A row of the table leads to its events; all of the time is a link away.
        await page.GetByText("As a table").ClickAsync();
        await page.Locator(".hours tbody tr", new() { HasTextRegex = new(@"to \d\d:\d\d2\s*1$") }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Locator(".note", new() { HasText = "alone." })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".line > li")).ToHaveCountAsync(3);
        await page.Locator(".hours tbody a").Last.EvaluateAsync("link => link.click()");
        await Assertions.Expect(page.GetByText("Nothing of the kind.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Show all of the time" }).ClickAsync();
        await Assertions.Expect(page.Locator(".line > li")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task A_person_that_may_list_and_not_count_sees_the_list_and_why_there_is_no_picture()
    {
        await fixture.CreateAsync("list-1", null, Tcp(22));
        var (keyId, secret) = await fixture.UserAsync("lister", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:LookupActivity","portlight:ListFleet","portlight:WatchChanges"],"Resource":"*"}]}""");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("activity?what=ports");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();

        await Assertions.Expect(tab.Page.Locator(".line > li", new() { HasText = "root created list-1" })).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Last 24 hours" })).ToContainTextAsync("portlight:CountActivity");
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task An_instance_says_whether_its_address_is_static_and_how_to_connect()
    {
        await fixture.CreateAsync("pin-1", null, Tcp(22));
        await fixture.CallAsync("AllocateStaticIp", new() { StaticIpName = "front" }, LightsailJson.Default.AllocateStaticIpRequest, LightsailJson.Default.AllocateStaticIpResponse);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        var page = tab.Page;
        await tab.VisitAsync(fixture, "us-east-1/instances/pin-1/networking");
        await Assertions.Expect(page.GetByText("Connect", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "static address front" })).ToHaveCountAsync(0);

        await fixture.CallAsync("AttachStaticIp", new() { StaticIpName = "front", InstanceName = "pin-1" }, LightsailJson.Default.AttachStaticIpRequest, LightsailJson.Default.AttachStaticIpResponse);

        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "static address front" })).ToBeVisibleAsync();
        var address = (await fixture.CallAsync("GetStaticIp", new() { StaticIpName = "front" }, LightsailJson.Default.GetStaticIpRequest, LightsailJson.Default.GetStaticIpResponse)).StaticIp.IpAddress;
        await page.GetByText("Connect", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("To connect by SSH")).ToHaveTextAsync($"ssh {address}");
        await tab.LookAsync("connect", isWhole: false);
        await page.GetByRole(AriaRole.Link, new() { Name = "Would it let you in on 22?" }).ClickAsync();
        await Assertions.Expect(page.Locator(".verdict")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_change_is_undone_from_the_activity_by_a_draft_and_the_activity_is_a_file()
    {
        await fixture.CreateAsync("undo-1", null, Tcp(22));
        await fixture.PutAsync("undo-1", Tcp(443));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "activity?instance=undo-1&what=ports");

        var text = await tab.Page.EvaluateAsync<string>("fetch(document.querySelector('.head a[download]').href).then(answer => answer.text())");
        Assert.StartsWith("time,by,operation,resources,effects,error,reason,cause,address,agent,event\n", text, StringComparison.Ordinal);
        Assert.Contains(",root,PutInstancePublicPorts,", text, StringComparison.Ordinal);
        Assert.Contains("opens tcp 443 from everyone", text, StringComparison.Ordinal);
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Undo…" }).First.ClickAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Your draft" })).ToContainTextAsync("2 changes");
        Assert.Equal(["443/tcp 0.0.0.0/0 ::/0"], await fixture.PortsAsync("undo-1"));
    }

    [Fact]
    public async Task The_picture_of_the_fleet_is_put_in_another_order_which_its_address_has()
    {
        await fixture.CreateAsync("order-1", "role=web", Tcp(443));
        await fixture.CreateAsync("order-2", "role=db", Tcp(5432, "192.0.2.0/24"));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/exposure?port=tcp/443");
        var order = tab.Page.GetByRole(AriaRole.Navigation, new() { Name = "Order of the picture" });
        await Assertions.Expect(order.GetByRole(AriaRole.Link, new() { Name = "By likeness" })).ToHaveAttributeAsync("aria-current", "true");

        await order.GetByRole(AriaRole.Link, new() { Name = "By role" }).ClickAsync();

        await tab.Page.WaitForURLAsync("**/us-east-1/exposure?port=tcp%2F443&order=tag%3Arole");
        await Assertions.Expect(tab.Page.Locator(".picture .groups text")).ToContainTextAsync(["db", "web"]);
        await Assertions.Expect(tab.Page.Locator("#sel")).ToHaveTextAsync("tcp 443");
        await tab.LookAsync("exposure-by-role", isWhole: false);
    }

    [Fact]
    public async Task A_cell_of_the_exposure_names_its_rule_and_its_instances()
    {
        await fixture.CreateAsync("cell-1", null, Tcp(5900, "192.0.2.0/24", "2001:db8::/48"));
        await fixture.CreateAsync("cell-2", null, Tcp(5900, "192.0.2.0/24", "2001:db8::/48"));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/exposure");

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "5900: networks, 2 instances" }).ClickAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "tcp 5900 on 2 instances" })).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator("aside .src")).ToHaveTextAsync(["192.0.2.0/24", "2001:db8::/48"]);
        await Assertions.Expect(tab.Page.Locator("aside .mini .name")).ToHaveTextAsync(["cell-1", "cell-2"]);
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task The_navigation_counts_the_instances_of_which_everyone_reaches_a_management_port()
    {
        await fixture.CreateAsync("hot-1", null, Tcp(22));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "hot-1", Exact = true })).ToBeVisibleAsync();

        await tab.GoAsync("names");

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Navigation, new() { Name = "Main", Exact = true }).GetByRole(AriaRole.Link, new() { Name = "Exposure" })).ToHaveTextAsync(new Regex(@"^\s*Exposure\s*[1-9][0-9]*\s*$"));
    }

    [Fact]
    public async Task The_palette_opens_by_the_keyboard_finds_an_instance_and_goes_to_it()
    {
        await fixture.CreateAsync("found-1", null, Tcp(22));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");

        await tab.Page.Keyboard.PressAsync("Control+k");
        await tab.Page.Keyboard.TypeAsync("found-");
        await Assertions.Expect(tab.Page.Locator("#palette-answers a").First).ToContainTextAsync("found-1");
        await tab.IsAccessibleAsync();
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await tab.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(tab.Page.Locator("h1")).ToHaveTextAsync("found-1");
    }

    [Fact]
    public async Task A_packet_has_an_address_and_its_answer_says_why()
    {
        await fixture.CreateAsync("probe-1", null, Tcp(22, "192.0.2.0/24"));
        await using var tab = await Tab.OpenAsync(chromium, fixture);

        await tab.VisitAsync(fixture, "us-east-1/explain?instance=probe-1&from=198.51.100.7&protocol=tcp&port=22");

        await Assertions.Expect(tab.Page.Locator(".verdict")).ToBeVisibleAsync();
        await tab.IsAccessibleAsync();
    }
}
