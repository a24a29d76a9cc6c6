using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Portlight.Wire;

/// <summary>
/// Finds in what ways a JSON document is not the shape it should be. Slow and thorough: it runs only for bodies that the fast
/// reader refused (or that hold the word null), and lists every mismatch, not the first.
/// </summary>
internal sealed class ShapeMismatch
{
    private const int MaxListed = 20;

    private readonly List<string> _found = [];
    private readonly JsonSerializerOptions _options;

    private ShapeMismatch(JsonSerializerOptions options) => _options = options;

    /// <summary>The problem with the body; null only when there is none and <paramref name="failed"/> is false.</summary>
    internal static SerializationProblem? Describe(ReadOnlySpan<byte> body, JsonTypeInfo shape, bool failed)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = AwsJson.MaxDepth });
        JsonDocument document;
        try
        {
            document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
            {
                throw new JsonException();
            }
        }
        catch (JsonException exception)
        {
            return new(exception.BytePositionInLine is { } column
                ? $"the request body is not valid JSON: line {exception.LineNumber + 1}, byte {column + 1}, nesting at most {AwsJson.MaxDepth}"
                : "the request body is not one JSON object");
        }

        using (document)
        {
            var mismatch = new ShapeMismatch(shape.Options);
            mismatch.Walk(document.RootElement, shape, "");
            if (mismatch._found.Count > 0)
            {
                return new(string.Join("; ", mismatch._found));
            }

            return failed ? new("the request body does not have the shape of this operation's request") : null;
        }
    }

    private void Walk(JsonElement element, JsonTypeInfo shape, string path)
    {
        switch (shape.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                WalkMembers(element, shape, path);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array && shape.ElementType is { } type:
                WalkElements(element, _options.GetTypeInfo(type), path);
                break;
            default:
                if (!Fits(element, shape))
                {
                    Add($"{Place(path)} must be {Expected(shape)}, not {Actual(element, shape)}");
                }

                break;
        }
    }

    private void WalkMembers(JsonElement element, JsonTypeInfo shape, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            // A name nobody knows is ignored however often it stands there, and so is one that is no text.
            if (!TryName(member, out var name) || shape.Properties.FirstOrDefault(property => property.Name == name) is not { } known)
            {
                continue;
            }

            var memberPath = path.Length == 0 ? name : $"{path}.{name}";
            if (!seen.Add(name))
            {
                Add($"{Place(memberPath)} is given twice");
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                Walk(member.Value, _options.GetTypeInfo(known.PropertyType), memberPath);
            }
        }
    }

    private void WalkElements(JsonElement list, JsonTypeInfo shape, string path)
    {
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var elementPath = $"{path}[{index++}]";
            if (element.ValueKind == JsonValueKind.Null && Nullable.GetUnderlyingType(shape.Type) is not null)
            {
                // What is a number or nothing, as in a list of which some are not known.
            }
            else if (element.ValueKind == JsonValueKind.Null)
            {
                Add($"{Place(elementPath)} must be {Expected(shape)}, not null");
            }
            else
            {
                Walk(element, shape, elementPath);
            }
        }
    }

    private static bool Fits(JsonElement element, JsonTypeInfo shape)
    {
        var type = Nullable.GetUnderlyingType(shape.Type) ?? shape.Type;
        return type switch
        {
            _ when type == typeof(string) => element.ValueKind == JsonValueKind.String && HasValidText(element),
            _ when type == typeof(bool) => element.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ when type == typeof(int) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out _),
            _ when type == typeof(long) => element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out _),
            _ when type == typeof(double) || type == typeof(DateTimeOffset) => element.ValueKind == JsonValueKind.Number,
            _ => false,
        };
    }

    private static string Expected(JsonTypeInfo shape)
    {
        var type = Nullable.GetUnderlyingType(shape.Type) ?? shape.Type;
        return shape.Kind switch
        {
            JsonTypeInfoKind.Object => "an object",
            JsonTypeInfoKind.Enumerable => "a list",
            _ when type == typeof(string) => "a string",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(int) || type == typeof(long) => "an integer",
            _ when type == typeof(DateTimeOffset) => "a timestamp (a number of seconds)",
            _ => "a number",
        };
    }

    private static string Actual(JsonElement element, JsonTypeInfo shape) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String when !HasValidText(element) => "a string that is not valid Unicode",
        JsonValueKind.String => "a string",
        JsonValueKind.Number when IsInteger(shape) => "a fraction, exponent or number beyond its range",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static bool IsInteger(JsonTypeInfo shape) =>
        (Nullable.GetUnderlyingType(shape.Type) ?? shape.Type) is var type && (type == typeof(int) || type == typeof(long));

    private static string Place(string path) => path.Length == 0 ? "the request body" : $"`{path}`";

    // An escape such as \ud800 without its other half is well-formed JSON and yet no text.
    private static bool HasValidText(JsonElement element)
    {
        try
        {
            return element.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool TryName(JsonProperty member, out string name)
    {
        try
        {
            name = member.Name;
            return true;
        }
        catch (InvalidOperationException)
        {
            name = "";
            return false;
        }
    }

    private void Add(string text)
    {
        if (_found.Count < MaxListed)
        {
            _found.Add(text);
        }
        else if (_found.Count == MaxListed)
        {
            _found.Add("and more");
        }
    }
}
