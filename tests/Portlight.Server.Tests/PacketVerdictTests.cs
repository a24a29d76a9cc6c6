using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Wire.PortlightApi;
using Json = Portlight.Wire.PortlightApi.PortlightJson;

namespace Portlight.Server.Tests;

/// <summary>What the kernel's sets say of a packet, through the API.</summary>
public sealed class PacketVerdictTests
{
    [Fact]
    public async Task The_agent_is_asked_about_the_instance_and_its_answer_is_passed_on()
    {
        await using var server = await ServerHarness.StartAsync();
        var instance = await server.AddInstanceAsync("web-1");
        server.Agent.Verdict = new PacketVerdict(true, ["open_ports"]);

        var answer = await AskAsync(server, "web-1", new() { FromPort = 22, ToPort = 22, Protocol = "tcp", Ipv6Cidrs = ["2001:db8::7/128"] });

        Assert.Equal((true, null), (answer.IsFiltered, answer.Problem));
        Assert.Equal("open_ports", Assert.Single(answer.Sets));
        Assert.Equal((instance.Index, new PortKey(NetworkProtocol.Tcp, 22, 22), Cidr.Create(System.Net.Sockets.AddressFamily.InterNetworkV6, new UInt128(0x20010db8_00000000, 7), 128)), server.Agent.AskedAbout);
    }

    [Fact]
    public async Task Where_the_kernel_cannot_be_asked_the_reason_is_the_answer()
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        var answer = await AskAsync(server, "web-1", new() { FromPort = 22, ToPort = 22, Protocol = "tcp", Cidrs = ["192.0.2.7/32"] });

        Assert.Equal((null, "cannot read the sets of nf_tables: operation not permitted"), (answer.IsFiltered, answer.Problem));
        Assert.Empty(answer.Sets);
    }

    [Theory]
    [InlineData(22, 23, "tcp", "192.0.2.7/32")]
    [InlineData(22, 22, "tcp", "192.0.2.0/24")]
    [InlineData(22, 22, "tcp", null)]
    [InlineData(0, 65535, "all", "192.0.2.7/32")]
    [InlineData(0, 0, "gre", "192.0.2.7/32")]
    public async Task What_is_not_one_packet_is_refused_before_anybody_is_asked(int from, int to, string protocol, string? source)
    {
        await using var server = await ServerHarness.StartAsync();
        await server.AddInstanceAsync("web-1");

        var refusal = await ServerHarness.RefusalAsync(() => AskAsync(server, "web-1", new() { FromPort = from, ToPort = to, Protocol = protocol, Cidrs = source is null ? null : [source] }));

        Assert.Equal("InvalidInputException", refusal.Type);
        Assert.Null(server.Agent.AskedAbout);
    }

    [Fact]
    public async Task An_instance_that_is_not_there_is_told_from_a_packet_that_is_dropped()
    {
        await using var server = await ServerHarness.StartAsync();
        var refusal = await ServerHarness.RefusalAsync(() => AskAsync(server, "nope", new() { FromPort = 22, ToPort = 22, Protocol = "tcp", Cidrs = ["192.0.2.7/32"] }));
        Assert.Equal("NotFoundException", refusal.Type);
    }

    private static Task<GetPacketVerdictResponse> AskAsync(ServerHarness server, string name, Wire.Lightsail.PortInfo packet) => server.Client().SendAsync(
        "Portlight_20261122.GetPacketVerdict",
        new GetPacketVerdictRequest { InstanceName = name, Packet = packet },
        Json.Default.GetPacketVerdictRequest,
        Json.Default.GetPacketVerdictResponse,
        TestContext.Current.CancellationToken);
}
