using Microsoft.Playwright;
using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>What a person's policies say of a change, in its review.</summary>
public sealed class ReviewedPolicyTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task What_a_policy_refuses_is_told_in_the_review_and_cannot_be_applied()
    {
        await fixture.CreateAsync("guard-1", null, Tcp(22));
        var (keyId, secret) = await fixture.UserAsync(
            "guarded",
            """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lightsail:*","portlight:*"],"Resource":"*"},
            {"Sid":"NoRdp","Effect":"Deny","Action":"lightsail:PutInstancePublicPorts","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":3389}}}]}
            """);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("us-east-1/instances/guard-1/networking");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();
        await Button(tab.Page, "Add rule").ClickAsync();
        await tab.Page.GetByLabel("Application").SelectOptionAsync("RDP");
        await Expect(tab.Page.Locator("tr.opens")).ToContainTextAsync("3389");

        await Button(tab.Page, "Review changes").ClickAsync();

        await Expect(tab.Page.Locator("#review")).ToContainTextAsync("It would be refused");
        await Expect(tab.Page.Locator("#review .note.bad")).ToContainTextAsync("PutInstancePublicPorts");
        await Expect(Button(tab.Page, "Apply 1 change")).ToBeDisabledAsync();
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task A_person_that_may_open_one_port_alone_edits_the_ports_and_opens_that_one()
    {
        await fixture.CreateAsync("only-443-1", null, Tcp(443, "10.0.0.0/8"));
        var (keyId, secret) = await fixture.UserAsync(
            "only-443",
            """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lightsail:Get*","portlight:*"],"Resource":"*"},
            {"Effect":"Allow","Action":"lightsail:PutInstancePublicPorts","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":443,"portlight:ToPort":443},"StringEquals":{"portlight:Protocol":"tcp"}}}]}
            """);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("us-east-1/instances/only-443-1/networking");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();
        await Button(tab.Page, "Add rule").ClickAsync();
        await tab.Page.GetByLabel("Application").SelectOptionAsync("RDP");
        await Expect(tab.Page.Locator("tr.opens")).ToContainTextAsync("3389");
        await Button(tab.Page, "Review changes").ClickAsync();
        await Expect(tab.Page.Locator("#review")).ToContainTextAsync("It would be refused");
        await Button(tab.Page, "Keep editing").ClickAsync();
        await Button(tab.Page, "Discard").ClickAsync();

        await Button(tab.Page, "Edit HTTPS").ClickAsync();
        await Button(tab.Page, "Everyone").ClickAsync();
        await Expect(tab.Page.Locator(".draft")).ToContainTextAsync("1 change");
        await Button(tab.Page, "Review changes").ClickAsync();
        await Expect(tab.Page.Locator("#review")).ToContainTextAsync("Your policies allow it");
        await tab.Page.GetByLabel("Revert it unless I confirm").UncheckAsync();
        await Button(tab.Page, "Apply 1 change").ClickAsync();

        await Expect(tab.Page.Locator(".note.good")).ToBeVisibleAsync();
        Assert.Contains("443/tcp 0.0.0.0/0", Assert.Single(await fixture.PortsAsync("only-443-1")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_review_names_the_statement_that_allows_the_change()
    {
        await fixture.CreateAsync("named-by-1", null, Tcp(22), Tcp(80));
        var (keyId, secret) = await fixture.UserAsync(
            "allowed",
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:*","Resource":"*"},{"Sid":"WebTeamPorts","Effect":"Allow","Action":"lightsail:*","Resource":"*"}]}""");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("us-east-1/instances/named-by-1/networking");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();
        await Button(tab.Page, "Edit HTTP").ClickAsync();
        await Button(tab.Page, "Close this rule").ClickAsync();

        await Button(tab.Page, "Review changes").ClickAsync();

        await Expect(tab.Page.Locator("#review .allowed li")).ToHaveTextAsync(["WebTeamPorts of user/allowed/own"]);
        await tab.LookAsync("review-allowed", isWhole: false);
    }

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
