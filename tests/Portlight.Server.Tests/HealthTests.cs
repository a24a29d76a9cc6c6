using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit;

namespace Portlight.Server.Tests;

/// <summary><c>/healthz</c> is ok only while what is promised is kept. A store that fails is looked at from outside the process, in the suite of the command.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task GET_and_HEAD_say_the_same_and_only_GET_says_it_in_words()
    {
        await using var server = await ServerHarness.StartAsync();

        using var get = await server.Http.GetAsync(Of(server), TestContext.Current.CancellationToken);
        using var head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, Of(server)), TestContext.Current.CancellationToken);

        Assert.Equal((200, 200), ((int)get.StatusCode, (int)head.StatusCode));
        Assert.Equal("ok\n", await get.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_round_that_failed_is_told_until_one_goes_through()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.FailOnce(new AgentException("the agent is gone"));
        await server.AddInstanceAsync("web-1");
        await UntilAsync(server, 503, "not-enforcing");
        using var front = await server.Http.GetAsync(server.Endpoint, TestContext.Current.CancellationToken);
        using var options = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, server.Endpoint), TestContext.Current.CancellationToken);
        Assert.Equal((503, 503), ((int)front.StatusCode, (int)options.StatusCode)); // a load balancer may take either for a health check

        // The next round comes a second after the one that failed; whether it is waited for yet nobody tells.
        await UntilAsync(server, 200, "ok", () => server.Clock.Advance(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_change_that_was_refused_and_reverted_is_no_fault_of_the_servers()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        await UntilAsync(server, 200, "ok");
        server.Agent.Refuse(wanted => wanted.Ports.Rules.Any() ? "no such thing" : null);

        using var refused = await server.PostAsync("PutInstancePublicPorts", """{"instanceName":"web-1","portInfos":[{"fromPort":80,"toPort":80,"protocol":"tcp"}]}""");

        Assert.Equal(400, (int)refused.StatusCode);
        await UntilAsync(server, 200, "ok");
        Assert.Empty(server.Server.Store.View.FindInstance(instance.Scope, instance.Name)!.Ports.Rules);
    }

    [Fact]
    public async Task What_the_kernel_refuses_from_the_start_is_told_as_long_as_it_is_stored()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1", PortSet.Empty);
        server.Agent.Refuse(_ => "the table belongs to another program");
        await server.RestartAsync();
        await UntilAsync(server, 503, "not-enforcing");

        server.Agent.Refuse(_ => null);
        server.Agent.Drift();
        await UntilAsync(server, 200, "ok");
    }

    private static Uri Of(ServerHarness server) => new(server.Endpoint, "/healthz");

    private static async Task UntilAsync(ServerHarness server, int status, string word, Action? beforeEach = null)
    {
        var seen = "";
        await Until.TrueAsync(
            async () =>
            {
                beforeEach?.Invoke();
                using var response = await server.Http.GetAsync(Of(server), TestContext.Current.CancellationToken);
                seen = $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";
                return seen.Split(':', '\n')[0] == $"{status} {word}";
            },
            () => $"/healthz to be {status} {word}; it is {seen}");
    }
}
