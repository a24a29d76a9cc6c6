using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary><c>{"kind":"interface","name":"tap0","device":"fe:54:00:aa:bb:01","addresses":["192.0.2.1"],"private":["10.0.0.0/8"],"host":"fra-07"}</c>; no host is the server's own machine, and a selector stands for the name.</summary>
internal static class AttachmentJson
{
    public static void Write(Utf8JsonWriter json, Attachment attachment)
    {
        json.WriteStartObject();
        switch (attachment)
        {
            case Attachment.Lab:
                json.WriteString("kind"u8, "lab"u8);
                break;
            case Attachment.Recorded:
                json.WriteString("kind"u8, "recorded"u8);
                break;
            case Attachment.Interface at:
                json.WriteString("kind"u8, "interface"u8);
                if (at.Selector is null)
                {
                    json.WriteString("name"u8, at.Name);
                }
                else
                {
                    json.WriteString("selector"u8, at.Selector);
                }

                if (at.Device is not null)
                {
                    json.WriteString("device"u8, at.Device);
                }

                if (!at.ClosedNames.IsDefaultOrEmpty)
                {
                    json.WriteStartArray("closes"u8);
                    foreach (var pattern in at.ClosedNames)
                    {
                        json.WriteStringValue(pattern);
                    }

                    json.WriteEndArray();
                }

                WriteAddresses(json, at.Addresses);
                PortSetJson.WriteCidrs(json, "private"u8, at.PrivateSources);
                break;
            case Attachment.ThisHost at:
                json.WriteString("kind"u8, "host"u8);
                WriteAddresses(json, at.Addresses);
                PortSetJson.WriteCidrs(json, "private"u8, at.PrivateSources);
                break;
            default:
                throw new UnreachableException($"no stored form of {attachment}");
        }

        if (attachment.Host != HostName.Local)
        {
            json.WriteString("host"u8, attachment.Host);
        }

        json.WriteEndObject();
    }

    public static Attachment Read(ref JsonCursor json)
    {
        string kind = "", name = "", host = HostName.Local;
        string? device = null, selector = null;
        ImmutableArray<string> closes = [];
        ImmutableArray<IPAddress> addresses = [];
        ImmutableArray<Cidr> privateSources = [];
        json.EnterObject();
        while (json.NextMember(out var member))
        {
            switch (member)
            {
                case "kind": kind = json.RepeatedText(); break;
                case "name": name = json.Text(); break;
                case "device": device = json.Text(); break;
                case "selector": selector = json.Text(); break;
                case "closes": closes = json.Texts(); break;
                case "addresses": addresses = json.Addresses(); break;
                case "host": host = json.RepeatedText(); break;
                case "private": privateSources = json.Cidrs(); break;
                default: throw JsonCursor.Unknown(member);
            }
        }

        return kind switch
        {
            "lab" => new Attachment.Lab { Host = host },
            "recorded" => new Attachment.Recorded { Host = host },
            "interface" => new Attachment.Interface(name, addresses, privateSources) { Device = device, Selector = selector, ClosedNames = closes, Host = host },
            "host" => new Attachment.ThisHost(addresses, privateSources) { Host = host },
            _ => throw JsonCursor.UnknownValue("kind"),
        };
    }

    private static void WriteAddresses(Utf8JsonWriter json, ImmutableArray<IPAddress> addresses)
    {
        if (addresses.IsDefaultOrEmpty)
        {
            return;
        }

        json.WriteStartArray("addresses"u8);
        foreach (var address in addresses)
        {
            json.WriteStringValue(address.ToString());
        }

        json.WriteEndArray();
    }
}
