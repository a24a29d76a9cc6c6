using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Unicode;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// <c>["tcp 22",{"protocol":"udp","from":5000,"to":5100,"ipv4":["192.0.2.0/24"]}]</c>. A rule from everywhere, of both families or of ICMP's own, is its protocol and
/// ports. Of any other a list without entries is left out, and so is a second port that is the first. Rows of before say <c>"any":true</c>, or all of it.
/// </summary>
internal static class PortSetJson
{
    private static readonly Repeated<PortSet> Known = new(4_096);

    /// <summary><c>{"ports":[…]}</c>.</summary>
    public static void WriteAlone(Utf8JsonWriter json, PortSet ports)
    {
        json.WriteStartObject();
        json.WritePropertyName("ports"u8);
        Write(json, ports);
        json.WriteEndObject();
    }

    public static PortSet ReadAlone(ReadOnlySpan<byte> utf8)
    {
        var json = new JsonCursor(utf8);
        PortSet? ports = null;
        while (json.NextMember(out var member))
        {
            ports = member == "ports" ? Read(ref json) : throw JsonCursor.Unknown(member);
        }

        return ports ?? throw new JsonException("no ports where they are wanted");
    }

    public static void Write(Utf8JsonWriter json, PortSet ports)
    {
        json.WriteStartArray();
        foreach (var rule in ports.Rules)
        {
            if (rule.IsFromEverywhere)
            {
                WriteKey(json, rule);
                continue;
            }

            json.WriteStartObject();
            json.WriteString("protocol"u8, rule.Protocol.ToWire());
            json.WriteNumber("from"u8, rule.FromPort);
            if (rule.ToPort != rule.FromPort)
            {
                json.WriteNumber("to"u8, rule.ToPort);
            }

            WriteSources(json, rule);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Many instances have the same ports: those are one object.</summary>
    public static PortSet Read(ref JsonCursor json)
    {
        var words = json.Array();
        return Known.Find(words) ?? Known.Keep(words, Read(words));
    }

    private static PortSet Read(ReadOnlySpan<byte> array)
    {
        var rules = new List<PortRule>();
        var json = JsonCursor.OfArray(array);
        while (json.NextTextOrObject(out var text))
        {
            rules.Add(text is null ? ReadRule(ref json) : ReadKey(text));
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

    /// <summary>Half of what every Put writes would be the names of its members.</summary>
    private static void WriteKey(Utf8JsonWriter json, PortRule rule)
    {
        Span<byte> text = stackalloc byte[32];
        var isWritten = rule.FromPort == rule.ToPort
            ? Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{rule.Protocol.ToWire()} {rule.FromPort}", out var length)
            : Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{rule.Protocol.ToWire()} {rule.FromPort} {rule.ToPort}", out length);
        json.WriteStringValue(isWritten ? text[..length] : throw new InvalidOperationException("a protocol with a long name"));
    }

    private static PortRule ReadKey(string text)
    {
        var parts = text.Split(' ');
        return parts is [var name, var first, ..] && parts.Length <= 3
            && NetworkProtocolText.TryParse(name, out var protocol)
            && int.TryParse(first, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var from)
            && int.TryParse(parts[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var to)
            ? PortRule.FromEverywhere(new PortKey(protocol, from, to))
            : throw new JsonException($"`{text}` is no protocol with ports");
    }

    private static void WriteSources(Utf8JsonWriter json, PortRule rule)
    {
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
    }

    private static PortRule ReadRule(ref JsonCursor json)
    {
        var (protocol, from, isAny) = (NetworkProtocol.Tcp, 0, false);
        int? to = null;
        ImmutableArray<Cidr> ipv4 = [], ipv6 = [];
        ImmutableArray<string> aliases = [];
        while (json.NextMember(out var member))
        {
            switch (member)
            {
                case "protocol": protocol = NetworkProtocolText.TryParse(json.Text(), out var known) ? known : throw JsonCursor.UnknownValue(member); break;
                case "from": from = (int)json.Int64(); break;
                case "to": to = (int)json.Int64(); break;
                case "any": isAny = json.True(); break;
                case "ipv4": ipv4 = json.Cidrs(AddressFamily.InterNetwork); break;
                case "ipv6": ipv6 = json.Cidrs(AddressFamily.InterNetworkV6); break;
                case "aliases": aliases = json.Texts(); break;
                default: throw JsonCursor.Unknown(member);
            }
        }

        var key = new PortKey(protocol, from, to ?? from);
        return isAny ? PortRule.FromEverywhere(key) : new PortRule(key, ipv4, ipv6, aliases);
    }
}
