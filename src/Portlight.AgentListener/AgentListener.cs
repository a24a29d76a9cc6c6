using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portlight.AgentStream.Server;
using Portlight.AgentStream.Wire;
using Portlight.Api;
using Portlight.Certificates;

namespace Portlight.AgentListener;

/// <summary>The web server that agents on other machines connect to.</summary>
internal sealed class AgentListener : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HandshakeGate _gate;
    private readonly ListenerIdentity _identity;
    private readonly ILogger _log;

    private AgentListener(WebApplication app, HandshakeGate gate, ListenerIdentity identity) =>
        (_app, _gate, _identity, _log) = (app, gate, identity, app.Services.GetRequiredService<ILogger<AgentListener>>());

    /// <summary>Connections that were closed before their handshake, because there were too many or nothing came.</summary>
    public long Refused => _gate.Refused;

    /// <summary>Answers on addresses that are bound already.</summary>
    /// <param name="listeners">The addresses.</param>
    /// <param name="identity">What it trusts and what it shows.</param>
    /// <param name="door">Where hosts are known.</param>
    /// <param name="options">How long to wait for an agent.</param>
    /// <param name="limits">How many there may be.</param>
    /// <param name="ping">A connection on which nothing came for that long is asked, and closed after the same time without an answer.</param>
    /// <param name="clock">The time.</param>
    /// <param name="logging">Where the log goes.</param>
    /// <param name="cancellationToken">Ends a start that is under way.</param>
    public static async Task<AgentListener> StartAsync(
        IReadOnlyList<BoundListener> listeners,
        ListenerIdentity identity,
        HostDoor door,
        RemoteAgentOptions options,
        HandshakeLimits limits,
        TimeSpan ping,
        TimeProvider clock,
        Action<ILoggingBuilder> logging,
        CancellationToken cancellationToken)
    {
        var gate = new HandshakeGate(limits);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        logging(builder.Logging);
        builder.Logging.AddFilter("Microsoft", LogLevel.Error).AddFilter("Grpc", LogLevel.Error);
        BoundListeners.UseKestrel(builder.WebHost, listeners, kestrel => Configure(kestrel, ping), listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            gate.Around(listen, () => listen.UseHttps(Tls(identity, limits, clock)));
        });
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = RemoteAgentOptions.MaxMessage);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.AddSingleton(services => new AgentsService(
            identity, door, gate.Know, options, clock, services.GetRequiredService<ILogger<AgentsService>>(), services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        var app = builder.Build();
        app.MapGrpcService<AgentsService>();
        await app.StartAsync(cancellationToken);
        return new AgentListener(app, gate, identity);
    }

    /// <summary>Asks the agent of a host at the server that it is connected to: <see cref="OtherServer.AskAsync"/>.</summary>
    public Task<Answer> AskElsewhereAsync(IReadOnlyList<Uri> addresses, string host, Question question, CancellationToken cancellationToken) =>
        OtherServer.AskAsync(_identity, addresses, host, question, _log, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void Configure(KestrelServerOptions kestrel, TimeSpan ping)
    {
        kestrel.AddServerHeader = false;
        // A stream lives for days and is silent for most of them; whether its other end is there, pings tell.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(20); // a connection without a call
        kestrel.Limits.Http2.MaxStreamsPerConnection = 4;
        // A connection carries one call with a handful of headers: a table of those that come again would be three kilobytes of each that nothing is looked up in.
        kestrel.Limits.Http2.HeaderTableSize = 0;
        kestrel.Limits.Http2.KeepAlivePingDelay = ping;
        kestrel.Limits.Http2.KeepAlivePingTimeout = ping;
    }

    private static TlsHandshakeCallbackOptions Tls(ListenerIdentity identity, HandshakeLimits limits, TimeProvider clock) => new()
    {
        HandshakeTimeout = limits.Handshake,
        OnConnection = handshake =>
        {
            var trust = identity.Trust;
            return ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = identity.Shown,
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateRequired = true,
                CertificateChainPolicy = trust.MakePolicy(),
                // Without a certificate: a machine that joins.
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => certificate is null
                    || (certificate is X509Certificate2 shown && MayConnect(handshake.Connection, trust.CheckHost(shown, chain, errors, clock.GetUtcNow()), trust.CheckServer(shown, chain, errors).Standing == CertificateStanding.Good)),
            });
        },
    };

    /// <summary>One of a foreign authority gets no further; what else may be wrong with it is told by the service, to which the verdict is left.</summary>
    private static bool MayConnect(ConnectionContext connection, CertificateVerdict verdict, bool isServer)
    {
        if (isServer)
        {
            connection.Items[typeof(OtherServer)] = true;
        }

        connection.Items[typeof(CertificateVerdict)] = verdict;
        return verdict.Standing != CertificateStanding.ForeignAuthority;
    }
}
