using System.Collections.Immutable;
using System.Net;
using Portlight.Domain;

namespace Portlight.AgentProtocol;

/// <summary>How many packets were let in to an instance, and how many refused.</summary>
/// <param name="AreCounted">The host counts what it lets in (<c>--count-packets</c>); false: <paramref name="LetIn"/> is empty.</param>
/// <param name="LetIn">By what is open.</param>
/// <param name="RefusedPackets">All that were refused since the instance is where it is.</param>
/// <param name="RefusedBytes">Their length, from the header of IP on.</param>
public sealed record PortCounts(bool AreCounted, ImmutableArray<PortCount> LetIn, long RefusedPackets, long RefusedBytes);

/// <summary>Packets that were let in by one and the same part of what is open, known by one of them.</summary>
/// <param name="Protocol">The protocol of that one; <see cref="NetworkProtocol.All"/> for one that no rule names by itself.</param>
/// <param name="Port">Its port; of ICMP the type in the upper byte and the code in the lower.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Packets">How many.</param>
/// <param name="Bytes">Their length.</param>
public sealed record PortCount(NetworkProtocol Protocol, int Port, IPAddress Source, long Packets, long Bytes);
