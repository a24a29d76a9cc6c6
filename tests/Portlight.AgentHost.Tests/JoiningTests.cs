using System.Text;
using Portlight.AgentProtocol;
using Portlight.Certificates;

namespace Portlight.AgentHost.Tests;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class JoiningTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private readonly Installation _installation;
    private readonly Machine _machine;

    public JoiningTests() => (_installation, _machine) = (new Installation(_clock), new Machine(_clock));

    public ValueTask InitializeAsync() => new(_installation.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Fact]
    public async Task A_token_makes_a_machine_a_host_and_nobody_else_can_read_its_key()
    {
        var membership = await _machine.JoinAsync(_installation.Token("fra-07"));
        Assert.Equal(("fra-07", Installation.Id), (membership.Host, membership.Installation));
        using var certificate = membership.Credentials[0].Load();
        Assert.Equal("fra-07", membership.Trust.CheckHost(certificate, _clock.GetUtcNow()).Host);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_machine.Disk, HostMembership.FileName)));
        Assert.Equal(["agent.instances", "agent.json"], Directory.GetFiles(_machine.Disk).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.Equal(membership.Credentials[0].PrivateKey, HostMembership.Read(_machine.Disk, out _)!.Credentials[0].PrivateKey);
        File.SetUnixFileMode(Path.Combine(_machine.Disk, HostMembership.FileName), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.NotNull(HostMembership.Read(_machine.Disk, out var problem));
        Assert.Contains("chmod 600", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_lost_answer_the_same_key_is_shown_again()
    {
        _installation.LostAnswers = 1;
        var token = _installation.Token("fra-07");
        await Assert.ThrowsAsync<AgentException>(() => _machine.JoinAsync(token));
        await _machine.JoinAsync(token);
        Assert.Equal(2, _installation.JoinKeys.Count);
        Assert.Single(_installation.JoinKeys.Distinct());
    }

    [Fact]
    public async Task A_token_that_is_pasted_twice_on_one_machine_shows_the_same_key_and_another_token_another()
    {
        var token = _installation.Token("fra-07");
        var first = await _machine.JoinAsync(token);
        var second = await _machine.JoinAsync(token);
        Assert.Equal(first.Credentials[0].PrivateKey, second.Credentials[0].PrivateKey);
        Assert.Single(_installation.JoinKeys.Distinct());
        Assert.Equal(["agent.instances", "agent.json"], Directory.GetFiles(_machine.Disk).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));

        await _machine.JoinAsync(_installation.Token("fra-07"));
        Assert.Equal(2, _installation.JoinKeys.Distinct().Count());
    }

    [Fact]
    public async Task A_token_comes_from_standard_input_too_alone_or_in_the_line_that_was_printed()
    {
        foreach (var (host, before, after) in new[] { ("fra-07", "", ""), ("fra-08", "portlight agent join ", "\r\nwhat follows\n") })
        {
            using var input = new MemoryStream(Encoding.UTF8.GetBytes(before + _installation.Token(host).ToText() + after));
            Assert.Equal(host, (await AgentCommand.JoinAsync("-", input, _machine.Disk, "0.1.0", Machine.Cancellation)).Host);
        }

        // Nothing, another word, and a file without an end.
        await using var endless = File.OpenRead("/dev/zero");
        foreach (var other in new Stream[] { new MemoryStream(), new MemoryStream([.. "exit\n"u8]), endless })
        {
            Assert.Contains("a token begins with plj1.", (await Assert.ThrowsAsync<AgentException>(() => AgentCommand.JoinAsync("-", other, _machine.Disk, "0.1.0", Machine.Cancellation))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_machine_that_is_refused_or_reaches_no_server_keeps_no_key()
    {
        await Assert.ThrowsAsync<AgentException>(() => _machine.JoinAsync(JoinToken.Create(AuthorityPin.Of(_installation.Authority.Certificate), [_installation.Address])));
        Assert.Empty(Directory.GetFiles(_machine.Disk));

        var token = _installation.Token("fra-07");
        await _installation.StopAsync();
        await Assert.ThrowsAsync<AgentException>(() => _machine.JoinAsync(token));
        Assert.Empty(Directory.GetFiles(_machine.Disk));

        await _installation.StartAsync();
        _installation.LostAnswers = 1;
        await Assert.ThrowsAsync<AgentException>(() => _machine.JoinAsync(token));
        Assert.Equal([$"agent.joining.{token.Id}"], Directory.GetFiles(_machine.Disk).Select(path => Path.GetFileName(path)!));
        // Whatever was asked for in vain goes with the join by another token.
        await _machine.JoinAsync(_installation.Token("fra-08"));
        Assert.Equal(["agent.instances", "agent.json"], Directory.GetFiles(_machine.Disk).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_server_of_another_authority_is_not_told_the_secret()
    {
        await using var other = new Installation(_clock);
        await other.StartAsync();
        var token = JoinToken.Create(AuthorityPin.Of(other.Authority.Certificate), [_installation.Address]);
        var refused = await Assert.ThrowsAsync<AgentException>(() => _machine.JoinAsync(token));
        Assert.Contains("another installation, or somebody is in between", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_installation.JoinKeys);
    }

    [Fact]
    public async Task A_token_that_nobody_knows_joins_nobody()
    {
        var unknown = JoinToken.Create(AuthorityPin.Of(_installation.Authority.Certificate), [_installation.Address]);
        Assert.Contains("not known here", (await Assert.ThrowsAsync<AgentException>(() => _machine.JoinAsync(unknown))).Message, StringComparison.Ordinal);
        Assert.Null(HostMembership.Read(_machine.Disk, out var problem));
        Assert.Contains("has not joined", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_of_one_installation_does_not_join_another_by_the_way()
    {
        await _machine.JoinAsync(_installation.Token("fra-07"));
        await using var other = new Installation(_clock);
        await other.StartAsync();
        Assert.Contains("teardown", (await Assert.ThrowsAsync<AgentException>(() => _machine.JoinAsync(other.Token("ams-01")))).Message, StringComparison.Ordinal);
        Assert.Empty(other.JoinKeys);
        Assert.Equal("fra-08", (await _machine.JoinAsync(_installation.Token("fra-08"))).Host);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"host":null,"installation":null,"servers":[null],"authorities":[null],"credentials":[null]}""")]
    [InlineData("""{"host":"fra-07","installation":"00000000000001a5","servers":["https://127.0.0.1:1"],"authorities":["AAAA"],"credentials":[{"certificate":"AAAA","privateKey":"AAAA"}]}""")]
    [InlineData("""{"host":"fra-07","installation":"00000000000001a5","servers":["relative"],"authorities":["AAAA"],"credentials":[]}""")]
    public async Task A_machine_whose_membership_is_damaged_joins_again(string damaged)
    {
        await _machine.JoinAsync(_installation.Token("fra-07"));
        await File.WriteAllTextAsync(Path.Combine(_machine.Disk, HostMembership.FileName), damaged, TestContext.Current.CancellationToken);
        HostMembership.Read(_machine.Disk, out var problem);
        Assert.Contains("join again with a new token", problem, StringComparison.Ordinal);
        await _machine.JoinAsync(_installation.Token("fra-07"));
        Assert.NotNull(HostMembership.Read(_machine.Disk, out problem));
        Assert.Null(problem);
    }

    [Fact]
    public async Task A_machine_that_has_lost_its_membership_does_not_join_another_installation_either()
    {
        await _machine.JoinAsync(_installation.Token("fra-07"));
        File.Delete(Path.Combine(_machine.Disk, HostMembership.FileName));
        await using var other = new Installation(_clock, _installation, _installation.Authority) { Number = "00000000000001a6" };
        await other.StartAsync();
        Assert.Contains("teardown", (await Assert.ThrowsAsync<AgentException>(() => _machine.JoinAsync(other.Token("ams-01")))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_machine.Disk, HostMembership.FileName)));
    }

    [Fact]
    public async Task A_key_that_a_broken_attempt_to_join_has_left_damaged_is_no_obstacle()
    {
        var token = _installation.Token("fra-07");
        Directory.CreateDirectory(_machine.Disk);
        var path = Path.Combine(_machine.Disk, $"agent.joining.{token.Id}");
        await File.WriteAllTextAsync(path, "half", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("fra-07", (await _machine.JoinAsync(token)).Host);
    }

    [Fact]
    public async Task Where_nobody_listens_the_reason_says_so()
    {
        var token = _installation.Token("fra-07");
        await _installation.StopAsync();
        Assert.Contains("cannot be reached", (await Assert.ThrowsAsync<AgentException>(() => _machine.JoinAsync(token))).Message, StringComparison.Ordinal);
        await _installation.StartAsync();
    }
}
