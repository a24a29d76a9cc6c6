using System.Collections.Immutable;
using System.Net;

namespace Portlight.AgentProtocol;

/// <summary>What an agent finds when it looks at an attachment before anything is judged there.</summary>
/// <param name="Refusal">Why packets cannot be judged there (no such interface, a bridge port, loopback), in words for the operator; null when they can.</param>
/// <param name="Listeners">Sockets that listen on the machine, for an attachment of the machine itself: what an operator may lose.</param>
public sealed record AttachmentFacts(string? Refusal, ImmutableArray<ListeningSocket> Listeners);

/// <summary>A socket that waits for packets from outside. <paramref name="Protocol"/> is <c>tcp</c> or <c>udp</c>.</summary>
public sealed record ListeningSocket(string Protocol, IPAddress Address, int Port);
