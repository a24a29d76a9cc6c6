using System.Collections.Immutable;
using System.Net;
using Portlight.Domain;

namespace Portlight.AgentProtocol;

/// <summary>
/// Everything an agent must know of one instance to make it true in the kernel: whole, never a difference, so that applying it twice or after a gap is the
/// same as applying it once.
/// </summary>
public sealed record DesiredInstance
{
    /// <summary>The number that names in the kernel are made of.</summary>
    public required long Index { get; init; }

    /// <summary>Revision of the log that this state is of.</summary>
    public required long Revision { get; init; }

    public required Attachment Attachment { get; init; }

    /// <summary>What is open, with aliases resolved.</summary>
    public required PortSet Ports { get; init; }

    /// <summary>What of that is closed at a time, with aliases resolved: by the server, and by an agent that does not reach it.</summary>
    public ImmutableArray<ExpiringRule> Expiring { get; init; } = [];

    /// <summary>A stopped lab instance has its link down.</summary>
    public required bool IsRunning { get; init; }

    /// <summary>Name of the lab's network namespace, <c>pl-web-1</c>; null where no namespace is made.</summary>
    public string? NamespaceName { get; init; }

    /// <summary>Public addresses of a lab instance, at most one of each family.</summary>
    public ImmutableArray<IPAddress> PublicAddresses { get; init; } = [];

    /// <summary>Private address of a lab instance.</summary>
    public IPAddress? PrivateAddress { get; init; }

    /// <summary>Instances of one group (account and region) reach each other by private address.</summary>
    public uint PeerGroup { get; init; }
}
