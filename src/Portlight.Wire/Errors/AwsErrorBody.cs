using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portlight.Wire;

/// <summary>
/// The body of an error answer, written and read. <c>__type</c> is the bare shape name (JSON 1.1) and decides for botocore, Java
/// and .NET; the header <see cref="ErrorTypeHeader"/> repeats it for JavaScript and Go, which would otherwise read <c>code</c>
/// first and raise the untyped error. The real service sends no such header.
/// </summary>
public sealed record AwsErrorBody(string Type, string? Code, string? Message)
{
    public const string ErrorTypeHeader = "x-amzn-errortype";
    public const string RequestIdHeader = "x-amzn-RequestId";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(IBufferWriter<byte> output, LightsailException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("__type"u8, error.Type);
        writer.WriteString("code"u8, error.Code);
        // AWS front ends spell this one shape's member with a capital; every SDK reads either, some only one.
        if (error is SerializationException)
        {
            writer.WriteString("Message"u8, error.Message);
        }

        writer.WriteString("message"u8, error.Message);
        if (error.Docs is not null)
        {
            writer.WriteString("docs"u8, error.Docs);
        }

        if (error.Tip is not null)
        {
            writer.WriteString("tip"u8, error.Tip);
        }

        writer.WriteEndObject();
    }

    public static byte[] ToBytes(LightsailException error)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(buffer, error);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads an error as an SDK does: header before body, a namespace before <c>#</c> and a URL after <c>:</c> cut off.</summary>
    public static AwsErrorBody Read(ReadOnlySpan<byte> body, string? errorTypeHeader)
    {
        string? type = null, code = null, message = null;
        var reader = new Utf8JsonReader(body);
        try
        {
            if (JsonDocument.TryParseValue(ref reader, out var document))
            {
                using (document)
                {
                    type = Text(document.RootElement, "__type");
                    code = Text(document.RootElement, "code");
                    message = Text(document.RootElement, "message") ?? Text(document.RootElement, "Message");
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // An answer from something that is no AWS API (a proxy's error page): the status alone tells what there is to tell.
            type = null;
        }

        return new(Bare(errorTypeHeader ?? type ?? code ?? "UnknownError"), code, message);
    }

    private static string Bare(string type)
    {
        var name = type.AsSpan(type.LastIndexOf('#') + 1);
        var colon = name.IndexOf(':');
        return (colon < 0 ? name : name[..colon]).ToString();
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
