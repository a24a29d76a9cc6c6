using System.Text.Json;

namespace Portlight.Audit;

/// <summary>The things that a call is about, by ARN: what its permission was asked on, and the instances that it changes.</summary>
internal static class AuditedResources
{
    private const int MaxResources = 50;

    public static void Write(Utf8JsonWriter writer, AuditedCall audited)
    {
        var named = Find(audited);
        if (named.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("resources"u8);
        foreach (var arn in named)
        {
            writer.WriteStartObject();
            writer.WriteString("ARN"u8, BoundedText.Of(arn));
            writer.WriteString("accountId"u8, AccountOf(arn));
            if (ThingTypes.OfArn(arn) is { } type)
            {
                writer.WriteString("type"u8, type);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static List<string> Find(AuditedCall audited)
    {
        var found = new List<string>(1);
        foreach (var (question, _) in audited.Call.Decisions)
        {
            Add(found, question.Resource);
        }

        foreach (var change in audited.Changes?.Instances ?? [])
        {
            Add(found, change.Instance.Arn);
        }

        return found;
    }

    private static void Add(List<string> found, string arn)
    {
        // `arn:…:*` stands for no thing in particular.
        if (found.Count < MaxResources && !arn.EndsWith('*') && !found.Contains(arn))
        {
            found.Add(arn);
        }
    }

    private static ReadOnlySpan<char> AccountOf(string arn)
    {
        Span<Range> parts = stackalloc Range[6];
        return arn.AsSpan().Split(parts, ':') == 6 ? arn.AsSpan()[parts[4]] : "";
    }
}
