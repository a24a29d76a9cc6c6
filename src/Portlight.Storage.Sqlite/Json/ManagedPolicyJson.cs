using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>A managed policy as its row keeps it: everything but the account, every version included.</summary>
internal static class ManagedPolicyJson
{
    public static void Write(Utf8JsonWriter json, ManagedPolicy policy)
    {
        json.WriteStartObject();
        IdentityJson.WriteHead(json, policy.Name, policy.Path, policy.Id, policy.CreatedAt);
        json.WriteString("updatedAt"u8, policy.UpdatedAt.UtcDateTime);
        IdentityJson.WriteOptional(json, "description"u8, policy.Description);
        IdentityJson.WriteTexts(json, "tags"u8, policy.Tags);
        json.WriteNumber("default"u8, policy.DefaultVersion);
        json.WriteNumber("last"u8, policy.LastVersion);
        json.WriteStartArray("versions"u8);
        foreach (var version in policy.Versions)
        {
            json.WriteStartObject();
            json.WriteNumber("number"u8, version.Number);
            json.WriteString("createdAt"u8, version.CreatedAt.UtcDateTime);
            json.WriteString("document"u8, version.Document);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static ManagedPolicy Read(ReadOnlySpan<byte> utf8, string accountId)
    {
        var json = new JsonCursor(utf8);
        var policy = new ManagedPolicy
        {
            AccountId = accountId,
            Name = "",
            Path = "/",
            Id = "",
            CreatedAt = default,
            UpdatedAt = default,
            Versions = [],
            DefaultVersion = 0,
            LastVersion = 0,
        };
        while (json.NextMember(out var member))
        {
            policy = member switch
            {
                "name" => policy with { Name = json.Text() },
                "path" => policy with { Path = json.Text() },
                "id" => policy with { Id = json.Text() },
                "createdAt" => policy with { CreatedAt = json.Time() },
                "updatedAt" => policy with { UpdatedAt = json.Time() },
                "description" => policy with { Description = json.Text() },
                "tags" => policy with { Tags = IdentityJson.ReadTexts(ref json, IdentityDefaults.Tags) },
                "default" => policy with { DefaultVersion = (int)json.Int64() },
                "last" => policy with { LastVersion = (int)json.Int64() },
                "versions" => policy with { Versions = ReadVersions(ref json) },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return policy;
    }

    private static ImmutableArray<ManagedPolicyVersion> ReadVersions(ref JsonCursor json)
    {
        var versions = ImmutableArray.CreateBuilder<ManagedPolicyVersion>();
        json.EnterArray();
        while (json.NextObject())
        {
            var version = new ManagedPolicyVersion(0, "", default);
            while (json.NextMember(out var member))
            {
                version = member switch
                {
                    "number" => version with { Number = (int)json.Int64() },
                    "createdAt" => version with { CreatedAt = json.Time() },
                    "document" => version with { Document = json.Text() },
                    _ => throw JsonCursor.Unknown(member),
                };
            }

            versions.Add(version);
        }

        return versions.DrainToImmutable();
    }
}
