using Portlight.AgentProtocol;
using Portlight.Domain;
using Portlight.Fleet;

namespace Portlight.Lightsail;

/// <summary>Why packets of an instance are not filtered by its ports, in words for the operator; null when they are.</summary>
internal static class NotFiltered
{
    /// <summary>Nobody's packets are.</summary>
    public static string? Of(AgentStatus agent) => WhyRecorded(agent) is { } reason ? $"ports are only recorded: {reason}" : null;

    /// <summary>Why ports are only recorded, for the whole server; null when they are enforced.</summary>
    public static string? WhyRecorded(AgentStatus agent) => agent.Enforces ? null : agent.Reason ?? "`serve --enforce record` was asked for";

    public static string? Of(Instance instance, AgentStatus agent, Reconciler reconciler) => Of(agent)
        ?? (instance.Attachment is Attachment.Recorded
            ? "it was created while ports were only recorded and is attached nowhere: create it again"
            : reconciler.Unfiltered(instance.Index));
}
