using System.Collections.Immutable;
using System.Net;

namespace Portlight.AgentProtocol;

/// <summary>What an agent finds when it looks at an attachment before anything is filtered there.</summary>
/// <param name="Refusal">Why packets cannot be filtered there (no such interface, a bridge port, loopback), in words for the operator; null when they can.</param>
/// <param name="Listeners">Sockets that listen on the machine, for an attachment of the machine itself: what an operator may lose.</param>
public sealed record AttachmentFacts(string? Refusal, ImmutableArray<ListeningSocket> Listeners)
{
    /// <summary>The interface that was found, by its real name; null when none was asked for or there is none.</summary>
    public FoundInterface? Interface { get; init; }

    /// <summary>True when it is refused for nothing but that there is no such interface now.</summary>
    public bool IsMissing { get; init; }

    /// <summary>The interfaces that there are now of the names that it closes.</summary>
    public ImmutableArray<string> Matching { get; init; } = [];

    /// <summary>Established TCP connections that were made to this machine from outside, for an attachment of the machine itself.</summary>
    public ImmutableArray<InboundConnection> Inbound { get; init; } = [];

    /// <summary>How many established TCP connections this machine has made to others.</summary>
    public int OutboundConnections { get; init; }

    /// <summary>Ports that somebody's NAT rules send elsewhere before a socket of this machine is asked: those of published containers.</summary>
    public ImmutableArray<TranslatedPort> Translated { get; init; } = [];

    /// <summary>What could not be looked at, each in a sentence for the operator.</summary>
    public ImmutableArray<string> Unseen { get; init; } = [];

    /// <summary>True when the agent may not see whose some of the sockets are: then SSH is known by port 22 and by systemd's units of SSH servers alone.</summary>
    public bool AreProcessesHidden { get; init; }
}

/// <summary>An interface of the machine.</summary>
/// <param name="Name">Its real name, which the firewall goes by; an alternative name leads to it too.</param>
/// <param name="Device">What tells it from another of the same name: its hardware address; null where that tells nothing (bridges, tunnels).</param>
public sealed record FoundInterface(string Name, string? Device);

/// <summary>A socket that waits for packets from outside. <paramref name="Protocol"/> is <c>tcp</c> or <c>udp</c>.</summary>
public sealed record ListeningSocket(string Protocol, IPAddress Address, int Port)
{
    /// <summary>The process that listens; null when the agent may not see it.</summary>
    public OwningProcess? Process { get; init; }
}

/// <summary>Ports with a destination translation. <paramref name="Protocol"/> is <c>tcp</c>, <c>udp</c>, <c>all</c> or a number of IANA's; <paramref name="Target"/> is null when it is no fixed one.</summary>
public sealed record TranslatedPort(string Protocol, int FromPort, int ToPort, string? Target);

/// <summary>A process as the kernel names it: 15 bytes at most, chosen by the process itself.</summary>
public sealed record OwningProcess(int Id, string Name)
{
    public override string ToString() => $"{Name}, pid {Id}";
}

/// <summary>An established TCP connection that <paramref name="Peer"/> made to <paramref name="Local"/>. IPv4 is IPv4, whatever socket carries it.</summary>
public sealed record InboundConnection(IPEndPoint Peer, IPEndPoint Local)
{
    /// <summary>The process that holds it; null when the agent may not see it.</summary>
    public OwningProcess? Process { get; init; }

    /// <summary>An SSH session: held by an SSH server and past authentication as far as can be seen, or on port 22.</summary>
    public bool IsSsh { get; init; }

    /// <summary>The user who is logged in by it, as sshd tells; null when it does not.</summary>
    public string? User { get; init; }
}
