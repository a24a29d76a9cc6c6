using Portlight.AgentProtocol;
using Portlight.AgentStream.Tests;
using Portlight.Certificates;
using Portlight.TestKit;
using Portlight.TestKit.Network;

namespace Portlight.AgentHost.Tests;

/// <summary>The agent's process through what happens to servers, networks, disks and clocks.</summary>
public sealed class AgentProcessTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private readonly Installation _installation;
    private readonly Machine _machine;

    public AgentProcessTests() => (_installation, _machine) = (new Installation(_clock), new Machine(_clock));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => new(_installation.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Fact]
    public async Task A_machine_that_has_not_joined_says_so_and_is_a_host_as_soon_as_it_has()
    {
        await _machine.StartAsync();
        Assert.Contains("portlight host token", _machine.Told[^1], StringComparison.Ordinal);
        Assert.Empty(_machine.Kernel.Calls);
        await _machine.JoinAsync(_installation.Token("fra-07"));
        Assert.Equal("fra-07", (await _installation.ConnectedAsync()).Host);
    }

    [Fact]
    public async Task A_machine_that_joins_again_while_its_agent_runs_is_connected_by_what_it_joined_with()
    {
        await ConnectAsync();
        await _installation.ConnectedAsync();
        await _machine.JoinAsync(_installation.Token("fra-07"));
        // The server lets the former certificate in no more.
        _installation.Ended.SetResult("another machine has joined as this host");
        Assert.Equal("fra-07", (await _installation.ConnectedAsync()).Host);
    }

    [Fact]
    public async Task Restarted_without_a_server_it_enforces_what_was_confirmed_before_it_says_that_it_is_ready()
    {
        await ConnectAsync();
        var agent = (await _installation.ConnectedAsync()).Agent;
        await agent.SynchroniseAsync([Wanted.Lab(8, 1), Wanted.Machine(9, 2, 22)], Cancellation);
        await agent.ApplyAsync([Wanted.Lab(7, 3)], [8], Cancellation);
        await _installation.StopAsync();
        await _machine.RestartAsync();
        Assert.Equal([7, 9], _machine.Kernel.InForce.Keys.Order());
        Assert.Single(_machine.Kernel.Calls);
        Assert.Contains("2 instances of fra-07", _machine.Told[^1], StringComparison.Ordinal);

        // The server comes back, and sends nothing that is known.
        await _installation.StartAsync();
        agent = (await _installation.ConnectedAsync()).Agent;
        Assert.Equal(2, (await agent.SynchroniseAsync([Wanted.Machine(9, 2, 22), Wanted.Lab(7, 3)], Cancellation)).Count);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_looked_for_and_said_to_be()
    {
        await ConnectAsync();
        await _installation.ConnectedAsync();
        await _installation.StopAsync();
        await Until.TrueAsync(() => _machine.Told.Exists(told => told.Contains("without a server since", StringComparison.Ordinal)), "a word about the absent server");
        await _installation.StartAsync();
        await _installation.ConnectedAsync();
    }

    [Fact]
    public async Task A_server_is_told_where_an_agent_is_and_which_start_of_it_each_connection_is()
    {
        await ConnectAsync();
        var first = (await _installation.ConnectedAsync()).Agent.Status;
        _installation.Ended.SetResult("another agent has come");
        var again = (await _installation.ConnectedAsync()).Agent.Status;
        await _machine.RestartAsync();
        var restarted = (await _installation.ConnectedAsync()).Agent.Status;

        Assert.Equal(("127.0.0.1", 16), (first.Address, first.Run?.Length));
        Assert.Equal(first.Run, again.Run);
        Assert.NotEqual(first.Run, restarted.Run);
    }

    [Fact]
    public async Task How_many_instances_it_enforces_is_said_as_they_come_and_go_and_its_disk_tells_where_they_are()
    {
        Assert.Contains("has not joined", Assert.Throws<AgentException>(() => DiskReport.Of(_machine.Disk).ToList()).Message, StringComparison.Ordinal);
        await ConnectAsync();
        var agent = (await _installation.ConnectedAsync()).Agent;
        await agent.SynchroniseAsync([Wanted.Machine(9, 2, 22), Wanted.Lab(7, 3)], Cancellation);
        Assert.StartsWith("enforcing 2 instances of fra-07; connected to ", _machine.Told[^1], StringComparison.Ordinal);

        List<string> told = [.. DiskReport.Of(_machine.Disk)];
        Assert.Equal([$"host fra-07 of installation {Installation.Id}", $"servers: {_installation.Address.OriginalString}"], told[..2]);
        Assert.Equal(["attached: 2", "  netns pl-web-7: 443/tcp", "  this machine: 22/tcp"], told[3..]);

        await agent.ApplyAsync([], [7], Cancellation);
        Assert.StartsWith("enforcing 1 instance of fra-07; connected to ", _machine.Told[^1], StringComparison.Ordinal);
        await agent.ApplyAsync([], [9], Cancellation);
        Assert.StartsWith("nothing is attached", DiskReport.Of(_machine.Disk).Last(), StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(_machine.Disk, "agent.instances"), "garbage", Cancellation);
        Assert.Equal("what is attached is not known: agent.instances does not begin as it should", DiskReport.Of(_machine.Disk).Last());
    }

    [Fact]
    public async Task A_connection_that_leads_nowhere_any_more_is_found_by_both_ends()
    {
        // Here alone: on a busy machine an answer to a ping can take longer than a second, and then a connection that is well is ended.
        var often = TimeSpan.FromSeconds(1);
        await using var installation = new Installation(_clock) { Ping = often };
        await installation.StartAsync();
        await using var machine = new Machine(_clock) { Ping = often };
        using var relay = new Relay(installation.Address.Port);
        await machine.JoinAsync(installation.Token("fra-07"));
        (HostMembership.Read(machine.Disk, out _)! with { Servers = [new Uri($"https://127.0.0.1:{relay.Port}")] }).Write(machine.Disk);
        await machine.StartAsync();
        var agent = (AgentStream.Server.RemoteAgent)(await installation.ConnectedAsync()).Agent;
        relay.Freeze();
        Assert.False(string.IsNullOrEmpty(await agent.Ended.WaitAsync(Deadline.Span, Cancellation)));
        await Until.TrueAsync(() => machine.Told.Exists(told => told.Contains("without a server since", StringComparison.Ordinal)), "the agent's own discovery");
        relay.Thaw();
        await installation.ConnectedAsync();
    }

    [Fact]
    public async Task A_certificate_is_renewed_at_half_of_its_life_and_the_former_one_kept_until_the_new_one_has_worked()
    {
        await ConnectAsync();
        await _installation.ConnectedAsync();
        var first = HostMembership.Read(_machine.Disk, out _)!.Credentials[0];
        await _machine.StopAsync();
        _clock.Ahead = TimeSpan.FromDays(25);
        await _machine.StartAsync();
        await _installation.ConnectedAsync();
        await Until.TrueAsync(() => HostMembership.Read(_machine.Disk, out _)!.Credentials.Length == 2, "a renewed certificate");
        var renewed = HostMembership.Read(_machine.Disk, out _)!;
        Assert.NotEqual(first.PrivateKey, renewed.Credentials[0].PrivateKey);
        Assert.Equal(first.Certificate, renewed.Credentials[1].Certificate);
        await _machine.RestartAsync();
        await _installation.ConnectedAsync();
        await Until.TrueAsync(() => HostMembership.Read(_machine.Disk, out _)!.Credentials.Length == 1, "the end of the former one");
        Assert.Equal(renewed.Credentials[0].Certificate, HostMembership.Read(_machine.Disk, out _)!.Credentials[0].Certificate);
    }

    [Fact]
    public async Task A_renewal_whose_answer_came_and_which_the_server_does_not_know_costs_nobody_the_connection()
    {
        await ConnectAsync();
        await _installation.ConnectedAsync();
        await _machine.StopAsync();
        var membership = HostMembership.Read(_machine.Disk, out _)!;
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var unknown = _installation.Authority.IssueHost("fra-07", new System.Security.Cryptography.X509Certificates.PublicKey(key), _clock.GetUtcNow());
        (membership with { Credentials = [new HostCredential(unknown.RawData, key.ExportPkcs8PrivateKey()), membership.Credentials[0]] }).Write(_machine.Disk);
        await _machine.StartAsync();
        Assert.Equal("fra-07", (await _installation.ConnectedAsync()).Host);
    }

    [Fact]
    public async Task A_machine_that_was_off_for_two_months_renews_and_connects()
    {
        await ConnectAsync();
        await _installation.ConnectedAsync();
        await _machine.StopAsync();
        _clock.Ahead = TimeSpan.FromDays(60);
        await _machine.StartAsync();
        Assert.Equal("fra-07", (await _installation.ConnectedAsync()).Host);
    }

    /// <summary>Nothing; what is none; one for another key, which belongs to nobody here.</summary>
    [Theory]
    [InlineData("nothing")]
    [InlineData("broken")]
    [InlineData("of another key")]
    public async Task What_a_renewal_is_answered_with_takes_the_place_of_nothing_unless_it_is_this_hosts(string answer)
    {
        await ConnectAsync();
        await _installation.ConnectedAsync();
        await _machine.StopAsync();
        var before = HostMembership.Read(_machine.Disk, out _)!.Credentials;
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var another = _installation.Authority.IssueHost("fra-07", new System.Security.Cryptography.X509Certificates.PublicKey(key), _clock.GetUtcNow());
        _installation.RenewedWith = answer switch { "nothing" => [], "broken" => [1, 2, 3], _ => another.RawData };
        _clock.Ahead = TimeSpan.FromDays(60);
        await _machine.StartAsync();
        await Until.TrueAsync(() => _machine.Told.Exists(told => told.Contains("its own authority does not know", StringComparison.Ordinal)), "a word about what was sent");
        Assert.Equal(before[0].Certificate, Assert.Single(HostMembership.Read(_machine.Disk, out var problem)!.Credentials).Certificate);
        Assert.Null(problem);

        _installation.RenewedWith = null;
        Assert.Equal("fra-07", (await _installation.ConnectedAsync()).Host);
    }

    [Fact]
    public async Task Authorities_that_have_not_signed_for_this_host_are_not_taken_over()
    {
        var membership = await _machine.JoinAsync(_installation.Token("fra-07"));
        using var other = CertificateAuthority.Create(new Portlight.Domain.InstallationId(0x1a5), _clock.GetUtcNow());
        membership.RequireSound(_clock.GetUtcNow());
        foreach (var authorities in (byte[][][])[[], [[]], [[1, 2, 3]], [other.Certificate.RawData]])
        {
            Assert.Throws<Portlight.AgentProtocol.AgentException>(() => (membership with { Authorities = [.. authorities] }).RequireSound(_clock.GetUtcNow()));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(-4000)]
    [InlineData(400)]
    public async Task A_clock_that_is_wrong_by_days_or_years_is_said_and_keeps_nobody_away(int days)
    {
        var wrong = new ShiftedClock { Ahead = TimeSpan.FromDays(days) };
        await using var machine = new Machine(wrong);
        await machine.JoinAsync(_installation.Token("fra-08"));
        await machine.StartAsync();
        var agent = (AgentStream.Server.RemoteAgent)(await _installation.ConnectedAsync()).Agent;
        Assert.InRange(agent.ClockAhead.TotalDays, days - 0.1, days + 0.1);
        Assert.Single(await agent.ApplyAsync([Wanted.Lab(9, 1)], [], Cancellation));
        // And nothing is renewed before its time, which is the server's.
        Assert.Single(HostMembership.Read(machine.Disk, out _)!.Credentials);
    }

    [Fact]
    public async Task When_the_authority_is_replaced_a_machine_has_a_certificate_of_the_new_one_before_the_old_one_goes()
    {
        await ConnectAsync();
        await _installation.ConnectedAsync();
        await _machine.StopAsync();
        await _installation.StopAsync();

        // The new one is told, and signs what hosts show; the listener shows what every host knows.
        using var next = CertificateAuthority.Create(new Portlight.Domain.InstallationId(0x1a5), _clock.GetUtcNow());
        var both = new Installation(_clock, _installation, _installation.Authority, next);
        await both.StartAsync();
        await RedirectAsync(both);
        await both.ConnectedAsync();
        // And once more, with what it has got by then.
        await both.ConnectedAsync();
        var membership = HostMembership.Read(_machine.Disk, out _)!;
        Assert.Equal(2, membership.Authorities.Length);
        using var shown = membership.Credentials[0].Load();
        Assert.Equal(CertificateStanding.Good, new Trust(next.Certificate).CheckHost(shown, _clock.GetUtcNow()).Standing);
        await _machine.StopAsync();
        await both.StopAsync();

        var replaced = new Installation(_clock, _installation, next);
        await replaced.StartAsync();
        await RedirectAsync(replaced);
        Assert.Equal("fra-07", (await replaced.ConnectedAsync()).Host);
        await Until.TrueAsync(() => HostMembership.Read(_machine.Disk, out _)!.Authorities.Length == 1, "the end of the old one");
        await _machine.StopAsync();
        await replaced.StopAsync();
        await _installation.StartAsync();
        var before = _machine.Told.Count;
        await RedirectAsync(_installation);
        await Until.TrueAsync(() => _machine.Told.Skip(before).Any(told => told.Contains(Introduction.Stranger, StringComparison.Ordinal)), "a refusal of the old one");
    }

    private async Task ConnectAsync()
    {
        await _machine.JoinAsync(_installation.Token("fra-07"));
        await _machine.StartAsync();
    }

    private async Task RedirectAsync(Installation to)
    {
        (HostMembership.Read(_machine.Disk, out _)! with { Servers = [to.Address] }).Write(_machine.Disk);
        await _machine.StartAsync();
    }
}
