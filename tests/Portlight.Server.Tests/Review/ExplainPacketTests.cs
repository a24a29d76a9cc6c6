using System.Net;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.TestKit;
using Portlight.Wire.Lightsail;
using Attachment = Portlight.Domain.Attachment;
using Instance = Portlight.Domain.Instance;

namespace Portlight.Server.Tests.Review;

/// <summary>Whether a packet comes in, and why.</summary>
public sealed class ExplainPacketTests
{
    private static readonly PortSet Ports = PortSet.Of(
        Rule(NetworkProtocol.Tcp, 22, 22, "192.0.2.0/24"),
        Rule(NetworkProtocol.Tcp, 8000, 8100, "0.0.0.0/0"),
        new PortRule(new PortKey(NetworkProtocol.Tcp, 25, 25), [], [], ["lightsail-connect"]));

    [Theory]
    [InlineData("192.0.2.9", 22, "tcp", "open", "the rule 22/tcp from 192.0.2.0/24 lets it in")]
    [InlineData("198.51.100.7", 22, "tcp", "closed", "no rule lets it in; open on web-1: 22/tcp from 192.0.2.0/24; 8000-8100/tcp from 0.0.0.0/0; 25/tcp from lightsail-connect")]
    [InlineData("198.51.100.7", 8050, "tcp", "open", "the rule 8000-8100/tcp from 0.0.0.0/0 lets it in")]
    [InlineData("198.51.100.7", 8050, "udp", "closed", "no rule lets it in")]
    [InlineData("2001:db8::7", 8050, "tcp", "closed", "no rule lets it in")]
    [InlineData("203.0.113.9", 25, "tcp", "open", "the rule 25/tcp from lightsail-connect lets it in")]
    [InlineData("172.26.0.5", 5432, "tcp", "open", "172.26.0.5 is the private address of db")]
    [InlineData("172.26.0.6", 5432, "tcp", "closed", "no rule lets it in")]
    [InlineData("172.26.0.7", 5432, "tcp", "closed", "no rule lets it in")]
    [InlineData("fe80::1", 135, "icmpv6", "open", "it is neighbour discovery")]
    [InlineData("198.51.100.7", 8, "icmp", "closed", "no rule lets it in")]
    public async Task A_lab_instance(string from, int port, string protocol, string verdict, string why)
    {
        await using var server = await StartAsync();
        await AddAsync(server, "db", instance => instance with { PrivateIpv4 = Block("172.26.0.5").ToAddress() });
        await server.AddInstanceAsync("far");
        await server.ChangeAsync("far", instance => instance with { PrivateIpv4 = Block("172.26.0.7").ToAddress(), Attachment = new Attachment.Lab { Host = "fra-07" } });

        await CheckAsync(server, from, port, protocol, verdict, why);
    }

    [Theory]
    [InlineData("10.7.7.7", 22, "tcp", "open", "10.0.0.0/8 is a private network of web-1")]
    [InlineData("127.0.0.1", 5432, "tcp", "open", "over loopback")]
    [InlineData("172.26.0.5", 5432, "tcp", "closed", "no rule lets it in")]
    public async Task This_machine(string from, int port, string protocol, string verdict, string why)
    {
        await using var server = await StartAsync();
        await server.ChangeAsync("web-1", instance => instance with { Attachment = new Attachment.ThisHost([], [Block("10.0.0.0/8")]) });

        await CheckAsync(server, from, port, protocol, verdict, why);
    }

    [Fact]
    public async Task The_servers_own_port_stays_open()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { Listen = [.. options.Listen, new Uri("http://0.0.0.0:19473")] });
        await AddAsync(server, "web-1", instance => instance with { Attachment = new Attachment.ThisHost([], []) });

        await CheckAsync(server, "198.51.100.7", 19473, "tcp", "open", "the server itself listens on 19473/tcp");
        await CheckAsync(server, "198.51.100.7", 19473, "udp", "closed", "no rule lets it in");
    }

    [Fact]
    public async Task Where_nothing_is_filtered_everything_comes_in_and_that_is_said()
    {
        await using var server = await StartAsync();
        server.Agent.Unfilters = _ => "the interface was put into a bridge";
        await ServerHarness.RefusalAsync(() => server.CallAsync(
            "OpenInstancePublicPorts", new() { InstanceName = "web-1", PortInfo = Packet(443, "tcp") }, LightsailJson.Default.OpenInstancePublicPortsRequest, LightsailJson.Default.OpenInstancePublicPortsResponse));

        var answer = await server.ExplainAsync("web-1", Packet(22, "tcp", "198.51.100.7"));

        Assert.Equal(("open", "no packet of web-1 is filtered: the interface was put into a bridge"), (answer.Verdict, answer.Reasons[0]));
        Assert.Contains("if it were filtered: no rule lets it in", answer.Reasons[1], StringComparison.Ordinal);
        Assert.Null(answer.Kernel);
    }

    [Fact]
    public async Task The_kernels_sets_have_the_last_word_and_are_asked_about_this_packet()
    {
        await using var server = await StartAsync();
        var instance = server.Server.Store.View.FindInstance(server.Scope, "web-1")!;

        server.Agent.Verdict = new PacketVerdict(true, ["lab_ports"]);
        Assert.Equal(("open", "the kernel's sets say the same (lab_ports)"), Last(await server.ExplainAsync("web-1", Packet(22, "tcp", "192.0.2.9"))));
        Assert.Equal((instance.Index, new PortKey(NetworkProtocol.Tcp, 22, 22), Block("192.0.2.9/32")), server.Agent.AskedAbout);
        Assert.Equal(("open", "the kernel's sets say otherwise: lab_ports let it in"), Last(await server.ExplainAsync("web-1", Packet(23, "tcp", "192.0.2.9"))));
        server.Agent.Verdict = new PacketVerdict(true, []);
        Assert.Equal(("closed", "the kernel's sets say the same"), Last(await server.ExplainAsync("web-1", Packet(23, "tcp", "192.0.2.9"))));
        Assert.Equal(("closed", "the kernel's sets say otherwise: none lets it in"), Last(await server.ExplainAsync("web-1", Packet(22, "tcp", "192.0.2.9"))));
        server.Agent.Verdict = new PacketVerdict(false, []);
        Assert.Equal(("open", "the kernel does not filter it: `portlight doctor` tells what is wrong"), Last(await server.ExplainAsync("web-1", Packet(23, "tcp", "192.0.2.9"))));
    }

    [Fact]
    public async Task Where_the_kernel_cannot_be_asked_the_reason_is_in_the_answer()
    {
        await using var server = await StartAsync();

        var answer = await server.ExplainAsync("web-1", Packet(22, "tcp", "192.0.2.9"));

        Assert.Equal((null, "cannot read the sets of nf_tables: operation not permitted"), (answer.Kernel!.IsFiltered, answer.Kernel.Problem));
        Assert.Equal(("open", "the kernel's sets could not be read, so this is what is stored: cannot read the sets of nf_tables: operation not permitted"), Last(answer));
        Assert.Equal(22, Assert.Single(answer.Rules).FromPort);
    }

    [Fact]
    public async Task Where_something_before_the_sets_lets_it_in_they_are_not_asked()
    {
        await using var server = await StartAsync();

        Assert.Null((await server.ExplainAsync("web-1", new PortInfo { FromPort = 135, ToPort = 0, Protocol = "icmpv6", Ipv6Cidrs = ["fe80::1"] })).Kernel);
        Assert.Null(server.Agent.AskedAbout);
    }

    [Fact]
    public async Task What_the_kernel_does_not_have_yet_is_said()
    {
        await using var server = await StartAsync();
        server.Agent.Refuse(_ => "no room");
        await ServerHarness.RefusalAsync(() => server.CallAsync(
            "OpenInstancePublicPorts", new() { InstanceName = "web-1", PortInfo = Packet(443, "tcp") }, LightsailJson.Default.OpenInstancePublicPortsRequest, LightsailJson.Default.OpenInstancePublicPortsResponse));

        Assert.Contains((await server.ExplainAsync("web-1", Packet(22, "tcp", "192.0.2.9"))).Reasons, reason => reason.StartsWith("that is what is stored, and the kernel has ", StringComparison.Ordinal) && reason.EndsWith("of it yet: no room", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(22, 23, "tcp", "192.0.2.7/32")]
    [InlineData(22, 22, "tcp", "192.0.2.0/24")]
    [InlineData(22, 22, "tcp", null)]
    [InlineData(0, 65535, "all", "192.0.2.7/32")]
    [InlineData(0, 0, "gre", "192.0.2.7/32")]
    public async Task What_is_not_one_packet_is_refused_before_anybody_is_asked(int from, int to, string protocol, string? source)
    {
        await using var server = await StartAsync();

        var refusal = await ServerHarness.RefusalAsync(() => server.ExplainAsync("web-1", new() { FromPort = from, ToPort = to, Protocol = protocol, Cidrs = source is null ? null : [source] }));

        Assert.Equal("InvalidInputException", refusal.Type);
        Assert.Null(server.Agent.AskedAbout);
    }

    [Fact]
    public async Task An_instance_of_another_account_is_not_there()
    {
        await using var server = await StartAsync();

        Assert.Equal("NotFoundException", (await ServerHarness.RefusalAsync(async () => await server.ExplainAsync("web-1", Packet(22, "tcp", "192.0.2.9"), await server.AddAccountAsync()))).Type);
    }

    private static (string Verdict, string Reason) Last(Wire.PortlightApi.ExplainPacketResponse answer) => (answer.Verdict, answer.Reasons[^1]);

    private static async Task CheckAsync(ServerHarness server, string from, int port, string protocol, string verdict, string why)
    {
        var answer = await server.ExplainAsync("web-1", Packet(port, protocol, from));
        Assert.Equal(verdict, answer.Verdict);
        Assert.Contains(why, string.Join('\n', answer.Reasons), StringComparison.Ordinal);
    }

    /// <summary>A server with the instance web-1.</summary>
    private static async Task<ServerHarness> StartAsync()
    {
        var server = await ServerHarness.StartAsync(options => options with { BrowserClientSources = [Block("203.0.113.0/24")] });
        await AddAsync(server, "web-1", instance => instance);
        return server;
    }

    private static async Task AddAsync(ServerHarness server, string name, Func<Instance, Instance> with)
    {
        var index = (await server.AddInstanceAsync(name, Ports)).Index;
        var revision = (await server.ChangeAsync(name, with)).Revision;
        await Until.TrueAsync(() => server.Server.Store.View.AppliedOn(HostName.Local) >= revision, $"instance {index} in the kernel");
    }

    private static PortInfo Packet(int port, string protocol, string? from = null) => new()
    {
        FromPort = port,
        ToPort = protocol.StartsWith("icmp", StringComparison.Ordinal) ? 0 : port,
        Protocol = protocol,
        Cidrs = from is null || from.Contains(':', StringComparison.Ordinal) ? null : [from],
        Ipv6Cidrs = from is not null && from.Contains(':', StringComparison.Ordinal) ? [from] : null,
    };

    private static PortRule Rule(NetworkProtocol protocol, int from, int to, string block) => new(new PortKey(protocol, from, to), [Block(block)], [], []);

    private static Cidr Block(string text) => Cidr.TryParse(text, System.Net.Sockets.AddressFamily.InterNetwork, out var block, out _) ? block : throw new FormatException(text);
}
