using System.Net;

namespace Portlight.Nftables;

/// <summary>Packets of one source for one place that were refused within ten minutes.</summary>
/// <param name="Source">Where they say that they come from. That can be forged.</param>
/// <param name="Protocol">IANA's number.</param>
/// <param name="Port">The port; of ICMP the type in the upper byte and the code in the lower.</param>
/// <param name="Packets">How many.</param>
/// <param name="Bytes">Their length, from the header of IP on.</param>
/// <param name="FirstAt">When the first was refused.</param>
/// <param name="LastAt">When the last was refused.</param>
public sealed record RefusedPackets(IPAddress Source, byte Protocol, ushort Port, long Packets, long Bytes, DateTimeOffset FirstAt, DateTimeOffset LastAt);
