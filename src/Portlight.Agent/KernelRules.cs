using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;
using Portlight.Nftables.Netlink;

namespace Portlight.Agent;

/// <summary>What a look at the kernel from outside shows of Portlight's rules: for <c>doctor</c>. Changes nothing and takes no lock.</summary>
/// <param name="IsThere">There is a table <c>inet portlight</c>.</param>
/// <param name="Installation">Whose it says it is; null when it does not.</param>
/// <param name="IsOwned">A running process owns it, and the kernel lets nobody else change it.</param>
/// <param name="CanBeOwned">This kernel can do that.</param>
public sealed record KernelRules(bool IsThere, InstallationId? Installation, bool IsOwned, bool CanBeOwned)
{
    /// <summary>Whether the kernel holds rules of an installation: what it has taken once, since it was started, it need not be asked for again.</summary>
    public static bool AreOf(InstallationId installation)
    {
        try
        {
            return FoundTable.Look()?.Installation == installation;
        }
        catch (NetlinkException)
        {
            return false;
        }
    }

    /// <summary>Looks at the network namespace of the calling thread.</summary>
    /// <exception cref="AgentException">The kernel does not show its tables to this user.</exception>
    public static KernelRules Look()
    {
        try
        {
            var found = FoundTable.Look();
            return new KernelRules(found is not null, found?.Installation, found?.OwnerPortId is not null, NftablesProbe.FindProtection() == TableProtection.Owned);
        }
        catch (NetlinkException exception)
        {
            throw new AgentException(exception.Message, exception);
        }
    }
}
