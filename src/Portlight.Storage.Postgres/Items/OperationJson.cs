using System.Text.Json;
using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>An operation as its item keeps it: everything but the id. Member names are persisted: they may be added to, never renamed.</summary>
internal static class OperationJson
{
    public static void Write(Utf8JsonWriter json, Operation operation)
    {
        json.WriteStartObject();
        json.WriteString("account"u8, operation.Scope.AccountId);
        json.WriteString("region"u8, operation.Scope.Region);
        json.WriteString("resource"u8, operation.ResourceName);
        json.WriteNumber("resourceType"u8, (int)operation.ResourceType);
        json.WriteString("zone"u8, operation.AvailabilityZone);
        json.WriteString("type"u8, operation.OperationType);
        IdentityJson.WriteOptional(json, "details"u8, operation.OperationDetails);
        json.WriteString("createdAt"u8, operation.CreatedAt.UtcDateTime);
        json.WriteNumber("status"u8, (int)operation.Status);
        json.WriteString("statusChangedAt"u8, operation.StatusChangedAt.UtcDateTime);
        IdentityJson.WriteOptional(json, "errorCode"u8, operation.ErrorCode);
        IdentityJson.WriteOptional(json, "errorDetails"u8, operation.ErrorDetails);
        if (operation.AwaitsRevision is { } awaited)
        {
            json.WriteNumber("awaits"u8, awaited);
        }

        IdentityJson.WriteOptional(json, "host"u8, operation.Host == HostName.Local ? null : operation.Host);
        json.WriteEndObject();
    }

    public static Operation Read(ReadOnlySpan<byte> utf8, Guid id)
    {
        var json = new JsonCursor(utf8);
        var (account, region) = ("", "");
        var operation = new Operation
        {
            Id = id,
            Scope = new Scope("", ""),
            ResourceName = "",
            ResourceType = default,
            AvailabilityZone = "",
            OperationType = "",
            CreatedAt = default,
            Status = default,
            StatusChangedAt = default,
        };
        while (json.NextMember(out var member))
        {
            switch (member)
            {
                case "account":
                    account = json.Text();
                    break;
                case "region":
                    region = json.Text();
                    break;
                default:
                    operation = ReadMember(operation, member, ref json);
                    break;
            }
        }

        return operation with { Scope = new Scope(account, region) };
    }

    private static Operation ReadMember(Operation operation, string member, ref JsonCursor json) => member switch
    {
        "resource" => operation with { ResourceName = json.Text() },
        "resourceType" => operation with { ResourceType = (ResourceType)json.Int64() },
        "zone" => operation with { AvailabilityZone = json.Text() },
        "type" => operation with { OperationType = json.Text() },
        "details" => operation with { OperationDetails = json.Text() },
        "createdAt" => operation with { CreatedAt = json.Time() },
        "status" => operation with { Status = (OperationStatus)json.Int64() },
        "statusChangedAt" => operation with { StatusChangedAt = json.Time() },
        "errorCode" => operation with { ErrorCode = json.Text() },
        "errorDetails" => operation with { ErrorDetails = json.Text() },
        "awaits" => operation with { AwaitsRevision = json.Int64() },
        "host" => operation with { Host = json.Text() },
        _ => throw JsonCursor.Unknown(member),
    };
}
