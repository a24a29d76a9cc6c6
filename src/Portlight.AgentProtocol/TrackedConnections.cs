using System.Collections.Immutable;
using System.Net;
using Portlight.Domain;

namespace Portlight.AgentProtocol;

/// <summary>The connections that others have to an instance at present, as the kernel's connection tracking has them.</summary>
/// <param name="Some">The first of them, in the kernel's order.</param>
/// <param name="Total">How many there are.</param>
public sealed record TrackedConnections(ImmutableArray<TrackedConnection> Some, int Total);

/// <summary>One connection that goes on: of TCP one that is not closed, of UDP one that was answered lately.</summary>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="Peer">The other side.</param>
/// <param name="Port">The port of the instance.</param>
public sealed record TrackedConnection(NetworkProtocol Protocol, IPEndPoint Peer, int Port)
{
    /// <summary>Bytes in both directions; null where the kernel does not count them (net.netfilter.nf_conntrack_acct).</summary>
    public long? Bytes { get; init; }

    /// <summary>When it began; null where the kernel does not note it (net.netfilter.nf_conntrack_timestamp).</summary>
    public DateTimeOffset? StartedAt { get; init; }
}
