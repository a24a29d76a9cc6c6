using System.Net;
using Portlight.Domain;

namespace Portlight.Nftables;

/// <summary>Packets that were let in by one element. The element is known by one of the packets that it lets in.</summary>
/// <param name="Protocol">The protocol; <see cref="NetworkProtocol.All"/> for one that no rule names by itself.</param>
/// <param name="Port">The first port that it is for; of ICMP the type in the upper byte and the code in the lower.</param>
/// <param name="Source">The first address that it is for, of one family where it is for both.</param>
/// <param name="Packets">How many.</param>
/// <param name="Bytes">Their length, from the header of IP on.</param>
public sealed record PortCounter(NetworkProtocol Protocol, int Port, IPAddress Source, long Packets, long Bytes);
