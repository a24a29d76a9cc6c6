using System.Text.Json;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Policies;

namespace Portlight.Audit;

/// <summary>The member of an event that CloudTrail's have not: port sets before and after, and the statements that allowed or denied the call.</summary>
internal static class PortlightMember
{
    /// <summary>A request is decided once for each rule that it asks for, and may ask for thousands.</summary>
    private const int MaxDecisions = 64;

    /// <summary>More rules than this are left out; what the request asked for is under <c>requestParameters</c>.</summary>
    private const int MaxRules = 500;

    private const int MaxSources = 2_000;

    public static void Write(Utf8JsonWriter writer, AuditedCall audited)
    {
        // The root of an account asks no policy, so there is nothing to tell of it.
        var decisions = audited.Call.Decisions;
        decisions = decisions.Any(one => one.Decision is not null) ? decisions : [];
        var ports = FindPorts(audited);
        var tags = FindTags(audited);
        var confirmBy = audited.Changes is null ? null : audited.Call.ConfirmBy;
        if (decisions.Count == 0 && ports is null && tags is null && confirmBy is null)
        {
            return;
        }

        writer.WriteStartObject("portlight"u8);
        if (ports is var (before, after))
        {
            WritePorts(writer, "portsBefore"u8, before);
            WritePorts(writer, "portsAfter"u8, after);
        }

        if (tags is var (tagsBefore, tagsAfter))
        {
            WriteTags(writer, "tagsBefore"u8, tagsBefore);
            WriteTags(writer, "tagsAfter"u8, tagsAfter);
        }

        if (confirmBy is { } deadline)
        {
            AuditEventJson.WriteTime(writer, "confirmBy"u8, deadline);
        }

        if (decisions.Count > 0)
        {
            WriteDecisions(writer, decisions);
        }

        writer.WriteEndObject();
    }

    /// <summary>The member of an event that no call made; nothing where no instance changed.</summary>
    public static void WritePorts(Utf8JsonWriter writer, (Domain.Instance? Before, Domain.Instance? After)? change)
    {
        if (change is not var (before, after))
        {
            return;
        }

        writer.WriteStartObject("portlight"u8);
        WritePorts(writer, "portsBefore"u8, before?.LetIn);
        WritePorts(writer, "portsAfter"u8, after?.LetIn);
        writer.WriteEndObject();
    }

    /// <summary>Of the first instance whose ports the call has set: what makes several at once makes them alike.</summary>
    private static (PortSet? Before, PortSet? After)? FindPorts(AuditedCall audited)
    {
        foreach (var change in audited.Changes?.Instances ?? [])
        {
            var before = audited.View!.FindInstance(change.Instance.Scope, change.Instance.Name);
            var after = change.IsRemoval ? null : change.Instance;
            if (!ReferenceEquals(before?.Ports, after?.Ports) || !ReferenceEquals(before?.Attachment, after?.Attachment))
            {
                return (before?.LetIn, after?.LetIn);
            }
        }

        return null;
    }

    /// <summary>The tags of the first instance whose tags the call has changed, those alone that are others now: what is set is in the request, what was there before is not.</summary>
    private static (IEnumerable<KeyValuePair<string, string?>> Before, IEnumerable<KeyValuePair<string, string?>> After)? FindTags(AuditedCall audited)
    {
        foreach (var change in audited.Changes?.Instances ?? [])
        {
            if (!change.IsRemoval && audited.View!.FindInstance(change.Instance.Scope, change.Instance.Name) is { } before
                && !ReferenceEquals(before.Tags, change.Instance.Tags) && !before.Tags.SequenceEqual(change.Instance.Tags))
            {
                return (before.Tags.Except(change.Instance.Tags), change.Instance.Tags.Except(before.Tags));
            }
        }

        return null;
    }

    private static void WriteTags(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IEnumerable<KeyValuePair<string, string?>> tags)
    {
        writer.WriteStartArray(name);
        foreach (var (key, value) in tags)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, key);
            if (value is not null)
            {
                writer.WriteString("value"u8, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WritePorts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, PortSet? ports)
    {
        writer.WritePropertyName(name);
        if (ports is null)
        {
            writer.WriteNullValue();
            return;
        }

        if (ports.Rules.Length > MaxRules || ports.Rules.Sum(rule => rule.Ipv4Sources.Length + rule.Ipv6Sources.Length) > MaxSources)
        {
            writer.WriteStartObject();
            writer.WriteBoolean("omitted"u8, true);
            writer.WriteNumber("rules"u8, ports.Rules.Length);
            writer.WriteEndObject();
            return;
        }

        writer.WriteStartArray();
        foreach (var rule in ports.Rules)
        {
            writer.WriteStringValue(rule.ToShortText());
        }

        writer.WriteEndArray();
    }

    private static void WriteDecisions(Utf8JsonWriter writer, IReadOnlyList<(AccessQuestion Question, Decision? Decision)> decisions)
    {
        writer.WriteStartArray("authorization"u8);
        for (var i = 0; i < decisions.Count && i < MaxDecisions; i++)
        {
            WriteDecision(writer, decisions[i].Question, decisions[i].Decision);
        }

        writer.WriteEndArray();
        if (decisions.Count > MaxDecisions)
        {
            writer.WriteNumber("authorizationsOmitted"u8, decisions.Count - MaxDecisions);
        }
    }

    /// <summary>Without a decision the root of the account asked, whom no policy binds.</summary>
    private static void WriteDecision(Utf8JsonWriter writer, AccessQuestion question, Decision? decision)
    {
        writer.WriteStartObject();
        writer.WriteString("action"u8, question.Action);
        writer.WriteString("resource"u8, question.Resource);
        if (question.Rule is { } rule)
        {
            writer.WriteString("rule"u8, rule.ToString());
        }

        writer.WriteString("decision"u8, decision?.Reason switch
        {
            null or DecisionReason.Allowed => "allowed"u8,
            DecisionReason.ExplicitDeny => "explicitDeny"u8,
            _ => "implicitDeny"u8,
        });
        if (decision is not null)
        {
            WriteBasis(writer, decision);
        }

        writer.WriteEndObject();
    }

    private static void WriteBasis(Utf8JsonWriter writer, Decision decision)
    {
        writer.WriteString("decidedBy"u8, decision.DecidedBy switch
        {
            DecidingPolicy.Identity => "identity"u8,
            DecidingPolicy.PermissionsBoundary => "permissionsBoundary"u8,
            _ => "session"u8,
        });
        if (decision.Policy is { } policy)
        {
            writer.WriteString("policy"u8, policy.Id);
        }

        if (decision.Statement is { } statement)
        {
            writer.WriteString("statement"u8, BoundedText.Of(statement.ToString()));
        }
    }
}
