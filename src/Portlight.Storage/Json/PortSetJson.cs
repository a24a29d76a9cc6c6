using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage;

/// <summary><c>[{"protocol":"tcp","from":22,"to":22,"ipv4":["0.0.0.0/0"],"ipv6":["::/0"]}]</c>; a list without entries is left out.</summary>
internal static class PortSetJson
{
    public static void Write(Utf8JsonWriter json, PortSet ports)
    {
        json.WriteStartArray();
        foreach (var rule in ports.Rules)
        {
            json.WriteStartObject();
            json.WriteString("protocol"u8, rule.Protocol.ToWire());
            json.WriteNumber("from"u8, rule.FromPort);
            json.WriteNumber("to"u8, rule.ToPort);
            WriteCidrs(json, "ipv4"u8, rule.Ipv4Sources);
            WriteCidrs(json, "ipv6"u8, rule.Ipv6Sources);
            if (!rule.Aliases.IsEmpty)
            {
                json.WriteStartArray("aliases"u8);
                foreach (var alias in rule.Aliases)
                {
                    json.WriteStringValue(alias);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static PortSet Read(ref JsonCursor json)
    {
        var rules = new List<PortRule>();
        json.EnterArray();
        while (json.NextObject())
        {
            rules.Add(ReadRule(ref json));
        }

        return PortSet.Of(rules);
    }

    internal static void WriteCidrs(Utf8JsonWriter json, ReadOnlySpan<byte> member, ImmutableArray<Cidr> cidrs)
    {
        if (cidrs.IsDefaultOrEmpty)
        {
            return;
        }

        json.WriteStartArray(member);
        foreach (var cidr in cidrs)
        {
            if (cidr == Cidr.AnyIpv4)
            {
                json.WriteStringValue("0.0.0.0/0"u8);
            }
            else if (cidr == Cidr.AnyIpv6)
            {
                json.WriteStringValue("::/0"u8);
            }
            else
            {
                json.WriteStringValue(cidr.ToString());
            }
        }

        json.WriteEndArray();
    }

    private static PortRule ReadRule(ref JsonCursor json)
    {
        var (protocol, from, to) = (NetworkProtocol.Tcp, 0, 0);
        ImmutableArray<Cidr> ipv4 = [], ipv6 = [];
        ImmutableArray<string> aliases = [];
        while (json.NextMember(out var member))
        {
            switch (member)
            {
                case "protocol": protocol = NetworkProtocolText.TryParse(json.Text(), out var known) ? known : throw JsonCursor.Unknown(member); break;
                case "from": from = (int)json.Int64(); break;
                case "to": to = (int)json.Int64(); break;
                case "ipv4": ipv4 = json.Cidrs(AddressFamily.InterNetwork); break;
                case "ipv6": ipv6 = json.Cidrs(AddressFamily.InterNetworkV6); break;
                case "aliases": aliases = json.Texts(); break;
                default: throw JsonCursor.Unknown(member);
            }
        }

        return new PortRule(new PortKey(protocol, from, to), ipv4, ipv6, aliases);
    }
}
