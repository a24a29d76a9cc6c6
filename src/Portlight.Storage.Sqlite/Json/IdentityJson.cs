using System.Collections.Immutable;
using System.Text.Json;

namespace Portlight.Storage.Sqlite;

/// <summary>What users, groups, roles and managed policies have in common in their rows. Member names are persisted: they may be added to, never renamed.</summary>
internal static class IdentityJson
{
    public static void WriteHead(Utf8JsonWriter json, string name, string path, string id, DateTimeOffset createdAt)
    {
        json.WriteString("name"u8, name);
        json.WriteString("path"u8, path);
        json.WriteString("id"u8, id);
        json.WriteString("createdAt"u8, createdAt.UtcDateTime);
    }

    public static void WriteOptional(Utf8JsonWriter json, ReadOnlySpan<byte> member, string? value)
    {
        if (value is not null)
        {
            json.WriteString(member, value);
        }
    }

    /// <summary>Tags or inline policies, left out when there are none.</summary>
    public static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> member, ImmutableSortedDictionary<string, string> texts)
    {
        if (texts.IsEmpty)
        {
            return;
        }

        json.WriteStartObject(member);
        foreach (var (key, value) in texts)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    /// <summary>A list whose order counts, left out when it is empty.</summary>
    public static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> member, ImmutableArray<string> texts)
    {
        if (texts.IsDefaultOrEmpty)
        {
            return;
        }

        json.WriteStartArray(member);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <param name="json">Before the object.</param>
    /// <param name="none">The empty collection: its order is that of what is read.</param>
    public static ImmutableSortedDictionary<string, string> ReadTexts(ref JsonCursor json, ImmutableSortedDictionary<string, string> none)
    {
        var texts = none.ToBuilder();
        json.EnterObject();
        while (json.NextMember(out var key))
        {
            texts[key] = json.Text();
        }

        return texts.ToImmutable();
    }
}
