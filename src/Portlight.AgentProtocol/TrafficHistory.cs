using System.Collections.Immutable;
using System.Net;
using Portlight.Domain;

namespace Portlight.AgentProtocol;

/// <summary>What a machine remembers of what came in to instances and what was refused. What is not there is not known.</summary>
/// <param name="AreCounted">The host counts what it lets in (<c>--count-packets</c>); false: instances have no parts.</param>
/// <param name="LastQuarter">When the newest quarter of an hour began: the last of every curve.</param>
/// <param name="Instances">Those of the instances that were looked at.</param>
/// <param name="Reached">How many of those asked about it is about, from the first on: as many as fit into an answer.</param>
public sealed record TrafficHistory(bool AreCounted, DateTimeOffset LastQuarter, ImmutableArray<InstanceTraffic> Instances, int Reached)
{
    /// <summary>Parts that an answer has at most, but for those of one instance.</summary>
    public const int MostParts = 10_000;
}

/// <summary>What is remembered of one instance.</summary>
/// <param name="Index">The instance.</param>
/// <param name="Refused">Packets that were refused in each quarter of an hour of the last 24 hours; null where nobody looked. Empty where curves were not asked for.</param>
/// <param name="Parts">By what is open.</param>
public sealed record InstanceTraffic(long Index, ImmutableArray<long?> Refused, ImmutableArray<PartTraffic> Parts);

/// <summary>What was let in by one and the same part of what is open, known by one of the packets (<see cref="PortCount"/>).</summary>
/// <param name="Protocol">The protocol of that one; <see cref="NetworkProtocol.All"/> for one that no rule names by itself.</param>
/// <param name="Port">Its port; of ICMP the type in the upper byte and the code in the lower.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Since">Since when it is looked at.</param>
/// <param name="UsedAt">When packets were found that it had let in since the look before, a quarter of an hour or however long the agent was away; null for never.</param>
/// <param name="LetIn">Packets in each quarter, as of what is refused.</param>
public sealed record PartTraffic(NetworkProtocol Protocol, int Port, IPAddress Source, DateTimeOffset Since, DateTimeOffset? UsedAt, ImmutableArray<long?> LetIn);
