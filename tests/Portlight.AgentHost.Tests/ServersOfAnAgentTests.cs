using Grpc.Core;
using Portlight.AgentListener;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Server;
using Portlight.AgentStream.Tests;
using Portlight.AgentStream.Wire;
using Portlight.TestKit;

namespace Portlight.AgentHost.Tests;

/// <summary>An agent and the servers of one installation: it learns where they are, and moves between them by itself.</summary>
public sealed class ServersOfAnAgentTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private readonly Installation _first;
    private readonly Installation _second;
    private readonly Machine _machine;

    public ServersOfAnAgentTests()
    {
        _first = new Installation(_clock);
        _second = new Installation(_clock, _first, _first.Authority);
        _machine = new Machine(_clock);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _first.StartAsync();
        await _second.StartAsync();
        await _machine.JoinAsync(_first.Token("fra-07"));
    }

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        await _second.StopAsync();
        await _first.DisposeAsync();
    }

    [Fact]
    public async Task Servers_that_are_named_while_it_is_connected_are_on_its_disk_and_are_gone_to()
    {
        await _machine.StartAsync();
        await _first.ConnectedAsync();
        _first.TellServers(_first.Address, _second.Address);
        await Until.TrueAsync(() => Known().Contains(_second.Address), "the second server in the membership");

        await _machine.RestartAsync();
        await _first.StopAsync();
        var (host, agent) = await _second.ConnectedAsync();
        Assert.Equal("fra-07", host);
        Assert.Single(await agent.SynchroniseAsync([Wanted.Lab(7, 3)], Cancellation));
        await _first.StartAsync();
    }

    [Fact]
    public async Task A_welcome_names_the_servers_and_the_address_that_led_to_it_is_kept()
    {
        _first.TellServers(_second.Address);
        await _machine.StartAsync();
        await Until.TrueAsync(() => Known().Length == 2, "both servers in the membership");
        Assert.Equal(new[] { _first.Address, _second.Address }.ToHashSet(), Known().ToHashSet());
    }

    [Fact]
    public async Task A_server_that_has_no_database_is_passed_over_though_it_answers()
    {
        _first.TellServers(_first.Address, _second.Address);
        await _machine.StartAsync();
        await Until.TrueAsync(() => Known().Length == 2, "both servers in the membership");
        await _machine.StopAsync();
        _first.IsOutOfOrder = true;
        var before = _machine.Told.Count;
        await _machine.StartAsync();

        Assert.Equal("fra-07", (await _second.ConnectedAsync()).Host);
        Assert.DoesNotContain(_machine.Told.Skip(before), told => told.Contains($"connected to {_first.Address.Authority}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_server_names_that_is_no_address_changes_nothing()
    {
        _first.TellServers(new Uri("http://192.0.2.1:8581"), new Uri("ftp://192.0.2.1"));
        await _machine.StartAsync();
        await _first.ConnectedAsync();
        _first.TellServers(new Uri("http://192.0.2.1:8581"), _second.Address);
        await Until.TrueAsync(() => Known().Contains(_second.Address), "the one that is an address");
        Assert.Equal(2, Known().Length);
    }

    [Fact]
    public async Task An_agent_is_asked_at_the_server_that_it_is_connected_to_by_servers_and_by_nobody_else()
    {
        await _machine.StartAsync();
        await _first.ConnectedAsync();
        var (status, log) = (new AgentStatus(true, "cut", 0, null, null), new KeptLines());
        var elsewhere = new AgentElsewhere("fra-07", status, (question, cancellation) => OtherServer.AskAsync(_second.Identity, [_first.Address], "fra-07", question, log, cancellation));
        Assert.Equal(_machine.Kernel.Facts.Inbound, await elsewhere.FindSshSessionsAsync(Cancellation));
        await Assert.ThrowsAsync<AgentException>(() => elsewhere.SynchroniseAsync([], Cancellation));

        // It is not there: a question waits until it is somewhere.
        await Assert.ThrowsAsync<AgentGoneException>(() => OtherServer.AskAsync(_second.Identity, [_first.Address], "ams-01", new Question { Discover = new Question.Types.Discover() }, log, Cancellation));

        // A host is no server, whatever its certificate, and neither is one of another authority.
        using var certificate = HostMembership.Read(_machine.Disk, out _)!.Credentials[0].Load();
        using var asHost = ServerChannel.Open(_first.Address, HostMembership.Read(_machine.Disk, out _)!.Trust, certificate, TimeSpan.FromSeconds(15));
        var refused = await Assert.ThrowsAsync<RpcException>(() => new Agents.AgentsClient(asHost).AskAsync(new AskRequest { Host = "fra-07", Question = new Question { Discover = new Question.Types.Discover() } }, cancellationToken: Cancellation).ResponseAsync);
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
        await using var stranger = new Installation(_clock);
        await stranger.StartAsync();
        var unasked = await Assert.ThrowsAsync<AgentGoneException>(() => OtherServer.AskAsync(stranger.Identity, [_first.Address], "fra-07", new Question { Discover = new Question.Types.Discover() }, log, Cancellation));
        // Where the other server is, and what is wrong with it, is for the operator's log: the message is read by tenants.
        Assert.Equal("the agent of the host fra-07 is connected to another server, which cannot be asked now", unasked.Message);
        Assert.Contains(_first.Address.Authority, Assert.Single(log.All), StringComparison.Ordinal);
    }

    private System.Collections.Immutable.ImmutableArray<Uri> Known() => HostMembership.Read(_machine.Disk, out _)!.Servers;
}
