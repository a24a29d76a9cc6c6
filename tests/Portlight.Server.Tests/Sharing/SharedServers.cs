using Portlight.AgentProtocol;
using Portlight.Fleet;
using Portlight.TestKit;

namespace Portlight.Server.Tests.Sharing;

/// <summary>Two servers on one database, and the host <c>fra-07</c>, which the first has made.</summary>
internal sealed class SharedServers(ServerHarness a, ServerHarness b) : IAsyncDisposable
{
    public ServerHarness A => a;

    public ServerHarness B => b;

    public static async Task<SharedServers> StartAsync(string connectionText)
    {
        var a = await ServerHarness.StartSharedAsync(connectionText, null);
        try
        {
            var b = await ServerHarness.StartSharedAsync(connectionText, a);
            foreach (var server in new[] { a, b })
            {
                server.Server.Hosts.Door = HostCalls.Door(server);
            }

            await HostCalls.JoinAsync(a, (await HostCalls.TokenAsync(a, "fra-07")).Token!);
            return new SharedServers(a, b);
        }
        catch
        {
            await a.DisposeAsync();
            throw;
        }
    }

    /// <summary>An agent of the host comes to a server, as at the end of a stream.</summary>
    public static async Task<HostConnection> ConnectAsync(ServerHarness server, ScriptedAgent agent)
    {
        await server.Server.Store.CatchUpAsync(TestContext.Current.CancellationToken);
        agent.Facts = new AttachmentFacts(null, []) { Interface = new FoundInterface("vnet0", null) };
        var hosts = server.Server.Hosts;
        return hosts.Connect("fra-07", agent, await hosts.TakeAsync("fra-07", agent.Status));
    }

    /// <summary>An instance on the host, made known to a server.</summary>
    public static async Task AttachAsync(ServerHarness server)
    {
        await server.Server.Store.SaveAsync((_, changes) => changes.Save(new Domain.Instance
        {
            Scope = server.Scope,
            Name = "vm-1",
            Id = Guid.NewGuid(),
            Index = changes.NewIndex(),
            CreatedAt = server.Clock.GetUtcNow(),
            AvailabilityZone = server.Scope.Region + "a",
            BlueprintId = "attached",
            BundleId = "attached",
            Attachment = new Domain.Attachment.Interface("vnet0", [], []) { Host = "fra-07" },
            Ports = Domain.PortSet.Empty,
            State = Domain.InstanceState.Running,
            KeyPairName = "",
        }), TestContext.Current.CancellationToken);
    }

    public static HostLoop LoopOf(ServerHarness server) => server.Server.Hosts.Find("fra-07")!;

    public async ValueTask DisposeAsync()
    {
        await b.DisposeAsync();
        await a.DisposeAsync();
    }
}
