using Portlight.Cli.Settings;

namespace Portlight.Cli.Tests.Settings;

public class SettingTextTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8580")]
    [InlineData("http://127.0.0.1:0/")]
    [InlineData("https://0.0.0.0:443")]
    [InlineData("http://[::1]:8580")]
    [InlineData("http://localhost:8580")]
    public void An_address_to_listen_on(string text) => Assert.True(SettingText.TryListen(text, out _, out _));

    [Theory]
    [InlineData("127.0.0.1:8580")]
    [InlineData("http://127.0.0.1")] // whose port would be a guess
    [InlineData("http://010.0.0.1:80")] // octal to some, decimal to others
    [InlineData("http://10.1:80")]
    [InlineData("http://example.org:80")] // would listen on whatever the name means today
    [InlineData("http://127.0.0.1:80/path")]
    [InlineData("http://127.0.0.1:80/?q")]
    [InlineData("http://user@127.0.0.1:80")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("unix:/run/portlight")]
    [InlineData("")]
    public void No_address_to_listen_on(string text)
    {
        Assert.False(SettingText.TryListen(text, out _, out var problem));
        Assert.Contains($"`{text}` must be", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:9580", true)]
    [InlineData("http://[::1]:9580", true)]
    [InlineData("http://localhost:9580", true)]
    [InlineData("http://0.0.0.0:9580", false)]
    [InlineData("http://192.0.2.1:9580", false)]
    [InlineData("https://127.0.0.1:9580", false)]
    public void Metrics_are_for_this_machine(string text, bool isAllowed) => Assert.Equal(isAllowed, SettingText.TryLoopback(text, out _, out _));

    [Theory]
    [InlineData("0ms", 0)]
    [InlineData("500ms", 500)]
    [InlineData("2s", 2000)]
    [InlineData("1m", 60_000)]
    public void A_duration(string text, int milliseconds)
    {
        Assert.True(SettingText.TryDuration(text, TimeSpan.FromMinutes(1), out var duration, out _));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1 s")]
    [InlineData("1S")]
    [InlineData("61s")]
    [InlineData("99999999999s")]
    public void No_duration(string text) => Assert.False(SettingText.TryDuration(text, TimeSpan.FromMinutes(1), out _, out _));
}
