using Portlight.Server.Tests.Audit;
using Portlight.Server.Tests.History;

namespace Portlight.Server.Tests.Sharing;

/// <summary>Servers of one database have one audit log.</summary>
public sealed class SharedActivityTests(SharedDatabase database) : IClassFixture<SharedDatabase>
{
    [Fact]
    public async Task What_was_done_at_either_server_is_counted_by_both()
    {
        await using var servers = await database.StartAsync();
        await SharedServers.AttachAsync(servers.A);
        var agent = new ScriptedAgent { MakesLab = false };
        using var connection = await SharedServers.ConnectAsync(servers.B, agent);
        var begin = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1);
        await HostCalls.PutAsync(servers.A, "vm-1", 443);
        await HostCalls.PutAsync(servers.B, "vm-1", 80);
        await servers.A.FlushAuditAsync();
        await servers.B.FlushAuditAsync();

        foreach (var server in new[] { servers.A, servers.B })
        {
            await server.Server.Store.CatchUpAsync(TestContext.Current.CancellationToken);
            var (events, since) = await server.CountsAsync(new() { EventName = "PutInstancePublicPorts", StartTime = begin, EndTime = begin + TimeSpan.FromHours(1) });
            Assert.Equal(2, events["ports"]);
            Assert.Equal(begin.ToUnixTimeMilliseconds(), since[^1].ToUnixTimeMilliseconds());
        }
    }
}
