using System.Net.Sockets;
using Portlight.Domain;

namespace Portlight.Nftables;

/// <summary>A TCP port of this machine that stays open on a host attachment, whatever its port set: the control plane's, or the next Put could not arrive.</summary>
/// <param name="Address">The one address it listens on, as /32 or /128; a block of length 0 for every address of the family.</param>
/// <param name="Port">The TCP port.</param>
public readonly record struct ListenAddress(Cidr Address, ushort Port)
{
    internal bool IsIpv4 => Address.Family == AddressFamily.InterNetwork;
}
