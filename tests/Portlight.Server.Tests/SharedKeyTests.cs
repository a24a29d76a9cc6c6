using Portlight.Server.Tests.Audit;

namespace Portlight.Server.Tests;

/// <summary>Two machines with the key of one host, as after a disk was copied: each takes the host from the other, and everybody who asks for the host is told.</summary>
public sealed class SharedKeyTests
{
    private static readonly ScriptedAgent First = new() { Run = "1", Address = "192.0.2.7" }, Copy = new() { Run = "2", Address = "192.0.2.9" };

    [Fact]
    public async Task Two_agents_that_take_a_host_from_each_other_are_shown_with_their_addresses_and_audited_once()
    {
        await using var server = await JoinedAsync();
        await ComeAsync(server, First);
        await ComeAsync(server, Copy);
        Assert.Null(await ProblemAsync(server)); // as if one machine had been started anew
        await ComeAsync(server, First);
        await ComeAsync(server, Copy);

        var problem = await ProblemAsync(server);
        Assert.Contains("2 agents run with the key of fra-07", problem, StringComparison.Ordinal);
        Assert.Contains("192.0.2.7 and 192.0.2.9", problem, StringComparison.Ordinal);
        Assert.Contains("`portlight host token fra-07`", problem, StringComparison.Ordinal);
        Assert.Contains("192.0.2.7, 192.0.2.9", Assert.Single(await server.AuditLinesAsync(), line => line.Contains("\"HostKeyShared\"", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_started_anew_or_loses_its_connection_however_often_is_no_second_one()
    {
        await using var server = await JoinedAsync();
        foreach (var run in (string[])["1", "1", "2", "2", "3", "4", "4"])
        {
            await ComeAsync(server, new ScriptedAgent { Run = run, Address = run == "2" ? "192.0.2.9" : "192.0.2.7" });
        }

        // Agents of before that was told say nothing of their starts.
        await ComeAsync(server, new ScriptedAgent());
        await ComeAsync(server, new ScriptedAgent());
        await ComeAsync(server, new ScriptedAgent());
        Assert.Null(await ProblemAsync(server));
    }

    [Fact]
    public async Task It_is_over_when_one_of_them_has_joined_anew_or_has_not_come_for_ten_minutes()
    {
        await using var server = await JoinedAsync();
        await ContendAsync(server);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await HostCalls.JoinAsync(server, (await HostCalls.TokenAsync(server, "fra-07")).Token!);
        Assert.Null(await ProblemAsync(server));

        await ContendAsync(server);
        Assert.NotNull(await ProblemAsync(server));
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await ProblemAsync(server));
        await ComeAsync(server, First);
        Assert.Null(await ProblemAsync(server));
    }

    private static async Task<ServerHarness> JoinedAsync()
    {
        var server = await HostCalls.StartAsync();
        await HostCalls.JoinAsync(server, (await HostCalls.TokenAsync(server, "fra-07")).Token!);
        return server;
    }

    private static async Task ContendAsync(ServerHarness server)
    {
        await ComeAsync(server, First);
        await ComeAsync(server, Copy);
        await ComeAsync(server, First);
    }

    /// <summary>An agent comes as at the end of a stream, and goes again.</summary>
    private static async Task ComeAsync(ServerHarness server, ScriptedAgent agent)
    {
        using var connection = server.Server.Hosts.Connect("fra-07", agent, await HostCalls.Joining(server).TakeAsync("fra-07", agent.Status));
    }

    private static async Task<string?> ProblemAsync(ServerHarness server) => (await HostCalls.GetAsync(server, "fra-07")).Host.Agent.KeyProblem;
}
