using Microsoft.Extensions.Logging.Abstractions;
using Portlight.Domain;
using Portlight.Fleet;

namespace Portlight.Server.Tests.Sharing;

/// <summary>A server whose beat the test is, and the host <c>fra-07</c>.</summary>
internal sealed class BeatScene(ServerHarness server) : IAsyncDisposable
{
    private readonly ServerBeat _beat = new(server.Server.Store, server.Server.Hosts, [], server.Clock, NullLogger<ServerBeat>.Instance);

    public Microsoft.Extensions.Time.Testing.FakeTimeProvider Clock => server.Clock;

    public Storage.IStore Store => server.Server.Store;

    public HostRegistry Hosts => server.Server.Hosts;

    public string Self => Hosts.Servers.Self;

    /// <summary>Which server has the agent, as it is stored.</summary>
    public HostLink Link => Store.View.FindHost("fra-07")!.Link!;

    public static async Task<BeatScene> StartAsync()
    {
        var server = await HostCalls.StartAsync();
        await HostCalls.JoinAsync(server, (await HostCalls.TokenAsync(server, "fra-07")).Token!);
        return new BeatScene(server);
    }

    /// <summary>A server takes the agent in. Returns the generation.</summary>
    public Task<long> TakeAsync(string? at = null) => HostLinks.TakeAsync(Store, "fra-07", at ?? Self, new ScriptedAgent().Status, Clock);

    public Task BeatAsync(TimeSpan after)
    {
        Clock.Advance(after);
        return _beat.BeatAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _beat.DisposeAsync();
        await server.DisposeAsync();
    }
}
