using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>A role as its row keeps it: everything but the account. The longest session is in seconds.</summary>
internal static class RoleJson
{
    public static void Write(Utf8JsonWriter json, Role role)
    {
        json.WriteStartObject();
        IdentityJson.WriteHead(json, role.Name, role.Path, role.Id, role.CreatedAt);
        json.WriteString("trust"u8, role.TrustPolicy);
        WriteTrusted(json, role.TrustedIds);
        IdentityJson.WriteOptional(json, "description"u8, role.Description);
        json.WriteNumber("maxSession"u8, (long)role.MaxSessionDuration.TotalSeconds);
        IdentityJson.WriteTexts(json, "tags"u8, role.Tags);
        IdentityJson.WriteOptional(json, "boundary"u8, role.BoundaryArn);
        IdentityJson.WriteTexts(json, "inlinePolicies"u8, role.InlinePolicies);
        IdentityJson.WriteTexts(json, "attachedPolicies"u8, role.AttachedPolicies);
        json.WriteEndObject();
    }

    public static Role Read(ReadOnlySpan<byte> utf8, string accountId)
    {
        var json = new JsonCursor(utf8);
        var role = new Role { AccountId = accountId, Name = "", Path = "/", Id = "", CreatedAt = default, TrustPolicy = "" };
        while (json.NextMember(out var member))
        {
            role = member switch
            {
                "name" => role with { Name = json.Text() },
                "path" => role with { Path = json.Text() },
                "id" => role with { Id = json.Text() },
                "createdAt" => role with { CreatedAt = json.Time() },
                "trust" => role with { TrustPolicy = json.Text() },
                "trusted" => role with { TrustedIds = IdentityJson.ReadTexts(ref json, IdentityDefaults.TrustedIds) },
                "description" => role with { Description = json.Text() },
                "maxSession" => role with { MaxSessionDuration = TimeSpan.FromSeconds(json.Int64()) },
                "tags" => role with { Tags = IdentityJson.ReadTexts(ref json, IdentityDefaults.Tags) },
                "boundary" => role with { BoundaryArn = json.Text() },
                "inlinePolicies" => role with { InlinePolicies = IdentityJson.ReadTexts(ref json, IdentityDefaults.Policies) },
                "attachedPolicies" => role with { AttachedPolicies = json.Texts() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return role;
    }

    /// <summary>Also when it is empty: that it is there says that the ARNs were looked up.</summary>
    private static void WriteTrusted(Utf8JsonWriter json, ImmutableSortedDictionary<string, string>? ids)
    {
        if (ids is { IsEmpty: true })
        {
            json.WriteStartObject("trusted"u8);
            json.WriteEndObject();
        }
        else if (ids is not null)
        {
            IdentityJson.WriteTexts(json, "trusted"u8, ids);
        }
    }
}
