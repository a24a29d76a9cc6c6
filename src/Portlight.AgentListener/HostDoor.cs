using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Portlight.AgentProtocol;
using Portlight.AgentStream.Wire;

namespace Portlight.AgentListener;

/// <summary>What the listener asks of those who know the hosts. Each throws <see cref="NotAdmittedException"/> when the agent may not.</summary>
internal sealed record HostDoor
{
    /// <summary>Which installation this is; agents write it into their kernels.</summary>
    public required string Installation { get; init; }

    /// <summary>Consumes a token: its id, its secret, the key, where the agent is, and what makes a certificate for a host. The host, and the certificate in DER.</summary>
    public required Func<string, byte[], PublicKey, string, Func<string, X509Certificate2>, Task<(string Host, byte[] Certificate)>> Join { get; init; }

    /// <summary>Stores another certificate of a host: its name, the serial of the one in use, and what makes the new one.</summary>
    public required Func<string, string, Func<string, X509Certificate2>, Task<byte[]>> Renew { get; init; }

    /// <summary>Whether the certificate of that serial may speak for the host, which connects now.</summary>
    public required Func<string, string, Task> Admit { get; init; }

    /// <summary>Where agents reach all the servers, none where there is one server alone; and what completes when that changes.</summary>
    public required Func<(ImmutableArray<Uri> Addresses, Task Changed)> Servers { get; init; }

    /// <summary>The agent of a host, which says this of itself, is this server's from now on. What comes of it is handed to <see cref="Connect"/>.</summary>
    public required Func<string, AgentStatus, Task<long>> Take { get; init; }

    /// <summary>Asks the agent of a host that is connected here, for another server. Throws <see cref="AgentException"/>.</summary>
    public required Func<string, Question, CancellationToken, Task<Answer>> Ask { get; init; }

    /// <summary>Hands over the agent of a host; disposed of when it is gone. The task completes when it is to be disconnected, with the reason.</summary>
    public required Func<string, IAgent, long, (IDisposable Connection, Task<string> Ended)> Connect { get; init; }
}

/// <summary>An agent may not do what it asked for. The message is told to it.</summary>
internal sealed class NotAdmittedException(string message) : Exception(message);
