using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>A user as its row keeps it: everything but the account.</summary>
internal static class UserJson
{
    public static void Write(Utf8JsonWriter json, User user)
    {
        json.WriteStartObject();
        IdentityJson.WriteHead(json, user.Name, user.Path, user.Id, user.CreatedAt);
        IdentityJson.WriteTexts(json, "tags"u8, user.Tags);
        IdentityJson.WriteOptional(json, "boundary"u8, user.BoundaryArn);
        IdentityJson.WriteTexts(json, "groups"u8, user.Groups);
        IdentityJson.WriteTexts(json, "inlinePolicies"u8, user.InlinePolicies);
        IdentityJson.WriteTexts(json, "attachedPolicies"u8, user.AttachedPolicies);
        json.WriteEndObject();
    }

    public static User Read(ReadOnlySpan<byte> utf8, string accountId)
    {
        var json = new JsonCursor(utf8);
        var user = new User { AccountId = accountId, Name = "", Path = "/", Id = "", CreatedAt = default };
        while (json.NextMember(out var member))
        {
            user = member switch
            {
                "name" => user with { Name = json.Text() },
                "path" => user with { Path = json.Text() },
                "id" => user with { Id = json.Text() },
                "createdAt" => user with { CreatedAt = json.Time() },
                "tags" => user with { Tags = IdentityJson.ReadTexts(ref json, IdentityDefaults.Tags) },
                "boundary" => user with { BoundaryArn = json.Text() },
                "groups" => user with { Groups = json.Texts() },
                "inlinePolicies" => user with { InlinePolicies = IdentityJson.ReadTexts(ref json, IdentityDefaults.Policies) },
                "attachedPolicies" => user with { AttachedPolicies = json.Texts() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return user;
    }
}
