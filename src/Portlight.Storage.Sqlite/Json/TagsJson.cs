using System.Collections.Immutable;
using System.Text.Json;
using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary><c>{"stage":"test","keyOnly":null}</c>.</summary>
internal static class TagsJson
{
    public static void Write(Utf8JsonWriter json, ImmutableSortedDictionary<string, string?> tags)
    {
        json.WriteStartObject();
        foreach (var (key, value) in tags)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads a whole column.</summary>
    public static ImmutableSortedDictionary<string, string?> Read(ReadOnlySpan<byte> utf8)
    {
        var json = new JsonCursor(utf8);
        return ReadMembers(ref json);
    }

    /// <summary>Reads a member of something larger.</summary>
    public static ImmutableSortedDictionary<string, string?> Read(ref JsonCursor json)
    {
        json.EnterObject();
        return ReadMembers(ref json);
    }

    private static ImmutableSortedDictionary<string, string?> ReadMembers(ref JsonCursor json)
    {
        var tags = Tags.None.ToBuilder();
        while (json.NextMember(out var key))
        {
            tags[key] = json.TextOrNull();
        }

        return tags.ToImmutable();
    }
}
