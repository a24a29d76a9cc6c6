using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Portlight.Server.Operations;
using Portlight.Wire;

namespace Portlight.Server.Audit;

/// <summary>The request as it was sent, member by member, without space and without what <see cref="HiddenMembers"/> names.</summary>
internal static class RequestParameters
{
    /// <summary>CloudTrail's bound: a longer one is left out, and the event says so.</summary>
    public const int MaxLength = 100 * 1024;

    public static void Write(Utf8JsonWriter writer, AuditedCall audited)
    {
        var call = audited.Call;
        var body = call.Audit.Body.Span;
        writer.WritePropertyName("requestParameters"u8);
        if (call.Principal.Type == PrincipalType.Anonymous || audited.Error is SerializationException)
        {
            writer.WriteNullValue();
        }
        else if (call.Query is { } form)
        {
            FormParameters.Write(writer, form);
        }
        else if (body.Length > MaxLength)
        {
            WriteOmitted(writer, body.Length);
        }
        else if (audited.Error is not null && !IsWellFormed(body))
        {
            writer.WriteNullValue();
        }
        else
        {
            // CloudTrail begins every name with a lower-case letter; Lightsail's do so on the wire, and there a capital one is another name.
            WriteJson(writer, body, lowersNames: call.Entry!.Service == ApiService.CloudTrail);
        }
    }

    public static void WriteOmitted(Utf8JsonWriter writer, int length)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("omitted"u8, true);
        writer.WriteNumber("originalSize"u8, length);
        writer.WriteString("reason"u8, "requestParameters exceeds the maximum size"u8);
        writer.WriteEndObject();
    }

    /// <summary>A call that succeeded was well-formed; of one that failed nobody knows.</summary>
    private static bool IsWellFormed(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(body);
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
            return body.IsEmpty;
        }
    }

    private static void WriteJson(Utf8JsonWriter writer, ReadOnlySpan<byte> body, bool lowersNames)
    {
        var reader = new Utf8JsonReader(body);
        if (body.IsEmpty || !reader.Read() || !reader.Read() || reader.TokenType == JsonTokenType.EndObject)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        do
        {
            WriteToken(writer, ref reader, body, lowersNames);
        }
        while (reader.Read());
    }

    private static void WriteToken(Utf8JsonWriter writer, ref Utf8JsonReader reader, ReadOnlySpan<byte> body, bool lowersNames)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                WriteMember(writer, ref reader, lowersNames);
                break;
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.String:
                // As it stands, escapes and all: it holds no line end, and need not make sense.
                writer.WriteRawValue(body.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2), skipInputValidation: true);
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    private static void WriteMember(Utf8JsonWriter writer, ref Utf8JsonReader reader, bool lowersNames)
    {
        // A name may be spelt with escapes, and is the same name to who reads the request.
        var name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(Unescape(ref reader)) : reader.ValueSpan;
        if (lowersNames && !name.IsEmpty && char.IsAsciiLetterUpper((char)name[0]))
        {
            name = (byte[])[(byte)(name[0] | 0x20), .. name[1..]];
        }

        writer.WritePropertyName(name);
        if (HiddenMembers.Contain(name))
        {
            reader.Read();
            reader.Skip();
            writer.WriteStringValue(HiddenMembers.InsteadOfValue);
        }
    }

    private static string Unescape(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD"; // half of a surrogate pair
        }
    }
}
