using Portlight.Console.Settings;

namespace Portlight.Console.Tests.Settings;

public sealed class ConsoleSettingsTests
{
    [Fact]
    public void Settings_are_read_from_the_command_line()
    {
        var (settings, _, problem) = ConsoleSettings.Read(["--api", "https://portlight.example:8443", "--listen", "http://127.0.0.1:0", "--region", "eu-central-1", "--data", "/var/lib/x", "--api-cert", "/etc/server.pem"]);

        Assert.Null(problem);
        Assert.Equal((new Uri("https://portlight.example:8443/"), "eu-central-1", "/var/lib/x", "/etc/server.pem"), (settings!.Api, settings.Region, settings.Data, settings.ApiCertificate));
    }

    [Theory]
    [InlineData("--api", "ftp://portlight.example")]
    [InlineData("--api", "http://user:word@portlight.example")]
    [InlineData("--listen", "https://127.0.0.1:1")]
    [InlineData("--region", "not a region")]
    [InlineData("--nonsense", "x")]
    [InlineData("--api")]
    public void What_is_not_understood_is_refused(params string[] words) => Assert.NotNull(ConsoleSettings.Read(words).Problem);
}
