using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Fleet;

namespace Portlight.Lightsail;

/// <summary>Why packets of an instance are not filtered by its ports, in words for the operator; null when they are.</summary>
internal static class NotFiltered
{
    /// <summary>Nobody's of that host are.</summary>
    public static string? Of(HostLoop host) => WhyRecorded(host.Status) is { } reason ? $"ports are only recorded: {reason}" : null;

    /// <summary>Why ports are only recorded, for a whole host; null when they are enforced, or were when its agent was last here.</summary>
    public static string? WhyRecorded(AgentStatus? agent) => agent is { Enforces: false } ? agent.Reason ?? "`serve --enforce record` was asked for" : null;

    public static string? Of(Instance instance, HostLoop host) => Of(host)
        ?? (instance.Attachment is Attachment.Recorded
            ? "it was created while ports were only recorded and is attached nowhere: create it again"
            : host.Outcomes.Unfiltered(instance.Index));
}
