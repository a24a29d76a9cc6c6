using System.Net;
using Portlight.Domain;

namespace Portlight.Agent.Traffic;

/// <summary>An element of a port set, as its counter is known: by one of the packets that it lets in.</summary>
/// <param name="Protocol">The protocol of that one.</param>
/// <param name="Port">Its port; of ICMP the type in the upper byte and the code in the lower.</param>
/// <param name="Source">Where it comes from.</param>
internal readonly record struct CountedPart(NetworkProtocol Protocol, int Port, IPAddress Source);
