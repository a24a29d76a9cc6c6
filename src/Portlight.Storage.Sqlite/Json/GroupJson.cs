using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>A group as its row keeps it: everything but the account.</summary>
internal static class GroupJson
{
    public static void Write(Utf8JsonWriter json, Group group)
    {
        json.WriteStartObject();
        IdentityJson.WriteHead(json, group.Name, group.Path, group.Id, group.CreatedAt);
        IdentityJson.WriteTexts(json, "inlinePolicies"u8, group.InlinePolicies);
        IdentityJson.WriteTexts(json, "attachedPolicies"u8, group.AttachedPolicies);
        json.WriteEndObject();
    }

    public static Group Read(ReadOnlySpan<byte> utf8, string accountId)
    {
        var json = new JsonCursor(utf8);
        var group = new Group { AccountId = accountId, Name = "", Path = "/", Id = "", CreatedAt = default };
        while (json.NextMember(out var member))
        {
            group = member switch
            {
                "name" => group with { Name = json.Text() },
                "path" => group with { Path = json.Text() },
                "id" => group with { Id = json.Text() },
                "createdAt" => group with { CreatedAt = json.Time() },
                "inlinePolicies" => group with { InlinePolicies = IdentityJson.ReadTexts(ref json, IdentityDefaults.Policies) },
                "attachedPolicies" => group with { AttachedPolicies = json.Texts() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return group;
    }
}
