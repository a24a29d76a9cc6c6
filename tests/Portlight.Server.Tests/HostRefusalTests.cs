using Portlight.Domain;
using static Portlight.Server.Tests.HostCalls;

namespace Portlight.Server.Tests;

/// <summary>What a host refuses does not stay stored, whoever of the two was away or started anew in between.</summary>
public sealed class HostRefusalTests
{
    [Fact]
    public async Task What_the_kernel_of_a_host_refuses_is_reverted_like_that_of_the_own_one()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        var there = new ScriptedAgent();
        using var connection = server.Server.Hosts.Connect("fra-07", there);
        await AttachAsync(server, "vm-1", "fra-07");
        there.Refuse(wanted => wanted.Ports.Rules.Any(rule => rule.FromPort == 443) ? "no room" : null);

        Assert.Contains("no room", (await ServerHarness.RefusalAsync(() => PutAsync(server, "vm-1", 443))).Message, StringComparison.Ordinal);
        Assert.Equal(22, Assert.Single(server.Server.Store.View.FindInstance(server.Scope, "vm-1")!.Ports.Rules).FromPort);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_host_that_was_away_refuses_goes_back_to_what_stands_there_also_when_the_server_was_restarted_meanwhile(bool isRestarted)
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        var there = new ScriptedAgent();
        using (server.Server.Hosts.Connect("fra-07", there))
        {
            await AttachAsync(server, "vm-1", "fra-07");
        }

        await server.Server.Hosts.DisconnectAsync("fra-07", "it is gone");
        var overtaken = await PutAsync(server, "vm-1", 80);
        var refused = await PutAsync(server, "vm-1", 443);
        there.Refuse(wanted => wanted.Ports.Rules.Any(rule => rule.FromPort == 443) ? "no server could be reached" : null);
        if (isRestarted)
        {
            await server.RestartAsync();
        }

        using var again = server.Server.Hosts.Connect("fra-07", there);
        await server.Server.Hosts.Find("fra-07")!.ConfirmAsync(server.Server.Store.Revision, TimeSpan.FromMinutes(1));

        Assert.Equal(("Failed", "no server could be reached"), await OperationAsync(server, refused.Id));
        Assert.Equal(("Failed", "no server could be reached"), await OperationAsync(server, overtaken.Id));
        var stored = server.Server.Store.View.FindInstance(server.Scope, "vm-1")!;
        Assert.Equal((22, "fra-07", InstanceState.Running), (Assert.Single(stored.Ports.Rules).FromPort, stored.Attachment.Host, stored.State));
        await server.Server.Hosts.Find("fra-07")!.ConfirmAsync(stored.Revision, TimeSpan.FromMinutes(1));
        Assert.Equal(stored.Ports, Assert.Single(there.Applied.Values).Ports);
        Assert.True(server.Server.Hosts.Find("fra-07")!.IsEnforcing);
    }
}
