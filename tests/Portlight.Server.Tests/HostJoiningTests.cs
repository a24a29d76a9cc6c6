using System.Collections.Immutable;
using System.Security.Cryptography;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Fleet;
using Portlight.Server.Tests.Audit;
using Portlight.TestKit;

namespace Portlight.Server.Tests;

/// <summary>A token makes one machine a host; what it gets is of use as long as the host is ours.</summary>
public sealed class HostJoiningTests
{
    private static readonly ImmutableArray<byte> MyKey = [1, 2, 3], OtherKey = [4, 5, 6];

    [Fact]
    public async Task A_token_is_for_one_key_which_may_ask_again_and_gets_the_same_answer()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);

        var (host, first) = await joining.JoinAsync(Ask(token, MyKey), Issue(MyKey, "7f01"));
        var (_, again) = await joining.JoinAsync(Ask(token, MyKey), Issue(MyKey, "7f02"));

        Assert.Equal(("fra-07", "7f01", "7f01"), (host, first.Serial, again.Serial));
        var stored = server.Server.Store.View.FindHost("fra-07")!;
        Assert.Equal((HostState.Active, server.Clock.GetUtcNow()), (stored.State, stored.JoinedAt));
        joining.RequireAdmission("fra-07", "7F01");
        Assert.Contains("no use any more", Refused(() => joining.RequireAdmission("fra-07", "7f02")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_is_refused_and_the_audit_log_says_so()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);
        await joining.JoinAsync(Ask(token, MyKey), Issue(MyKey, "7f01"));

        var refusal = await Assert.ThrowsAsync<HostRefusedException>(() => joining.JoinAsync(Ask(token, OtherKey), Issue(OtherKey, "7f02")));

        Assert.Contains("used by another machine", refusal.Message, StringComparison.Ordinal);
        var events = await server.AuditLinesAsync();
        Assert.Contains(events, text => text.Contains("\"HostJoined\"", StringComparison.Ordinal) && text.Contains("7f01", StringComparison.Ordinal));
        Assert.Contains(events, text => text.Contains("\"HostJoinRefused\"", StringComparison.Ordinal) && text.Contains("192.0.2.7", StringComparison.Ordinal));
        Assert.DoesNotContain(events, text => text.Contains(Convert.ToHexStringLower(token.Secret), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Of_two_machines_that_show_it_at_once_one_joins()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);

        // The second asks while the first one's certificate is being made.
        Task<(string, HostCertificate)>? second = null;
        var first = joining.JoinAsync(Ask(token, MyKey), host =>
        {
            second ??= joining.JoinAsync(Ask(token, OtherKey), Issue(OtherKey, "7f02"));
            return Issue(MyKey, "7f01")(host);
        });
        var outcomes = await Task.WhenAll(new[] { first, second! }.Select(async one => await one.ContinueWith(done => done.IsCompletedSuccessfully, TaskScheduler.Default)));

        Assert.Single(outcomes, won => won);
        Assert.Single(server.Server.Store.View.FindHost("fra-07")!.Certificates);
    }

    [Fact]
    public async Task What_is_no_token_or_too_old_or_replaced_or_of_a_revoked_host_joins_nobody()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);

        await RefusedAsync("not known", Ask(token, MyKey) with { Secret = [.. new byte[16]] });
        await RefusedAsync("not known", Ask(token, MyKey) with { TokenId = "ffffffffffffffff" });
        await SaveAsync(server, stored => stored with { State = HostState.Revoked });
        await RefusedAsync("revoked", Ask(token, MyKey));
        await SaveAsync(server, stored => stored with { State = HostState.Joining });
        server.Clock.Advance(HostTokens.Lifetime);
        await RefusedAsync("expired", Ask(token, MyKey));
        await TokenAsync(server);
        await RefusedAsync("not known", Ask(token, MyKey));

        async Task RefusedAsync(string why, JoinRequest asked) =>
            Assert.Contains(why, (await Assert.ThrowsAsync<HostRefusedException>(() => joining.JoinAsync(asked, Issue(MyKey, "7f01")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Joining_anew_ends_what_the_former_machine_had()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);
        await joining.JoinAsync(Ask(token, MyKey), Issue(MyKey, "7f01"));
        using var connection = server.Server.Hosts.Connect("fra-07", new ScriptedAgent());

        var (_, second) = await TokenAsync(server);
        await joining.JoinAsync(Ask(second, OtherKey), Issue(OtherKey, "7f02"));

        Assert.Contains("has joined", await connection.Ended.WaitAsync(TestKit.Network.Deadline.Span, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Refused(() => joining.RequireAdmission("fra-07", "7f01"));
        joining.RequireAdmission("fra-07", "7f02");
    }

    [Fact]
    public async Task A_certificate_is_renewed_by_itself_also_when_it_has_expired_and_ends_when_the_new_one_is_used()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);
        await joining.JoinAsync(Ask(token, MyKey), Issue(MyKey, "7f01", server.Clock.GetUtcNow().AddDays(30)));

        await joining.RenewAsync("fra-07", "7f01", Issue(OtherKey, "7f02", server.Clock.GetUtcNow().AddDays(45)));
        joining.RequireAdmission("fra-07", "7f01");
        joining.RequireAdmission("fra-07", "7f02");
        server.Clock.Advance(TimeSpan.FromDays(31));
        Assert.Contains("has to be renewed", Refused(() => joining.RequireAdmission("fra-07", "7f01")), StringComparison.Ordinal);
        joining.RequireAdmission("fra-07", "7f01", forRenewal: true);
        await joining.AdmitAsync("fra-07", "7f02");
        Refused(() => joining.RequireAdmission("fra-07", "7f01", forRenewal: true));
        server.Clock.Advance(TimeSpan.FromDays(14) + HostJoining.RenewalGrace);
        Assert.Contains("join again", (await Assert.ThrowsAsync<HostRefusedException>(() => joining.RenewAsync("fra-07", "7f02", Issue(MyKey, "7f03")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renewals_whose_answers_are_lost_keep_the_certificate_in_use()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);
        await joining.JoinAsync(Ask(token, MyKey), Issue(MyKey, "7f01"));
        foreach (var serial in Enumerable.Range(2, 8))
        {
            await joining.RenewAsync("fra-07", "7f01", Issue(OtherKey, $"7f0{serial}"));
        }

        joining.RequireAdmission("fra-07", "7f01");
        joining.RequireAdmission("fra-07", "7f09");
        Assert.Equal(4, server.Server.Store.View.FindHost("fra-07")!.Certificates.Length);
    }

    [Fact]
    public async Task A_host_that_has_its_certificate_renewed_again_and_again_has_to_wait_and_writes_nothing()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);
        await joining.JoinAsync(Ask(token, MyKey), Issue(MyKey, "7f01"));
        foreach (var serial in Enumerable.Range(2, 8))
        {
            await joining.RenewAsync("fra-07", "7f01", Issue(OtherKey, $"7f0{serial}"));
        }

        var refusal = await Assert.ThrowsAsync<HostRefusedException>(() => joining.RenewAsync("fra-07", "7f01", _ => throw new InvalidOperationException("nothing is to be signed")));
        Assert.Equal("the host fra-07 has had its certificate renewed too often: it may again in 600 s", refusal.Message);
        Assert.Equal("7f09", server.Server.Store.View.FindHost("fra-07")!.Certificates[^1].Serial);
        Assert.Equal(8, (await server.AuditLinesAsync()).Count(text => text.Contains("\"HostCertificateRenewed\"", StringComparison.Ordinal)));

        server.Clock.Advance(TimeSpan.FromMinutes(10));
        await joining.RenewAsync("fra-07", "7f01", Issue(OtherKey, "7f10"));
    }

    [Fact]
    public async Task A_host_that_connects_again_and_again_without_a_pause_has_to_wait()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, _) = await TokenAsync(server);
        var status = new ScriptedAgent().Status;
        for (var connection = 0; connection < 60; connection++)
        {
            await joining.TakeAsync("fra-07", status);
        }

        Assert.Contains("connected too often", (await Assert.ThrowsAsync<HostRefusedException>(() => joining.TakeAsync("fra-07", status))).Message, StringComparison.Ordinal);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await joining.TakeAsync("fra-07", status);
    }

    [Fact]
    public async Task A_used_token_that_is_shown_again_and_again_is_refused_each_time_and_fills_no_audit_log()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);
        await joining.JoinAsync(Ask(token, MyKey), Issue(MyKey, "7f01"));
        for (byte other = 0; other < 40; other++)
        {
            var key = ImmutableArray.Create(other);
            await Assert.ThrowsAsync<HostRefusedException>(() => joining.JoinAsync(Ask(token, key), Issue(key, "7f02")));
        }

        Assert.Equal(16, (await server.AuditLinesAsync()).Count(text => text.Contains("\"HostJoinRefused\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task When_an_agent_went_away_is_known_after_a_restart()
    {
        await using var server = await ServerHarness.StartAsync();
        var (joining, token) = await TokenAsync(server);
        await joining.JoinAsync(Ask(token, MyKey), Issue(MyKey, "7f01"));
        server.Server.Hosts.Connect("fra-07", new ScriptedAgent()).Dispose();
        var left = server.Clock.GetUtcNow();
        await server.Server.Hosts.DisconnectAsync("fra-07", "nobody is there");

        server.Clock.Advance(TimeSpan.FromHours(1));
        await server.RestartAsync();

        Assert.Equal(left, server.Server.Hosts.Find("fra-07")!.AwaySince);
        Assert.Throws<AgentException>(() => server.Server.Hosts.Find("fra-07")!.RequireAgent());
    }

    private static async Task<(HostJoining Joining, (HostToken Token, byte[] Secret) Token)> TokenAsync(ServerHarness server)
    {
        var secret = RandomNumberGenerator.GetBytes(16);
        var made = new HostToken(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), HostTokens.Hash(secret), server.Clock.GetUtcNow() + HostTokens.Lifetime);
        await server.Server.Store.SaveAsync((view, changes) =>
        {
            var host = (view.FindHost("fra-07") ?? new Host { Name = "fra-07", Zone = "us-east-1a", State = HostState.Joining, CreatedAt = server.Clock.GetUtcNow() }) with { Token = made };
            changes.Save(host);
            return host;
        }, TestContext.Current.CancellationToken);
        return (new HostJoining(server.Server.Store, server.Server.Hosts, server.Scope, server.Clock), (made, secret));
    }

    private static Task<bool> SaveAsync(ServerHarness server, Func<Host, Host> change) => server.Server.Store.SaveAsync((view, changes) =>
    {
        changes.Save(change(view.FindHost("fra-07")!));
        return true;
    }, TestContext.Current.CancellationToken);

    private static JoinRequest Ask((HostToken Token, byte[] Secret) token, ImmutableArray<byte> key) => new(token.Token.Id, [.. token.Secret], key, "192.0.2.7");

    private static Func<string, HostCertificate> Issue(ImmutableArray<byte> key, string serial, DateTimeOffset? until = null) =>
        _ => new HostCertificate(serial, Convert.ToHexStringLower(SHA256.HashData(key.AsSpan())), until ?? DateTimeOffset.MaxValue.AddYears(-1), [9]);

    private static string Refused(Action ask) => Assert.Throws<HostRefusedException>(ask).Message;
}
