using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Server;
using Portlight.AgentStream.Wire;
using Portlight.Certificates;

namespace Portlight.AgentListener;

/// <summary>
/// Asks the agent of a host at the server that it is connected to, over that server's listener for agents. Both show what their listeners show, which none but a server can make: its authority's key
/// is sealed in the database.
/// </summary>
internal static partial class OtherServer
{
    /// <summary>For a connection, and for the answer beyond what that server waits for the agent's.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(3), Patience = TimeSpan.FromSeconds(12);

    /// <param name="identity">What this server shows and trusts.</param>
    /// <param name="addresses">Where the other one's listener is reached.</param>
    /// <param name="host">The host.</param>
    /// <param name="question">What to ask.</param>
    /// <param name="log">Gets why a server cannot be asked, and its address, which are nothing for callers of the API.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="AgentGoneException">The agent is connected there no more, or the server is not there.</exception>
    /// <exception cref="AgentException">The agent says why it cannot answer, or cannot be asked.</exception>
    public static async Task<Answer> AskAsync(ListenerIdentity identity, IReadOnlyList<Uri> addresses, string host, Question question, ILogger log, CancellationToken cancellationToken)
    {
        foreach (var address in addresses)
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(Patience);
            try
            {
                // For each question: what is shown and trusted is that of the moment, and questions are rare.
                using var channel = Open(identity, address);
                return await new Agents.AgentsClient(channel).AskAsync(new AskRequest { Host = host, Question = question }, cancellationToken: late.Token);
            }
            catch (RpcException refused) when (!cancellationToken.IsCancellationRequested)
            {
                switch (refused.StatusCode)
                {
                    case StatusCode.Aborted:
                        throw new AgentGoneException(refused.Status.Detail);
                    case StatusCode.FailedPrecondition:
                        throw new AgentException(refused.Status.Detail);
                    default:
                        LogNotAsked(log, host, address.Authority, refused.StatusCode == StatusCode.Cancelled ? $"no answer for {Patience.TotalSeconds:0} s" : refused.Status.Detail);
                        break;
                }
            }
        }

        // It may be gone, and the agent on its way to the next one.
        throw new AgentGoneException($"the agent of the host {host} is connected to another server, which cannot be asked now");
    }

    private static GrpcChannel Open(ListenerIdentity identity, Uri address)
    {
        var trust = identity.Trust;
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    EnabledSslProtocols = SslProtocols.Tls13,
                    TargetHost = "portlight",
                    ClientCertificateContext = identity.Shown,
                    CertificateChainPolicy = trust.MakePolicy(),
                    RemoteCertificateValidationCallback = (_, shown, chain, errors) => shown is X509Certificate2 known && trust.CheckServer(known, chain, errors).Standing == CertificateStanding.Good,
                },
                UseProxy = false,
                ConnectTimeout = ConnectPatience,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = RemoteAgentOptions.MaxMessage,
        });
    }

    [LoggerMessage(6104, LogLevel.Warning, "the agent of the host {Host} cannot be asked at the server {Server}: {Problem}")]
    private static partial void LogNotAsked(ILogger logger, string host, string server, string problem);
}
