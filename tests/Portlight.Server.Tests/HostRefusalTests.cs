using Portlight.Domain;
using Portlight.Server.Tests.Expiring;
using Portlight.TestKit;
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

    [Fact]
    public async Task An_agent_that_knows_of_no_times_and_refuses_after_a_restart_to_close_what_has_expired_is_asked_again()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        var there = new ScriptedAgent { TellsExpiring = false };
        using (server.Server.Hosts.Connect("fra-07", there))
        {
            await AttachAsync(server, "web-1", "fra-07");
            await PutAsync(server, "web-1", 80);
            await server.OpenForAsync(5432, 60);
        }

        await server.Server.Hosts.DisconnectAsync("fra-07", "it is gone");
        there.Refuse(wanted => wanted.Ports.Rules.Length == 1 ? "no memory" : null);
        await server.RestartAsync(() => server.Clock.Advance(TimeSpan.FromMinutes(2)));
        using var again = server.Server.Hosts.Connect("fra-07", there);
        await server.Server.Hosts.Find("fra-07")!.ConfirmAsync(server.Server.Store.Revision, TimeSpan.FromMinutes(1));

        Assert.Equal("80/tcp; 5432/tcp from 192.0.2.7/32", server.Rules());
        Assert.Equal("5432/tcp from 192.0.2.7/32 in 30", server.Expiring());
        there.Refuse(_ => null);
        server.Clock.Advance(TimeSpan.FromSeconds(30));
        await Until.TrueAsync(() => server.Rules() == "80/tcp", "the second attempt to close it");
        await Until.TrueAsync(() => Assert.Single(there.Applied.Values).Ports.Rules.Length == 1, "the same at the agent");
        Assert.Equal("", server.Expiring());
    }

    [Fact]
    public async Task What_a_call_wanted_to_close_and_an_agent_that_knows_of_no_times_refuses_stays_open_without_one()
    {
        await using var server = await StartAsync();
        await JoinAsync(server, (await TokenAsync(server, "fra-07")).Token);
        var there = new ScriptedAgent { TellsExpiring = false };
        using (server.Server.Hosts.Connect("fra-07", there))
        {
            await AttachAsync(server, "web-1", "fra-07");
            await PutAsync(server, "web-1", 80);
        }

        await server.Server.Hosts.DisconnectAsync("fra-07", "it is gone");
        await PutAsync(server, "web-1", 443);
        there.Refuse(wanted => wanted.Ports.Rules[0].FromPort == 443 ? "no memory" : null);
        await server.RestartAsync();
        using var again = server.Server.Hosts.Connect("fra-07", there);
        await server.Server.Hosts.Find("fra-07")!.ConfirmAsync(server.Server.Store.Revision, TimeSpan.FromMinutes(1));

        Assert.Equal("80/tcp", server.Rules());
        Assert.Equal("", server.Expiring());
    }
}
