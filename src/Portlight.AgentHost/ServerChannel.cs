using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Portlight.AgentStream.Server;
using Portlight.Certificates;

namespace Portlight.AgentHost;

/// <summary>Channels to a server's listener for agents: TLS 1.3, the installation's own authority and no other.</summary>
internal static class ServerChannel
{
    /// <summary>For a connection and its handshake.</summary>
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(15), AmongSeveral = TimeSpan.FromSeconds(5);

    /// <summary>As a host, with a certificate.</summary>
    /// <param name="server">Where it listens.</param>
    /// <param name="trust">The authorities that are trusted.</param>
    /// <param name="certificate">With its private key.</param>
    /// <param name="ping">A connection on which nothing came for that long is asked, and given up after the same time without an answer.</param>
    /// <param name="hasOthers">There are other servers to go to: a change that waits for a server to say that it stays does not wait long.</param>
    internal static GrpcChannel Open(Uri server, Trust trust, X509Certificate2 certificate, TimeSpan ping, bool hasOthers = false) => Open(
        server,
        new SslClientAuthenticationOptions
        {
            ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            CertificateChainPolicy = trust.MakePolicy(),
            RemoteCertificateValidationCallback = (_, shown, chain, errors) => shown is X509Certificate2 known && trust.CheckServer(known, chain, errors).Standing == CertificateStanding.Good,
        },
        ping,
        hasOthers ? AmongSeveral : Alone);

    /// <summary>As a machine that has not joined.</summary>
    internal static GrpcChannel ToJoin(Uri server, Introduction introduction) => Open(
        server,
        new SslClientAuthenticationOptions
        {
            // What .NET makes of the certificate does not count: without this it would load the authorities of the system.
            CertificateChainPolicy = new Trust().MakePolicy(),
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 known && introduction.MayConnect(known),
        },
        TimeSpan.FromSeconds(15),
        Alone);

    /// <summary>What went wrong, in one line for the operator.</summary>
    internal static string Describe(RpcException exception)
    {
        var inner = exception.Status.DebugException;
        while (inner?.InnerException is not null)
        {
            inner = inner.InnerException;
        }

        return inner is AuthenticationException
            ? Introduction.Stranger
            : exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal && inner is not null ? $"it cannot be reached: {inner.Message}" : exception.Status.Detail;
    }

    private static GrpcChannel Open(Uri server, SslClientAuthenticationOptions tls, TimeSpan ping, TimeSpan patience)
    {
        tls.EnabledSslProtocols = SslProtocols.Tls13;
        tls.TargetHost = "portlight";
        return GrpcChannel.ForAddress(server, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = tls,
                UseProxy = false,
                ConnectTimeout = patience,
                KeepAlivePingDelay = ping,
                KeepAlivePingTimeout = ping,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = RemoteAgentOptions.MaxMessage,
        });
    }
}
