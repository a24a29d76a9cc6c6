using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>What servers of one database tell each other of a host, and of themselves, as members of its row.</summary>
internal static class HostLinkJson
{
    public static void Write(Utf8JsonWriter json, Host host)
    {
        if (host.Link is { } link)
        {
            json.WriteStartObject("link"u8);
            json.WriteString("server"u8, link.Server);
            json.WriteNumber("generation"u8, link.Generation);
            json.WriteString("since"u8, link.Since.UtcDateTime);
            IdentityJson.WriteOptional(json, "report"u8, link.Report);
            json.WriteEndObject();
        }

        if (host.Servers.IsDefaultOrEmpty)
        {
            return;
        }

        json.WriteStartArray("servers"u8);
        foreach (var server in host.Servers)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, server.Id);
            json.WriteStartArray("agents"u8);
            foreach (var address in server.Agents)
            {
                json.WriteStringValue(address.OriginalString);
            }

            json.WriteEndArray();
            json.WriteString("beatAt"u8, server.BeatAt.UtcDateTime);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static HostLink ReadLink(ref JsonCursor json)
    {
        var link = new HostLink("", 0, default);
        json.EnterObject();
        while (json.NextMember(out var member))
        {
            link = member switch
            {
                "server" => link with { Server = json.Text() },
                "generation" => link with { Generation = json.Int64() },
                "since" => link with { Since = json.Time() },
                "report" => link with { Report = json.Text() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return link;
    }

    public static ImmutableArray<ServingServer> ReadServers(ref JsonCursor json)
    {
        var found = ImmutableArray.CreateBuilder<ServingServer>();
        json.EnterArray();
        while (json.NextObject())
        {
            var server = new ServingServer("", [], default);
            while (json.NextMember(out var member))
            {
                server = member switch
                {
                    "id" => server with { Id = json.Text() },
                    "agents" => server with { Agents = [.. json.Texts().Select(text => new Uri(text))] },
                    "beatAt" => server with { BeatAt = json.Time() },
                    _ => throw JsonCursor.Unknown(member),
                };
            }

            found.Add(server);
        }

        return found.DrainToImmutable();
    }
}
