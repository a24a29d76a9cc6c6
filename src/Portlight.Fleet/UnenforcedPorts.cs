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

    /// <summary>The names of instances whose packets nobody filters though they are to be filtered, for a message; null when there are none.</summary>
    /// <exception cref="AgentException">There are some, and recording was not asked for in words.</exception>
    public static string? Check(ServeOptions options, IStoreView view, AgentStatus agent)
    {
        if (agent.Enforces)
        {
            return null;
        }

        var names = view.ListInstancesOn(HostName.Local).Where(instance => instance.Attachment is not Attachment.Recorded).Select(instance => instance.Name).ToList();
        if (names.Count == 0)
        {
            return null;
        }

        var inWords = string.Join(", ", names.Take(Named)) + (names.Count > Named ? $" and {names.Count - Named} more" : "");
        if (options.Enforce != EnforceMode.Record)
        {
            throw new AgentException(
                $"the ports of {inWords} are the kernel's to filter, and that is not possible here: {agent.Reason}; repair that, or say --enforce record to go on without filtering");
        }

        return inWords;
    }
}
