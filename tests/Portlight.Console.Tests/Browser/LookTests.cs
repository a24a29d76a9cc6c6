using static Portlight.Console.Tests.Browser.ConsoleFixture;

namespace Portlight.Console.Tests.Browser;

/// <summary>Every page in both themes, on a wide and on a narrow screen: axe, the edge of the screen, and a picture for people to look at.</summary>
public sealed class LookTests(Chromium chromium, LookTests.Fleet fleet) : IClassFixture<LookTests.Fleet>
{
    public static TheoryData<string, string> Pages => new()
    {
        { "instances", "us-east-1/instances" },
        { "hosts", "hosts" },
        { "not-found", "us-east-1/no-such-page" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_accessible_and_fits_in_both_themes_and_at_every_width(string name, string path)
    {
        foreach (var (width, isDark) in new[] { (1440, false), (1440, true), (390, true), (360, false) })
        {
            await using var tab = await Tab.OpenAsync(chromium, fleet.Console, width, isDark);
            if (name == "not-found")
            {
                tab.IsOffline = true; // the browser tells of the status 404 itself
                await tab.Page.GotoAsync(path);
                await tab.SignInAsync(fleet.Console.Root.AccessKeyId, fleet.Console.Root.SecretAccessKey);
            }
            else
            {
                await tab.VisitAsync(fleet.Console, path);
            }

            await tab.PictureAsync($"{name}-{width}-{(isDark ? "dark" : "light")}");
            await tab.IsAccessibleAsync();
        }
    }

    [Fact]
    public async Task The_page_to_sign_in_is_too()
    {
        foreach (var (width, isDark) in new[] { (1440, false), (360, true) })
        {
            await using var tab = await Tab.OpenAsync(chromium, fleet.Console, width, isDark);
            await tab.Page.GotoAsync("sign-in");
            await tab.PictureAsync($"sign-in-{width}-{(isDark ? "dark" : "light")}");
            await tab.IsAccessibleAsync();
        }
    }

    /// <summary>Some instances of the kinds that a fleet has.</summary>
    public sealed class Fleet : IAsyncLifetime
    {
        public ConsoleFixture Console { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Console.InitializeAsync();
            await Console.CreateAsync("web-1", "env=prod role=web", Tcp(22), Tcp(80), Tcp(443), Tcp(3306, "192.0.2.40/32", "192.0.2.41/32"), Tcp(8080, "203.0.113.0/24"));
            await Console.CreateAsync("web-2", "env=prod role=web", Tcp(22, "203.0.113.0/24"), Tcp(80), Tcp(443));
            await Console.CreateAsync("api-1", "env=prod role=api", Tcp(22, "198.51.100.23/32"), Tcp(443));
            await Console.CreateAsync("db-3", "env=prod role=db", Tcp(5432), Tcp(22, "198.51.100.23/32"));
            await Console.CreateAsync("mail-1", "env=prod role=mail portlight:public=25+587", Tcp(25), Tcp(587), Tcp(993, "2001:db8::/32"));
            await Console.CreateAsync("win-4", "env=test", Tcp(3389));
            await Console.CreateAsync("cache-2", "env=prod role=cache");
        }

        public ValueTask DisposeAsync() => Console.DisposeAsync();
    }
}
