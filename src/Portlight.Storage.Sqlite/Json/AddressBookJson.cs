using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary><c>{"networks":[{"name":"office","cidrs":["192.0.2.0/24"]}],"templates":[{"name":"web","ports":["tcp 80"]}]}</c>.</summary>
internal static class AddressBookJson
{
    public static void Write(Utf8JsonWriter json, AddressBook book)
    {
        json.WriteStartObject();
        json.WriteStartArray("networks"u8);
        foreach (var (name, cidrs) in book.Networks)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            PortSetJson.WriteCidrs(json, "cidrs"u8, cidrs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("templates"u8);
        foreach (var (name, ports) in book.Templates)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WritePropertyName("ports"u8);
            PortSetJson.Write(json, ports);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Reads a whole column.</summary>
    public static AddressBook Read(ReadOnlySpan<byte> utf8)
    {
        var json = new JsonCursor(utf8);
        return ReadMembers(ref json);
    }

    /// <summary>Reads a member of something larger.</summary>
    public static AddressBook Read(ref JsonCursor json)
    {
        json.EnterObject();
        return ReadMembers(ref json);
    }

    private static AddressBook ReadMembers(ref JsonCursor json)
    {
        var networks = AddressBook.Empty.Networks.ToBuilder();
        var templates = AddressBook.Empty.Templates.ToBuilder();
        while (json.NextMember(out var member))
        {
            json.EnterArray();
            switch (member)
            {
                case "networks":
                    while (json.NextObject())
                    {
                        var (name, cidrs) = ReadNetwork(ref json);
                        networks[name] = cidrs;
                    }

                    break;
                case "templates":
                    while (json.NextObject())
                    {
                        var (name, ports) = ReadTemplate(ref json);
                        templates[name] = ports;
                    }

                    break;
                default:
                    throw JsonCursor.Unknown(member);
            }
        }

        return new AddressBook { Networks = networks.ToImmutable(), Templates = templates.ToImmutable() };
    }

    private static (string Name, ImmutableArray<Cidr> Cidrs) ReadNetwork(ref JsonCursor json)
    {
        (string Name, ImmutableArray<Cidr> Cidrs) network = ("", []);
        while (json.NextMember(out var member))
        {
            network = member switch
            {
                "name" => network with { Name = json.Text() },
                "cidrs" => network with { Cidrs = json.Cidrs() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return network;
    }

    private static (string Name, PortSet Ports) ReadTemplate(ref JsonCursor json)
    {
        var template = (Name: "", Ports: PortSet.Empty);
        while (json.NextMember(out var member))
        {
            template = member switch
            {
                "name" => template with { Name = json.Text() },
                "ports" => template with { Ports = PortSetJson.Read(ref json) },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return template;
    }
}
