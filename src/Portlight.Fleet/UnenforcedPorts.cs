using Portlight.AgentProtocol;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Fleet;

/// <summary>
/// An installation whose ports were enforced, started where nothing is enforced: the kernel may have lost its rules (a reboot, a kernel without the modules),
/// and every port would be open behind answers that say otherwise.
/// </summary>
internal static class UnenforcedPorts
{
    private const int Named = 5;

    /// <summary>Requires that there is no instance whose packets nobody filters though they are to be filtered, unless recording was asked for in words.</summary>
    /// <exception cref="AgentException">There is one.</exception>
    public static void Require(ServeOptions options, IStoreView view, AgentStatus agent)
    {
        if (!agent.Enforces && options.Enforce != EnforceMode.Record && Words(view.ListInstancesOn(HostName.Local)) is { } names)
        {
            throw new AgentException(
                $"the ports of {names} are the kernel's to filter, and that is not possible here: {agent.Reason}; repair that, or say --enforce record to go on without filtering");
        }
    }

    /// <summary>The names of those instances, for a message; null when there are none.</summary>
    /// <param name="local">What stands on the server's own machine. Its agent has just been told of everything, so nothing is read again.</param>
    /// <param name="agent">That agent.</param>
    public static string? Find(HostOutcomes local, AgentStatus agent) => agent.Enforces ? null : Words(local.AllStanding);

    private static string? Words(IEnumerable<Instance> instances)
    {
        var found = instances.Where(instance => instance.Attachment is not Attachment.Recorded).ToList();
        return found.Count == 0
            ? null
            : string.Join(", ", found.OrderBy(instance => instance.Index).Take(Named).Select(instance => instance.Name)) + (found.Count > Named ? $" and {found.Count - Named} more" : "");
    }
}
