using System.Globalization;
using System.Text.Json;
using Portlight.Api;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Audit;

/// <summary>
/// What a call that changed something made, as it stood when it was written: operation records, or the thing that the write made. Reads, and calls that
/// failed, have none. Members are listed here one by one, so that no secret gets in with a new one.
/// </summary>
internal static class ResponseElements
{
    /// <summary>More operations than this are left out.</summary>
    private const int MaxOperations = 200;

    public static void Write(Utf8JsonWriter writer, AuditedCall audited)
    {
        writer.WritePropertyName("responseElements"u8);
        var entry = audited.Call.Entry;
        if (audited.Error is not null || entry is null)
        {
            writer.WriteNullValue();
        }
        else if (audited.Call.Audit.Response is { } response)
        {
            response(writer);
        }
        else if (entry.OperationsMember is { } member && audited.Changes is { Operations.Count: > 0 } changes)
        {
            writer.WriteStartObject();
            writer.WritePropertyName(member);
            WriteOperations(writer, changes, isList: member == OperationEntry.OperationList);
            writer.WriteEndObject();
        }
        else if (entry.ShowsResult)
        {
            WriteResult(writer, audited.Result);
        }
        else
        {
            writer.WriteNullValue(); // as CloudTrail has it for IAM's other changes, which answer nothing
        }
    }

    private static void WriteOperations(Utf8JsonWriter writer, Changes changes, bool isList)
    {
        if (!isList)
        {
            WriteOperation(writer, changes.Operations[0].Operation, isOneOfSeveral: false);
            return;
        }

        if (changes.Operations.Count > MaxOperations)
        {
            RequestParameters.WriteOmitted(writer, $"{changes.Operations.Count} operations");
            return;
        }

        writer.WriteStartArray();
        foreach (var (operation, _) in changes.Operations)
        {
            WriteOperation(writer, operation, isOneOfSeveral: true);
        }

        writer.WriteEndArray();
    }

    /// <summary>What names the record, which GetOperation tells whole; of several, what each is about. The rest stands elsewhere in the event.</summary>
    private static void WriteOperation(Utf8JsonWriter writer, Operation operation, bool isOneOfSeveral)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, operation.Id);
        if (isOneOfSeveral)
        {
            writer.WriteString("operationType"u8, operation.OperationType);
            writer.WriteString("resourceName"u8, operation.ResourceName);
        }

        writer.WriteString("status"u8, operation.Status.ToString());
        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, object? result)
    {
        switch (result)
        {
            case Domain.Account account:
                WriteNamed(writer, "account", ("accountId", account.Id), ("state", account.State.ToString()));
                break;
            case OpenRegion region:
                WriteNamed(writer, "region", ("name", region.Name), ("isReady", region.IsReady ? "true" : "false"));
                break;
            case User user:
                WriteNamed(writer, "user", ("path", user.Path), ("userName", user.Name), ("userId", user.Id), ("arn", user.Arn), ("createDate", Text(user.CreatedAt)));
                break;
            case Group group:
                WriteNamed(writer, "group", ("path", group.Path), ("groupName", group.Name), ("groupId", group.Id), ("arn", group.Arn), ("createDate", Text(group.CreatedAt)));
                break;
            case Role role:
                WriteNamed(writer, "role", ("path", role.Path), ("roleName", role.Name), ("roleId", role.Id), ("arn", role.Arn), ("createDate", Text(role.CreatedAt)));
                break;
            case ManagedPolicy policy:
                WriteNamed(writer, "policy",
                    ("policyName", policy.Name), ("policyId", policy.Id), ("arn", policy.Arn), ("path", policy.Path), ("defaultVersionId", policy.Default.Id), ("createDate", Text(policy.CreatedAt)));
                break;
            case ManagedPolicyVersion version:
                WriteNamed(writer, "policyVersion", ("versionId", version.Id), ("createDate", Text(version.CreatedAt)));
                break;
            case AccessKey key:
                WriteNamed(writer, "accessKey", ("userName", key.UserName), ("accessKeyId", key.Id), ("status", key.IsActive ? "Active" : "Inactive"), ("createDate", Text(key.CreatedAt)));
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteNamed(Utf8JsonWriter writer, string name, params ReadOnlySpan<(string Name, string? Value)> members)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(name);
        foreach (var (member, value) in members)
        {
            writer.WriteString(member, value);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";
}
