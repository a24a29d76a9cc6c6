using System.Collections.Immutable;
using Portlight.AgentProtocol;
using Portlight.Domain;

namespace Portlight.Agent.Enforcement;

/// <summary>The names of interfaces that are closed for what is attached. They stand in a chain of the table, so another choice of them is a comparison of everything.</summary>
internal static class ClosedNames
{
    internal static ImmutableArray<string> Of(IEnumerable<Attachment> attachments) => [.. attachments.SelectMany(attachment => Of(attachment)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Whether changes close other names than what stands.</summary>
    internal static bool Differ(IReadOnlyList<DesiredInstance> changed, IReadOnlyList<long> removed, Dictionary<long, Plan> standing)
    {
        foreach (var desired in changed)
        {
            if (!Of(desired.Attachment).SequenceEqual(Of(standing.GetValueOrDefault(desired.Index))))
            {
                return true;
            }
        }

        foreach (var index in removed)
        {
            if (!Of(standing.GetValueOrDefault(index)).IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private static ImmutableArray<string> Of(Plan? plan) => plan is null ? [] : Of(plan.Desired.Attachment);

    private static ImmutableArray<string> Of(Attachment attachment) => attachment is Attachment.Interface { ClosedNames: { IsDefault: false } names } ? names : [];
}
