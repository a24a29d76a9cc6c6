using System.Collections.Immutable;

namespace Portlight.Nftables.Translations;

/// <summary>Ports of this machine that somebody's NAT rule sends elsewhere before any socket of the machine is asked: what container engines publish.</summary>
/// <param name="Protocol">IP protocol number; null is every one.</param>
/// <param name="FromPort">First port; 0 to 65535 when the rule names none.</param>
/// <param name="ToPort">Last port.</param>
/// <param name="Target">Where to, as far as the rule says: <c>172.17.0.2:80</c>, <c>[fd17::2]:80</c>, <c>:8080</c> of this machine; null when it is no fixed one.</param>
public sealed record PublishedPort(byte? Protocol, int FromPort, int ToPort, string? Target);

/// <summary>What was found.</summary>
/// <param name="Ports">In the order of protocol and port, each once.</param>
/// <param name="UnreadRules">Rules that translate destinations under conditions that are not understood.</param>
public sealed record PublishedPorts(ImmutableArray<PublishedPort> Ports, int UnreadRules);
