using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary><c>[{"at":"2026-11-22T09:30:00Z","seconds":3600,"by":"arn:…","request":"…","rules":[…]}]</c>: what a request opened until a time, as <see cref="PortSetJson"/> writes rules.</summary>
internal static class ExpiringRulesJson
{
    public static void Write(Utf8JsonWriter json, ImmutableArray<ExpiringRule> all)
    {
        json.WriteStartArray();
        foreach (var one in all)
        {
            json.WriteStartObject();
            json.WriteString("at"u8, one.At.UtcDateTime);
            json.WriteNumber("seconds"u8, (long)one.Within.TotalSeconds);
            json.WriteString("by"u8, one.OpenedBy);
            json.WriteString("request"u8, one.RequestId);
            json.WritePropertyName("rules"u8);
            PortSetJson.Write(json, PortSet.Of(one.Rule));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static ImmutableArray<ExpiringRule> Read(ref JsonCursor json)
    {
        var all = ImmutableArray.CreateBuilder<ExpiringRule>();
        json.EnterArray();
        while (json.NextTextOrObject(out var text))
        {
            all.AddRange(text is null ? ReadOne(ref json) : throw new JsonException("a text where a rule that expires is wanted"));
        }

        return all.DrainToImmutable();
    }

    private static IEnumerable<ExpiringRule> ReadOne(ref JsonCursor json)
    {
        var (at, seconds, by, request) = (default(DateTimeOffset), 0L, "", "");
        PortSet? rules = null;
        while (json.NextMember(out var member))
        {
            switch (member)
            {
                case "at": at = json.Time(); break;
                case "seconds": seconds = json.Int64(); break;
                case "by": by = json.Text(); break;
                case "request": request = json.Text(); break;
                case "rules": rules = PortSetJson.Read(ref json); break;
                default: throw JsonCursor.Unknown(member);
            }
        }

        return (rules ?? throw new JsonException("a time without the rules that expire then")).Rules
            .Select(rule => new ExpiringRule { Rule = rule, At = at, Within = TimeSpan.FromSeconds(seconds), OpenedBy = by, RequestId = request });
    }
}
