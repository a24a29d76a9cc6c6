using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Connections;

/// <summary>What the rules of an instance have let in over a day.</summary>
public sealed class GetPortTrafficTests
{
    private static readonly DateTimeOffset Quarter = new(2026, 11, 22, 12, 15, 0, TimeSpan.Zero);

    [Fact]
    public async Task Each_rule_has_the_packets_of_its_parts_by_quarters_and_a_quarter_that_nobody_counted_has_none()
    {
        await using var server = await StartAsync();
        server.Agent.Traffic = (indexes, withCurves) => new TrafficHistory(
            true, Quarter,
            [new InstanceTraffic(indexes[0], Curve(null, 7),
            [
                Part(22, IPAddress.Any, Quarter.AddDays(-3), Quarter.AddDays(-1), Curve(1, 2)), Part(22, IPAddress.IPv6Any, Quarter.AddDays(-2), null, Curve(null, 3)),
                Part(8000, IPAddress.Any, Quarter.AddDays(-3), null, Curve(0, 0)), Part(9, IPAddress.Any, Quarter, Quarter, Curve(99, 99)),
            ])],
            withCurves ? 1 : 0);

        var answer = await ReadAsync(server);

        Assert.Equal((Quarter.AddMinutes(-95 * 15), 900), (answer.Begin, answer.StepSeconds));
        Assert.Equal((96, null, null, 7), (answer.Refused.Count, answer.Refused[0], answer.Refused[^2], answer.Refused[^1]));
        // 9/tcp was let in by what is no rule any more.
        Assert.Equal(
            [(22, 1L, 5L, Quarter.AddDays(-2), Quarter.AddDays(-1)), (8000, 0L, 0L, Quarter.AddDays(-3), null)],
            answer.Rules!.Select(rule => (rule.PortState.FromPort, rule.Packets[^2]!.Value, rule.Packets[^1]!.Value, rule.CountedSince!.Value, rule.LastUsedAt)).OrderBy(rule => rule.FromPort));
        Assert.All(answer.Rules!, rule => Assert.Null(rule.Packets[0]));
    }

    [Fact]
    public async Task What_is_not_counted_is_absent_and_not_zero()
    {
        await using var server = await StartAsync();
        // The host counts, and has not looked at the instance yet.
        server.Agent.Traffic = (_, _) => new TrafficHistory(true, Quarter, [], 1);
        var unseen = await ReadAsync(server);
        Assert.Equal((2, 96), (unseen.Rules!.Count, unseen.Refused.Count));
        Assert.All(unseen.Rules.SelectMany(rule => rule.Packets).Concat(unseen.Refused), Assert.Null);
        Assert.All(unseen.Rules, rule => Assert.Equal((null, null), (rule.CountedSince, rule.LastUsedAt)));

        server.Agent.Traffic = (indexes, _) => new TrafficHistory(false, Quarter, [new InstanceTraffic(indexes[0], Curve(1, 2), [])], 1);
        var uncounted = await ReadAsync(server);
        Assert.Equal((null, 2), (uncounted.Rules, uncounted.Refused[^1]));

        server.Agent.Traffic = null;
        var refused = await ServerHarness.RefusalAsync(() => ReadAsync(server));
        Assert.Equal("OperationFailureException", refused.Type);
        Assert.Contains("what came in to web-1 cannot be told: the agent of the host local is 0.1.0", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_told_to_callers_that_may_on_the_instance_and_to_no_other()
    {
        await using var server = await StartAsync();
        server.Agent.Traffic = (_, _) => new TrafficHistory(true, Quarter, [], 1);
        var dev = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:GetPortTraffic","Resource":"*"}]}"""]);
        var other = await server.AddUserAsync("other", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:GetPortCounters","lightsail:*"],"Resource":"*"}]}"""]);

        Assert.NotNull((await ReadAsync(server, dev)).Rules);
        Assert.Contains("portlight:GetPortTraffic", (await ServerHarness.RefusalAsync(() => ReadAsync(server, other))).Message, StringComparison.Ordinal);
    }

    private static async Task<ServerHarness> StartAsync()
    {
        var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.AnswerAsync(ConfirmCalls.Lightsail + "PutInstancePublicPorts", """
            {"instanceName":"web-1","portInfos":[{"fromPort":8000,"toPort":8100,"protocol":"tcp"},{"fromPort":22,"toPort":22,"protocol":"tcp"}]}
            """);
        return server;
    }

    private static PartTraffic Part(int port, IPAddress source, DateTimeOffset since, DateTimeOffset? usedAt, System.Collections.Immutable.ImmutableArray<long?> curve) => new(NetworkProtocol.Tcp, port, source, since, usedAt, curve);

    private static System.Collections.Immutable.ImmutableArray<long?> Curve(params long?[] last) => [.. Enumerable.Repeat((long?)null, 96 - last.Length), .. last];

    private static Task<GetPortTrafficResponse> ReadAsync(ServerHarness server, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.GetPortTraffic", new GetPortTrafficRequest { InstanceName = "web-1" }, Json.Default.GetPortTrafficRequest, Json.Default.GetPortTrafficResponse, TestContext.Current.CancellationToken);
}
