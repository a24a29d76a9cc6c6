using Portlight.Testing;
using Portlight.TestKit.Network;
using Portlight.Wire.SigV4;

namespace Portlight.Console.Tests.Browser;

/// <summary>A console of a server inside this process, which records and whose clock the test moves.</summary>
public sealed class ConsoleFixture : ServedConsole
{
    public PortlightServer Server { get; private set; } = null!;

    protected override async Task<(Uri Endpoint, AwsCredentials Root)> StartServerAsync(string data)
    {
        Server = await PortlightServer.StartAsync(new PortlightServerOptions { Region = Region, ConfirmTimeout = Deadline.Span });
        return (Server.Endpoint, new AwsCredentials(Server.AccessKeyId, Server.SecretAccessKey));
    }

    protected override ValueTask StopServerAsync() => Server.DisposeAsync();
}
