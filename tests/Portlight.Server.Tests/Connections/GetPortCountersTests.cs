using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Server.Tests.Confirming;
using Portlight.Wire.PortlightApi;
using Portlight.Wire.SigV4;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests.Connections;

/// <summary>What each rule of an instance has let in.</summary>
public sealed class GetPortCountersTests
{
    [Fact]
    public async Task What_the_kernel_has_counted_belongs_to_the_first_rule_that_lets_it_in()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        await server.AnswerAsync(ConfirmCalls.Lightsail + "PutInstancePublicPorts", """
            {"instanceName":"web-1","portInfos":[{"fromPort":8000,"toPort":8100,"protocol":"tcp"},{"fromPort":22,"toPort":22,"protocol":"tcp"},
            {"fromPort":8,"toPort":-1,"protocol":"icmp"},{"fromPort":0,"toPort":65535,"protocol":"all","cidrs":["10.0.0.0/8"]}]}
            """);
        server.Agent.Counts = new PortCounts(
            true,
            [
                One(NetworkProtocol.Tcp, 8000, "0.0.0.0", 1), One(NetworkProtocol.Tcp, 8000, "::", 2), One(NetworkProtocol.Tcp, 22, "198.51.100.0", 4), One(NetworkProtocol.Tcp, 22, "::", 8),
                One(NetworkProtocol.Icmp, 0x0800, "0.0.0.0", 16), One(NetworkProtocol.All, 0, "10.0.0.0", 32), One(NetworkProtocol.Udp, 53, "0.0.0.0", 64),
            ], 7, 420);

        var answer = await CountAsync(server);

        // 53/udp was let in by what is no rule any more. The answer has the rules in the order in which they are read back.
        Assert.Equal((7, 420), (answer.RefusedPackets, answer.RefusedBytes));
        Assert.Equal(
            ["all 0-65535 32 3200", "icmp 8--1 16 1600", "tcp 22-22 12 1200", "tcp 8000-8100 3 300"],
            answer.Counters!.GroupBy(one => $"{one.PortState.Protocol} {one.PortState.FromPort}-{one.PortState.ToPort}").Select(rule => $"{rule.Key} {rule.Sum(one => one.Packets)} {rule.Sum(one => one.Bytes)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_host_that_does_not_count_says_what_it_refused_alone_and_one_that_cannot_says_why()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        server.Agent.Counts = new PortCounts(false, [], 7, 420);
        var answer = await CountAsync(server);
        Assert.Equal((null, 7), (answer.Counters, answer.RefusedPackets));

        server.Agent.Counts = null;
        var refused = await ServerHarness.RefusalAsync(() => CountAsync(server));
        Assert.Equal("OperationFailureException", refused.Type);
        Assert.Contains("the packets of web-1 cannot be counted: nothing of the instance is in force", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_are_told_to_callers_that_may_on_the_instance_and_to_no_other()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddWebAsync();
        var dev = await server.AddUserAsync("dev", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"portlight:GetPortCounters","Resource":"*"}]}"""]);
        var other = await server.AddUserAsync("other", ["""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["portlight:ListRefusals","lightsail:*"],"Resource":"*"}]}"""]);

        Assert.Null((await CountAsync(server, dev)).Counters);
        Assert.Contains("portlight:GetPortCounters", (await ServerHarness.RefusalAsync(() => CountAsync(server, other))).Message, StringComparison.Ordinal);
    }

    private static PortCount One(NetworkProtocol protocol, int port, string source, long packets)
    {
        Assert.True(Cidr.TryParseAddress(source, out var address, out var problem), problem);
        return new PortCount(protocol, port, address, packets, 100 * packets);
    }

    private static Task<GetPortCountersResponse> CountAsync(ServerHarness server, AwsCredentials? caller = null) => server.Client(caller).SendAsync(
        "Portlight_20261122.GetPortCounters", new GetPortCountersRequest { InstanceName = "web-1" }, Json.Default.GetPortCountersRequest, Json.Default.GetPortCountersResponse, TestContext.Current.CancellationToken);
}
