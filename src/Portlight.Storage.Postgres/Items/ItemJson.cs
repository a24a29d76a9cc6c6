using System.Text.Json;
using Portlight.Domain;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>
/// Bodies of what rows of SQLite keep in columns: everything but the key. Member names are persisted: they may be added to, never renamed. Times are UTC, numbers of
/// enumerations are those of the rows.
/// </summary>
internal static class ItemJson
{
    public static void Write(Utf8JsonWriter json, StaticIp ip)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, ip.Id);
        json.WriteString("createdAt"u8, ip.CreatedAt.UtcDateTime);
        json.WriteString("address"u8, ip.Address.ToString());
        IdentityJson.WriteOptional(json, "attachedTo"u8, ip.AttachedTo);
        json.WriteEndObject();
    }

    public static StaticIp ReadStaticIp(ReadOnlySpan<byte> utf8, Scope scope, string name)
    {
        var json = new JsonCursor(utf8);
        var ip = new StaticIp { Scope = scope, Name = name, Id = default, CreatedAt = default, Address = System.Net.IPAddress.None };
        while (json.NextMember(out var member))
        {
            ip = member switch
            {
                "id" => ip with { Id = json.Guid() },
                "createdAt" => ip with { CreatedAt = json.Time() },
                "address" => ip with { Address = json.Address() },
                "attachedTo" => ip with { AttachedTo = json.Text() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return ip;
    }

    public static void Write(Utf8JsonWriter json, KeyPair pair)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, pair.Id);
        json.WriteString("createdAt"u8, pair.CreatedAt.UtcDateTime);
        json.WriteString("publicKey"u8, pair.PublicKey);
        json.WriteString("fingerprint"u8, pair.Fingerprint);
        if (pair.SealedPrivateKey is { } secret)
        {
            json.WriteBase64String("sealedPrivateKey"u8, secret);
        }

        json.WritePropertyName("tags"u8);
        TagsJson.Write(json, pair.Tags);
        json.WriteEndObject();
    }

    public static KeyPair ReadKeyPair(ReadOnlySpan<byte> utf8, Scope scope, string name)
    {
        var json = new JsonCursor(utf8);
        var pair = new KeyPair { Scope = scope, Name = name, Id = default, CreatedAt = default, PublicKey = "", Fingerprint = "" };
        while (json.NextMember(out var member))
        {
            pair = member switch
            {
                "id" => pair with { Id = json.Guid() },
                "createdAt" => pair with { CreatedAt = json.Time() },
                "publicKey" => pair with { PublicKey = json.Text() },
                "fingerprint" => pair with { Fingerprint = json.Text() },
                "sealedPrivateKey" => pair with { SealedPrivateKey = Convert.FromBase64String(json.Text()) },
                "tags" => pair with { Tags = TagsJson.Read(ref json) },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return pair;
    }

    public static void Write(Utf8JsonWriter json, Account account)
    {
        json.WriteStartObject();
        json.WriteNumber("state"u8, (int)account.State);
        json.WriteNumber("isOwner"u8, account.IsOwner ? 1 : 0);
        json.WriteString("createdAt"u8, account.CreatedAt.UtcDateTime);
        if (!account.Book.IsEmpty)
        {
            json.WritePropertyName("book"u8);
            AddressBookJson.Write(json, account.Book);
        }

        json.WriteEndObject();
    }

    public static Account ReadAccount(ReadOnlySpan<byte> utf8, string id)
    {
        var json = new JsonCursor(utf8);
        var account = new Account(id, default, IsOwner: false, default);
        while (json.NextMember(out var member))
        {
            account = member switch
            {
                "state" => account with { State = (AccountState)json.Int64() },
                "isOwner" => account with { IsOwner = json.Int64() != 0 },
                "createdAt" => account with { CreatedAt = json.Time() },
                "book" => account with { Book = AddressBookJson.Read(ref json) },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return account;
    }

    public static void Write(Utf8JsonWriter json, OpenRegion region)
    {
        json.WriteStartObject();
        json.WriteNumber("isReady"u8, region.IsReady ? 1 : 0);
        json.WriteString("openedAt"u8, region.OpenedAt.UtcDateTime);
        json.WriteEndObject();
    }

    public static OpenRegion ReadRegion(ReadOnlySpan<byte> utf8, string name)
    {
        var json = new JsonCursor(utf8);
        var region = new OpenRegion(name, IsReady: false, default);
        while (json.NextMember(out var member))
        {
            region = member switch
            {
                "isReady" => region with { IsReady = json.Int64() != 0 },
                "openedAt" => region with { OpenedAt = json.Time() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return region;
    }

    public static void Write(Utf8JsonWriter json, AccessKey key)
    {
        json.WriteStartObject();
        json.WriteString("account"u8, key.AccountId);
        IdentityJson.WriteOptional(json, "userName"u8, key.UserName);
        IdentityJson.WriteOptional(json, "userId"u8, key.UserId);
        json.WriteBase64String("sealedSecret"u8, key.SealedSecret);
        json.WriteNumber("isActive"u8, key.IsActive ? 1 : 0);
        json.WriteString("createdAt"u8, key.CreatedAt.UtcDateTime);
        json.WriteEndObject();
    }

    public static AccessKey ReadAccessKey(ReadOnlySpan<byte> utf8, string id)
    {
        var json = new JsonCursor(utf8);
        var key = new AccessKey(id, "", null, [], IsActive: false, default);
        while (json.NextMember(out var member))
        {
            key = member switch
            {
                "account" => key with { AccountId = json.Text() },
                "userName" => key with { UserName = json.Text() },
                "userId" => key with { UserId = json.Text() },
                "sealedSecret" => key with { SealedSecret = Convert.FromBase64String(json.Text()) },
                "isActive" => key with { IsActive = json.Int64() != 0 },
                "createdAt" => key with { CreatedAt = json.Time() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return key;
    }

    public static void Write(Utf8JsonWriter json, AccessKeyUse use)
    {
        json.WriteStartObject();
        json.WriteString("at"u8, use.At.UtcDateTime);
        json.WriteString("service"u8, use.Service);
        json.WriteString("region"u8, use.Region);
        json.WriteEndObject();
    }

    public static AccessKeyUse ReadAccessKeyUse(ReadOnlySpan<byte> utf8, string id)
    {
        var json = new JsonCursor(utf8);
        var use = new AccessKeyUse(id, default, "", "");
        while (json.NextMember(out var member))
        {
            use = member switch
            {
                "at" => use with { At = json.Time() },
                "service" => use with { Service = json.Text() },
                "region" => use with { Region = json.Text() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return use;
    }
}
