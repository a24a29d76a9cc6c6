using System.Text;
using Portlight.Storage.Sqlite;

namespace Portlight.Storage.Postgres;

/// <summary>The mark of a move in a database that servers share: an item that no server can take for anything else. It is of what has moved away.</summary>
internal static class MoveMarkJson
{
    public static string Write(MoveMark mark)
    {
        using var json = new JsonBuffer();
        return Encoding.UTF8.GetString(json.Write(mark, static (writer, one) =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, one.Id);
            writer.WriteString("place"u8, one.Place);
            writer.WriteString("at"u8, one.At.UtcDateTime);
            writer.WriteEndObject();
        }));
    }

    public static MoveMark Read(string body)
    {
        var json = new JsonCursor(Encoding.UTF8.GetBytes(body));
        var mark = new MoveMark(default, "", default, IsArriving: false);
        while (json.NextMember(out var member))
        {
            mark = member switch
            {
                "id" => mark with { Id = json.Guid() },
                "place" => mark with { Place = json.Text() },
                "at" => mark with { At = json.Time() },
                _ => throw JsonCursor.Unknown(member),
            };
        }

        return mark;
    }
}
