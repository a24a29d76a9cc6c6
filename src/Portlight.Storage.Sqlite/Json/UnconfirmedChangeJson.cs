using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>
/// <c>{"revision":7,"deadline":"2026-11-22T08:31:00Z","seconds":60,"by":"arn:…","request":"…","before":{"attachment":{…},"ports":[…]}}</c>; without
/// <c>before</c> where nothing was attached.
/// </summary>
internal static class UnconfirmedChangeJson
{
    public static void Write(Utf8JsonWriter json, UnconfirmedChange change)
    {
        json.WriteStartObject();
        json.WriteNumber("revision"u8, change.Revision);
        json.WriteString("deadline"u8, change.Deadline.UtcDateTime);
        json.WriteNumber("seconds"u8, (long)change.Within.TotalSeconds);
        json.WriteString("by"u8, change.ChangedBy);
        json.WriteString("request"u8, change.RequestId);
        if (change.Before is { } before)
        {
            json.WriteStartObject("before"u8);
            json.WritePropertyName("attachment"u8);
            AttachmentJson.Write(json, before.Attachment);
            json.WritePropertyName("ports"u8);
            PortSetJson.Write(json, before.Ports);
            if (!before.Expiring.IsEmpty)
            {
                json.WritePropertyName("expiring"u8);
                ExpiringRulesJson.Write(json, before.Expiring);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static UnconfirmedChange Read(ref JsonCursor json)
    {
        var (revision, deadline, seconds) = (0L, default(DateTimeOffset), 0L);
        string by = "", request = "";
        EarlierPorts? before = null;
        json.EnterObject();
        while (json.NextMember(out var member))
        {
            switch (member)
            {
                case "revision": revision = json.Int64(); break;
                case "deadline": deadline = json.Time(); break;
                case "seconds": seconds = json.Int64(); break;
                case "by": by = json.Text(); break;
                case "request": request = json.Text(); break;
                case "before": before = ReadBefore(ref json); break;
                default: throw JsonCursor.Unknown(member);
            }
        }

        return new UnconfirmedChange
        {
            Revision = revision,
            Deadline = deadline,
            Within = TimeSpan.FromSeconds(seconds),
            ChangedBy = by,
            RequestId = request,
            Before = before,
        };
    }

    private static EarlierPorts ReadBefore(ref JsonCursor json)
    {
        Attachment? attachment = null;
        PortSet? ports = null;
        ImmutableArray<ExpiringRule> expiring = [];
        json.EnterObject();
        while (json.NextMember(out var member))
        {
            switch (member)
            {
                case "attachment": attachment = AttachmentJson.Read(ref json); break;
                case "ports": ports = PortSetJson.Read(ref json); break;
                case "expiring": expiring = ExpiringRulesJson.Read(ref json); break;
                default: throw JsonCursor.Unknown(member);
            }
        }

        // Without both there is nothing to go back to, and "nothing" would mean that undoing detaches.
        return attachment is not null && ports is not null ? new EarlierPorts(attachment, ports) { Expiring = expiring } : throw new JsonException("an unconfirmed change without what was before it");
    }
}
