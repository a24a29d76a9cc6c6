using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Wire.CloudTrail;

namespace Portlight.Cli.History;

/// <summary>A change of an instance's ports as the audit log has it. Rules are texts that <see cref="Ports.PortReader"/> reads; networks that are not filtered are among them.</summary>
/// <param name="At">When.</param>
/// <param name="By">The user, the key, or the server itself.</param>
/// <param name="From">The source address; empty where no call made it.</param>
/// <param name="EventName">What made it.</param>
/// <param name="EventId">Its event.</param>
/// <param name="Before">The rules before; null where there was no instance.</param>
/// <param name="After">The rules after; null where there is none any more.</param>
internal sealed record PortRevision(DateTimeOffset At, string By, string From, string EventName, string EventId, ImmutableArray<string>? Before, ImmutableArray<string>? After)
{
    /// <summary>The changes of an instance, newest first, for as long as the caller goes on.</summary>
    public static async IAsyncEnumerable<PortRevision> EachAsync(Installation installation, string name, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var one in AuditReading.EachAsync(installation, new LookupAttribute { AttributeKey = "ResourceName", AttributeValue = name }, page: 50, cancellation))
        {
            if (Of(one) is { } revision)
            {
                yield return revision;
            }
        }
    }

    /// <summary>Null for an event that changed no ports, or of which the log does not hold them because they were very many.</summary>
    private static PortRevision? Of(Event one)
    {
        using var document = AuditReading.Parse(one);
        var whole = document.RootElement;
        return whole.TryGetProperty("portlight", out var ours) && ours.TryGetProperty("portsBefore", out var before) && ours.TryGetProperty("portsAfter", out var after)
            && before.ValueKind != JsonValueKind.Object && after.ValueKind != JsonValueKind.Object
            ? new PortRevision(
                one.EventTime ?? default, one.Username ?? one.AccessKeyId ?? AuditReading.Actor(whole), AuditReading.Text(whole, "sourceIPAddress") ?? "", one.EventName ?? "", one.EventId ?? "", Rules(before), Rules(after))
            : null;
    }

    private static ImmutableArray<string>? Rules(JsonElement ports) => ports.ValueKind == JsonValueKind.Array
        ? [.. ports.EnumerateArray().Select(AuditedPorts.Rule)]
        : null;
}
