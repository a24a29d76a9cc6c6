using System.Text.Json;
using System.Text.Unicode;
using Portlight.Api;
using Portlight.Wire;

namespace Portlight.Audit;

/// <summary>The parameters of a JSON request, as far as its operation has them.</summary>
internal static class JsonParameters
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = AwsJson.MaxDepth };

    /// <summary>Whether a body is one object that can be read: a call that succeeded had one; of a call that failed nobody knows.</summary>
    public static bool IsReadable(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(body, Options);
            while (reader.Read())
            {
                if (reader is { CurrentDepth: 0, TokenType: not JsonTokenType.StartObject and not JsonTokenType.EndObject })
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <param name="writer">Where they go.</param>
    /// <param name="body">A readable body.</param>
    /// <param name="shape">What the operation takes.</param>
    public static void Write(ParameterWriter writer, ReadOnlySpan<byte> body, ParameterShape shape)
    {
        var reader = new Utf8JsonReader(body, Options);
        reader.Read();
        WriteMembers(writer, ref reader, shape, isTop: true);
    }

    private static void WriteMembers(ParameterWriter writer, ref Utf8JsonReader reader, ParameterShape shape, bool isTop)
    {
        var seen = 0UL;
        writer.BeginStructure();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = shape.Find(ref reader);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null && at >= 0)
            {
                continue; // as if it were not there
            }

            if (at < 0 || (seen & (1UL << at)) != 0)
            {
                writer.Unmodelled++;
                reader.Skip();
                continue;
            }

            seen |= 1UL << at;
            if (isTop)
            {
                writer.BeginParameter();
            }

            if (writer.TryName(shape.Members[at]))
            {
                WriteValue(writer, ref reader, shape.Members[at].Shape);
            }
            else
            {
                reader.Skip();
            }
        }

        writer.Json.WriteEndObject();
    }

    private static void WriteValue(ParameterWriter writer, ref Utf8JsonReader reader, ParameterShape shape)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when shape.IsStructure:
                WriteMembers(writer, ref reader, shape, isTop: false);
                break;
            case JsonTokenType.StartArray when shape.Element is { } element:
                WriteList(writer, ref reader, element);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                writer.Unmodelled++;
                reader.Skip();
                writer.Json.WriteNullValue();
                break;
            case JsonTokenType.String:
                writer.Text(JsonTexts.Of(ref reader));
                break;
            case JsonTokenType.Number:
                writer.Number(ref reader);
                break;
            case JsonTokenType.Null:
                writer.Json.WriteNullValue();
                break;
            default:
                writer.Flag(reader.TokenType == JsonTokenType.True);
                break;
        }
    }

    private static void WriteList(ParameterWriter writer, ref Utf8JsonReader reader, ParameterShape element)
    {
        var omitted = 0;
        writer.Json.WriteStartArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (writer.HasRoom)
            {
                WriteValue(writer, ref reader, element);
            }
            else
            {
                omitted++;
                reader.Skip();
            }
        }

        writer.EndList(omitted);
    }
}
