using System.Collections.Immutable;
using System.Net;
using System.Text;
using Portlight.AgentProtocol;
using Portlight.Server.Tests.Confirming;
using Portlight.Wire.Lightsail;
using Portlight.Wire.PortlightApi;

namespace Portlight.Server.Tests.Operations;

/// <summary>A change of this machine's ports that would shut out an open SSH session is refused, whoever sends it.</summary>
public sealed class SshGuardTests
{
    private const string Machine = "edge";

    private static readonly LightsailJson Json = LightsailJson.Default;
    private static readonly PortlightJson OwnJson = PortlightJson.Default;
    private static readonly InboundConnection Session = Connection("192.0.2.7", 2222) with { IsSsh = true, User = "alice", Process = new OwningProcess(812, "sshd") };
    private static readonly PortInfo SessionRule = Rule(2222, "192.0.2.7");

    [Fact]
    public async Task An_attach_that_would_shut_out_a_session_is_refused_and_names_the_session_and_the_rule_that_keeps_it()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = Found(Session);

        var refusal = await ServerHarness.RefusalAsync(() => AttachAsync(server));

        Assert.Equal("InvalidInputException", refusal.Type);
        Assert.Contains("from 192.0.2.7:50000 to port 2222, alice, sshd, pid 812 (kept by 2222/tcp@192.0.2.7)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--ssh-guard off", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(server.Agent.Applied);
    }

    [Fact]
    public async Task An_attach_goes_on_when_the_caller_says_that_it_may_cut_SSH()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = Found(Session);

        await AttachAsync(server, new() { MayCutSsh = true });

        Assert.Single(server.Agent.Applied);
    }

    [Fact]
    public async Task A_dry_run_tells_of_sessions_connections_and_processes_and_is_never_refused()
    {
        await using var server = await ServerHarness.StartAsync();
        server.Agent.Facts = Found(Session, Connection("198.51.100.1", 443), Connection("198.51.100.2", 443), Connection("198.51.100.2", 443), Connection("2001:db8::9", 22)) with
        {
            Listeners = [new("tcp", IPAddress.Any, 443) { Process = new OwningProcess(7, "nginx") }],
            Translated = [new("tcp", 8000, 8010, "172.17.0.2"), new("tcp", 22, 22, "172.17.0.2:22"), new("132", 9, 9, null)],
            Unseen = ["a sentence"],
            OutboundConnections = 3,
            AreProcessesHidden = true,
        };

        var dry = await AttachAsync(server, new() { DryRun = true });

        var session = Assert.Single(dry.SshSessions);
        Assert.Equal(("192.0.2.7", 50000, 2222, "alice", "sshd", 812), (session.PeerAddress, session.PeerPort, session.Port, session.User, session.Process, session.ProcessId));
        Assert.Equal((true, false, "2222/tcp@192.0.2.7"), (session.IsOpenBefore, session.IsOpenAfter, session.Rule));
        var cut = Assert.Single(dry.CutConnections);
        Assert.Equal((443, 3), (cut.Port, cut.Count));
        Assert.Equal(["198.51.100.1", "198.51.100.2"], cut.Peers);
        Assert.Equal(("nginx", 7), (dry.Listeners[0].Process, dry.Listeners[0].ProcessId));
        Assert.Equal(
            [("tcp", 8000, 8010, "172.17.0.2", true, false), ("tcp", 22, 22, "172.17.0.2:22", true, true), ("132", 9, 9, null, true, false)],
            dry.PublishedPorts.Select(port => (port.Protocol, port.FromPort, port.ToPort, port.Target, port.IsOpenBefore, port.IsOpenAfter)));
        Assert.Equal(["a sentence"], dry.Unseen);
        Assert.Equal((3, true), (dry.OutboundConnections, dry.AreProcessesHidden));
    }

    [Theory]
    [InlineData("0.0.0.0/0", true)]
    [InlineData("192.0.2.0/24", true)]
    [InlineData("192.0.2.8", false)]
    [InlineData("::/0", false)]
    public async Task A_Put_passes_only_when_it_lets_the_session_in(string source, bool passes)
    {
        await using var server = await AttachedAsync();

        if (passes)
        {
            await PutAsync(server, Rule(2222, source));
        }
        else
        {
            var refusal = await ServerHarness.RefusalAsync(() => PutAsync(server, Rule(2222, source)));
            Assert.Equal("InvalidInputException", refusal.Type);
            Assert.Contains("192.0.2.7:50000", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(passes ? 1 : 2, await PortCountAsync(server));
    }

    [Fact]
    public async Task A_Close_is_refused_like_a_Put_and_writes_nothing()
    {
        await using var server = await AttachedAsync();
        var revision = server.Server.Store.Revision;

        var refusal = await ServerHarness.RefusalAsync(() => server.CallAsync(
            "CloseInstancePublicPorts", new() { InstanceName = Machine, PortInfo = new PortInfo { FromPort = 2222, ToPort = 2222, Protocol = "tcp" } },
            Json.CloseInstancePublicPortsRequest, Json.CloseInstancePublicPortsResponse));

        Assert.Contains("kept by 2222/tcp@192.0.2.7", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(revision, server.Server.Store.Revision);
    }

    [Fact]
    public async Task What_closes_nothing_does_not_look_at_the_machine()
    {
        await using var server = await AttachedAsync();

        await PutAsync(server, SessionRule, Rule(443), Rule(80));
        await server.CallAsync("OpenInstancePublicPorts", new() { InstanceName = Machine, PortInfo = Rule(8080) }, Json.OpenInstancePublicPortsRequest, Json.OpenInstancePublicPortsResponse);

        Assert.Equal(0, server.Agent.SshLooks);
    }

    [Fact]
    public async Task Other_instances_are_not_guarded()
    {
        await using var server = await AttachedAsync();
        await server.AddInstanceAsync("web-1", Domain.PortSet.Of(new Domain.PortRule(new(Domain.NetworkProtocol.Tcp, 2222, 2222), [Domain.Cidr.AnyIpv4], [], [])));

        await server.CallAsync("PutInstancePublicPorts", new() { InstanceName = "web-1", PortInfos = [] }, Json.PutInstancePublicPortsRequest, Json.PutInstancePublicPortsResponse);

        Assert.Equal(0, server.Agent.SshLooks);
    }

    [Fact]
    public async Task A_session_that_the_present_set_shuts_out_already_stops_nothing()
    {
        await using var server = await AttachedAsync();
        server.Agent.Sessions = [Connection("192.0.2.99", 22) with { IsSsh = true }];

        await PutAsync(server, SessionRule);

        Assert.Equal(1, server.Agent.SshLooks);
    }

    [Fact]
    public async Task A_session_from_a_private_network_is_not_shut_out()
    {
        await using var server = await AttachedAsync(new() { PrivateCidrs = ["192.0.2.0/24"] });

        await PutAsync(server);

        Assert.Equal(0, await PortCountAsync(server));
    }

    [Fact]
    public async Task A_private_network_that_is_taken_away_from_a_session_is_refused()
    {
        await using var server = await AttachedAsync(new() { PortInfos = [Rule(443)], PrivateCidrs = ["192.0.2.0/24"] });
        server.Agent.Facts = Found(Session);

        var refusal = await ServerHarness.RefusalAsync(() => AttachAsync(server, new() { PortInfos = [Rule(443)] }));

        Assert.Contains("192.0.2.7:50000", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_sessions_the_first_are_named_and_the_rest_counted()
    {
        await using var server = await AttachedAsync(new() { PortInfos = [Rule(2222)] });
        server.Agent.Sessions = [.. Enumerable.Range(1, 5).Select(last => Connection($"192.0.2.{last}", 2222) with { IsSsh = true })];

        var refusal = await ServerHarness.RefusalAsync(() => PutAsync(server));

        Assert.Contains("192.0.2.3", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("; and 2 more", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("192.0.2.4", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_asked_refuses_what_closes_something()
    {
        await using var server = await AttachedAsync();
        server.Agent.Sessions = null;

        var refusal = await ServerHarness.RefusalAsync(() => PutAsync(server, SessionRule));

        Assert.Equal("InvalidInputException", refusal.Type);
        Assert.Contains("/proc is not mounted", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--ssh-guard off", refusal.Message, StringComparison.Ordinal);
        await PutAsync(server, SessionRule, Rule(443), Rule(80));
    }

    [Fact]
    public async Task The_guard_can_be_switched_off()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { GuardsSsh = false });
        server.Agent.Facts = Found(Session);
        server.Agent.Sessions = [Session];

        await AttachAsync(server);
        await PutAsync(server);

        Assert.Equal(0, server.Agent.SshLooks);
    }

    [Fact]
    public async Task A_change_that_undoes_itself_passes()
    {
        await using var server = await AttachedAsync();
        var body = $$"""{"instanceName":"{{Machine}}","portInfos":[]}""";
        using var request = server.Request("Lightsail_20161128.PutInstancePublicPorts", Encoding.UTF8.GetBytes(body), confirm: "60");

        using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single(answer.Headers.GetValues("X-Portlight-Confirm-By"));
        Assert.Equal(0, await PortCountAsync(server));
    }

    [Fact]
    public async Task A_caller_that_read_an_older_set_learns_that_first()
    {
        await using var server = await AttachedAsync();

        using var answer = await server.PostAsync("PutInstancePublicPorts", $$"""{"instanceName":"{{Machine}}","portInfos":[]}""", "\"1\"");

        Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
    }

    private static InboundConnection Connection(string peer, int port) => new(new IPEndPoint(Address(peer), 50000), new IPEndPoint(Address("203.0.113.7"), port));

    private static IPAddress Address(string text)
    {
        Assert.True(Domain.Cidr.TryParseAddress(text, out var address, out var problem), problem);
        return address;
    }

    private static AttachmentFacts Found(params ImmutableArray<InboundConnection> connections) => new(null, []) { Inbound = connections };

    private static PortInfo Rule(int port, string? source = null) => new()
    {
        FromPort = port,
        ToPort = port,
        Protocol = "tcp",
        Cidrs = source is null ? null : source.Contains(':', StringComparison.Ordinal) ? [] : [source],
        Ipv6Cidrs = source is null ? null : source.Contains(':', StringComparison.Ordinal) ? [source] : [],
    };

    /// <summary>It cuts the session, and what lets it in comes back by itself.</summary>
    [Fact]
    public async Task A_change_that_is_undone_unless_it_is_confirmed_is_not_refused()
    {
        await using var server = await AttachedAsync();
        server.Agent.Facts = Found(Session);

        var put = await server.PutAsync(443, confirm: "60", name: Machine);
        Assert.NotNull(put.ConfirmBy);
        var attached = await server.AnswerAsync(
            ConfirmCalls.Own + "AttachInstance", """{"instanceName":"edge","thisHost":true,"portInfos":[{"fromPort":80,"toPort":80,"protocol":"tcp"}]}""", confirm: "60");
        Assert.NotNull(attached.ConfirmBy);

        await server.UndoneAsync(() => server.Clock.Advance(TimeSpan.FromSeconds(60)), Machine);
        Assert.Equal(2, await PortCountAsync(server));
    }

    /// <summary>This machine, attached with the session's rule and 443, the session open.</summary>
    private static async Task<ServerHarness> AttachedAsync(AttachInstanceRequest? how = null)
    {
        var server = await ServerHarness.StartAsync();
        await AttachAsync(server, (how ?? new()) with { PortInfos = how?.PortInfos ?? [SessionRule, Rule(443)] });
        server.Agent.Sessions = [Session];
        return server;
    }

    private static Task<AttachInstanceResponse> AttachAsync(ServerHarness server, AttachInstanceRequest? how = null) => server.Client().SendAsync(
        "Portlight_20261122.AttachInstance", (how ?? new()) with { InstanceName = Machine, ThisHost = true },
        OwnJson.AttachInstanceRequest, OwnJson.AttachInstanceResponse, TestContext.Current.CancellationToken);

    private static Task PutAsync(ServerHarness server, params PortInfo[] rules) =>
        server.CallAsync("PutInstancePublicPorts", new() { InstanceName = Machine, PortInfos = rules }, Json.PutInstancePublicPortsRequest, Json.PutInstancePublicPortsResponse);

    private static async Task<int> PortCountAsync(ServerHarness server) =>
        (await server.CallAsync("GetInstancePortStates", new() { InstanceName = Machine }, Json.GetInstancePortStatesRequest, Json.GetInstancePortStatesResponse)).PortStates.Count;
}
