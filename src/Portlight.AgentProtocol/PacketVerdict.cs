using System.Collections.Immutable;

namespace Portlight.AgentProtocol;

/// <summary>What the kernel's sets say of a packet to an instance.</summary>
/// <param name="IsFiltered">False: nothing in the kernel filters what goes to the instance, so everything passes.</param>
/// <param name="Sets">The kernel's sets that let it in, as <c>open_ports</c>; none when it is dropped.</param>
public sealed record PacketVerdict(bool IsFiltered, ImmutableArray<string> Sets);
