using Portlight.Domain;

namespace Portlight.Nftables;

/// <summary>A table <c>inet portlight</c> that is in the kernel, and whose it is.</summary>
/// <param name="Installation">The installation that made it; null when it does not say.</param>
/// <param name="OwnerPortId">The netlink socket that owns it at this moment (usually its process's number); null when none does.</param>
public readonly record struct FoundTable(InstallationId? Installation, uint? OwnerPortId);
