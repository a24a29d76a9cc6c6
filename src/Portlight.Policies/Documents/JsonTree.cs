using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Portlight.Policies.Documents;

/// <summary>
/// A JSON value with the place where it stands. A tree of our own, because the framework's knows neither places nor, when it reads an object, that a name came twice.
/// </summary>
internal sealed class JsonTree
{
    private const int Deepest = 12;

    private JsonTree(JsonValueKind kind, string text, int start, int end)
    {
        Kind = kind;
        Text = text;
        Start = start;
        End = end;
    }

    public JsonValueKind Kind { get; }

    /// <summary>The value of a string; a number, truth value or null as it was written.</summary>
    public string Text { get; }

    public ImmutableArray<(string Name, JsonTree Value)> Members { get; private init; } = [];

    public ImmutableArray<JsonTree> Items { get; private init; } = [];

    /// <summary>Places in the document's UTF-8 text: of the first byte, and after the last.</summary>
    public int Start { get; }

    public int End { get; }

    public bool IsScalar => Kind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    /// <summary>Reads one document. A name that comes twice in an object is a problem like any other text that is not JSON.</summary>
    public static JsonTree? Read(byte[] utf8, Problems problems)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Deepest });
        try
        {
            reader.Read();
            var tree = ReadValue(ref reader, "", problems);
            reader.Read();
            return tree;
        }
        catch (JsonException problem)
        {
            problems.Add("", $"the document is not JSON from line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1} on; comments, a comma after the last entry and more than {Deepest} levels are refused");
        }
        catch (InvalidOperationException)
        {
            // How the reader tells of \ud800 without its other half.
            problems.Add("", $"the document is not JSON: half a surrogate pair stands at byte {reader.TokenStartIndex + 1}");
        }

        return null;
    }

    private static JsonTree ReadValue(ref Utf8JsonReader reader, string path, Problems problems)
    {
        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, path, problems);
            case JsonTokenType.StartArray:
                var items = ImmutableArray.CreateBuilder<JsonTree>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadValue(ref reader, $"{path}[{items.Count}]", problems));
                }

                return new JsonTree(JsonValueKind.Array, "", start, (int)reader.BytesConsumed) { Items = items.ToImmutable() };
            case JsonTokenType.String:
                return new JsonTree(JsonValueKind.String, reader.GetString()!, start, (int)reader.BytesConsumed);
            default:
                var kind = reader.TokenType switch
                {
                    JsonTokenType.Number => JsonValueKind.Number,
                    JsonTokenType.True => JsonValueKind.True,
                    JsonTokenType.False => JsonValueKind.False,
                    _ => JsonValueKind.Null,
                };
                return new JsonTree(kind, Encoding.UTF8.GetString(reader.ValueSpan), start, (int)reader.BytesConsumed);
        }
    }

    private static JsonTree ReadObject(ref Utf8JsonReader reader, string path, Problems problems)
    {
        var start = (int)reader.TokenStartIndex;
        var members = ImmutableArray.CreateBuilder<(string, JsonTree)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            var inner = Problems.Join(path, name);
            reader.Read();
            if (!names.Add(name))
            {
                problems.Add(inner, "the name stands twice in one object");
            }

            members.Add((name, ReadValue(ref reader, inner, problems)));
        }

        return new JsonTree(JsonValueKind.Object, "", start, (int)reader.BytesConsumed) { Members = members.ToImmutable() };
    }
}
