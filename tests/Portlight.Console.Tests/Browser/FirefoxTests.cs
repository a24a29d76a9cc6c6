using static Portlight.Console.Tests.Browser.ServedConsole;

namespace Portlight.Console.Tests.Browser;

/// <summary>One journey in another browser than all others.</summary>
public sealed class FirefoxTests(ConsoleFixture fixture) : IClassFixture<ConsoleFixture>
{
    [Fact]
    public async Task In_Firefox_a_person_signs_in_changes_a_port_on_a_narrow_screen_and_searches()
    {
        Assert.SkipUnless(File.Exists(Firefox.Program), "Firefox is not installed: apt-get install firefox-esr");
        await fixture.CreateAsync("fox-1", null, Tcp(22), Tcp(80));
        await using var firefox = await Firefox.StartAsync();
        await firefox.ResizeAsync(360, 844);
        await firefox.GoAsync(new Uri(fixture.Console.Address, "us-east-1/instances"));
        await firefox.ClickAsync("document.querySelector('[name=AccessKeyId]')");
        await firefox.TypeAsync(fixture.Root.AccessKeyId);
        await firefox.ClickAsync("document.querySelector('[name=Secret]')");
        await firefox.TypeAsync(fixture.Root.SecretAccessKey);
        await firefox.ClickAsync(Button("Sign in"));
        await firefox.UntilAsync("document.querySelector('[data-live]')");

        await firefox.ClickAsync("[...document.querySelectorAll('td .name')].find(name => name.textContent === 'fox-1')");
        await firefox.ClickAsync("document.querySelector('[aria-label=\"Edit HTTP\"]')");
        await firefox.ClickAsync(Button("Close this rule"));
        await firefox.ClickAsync(Button("Review changes"));
        await firefox.UntilAsync("document.querySelector('#review').open");
        await firefox.ClickAsync("document.querySelector('#review .opt input')");
        await firefox.ClickAsync(Button("Apply 1 change"));
        await firefox.UntilAsync("document.querySelector('.note.good')?.textContent.includes('Recorded')");
        Assert.Equal(["22/tcp 0.0.0.0/0 ::/0"], await fixture.PortsAsync("fox-1"));

        await firefox.ClickAsync("document.querySelector('[data-open=palette]')");
        await firefox.TypeAsync("fox-");
        await firefox.UntilAsync("document.querySelector('#palette-answers a')?.textContent.startsWith('fox-1')");
        Assert.Equal("true", await firefox.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth"));
        Assert.Empty(firefox.Complaints);
    }

    private static string Button(string text) => $"[...document.querySelectorAll('button')].find(button => button.textContent.trim() === '{text}')";
}
