using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Portlight.AgentListener;
using Portlight.AgentStream.Wire;
using Portlight.Certificates;
using Portlight.TestKit.Network;

namespace Portlight.AgentHost.Tests;

/// <summary>What does not get past the listener, and what it is told.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(15);

    private readonly ShiftedClock _clock = new();
    private readonly Installation _installation;
    private readonly Machine _machine;

    public AdmissionTests() => (_installation, _machine) =
        (new Installation(_clock) { Limits = Few with { Patience = Deadline.Span, Handshake = Deadline.Span } }, new Machine(_clock));

    private static HandshakeLimits Few => new() { AtATime = 4, ForKnownSources = 1, Connections = 400 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => new(_installation.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_certificate_nothing_can_be_done_but_join()
    {
        using var channel = ServerChannel.ToJoin(_installation.Address, new Introduction([]));
        Assert.Equal(StatusCode.PermissionDenied, (await ConnectAsync(channel)).StatusCode);
        var renewal = await Assert.ThrowsAsync<RpcException>(async () => await new Agents.AgentsClient(channel).RenewAsync(new RenewRequest(), cancellationToken: Cancellation));
        Assert.Equal(StatusCode.PermissionDenied, renewal.StatusCode);
    }

    [Fact]
    public async Task A_certificate_that_was_revoked_is_refused_with_the_reason()
    {
        using var channel = await ChannelAsync();
        _installation.Hosts.Clear();
        var refused = await ConnectAsync(channel);
        Assert.Equal((StatusCode.PermissionDenied, "the host fra-07 is revoked"), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task An_expired_certificate_can_be_renewed_and_nothing_else()
    {
        using var channel = await ChannelAsync();
        _clock.Ahead = TimeSpan.FromDays(45);
        using var later = await ChannelAsync(join: false);
        Assert.Equal(StatusCode.FailedPrecondition, (await ConnectAsync(later)).StatusCode);
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var reply = await new Agents.AgentsClient(later).RenewAsync(new RenewRequest { SigningRequest = Google.Protobuf.ByteString.CopyFrom(SigningRequest.Create(key)) }, cancellationToken: Cancellation);
        using var renewed = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        Assert.Equal("fra-07", HostIdentity.Of(renewed));
        _clock.Ahead = TimeSpan.FromDays(200);
        using var tooLate = await ChannelAsync(join: false);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new Agents.AgentsClient(tooLate).RenewAsync(new RenewRequest(), cancellationToken: Cancellation));
        Assert.Contains("join again", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_servers_own_certificate_and_a_foreign_one_are_none_of_a_host()
    {
        using var servers = _installation.Authority.IssueServer([], _clock.GetUtcNow());
        using var asServer = ServerChannel.Open(_installation.Address, new Trust(_installation.Authority.Certificate), servers, Ping);
        Assert.Contains("another use", (await ConnectAsync(asServer)).Status.Detail, StringComparison.Ordinal);

        using var foreign = CertificateAuthority.Create(new Portlight.Domain.InstallationId(0x1a5), _clock.GetUtcNow());
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        using var alone = foreign.IssueHost("fra-07", new System.Security.Cryptography.X509Certificates.PublicKey(key), _clock.GetUtcNow());
        using var certificate = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.CopyWithPrivateKey(alone, key);
        using var asForeign = ServerChannel.Open(_installation.Address, new Trust(_installation.Authority.Certificate), certificate, Ping);
        Assert.NotEqual(StatusCode.OK, (await ConnectAsync(asForeign)).StatusCode);
        Assert.Empty(_installation.Hosts);
    }

    [Fact]
    public async Task A_message_that_is_too_large_ends_the_stream()
    {
        using var channel = await ChannelAsync();
        using var call = new Agents.AgentsClient(channel).Connect(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(Hello(), Cancellation);
        var (_, agent) = await _installation.ConnectedAsync();
        try
        {
            await call.RequestStream.WriteAsync(new FromAgent { Answer = new Answer { Id = 1, Failure = new string('x', 5 << 20) } }, Cancellation);
        }
        catch (RpcException)
        {
            // The server may have said no before all of it was sent.
        }

        await EndAsync(call);
        Assert.Contains("too large", await ((AgentStream.Server.RemoteAgent)agent).Ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_breaks_the_protocol_is_told_as_the_end_of_the_stream()
    {
        using var channel = await ChannelAsync();
        using var call = new Agents.AgentsClient(channel).Connect(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(Hello(), Cancellation);
        await _installation.ConnectedAsync();
        await call.RequestStream.WriteAsync(new FromAgent { Kept = new Kept { Id = 7 } }, Cancellation);
        Assert.Equal((StatusCode.InvalidArgument, "the agent keeps what it was not asked to"), await EndAsync(call) is var end ? (end.StatusCode, end.Status.Detail) : default);
    }

    [Fact]
    public async Task When_the_server_is_done_with_an_agent_the_agent_is_told_why()
    {
        using var channel = await ChannelAsync();
        using var call = new Agents.AgentsClient(channel).Connect(cancellationToken: Cancellation);
        await call.RequestStream.WriteAsync(Hello(), Cancellation);
        await _installation.ConnectedAsync();
        _installation.Ended.SetResult("another agent has connected as fra-07");
        Assert.Equal("another agent has connected as fra-07", (await EndAsync(call)).Status.Detail);
    }

    [Fact]
    public async Task Silent_connections_by_the_hundred_keep_no_agent_away()
    {
        await using var installation = new Installation(_clock) { Limits = Few with { Patience = TimeSpan.FromSeconds(2) } };
        await installation.StartAsync();
        await _machine.JoinAsync(installation.Token("fra-07"));
        var silent = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 50; i++)
            {
                silent.Add(new TcpClient());
                await silent[^1].ConnectAsync(installation.Address.Host, installation.Address.Port, Cancellation);
            }

            await _machine.StartAsync();
            Assert.Equal("fra-07", (await installation.ConnectedAsync()).Host);
            // And each of them is closed in its time.
            foreach (var client in silent)
            {
                await ClosedAsync(client);
            }

            // The agent's own, too, where it was slower than that.
            Assert.InRange(installation.RefusedConnections, 50, 70);
        }
        finally
        {
            silent.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task A_source_that_begins_handshakes_by_the_thousand_and_ends_none_keeps_no_other_away()
    {
        await using var installation = new Installation(_clock)
        {
            Limits = NeverEnding,
        };
        await installation.StartAsync();
        var halfOpen = new List<Socket>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                halfOpen.Add(await BeginHandshakeAsync(installation, from: 2));
            }

            await _machine.JoinAsync(installation.Token("fra-07"));
            await _machine.StartAsync();
            Assert.Equal("fra-07", (await installation.ConnectedAsync()).Host);
            Assert.InRange(installation.RefusedConnections, 1, 500);
        }
        finally
        {
            halfOpen.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Sources_by_the_dozen_that_begin_handshakes_and_end_none_keep_no_host_away_that_was_here()
    {
        await using var installation = new Installation(_clock) { Limits = NeverEnding };
        await installation.StartAsync();
        await _machine.JoinAsync(installation.Token("fra-07"));
        await _machine.StartAsync();
        await installation.ConnectedAsync();
        await _machine.StopAsync();
        var halfOpen = new List<Socket>();
        try
        {
            for (var i = 0; i < 240; i++)
            {
                halfOpen.Add(await BeginHandshakeAsync(installation, from: (byte)(2 + i % 40)));
            }

            await _machine.StartAsync();
            Assert.Equal("fra-07", (await installation.ConnectedAsync()).Host);
        }
        finally
        {
            halfOpen.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_message_end_the_stream()
    {
        using var channel = await ChannelAsync();
        var raw = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(MethodType.DuplexStreaming, "portlight.agents.v1.Agents", "Connect", raw, raw), null, new CallOptions(cancellationToken: Cancellation));
        await call.RequestStream.WriteAsync(Google.Protobuf.MessageExtensions.ToByteArray(Hello()), Cancellation);
        var (_, agent) = await _installation.ConnectedAsync();
        await call.RequestStream.WriteAsync([0x0a, 0xff, 0xff, 0xff, 0x7f], Cancellation);
        Assert.Equal("the agent has sent bytes that are no message", await ((AgentStream.Server.RemoteAgent)agent).Ended.WaitAsync(Cancellation));
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(Cancellation))
            {
            }
        });
    }

    /// <summary>Places that nothing frees but the end of a connection.</summary>
    private static HandshakeLimits NeverEnding => new()
    {
        AtATime = 4,
        OfOneSource = 2,
        ForKnownSources = 1,
        WaitingOfOneSource = 500,
        Connections = 2000,
        Patience = TimeSpan.FromMinutes(5),
        Handshake = TimeSpan.FromMinutes(5),
    };

    /// <summary>The first bytes of a handshake, from another address of this machine.</summary>
    private static async Task<Socket> BeginHandshakeAsync(Installation installation, byte from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(new System.Net.IPAddress([127, 0, 0, from]), 0));
        try
        {
            await socket.ConnectAsync(System.Net.IPAddress.Loopback, installation.Address.Port, Cancellation);
            await socket.SendAsync(new byte[] { 22, 3, 1 }, Cancellation);
        }
        catch (SocketException)
        {
            // Closed already: it was one too many.
        }

        return socket;
    }

    private static async Task ClosedAsync(TcpClient client)
    {
        try
        {
            Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], Cancellation));
        }
        catch (IOException)
        {
            // Reset, which is as closed.
        }
    }

    private static FromAgent Hello() => new() { Hello = new Hello { Version = 1, Release = "0.1.0", Status = new AgentStream.Wire.Status { Connections = "cut" }, Position = new Position() } };

    private static async Task<RpcException> ConnectAsync(GrpcChannel channel)
    {
        using var call = new Agents.AgentsClient(channel).Connect(cancellationToken: Cancellation);
        return await EndAsync(call);
    }

    private static Task<RpcException> EndAsync(AsyncDuplexStreamingCall<FromAgent, FromServer> call) => Assert.ThrowsAsync<RpcException>(async () =>
    {
        while (await call.ResponseStream.MoveNext(Cancellation))
        {
        }
    });

    /// <summary>A channel of the host fra-07.</summary>
    private async Task<GrpcChannel> ChannelAsync(bool join = true)
    {
        var membership = join ? await _machine.JoinAsync(_installation.Token("fra-07")) : HostMembership.Read(_machine.Disk, out _)!;
        // The certificate lives as long as the channel, which does not own it.
        return ServerChannel.Open(_installation.Address, new Trust(_installation.Authority.Certificate), membership.Credentials[0].Load(), Ping);
    }
}
