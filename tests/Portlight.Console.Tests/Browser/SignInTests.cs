using Microsoft.Playwright;

namespace Portlight.Console.Tests.Browser;

public sealed class SignInTests(Chromium chromium, ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task A_person_signs_in_with_an_access_key_and_comes_to_the_page_that_was_asked_for()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);

        await tab.VisitAsync(fixture, "us-east-1/instances?q=nothing-is-named-so");

        Assert.Equal("/us-east-1/instances?q=nothing-is-named-so", new Uri(tab.Page.Url).PathAndQuery);
        await Assertions.Expect(tab.Page.Locator("h1")).ToHaveTextAsync("Instances");
        await Assertions.Expect(tab.Page.Locator(".me .who")).ToHaveTextAsync("root");
    }

    [Fact]
    public async Task A_wrong_secret_is_told_and_signs_nobody_in()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.Page.GotoAsync("sign-in");

        await tab.SignInAsync(fixture.Root.AccessKeyId, "not-the-secret-of-this-key");

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("signature");
        Assert.DoesNotContain(await tab.CookiesAsync(), cookie => cookie.Name == "portlight-session");
        await tab.IsAccessibleAsync();
    }

    [Fact]
    public async Task The_cookie_says_nothing_and_no_script_or_other_site_gets_it()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");

        var cookie = Assert.Single(await tab.CookiesAsync(), cookie => cookie.Name == "portlight-session");

        Assert.True(cookie.HttpOnly);
        Assert.Equal(SameSiteAttribute.Strict, cookie.SameSite);
        Assert.Equal("", await tab.Page.EvaluateAsync<string>("document.cookie"));
        Assert.DoesNotContain(fixture.Root.SecretAccessKey, await tab.Page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_in_every_tab()
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");
        var other = await tab.Page.Context.NewPageAsync();
        await other.GotoAsync("us-east-1/instances");
        await other.Locator("[data-live]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        await Assertions.Expect(tab.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        await Assertions.Expect(other.Locator("h1")).ToHaveTextAsync("Sign in");
        Assert.EndsWith("sign-in?returnUrl=%2Fus-east-1%2Finstances", other.Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData(@"/\elsewhere.example/")]
    public async Task Signing_in_leads_to_no_other_site(string address)
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);

        await tab.VisitAsync(fixture, $"sign-in?returnUrl={Uri.EscapeDataString(address)}");

        Assert.Equal("/us-east-1/instances", new Uri(tab.Page.Url).AbsolutePath);
    }

    [Theory]
    [InlineData("http://elsewhere.example")]
    [InlineData(null)]
    public async Task No_page_of_another_site_opens_a_connection_and_no_stranger_does(string? origin)
    {
        await using var tab = await Tab.OpenAsync(chromium, fixture);
        await tab.VisitAsync(fixture, "us-east-1/instances");
        var session = (await tab.CookiesAsync()).Single(cookie => cookie.Name == "portlight-session");
        using var socket = new System.Net.WebSockets.ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        socket.Options.SetRequestHeader("Origin", origin ?? fixture.Console.Address.GetLeftPart(UriPartial.Authority));
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Cookie", $"{session.Name}={session.Value}");
        }

        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => socket.ConnectAsync(new UriBuilder(fixture.Console.Address) { Scheme = "ws", Path = "/_blazor" }.Uri, TestContext.Current.CancellationToken));

        // A stranger was led to the page to sign in.
        Assert.Equal(origin is null ? System.Net.HttpStatusCode.OK : System.Net.HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Theory]
    [InlineData("us-east-1/instances")]
    [InlineData("hosts")]
    public async Task Nothing_but_the_page_to_sign_in_is_shown_to_strangers(string path)
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });

        using var answer = await http.GetAsync(new Uri(fixture.Console.Address, path), TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.Redirect, answer.StatusCode);
        Assert.StartsWith("/sign-in", answer.Headers.Location!.IsAbsoluteUri ? answer.Headers.Location.AbsolutePath : answer.Headers.Location.ToString(), StringComparison.Ordinal);
    }
}
