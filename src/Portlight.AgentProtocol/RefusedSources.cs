using System.Collections.Immutable;
using System.Net;

namespace Portlight.AgentProtocol;

/// <summary>What the kernel has refused to let in to an instance.</summary>
/// <param name="Packets">All that were refused since the instance is where it is.</param>
/// <param name="Bytes">Their length, from the header of IP on.</param>
/// <param name="Some">The sources of the last ten minutes, those that were refused last first. The kernel has room for some hundred sources of each instance.</param>
/// <param name="Total">How many there are of these.</param>
public sealed record RefusedSources(long Packets, long Bytes, ImmutableArray<RefusedSource> Some, int Total);

/// <summary>Packets of one source for one place that were refused.</summary>
/// <param name="Source">Where they say that they come from.</param>
/// <param name="Protocol">IANA's number.</param>
/// <param name="Port">The port; of ICMP the type in the upper byte and the code in the lower.</param>
/// <param name="Packets">How many.</param>
/// <param name="Bytes">Their length.</param>
/// <param name="FirstAt">When the first was refused, of those that are counted.</param>
/// <param name="LastAt">When the last was refused.</param>
public sealed record RefusedSource(IPAddress Source, int Protocol, int Port, long Packets, long Bytes, DateTimeOffset FirstAt, DateTimeOffset LastAt);
