using Portlight.Agent.Lab;
using Portlight.Agent.Links;
using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Nftables;

namespace Portlight.Agent;

/// <summary>
/// Whether what Portlight has in this network namespace is this installation's. What is another's, or does not say whose it is, is refused by name: its
/// rules keep ports closed that nothing here knows of.
/// </summary>
internal static class KernelClaim
{
    private const int Named = 5;

    /// <summary>Asked under the lock, before anything is changed.</summary>
    /// <param name="session">The table.</param>
    /// <param name="lab">The lab instances.</param>
    /// <param name="own">This installation; null when there is none yet.</param>
    /// <param name="takesOver">The operator has said that it is to go.</param>
    /// <param name="remedy">What the operator can do.</param>
    /// <param name="links">The links, where they were listed just now.</param>
    /// <exception cref="AgentException">There is something that is not this installation's.</exception>
    internal static void Require(NftablesSession session, LabHost lab, InstallationId? own, bool takesOver, string remedy, LinkListing? links = null)
    {
        var table = session.Find();
        if (table?.OwnerPortId is { } owner)
        {
            throw new AgentException($"the table inet portlight is owned by another process (netlink port {owner}, usually the number of the process); nothing was changed: end that process first");
        }

        if (takesOver)
        {
            return;
        }

        var foreign = lab.Foreign.Find(links);
        var parts = new List<string>();
        if (table is { } found && (own is null || found.Installation != own))
        {
            parts.Add($"the table inet portlight ({Whose(found.Installation)})");
        }

        parts.AddRange(foreign.Take(Named).Select(alias => $"the lab instance {alias.NamespaceName} on link {alias.LinkName} ({Whose(alias.Installation)})"));
        if (foreign.Count > Named)
        {
            parts.Add($"{foreign.Count - Named} more lab instances");
        }

        if (parts.Count > 0)
        {
            throw new AgentException(
                $"the kernel holds what is not of this installation{(own is null ? "" : $" ({own})")}: {string.Join(", ", parts)}; nothing was changed: {remedy}");
        }
    }

    private static string Whose(InstallationId? installation) => installation is { } id ? $"of installation {id}" : "which does not say whose it is";
}
