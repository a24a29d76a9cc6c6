using Microsoft.Playwright;

namespace Portlight.Console.Tests.Browser;

/// <summary>Users, groups, roles, keys and policies, made and changed in the browser.</summary>
public sealed class AccessTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task A_user_is_made_gets_a_policy_and_a_key_and_signs_in_with_it()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "access/users");
        var page = tab.Page;

        await page.GetByLabel("Name of a new user").FillAsync("alice");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create user" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("alice");
        await page.GetByLabel("A managed policy to attach").SelectOptionAsync("AdministratorAccess");
        await page.GetByRole(AriaRole.Button, new() { Name = "Attach", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".note.good")).ToHaveTextAsync("AdministratorAccess is attached.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Assertions.Expect(page.Locator(".secret dd")).ToHaveCountAsync(2);
        var given = await page.Locator(".secret dd").AllTextContentsAsync();
        await tab.IsAccessibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await tab.SignInAsync(given[0], given[1]);
        await Assertions.Expect(page.Locator(".me .who")).ToHaveTextAsync("alice");
        await tab.GoAsync("access/users/alice");

        // Her session is one of a console: IAM takes it. It ends with the key that it was made with.
        await page.GetByRole(AriaRole.Button, new() { Name = $"Deactivate {given[0]}" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Sign in");
    }

    [Fact]
    public async Task A_policy_is_checked_while_it_is_typed_tried_and_saved()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "access/policy");
        var page = tab.Page;
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("only-443");
        var text = page.GetByLabel("Policy document");

        await text.FillAsync("""{"Version":"2012-10-17","Statement":[{"Effect":"Alow","Action":"lightsail:*","Resource":"*"}]}""");
        await Assertions.Expect(page.Locator("#policy-problems")).ToContainTextAsync("Effect");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToBeDisabledAsync();
        await tab.IsAccessibleAsync();

        await text.FillAsync("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:PutInstancePublicPorts","Resource":"*","Condition":{"NumericEquals":{"portlight:FromPort":443}}}]}""");
        await Assertions.Expect(page.Locator(".panel .state").First).ToHaveTextAsync("Valid");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".verdict")).ToContainTextAsync("lightsail:PutInstancePublicPorts: allowed.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await page.WaitForURLAsync("**/access/policy?arn=*only-443");
        await Assertions.Expect(page.GetByLabel("Policy document")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("portlight:FromPort"));
        await tab.GoAsync("access/policies");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "only-443" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_simulator_tells_what_somebody_may()
    {
        await fixture.UserAsync("carol", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"}]}""");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, $"access/simulate?who={Uri.EscapeDataString($"arn:aws:iam::{fixture.Server.AccountId}:user/carol")}");

        await tab.Page.GetByLabel("Actions").FillAsync("lightsail:GetInstances lightsail:DeleteInstance");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Ask", Exact = true }).ClickAsync();

        await Assertions.Expect(tab.Page.Locator(".verdict b")).ToHaveTextAsync(["lightsail:GetInstances: allowed.", "lightsail:DeleteInstance: denied, because nothing allows it."]);
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task Somebody_whom_no_policy_lets_sign_in_to_consoles_sees_why_IAM_is_closed()
    {
        var (keyId, secret) = await fixture.UserAsync("dave", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","portlight:List*","portlight:Watch*"],"Resource":"*"}]}""");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("access/users");

        await tab.SignInAsync(keyId, secret);

        await Assertions.Expect(tab.Page.Locator(".note")).ToContainTextAsync("do not allow portlight:SignIn");
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task What_policies_do_not_allow_is_disabled_with_the_reason_on_every_page_of_access()
    {
        await fixture.UserAsync("frank");
        var (keyId, secret) = await fixture.UserAsync(
            "looker",
            """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:*","iam:Get*","iam:List*"],"Resource":"*"},
            {"Effect":"Allow","Action":["iam:CreateUser","iam:CreateAccessKey"],"Resource":"arn:aws:iam::*:user/dev-*"},
            {"Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"*","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/IAMReadOnlyAccess"}}},
            {"Effect":"Allow","Action":"iam:CreatePolicy","Resource":"arn:aws:iam::*:policy/dev-*"}]}
            """);
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        var page = tab.Page;
        await page.GotoAsync("access/users/frank");
        await tab.SignInAsync(keyId, secret);
        await tab.LiveAsync();

        await Assertions.Expect(page.Locator(".hint", new() { HasTextRegex = new(@"iam:DeleteUser\b") })).ToBeVisibleAsync();
        foreach (var name in new[] { "Delete…", "Create key", "Attach" })
        {
            await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true })).ToBeDisabledAsync();
        }

        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Access keys" }).Locator(".hint").First).ToContainTextAsync("iam:CreateAccessKey");
        await Assertions.Expect(page.Locator("#attach option[disabled]")).Not.ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("#attach option:not([disabled])", new() { HasText = "IAMReadOnlyAccess" })).ToHaveCountAsync(1);
        await tab.LookAsync("access-disabled");

        await tab.GoAsync("access/users");
        await page.GetByLabel("Name of a new user").FillAsync("ops-1");
        await Assertions.Expect(page.Locator("#new-refused")).ToContainTextAsync("iam:CreateUser");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Create user" })).ToBeDisabledAsync();
        await tab.IsAccessibleAsync();
        await page.GetByLabel("Name of a new user").FillAsync("dev-1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create user" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("dev-1");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Create key" })).ToBeEnabledAsync();

        await tab.GoAsync("access/policy");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("ops-all");
        await Assertions.Expect(page.Locator("footer .hint")).ToContainTextAsync("iam:CreatePolicy");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToBeDisabledAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("dev-all");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToBeEnabledAsync();
    }

    [Fact]
    public async Task A_group_and_a_role_are_made_and_deleted_with_what_they_have()
    {
        await fixture.UserAsync("erin");
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "access/groups");
        var page = tab.Page;
        await page.GetByLabel("Name of a new group").FillAsync("ops");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create group" }).ClickAsync();
        await page.GetByLabel("A user to add").SelectOptionAsync("erin");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".note.good")).ToHaveTextAsync("erin is added.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete ops" }).ClickAsync();
        await Assertions.Expect(page.GetByText("There is no group yet.")).ToBeVisibleAsync();

        await tab.GoAsync("access/roles");
        await page.GetByLabel("Name of a new role").FillAsync("deploy");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create role" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Trust policy" })).ToContainTextAsync($"arn:aws:iam::{fixture.Server.AccountId}:root");
        await tab.IsAccessibleAsync();

        await tab.GoAsync("access/policy?kind=roles&of=deploy&trust=1");
        var text = page.GetByLabel("Policy document");
        var good = await text.InputValueAsync();
        await text.FillAsync(good.Replace("sts:AssumeRole", "lightsail:GetInstances", StringComparison.Ordinal));
        await Assertions.Expect(page.Locator("#policy-problems")).ToContainTextAsync("sts:");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToBeDisabledAsync();
        await text.FillAsync(good.Replace(":root", ":user/erin", StringComparison.Ordinal));
        await Assertions.Expect(page.Locator(".panel .state").First).ToHaveTextAsync("Valid");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page.Locator(".note.good")).ToBeVisibleAsync();
    }
}
