using Microsoft.Playwright;
using Portlight.TestKit;
using Portlight.TestKit.Serving;

namespace Portlight.Console.Tests.Browser;

/// <summary>The console that a server starts beside itself.</summary>
[Collection("kernel")]
public sealed class BesideTests(Chromium chromium, BesideConsole console) : IClassFixture<BesideConsole>
{
    [Fact]
    public async Task A_server_sees_from_where_each_person_comes_to_the_console_that_it_has_started()
    {
        await using var tab = await Tab.OpenAsync(chromium, console);

        await tab.VisitAsync(console, "us-east-1/instances");
        // Of a page that was asked for, and of the connection of one that is open.
        foreach (var operation in new[] { "signed in", "ListFleet" })
        {
            var line = tab.Page.Locator(".line > li").Filter(new() { HasText = operation }).Locator(".why").First;
            await LoggedAsync(tab, line);
            await Assertions.Expect(line).ToContainTextAsync("::1, portlight-console/");
        }
    }

    [Fact]
    public void A_console_lets_no_more_garbage_come_together_than_8_MiB_whatever_caches_the_machine_has()
    {
        using var process = console.Find();

        Assert.Contains("DOTNET_GCgen0size=0x800000", File.ReadAllText($"/proc/{process.Id}/environ").Split('\0'));
    }

    [Fact]
    public async Task A_console_that_is_lost_comes_back_and_the_server_goes_on()
    {
        using var before = console.Find();

        before.Kill();
        await before.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("ok", (await console.Server.HealthAsync()).Word);
        await console.AnswersAsync();
        using var after = console.Find();
        Assert.NotEqual(before.Id, after.Id);
    }

    [Theory]
    [InlineData(ServeProcess.KillSignal)]
    [InlineData(ServeProcess.TerminateSignal)]
    public async Task A_console_ends_with_its_server_whatever_ends_that(int signal)
    {
        await using var own = new Another();
        await own.InitializeAsync();
        using var process = own.Find();

        own.Server.End(signal);

        await Until.TrueAsync(() => HasEnded(process.Id), "the end of the console, whose server has ended");
    }

    /// <summary>An orphan that has ended stays a zombie until its new parent asks for it, and <see cref="Process"/> takes that for running.</summary>
    private static bool HasEnded(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>A read is in the audit log a moment after its answer: the page is looked at until it is.</summary>
    private static Task LoggedAsync(Tab tab, ILocator line) => Until.TrueAsync(
        async () =>
        {
            await tab.GoAsync("activity?what=all");
            return await line.CountAsync() > 0;
        },
        "the line of the activity");

    private sealed class Another : BesideConsole
    {
        protected override Uri At { get; } = new("http://[::1]:8591/");
    }
}
