using Microsoft.Playwright;
using Portlight.TestKit.Serving;
using Portlight.Wire.Client;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Browser;

[Collection("kernel")]
public sealed class AddressTests(Chromium chromium, AddressTests.TrustedConsole console) : IClassFixture<AddressTests.TrustedConsole>
{
    [Fact]
    public async Task A_server_that_trusts_the_console_sees_from_where_each_person_comes()
    {
        await using var tab = await Tab.OpenAsync(chromium, console);

        await tab.VisitAsync(console, "us-east-1/instances");
        await tab.GoAsync("activity?what=all");

        // Of a page that was asked for, and of the connection of one that is open.
        foreach (var operation in new[] { "GetCallerIdentity", "ListFleet" })
        {
            await Assertions.Expect(tab.Page.Locator(".line > li").Filter(new() { HasText = operation }).Locator(".why").First).ToContainTextAsync("::1, portlight-console/");
        }
    }

    /// <summary>A console that people reach by IPv6 and that reaches its server by IPv4, so that the two cannot be taken for each other.</summary>
    public sealed class TrustedConsole : ServedConsole
    {
        private ServeProcess? _server;

        protected override string Host => "[::1]";

        protected override async Task<(Uri Endpoint, AwsCredentials Root)> StartServerAsync(string data)
        {
            var command = ServeProcess.CommandOn(data);
            command.ArgumentList.Add("--trusted-proxy");
            command.ArgumentList.Add("127.0.0.1/32");
            _server = await ServeProcess.StartAsync(command, data);
            Assert.True(SharedCredentialsFile.TryRead(Path.Combine(data, "credentials"), SharedCredentialsFile.DefaultProfile, out var root, out var problem), problem);
            return (new Uri(_server.Ready.Split(' ')[2]), root);
        }

        protected override ValueTask StopServerAsync()
        {
            _server?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
