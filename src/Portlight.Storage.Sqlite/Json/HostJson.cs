using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>A host as its row keeps it. Member names are persisted: they may be added to, never renamed.</summary>
internal static class HostJson
{
    public static void Write(Utf8JsonWriter json, Host host)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, host.Name);
        json.WriteString("zone"u8, host.Zone);
        json.WriteString("state"u8, host.State.ToString());
        json.WriteString("createdAt"u8, host.CreatedAt.UtcDateTime);
        WriteTime(json, "joinedAt"u8, host.JoinedAt);
        WriteTime(json, "lastSeenAt"u8, host.LastSeenAt);
        if (host.Token is { } token)
        {
            json.WriteStartObject("token"u8);
            json.WriteString("id"u8, token.Id);
            json.WriteString("hash"u8, token.Hash);
            json.WriteString("expiresAt"u8, token.ExpiresAt.UtcDateTime);
            IdentityJson.WriteOptional(json, "usedFor"u8, token.UsedFor);
            json.WriteEndObject();
        }

        if (!host.Certificates.IsDefaultOrEmpty)
        {
            json.WriteStartArray("certificates"u8);
            foreach (var certificate in host.Certificates)
            {
                json.WriteStartObject();
                json.WriteString("serial"u8, certificate.Serial);
                json.WriteString("publicKey"u8, certificate.PublicKey);
                json.WriteString("expiresAt"u8, certificate.ExpiresAt.UtcDateTime);
                json.WriteBase64String("der"u8, certificate.Der.AsSpan());
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (!host.Authorities.IsDefaultOrEmpty)
        {
            json.WriteStartArray("authorities"u8);
            foreach (var authority in host.Authorities)
            {
                json.WriteStartObject();
                json.WriteBase64String("der"u8, authority.Der.AsSpan());
                json.WriteBase64String("sealedKey"u8, authority.SealedKey);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        HostLinkJson.Write(json, host);
        json.WriteEndObject();
    }

    public static Host Read(ReadOnlySpan<byte> utf8)
    {
        var json = new JsonCursor(utf8);
        var host = new Host { Name = "", Zone = "", State = HostState.Revoked, CreatedAt = default };
        while (json.NextMember(out var member))
        {
            host = member switch
            {
                "name" => host with { Name = json.Text() },
                "zone" => host with { Zone = json.Text() },
                "state" => host with { State = Enum.Parse<HostState>(json.Text()) },
                "createdAt" => host with { CreatedAt = json.Time() },
                "joinedAt" => host with { JoinedAt = json.Time() },
                "lastSeenAt" => host with { LastSeenAt = json.Time() },
                "token" => host with { Token = ReadToken(ref json) },
                "certificates" => host with { Certificates = ReadCertificates(ref json) },
                "link" => host with { Link = HostLinkJson.ReadLink(ref json) },
                "servers" => host with { Servers = HostLinkJson.ReadServers(ref json) },
                "authorities" => host with { Authorities = ReadAuthorities(ref json) },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return host;
    }

    private static HostToken ReadToken(ref JsonCursor json)
    {
        var token = new HostToken("", "", default);
        json.EnterObject();
        while (json.NextMember(out var member))
        {
            token = member switch
            {
                "id" => token with { Id = json.Text() },
                "hash" => token with { Hash = json.Text() },
                "expiresAt" => token with { ExpiresAt = json.Time() },
                "usedFor" => token with { UsedFor = json.Text() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return token;
    }

    private static ImmutableArray<HostCertificate> ReadCertificates(ref JsonCursor json)
    {
        var found = ImmutableArray.CreateBuilder<HostCertificate>();
        json.EnterArray();
        while (json.NextObject())
        {
            var certificate = new HostCertificate("", "", default, []);
            while (json.NextMember(out var member))
            {
                certificate = member switch
                {
                    "serial" => certificate with { Serial = json.Text() },
                    "publicKey" => certificate with { PublicKey = json.Text() },
                    "expiresAt" => certificate with { ExpiresAt = json.Time() },
                    "der" => certificate with { Der = [.. Convert.FromBase64String(json.Text())] },
                    _ => throw JsonCursor.Unknown(member),
                };
            }

            found.Add(certificate);
        }

        return found.DrainToImmutable();
    }

    private static ImmutableArray<HostAuthority> ReadAuthorities(ref JsonCursor json)
    {
        var found = ImmutableArray.CreateBuilder<HostAuthority>();
        json.EnterArray();
        while (json.NextObject())
        {
            var authority = new HostAuthority([], []);
            while (json.NextMember(out var member))
            {
                authority = member switch
                {
                    "der" => authority with { Der = [.. Convert.FromBase64String(json.Text())] },
                    "sealedKey" => authority with { SealedKey = Convert.FromBase64String(json.Text()) },
                    _ => throw JsonCursor.Unknown(member),
                };
            }

            found.Add(authority);
        }

        return found.DrainToImmutable();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> member, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteString(member, at.UtcDateTime);
        }
    }
}
