using Microsoft.Playwright;
using Portlight.Wire.Lightsail;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>Tags of several instances are set and removed, and undone, also by a page that did not set them.</summary>
public sealed class SelectionTagTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task A_tag_is_set_on_all_and_undoing_it_gives_each_its_own_one_back()
    {
        await fixture.CreateAsync("label-1", "env=old", Tcp(80));
        await fixture.CreateAsync("label-2", null, Tcp(80));
        await fixture.CreateAsync("label-3", "env=new", Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=label-");
        var page = tab.Page;
        await page.GetByLabel("Choose all that are listed").ClickAsync();
        await page.GetByLabel("What to do").SelectOptionAsync("Set a tag");
        await page.GetByLabel("Tag, as env=prod").FillAsync("env=new");

        await Button(page, "Review…").ClickAsync();
        var review = page.Locator("#several");
        await Expect(Line(review, "label-1")).ToContainTextAsync("has env=old, gets env=new");
        await Expect(Line(review, "label-2")).ToContainTextAsync("gets env=new");
        await Expect(Line(review, "label-3")).ToContainTextAsync("It has this tag already.");
        await Button(page, "Apply to 2 instances").ClickAsync();
        await Expect(review.GetByRole(AriaRole.Status)).ToHaveTextAsync("2 done · 1 as wanted already");
        Assert.Equal(["env=new", "env=new", "env=new"], [await TagsAsync("label-1"), await TagsAsync("label-2"), await TagsAsync("label-3")]);

        // A page that did not make the change reads from the audit log what was there before it.
        await page.ReloadAsync();
        await tab.LiveAsync();
        await Expect(page.Locator(".note", new() { HasText = "Set the tag env=new on 2 instances" })).ToBeVisibleAsync();
        await Button(page, "Choose them again…").ClickAsync();
        await page.GetByLabel("What to do").SelectOptionAsync("Undo the last change of tags");
        await Button(page, "Review…").ClickAsync();
        await Expect(Line(review, "label-1")).ToContainTextAsync("has env=new, gets env=old");
        await Expect(Line(review, "label-1")).ToContainTextAsync("Before the change of root");
        await Expect(Line(review, "label-2")).ToContainTextAsync("loses env=new");
        await Button(page, "Apply to 2 instances").ClickAsync();
        await Expect(review.GetByRole(AriaRole.Status)).ToHaveTextAsync("2 done");
        Assert.Equal(["env=old", "", "env=new"], [await TagsAsync("label-1"), await TagsAsync("label-2"), await TagsAsync("label-3")]);

        await Button(page, "Undo for 2 instances").ClickAsync();
        await Expect(review.GetByRole(AriaRole.Status)).ToHaveTextAsync("2 undone");
        Assert.Equal(["env=new", "env=new", "env=new"], [await TagsAsync("label-1"), await TagsAsync("label-2"), await TagsAsync("label-3")]);
    }

    [Fact]
    public async Task A_tag_by_which_policies_let_a_person_in_is_not_given_away_unseen()
    {
        await fixture.CreateAsync("mine-1", "team=web", Tcp(80));
        var (keyId, secret) = await fixture.UserAsync("tagger", """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:ListFleet","portlight:WatchChanges","portlight:PreviewPorts","lightsail:GetInstance*"],"Resource":"*"},
            {"Effect":"Allow","Action":["lightsail:PutInstancePublicPorts","lightsail:TagResource","lightsail:UntagResource"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"web"}}}]}
            """);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        var page = tab.Page;
        await page.GotoAsync("us-east-1/instances?q=mine-1");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();
        await page.GetByLabel("Choose all that are listed").ClickAsync();
        await page.GetByLabel("What to do").SelectOptionAsync("Set a tag");
        await page.GetByLabel("Tag, as env=prod").FillAsync("team=db");

        await Button(page, "Review…").ClickAsync();

        await Expect(Line(page.Locator("#several"), "mine-1")).ToContainTextAsync("Afterwards your policies no longer allow you to change its ports, or to tag it, or to remove its tags.");
        await tab.IsAccessibleAsync();
        await page.Locator("#several").GetByRole(AriaRole.Button, new() { Name = "Close" }).First.ClickAsync();
        await page.GetByLabel("Tag, as env=prod").FillAsync("env=prod");
        await Button(page, "Review…").ClickAsync();
        await Expect(Line(page.Locator("#several"), "mine-1")).ToContainTextAsync("gets env=prod");
        await Expect(Line(page.Locator("#several"), "mine-1")).Not.ToContainTextAsync("Afterwards");
    }

    [Fact]
    public async Task Undoing_a_change_of_tags_gives_each_its_own_ones_back()
    {
        await fixture.CreateAsync("back-1", "env=old", Tcp(80));
        await fixture.CreateAsync("back-2", null, Tcp(80));
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances?q=back-");
        var page = tab.Page;
        await page.GetByLabel("Choose all that are listed").ClickAsync();
        await page.GetByLabel("What to do").SelectOptionAsync("Set a tag");
        await page.GetByLabel("Tag, as env=prod").FillAsync("env=new");
        await Button(page, "Review…").ClickAsync();
        await Button(page, "Apply to 2 instances").ClickAsync();
        var review = page.Locator("#several");
        await Expect(review.GetByRole(AriaRole.Status)).ToHaveTextAsync("2 done");

        await Button(page, "Undo for 2 instances").ClickAsync();
        await Expect(review.GetByRole(AriaRole.Status)).ToHaveTextAsync("2 undone");
        Assert.Equal(["env=old", ""], [await TagsAsync("back-1"), await TagsAsync("back-2")]);
    }

    private async Task<string> TagsAsync(string name)
    {
        var answer = await fixture.CallAsync("GetInstance", new GetInstanceRequest { InstanceName = name }, LightsailJson.Default.GetInstanceRequest, LightsailJson.Default.GetInstanceResponse);
        return string.Join(' ', (answer.Instance.Tags ?? []).Select(tag => $"{tag.Key}={tag.Value}"));
    }

    private static ILocator Line(ILocator review, string instance) => review.Locator("li", new() { HasText = instance }).First;

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
