using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Portlight.Wire;

/// <summary>
/// AWS JSON 1.1 bodies. Reading is strict where a lenient reader could open a port nobody asked for: no numbers in strings, no
/// name twice, no null inside a list, valid UTF-8, bounded depth, nothing after the object. Unknown members and null members are
/// ignored and an empty body is an empty object, as the Smithy awsJson1_1 protocol has it.
/// </summary>
public static class AwsJson
{
    public const string ContentType = "application/x-amz-json-1.1";

    /// <summary>The deepest nesting that is read; the deepest shape in use has six levels.</summary>
    public const int MaxDepth = 32;

    // Answers are JSON for API clients, never markup in a page: escape what JSON demands and no more, so keys stay readable.
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>Reads a request body; on failure says every place where it departs from the shape.</summary>
    public static bool TryRead<T>(
        ReadOnlySpan<byte> body,
        JsonTypeInfo<T> shape,
        [NotNullWhen(true)] out T? value,
        [NotNullWhen(false)] out SerializationProblem? problem)
        where T : class
    {
        value = null;
        if (body.IsEmpty)
        {
            body = "{}"u8;
        }

        if (!Utf8.IsValid(body))
        {
            problem = new("the request body is not valid UTF-8");
            return false;
        }

        try
        {
            value = JsonSerializer.Deserialize(body, shape);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException)
        {
            // The reader's own words name .NET types; the mismatch is looked up again below in words a caller understands.
            value = null;
        }

        if (value is not null && !MayHoldNull(body))
        {
            problem = null;
            return true;
        }

        problem = ShapeMismatch.Describe(body, shape, failed: value is null);
        if (problem is null)
        {
            return value is not null;
        }

        value = null;
        return false;
    }

    /// <summary>Writes a body: members in declaration order, nulls left out.</summary>
    public static void Write<T>(IBufferWriter<byte> output, T value, JsonTypeInfo<T> shape)
    {
        // A writer per thread: taking it off the slot while in use keeps a nested call (a buffer that logs, say) correct.
        var writer = _writer ?? new Utf8JsonWriter(output, WriterOptions);
        _writer = null;
        writer.Reset(output);
        JsonSerializer.Serialize(writer, value, shape);
        writer.Flush();
        writer.Reset(Stream.Null);
        _writer = writer;
    }

    /// <summary>Writes a body into an array of its own.</summary>
    public static byte[] ToBytes<T>(T value, JsonTypeInfo<T> shape)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(buffer, value, shape);
        return buffer.WrittenSpan.ToArray();
    }

    // A null inside a list would reach operations as a null element that no type announces. Nearly no body holds one, so the
    // costly walk is made only for bodies in which the word appears at all.
    private static bool MayHoldNull(ReadOnlySpan<byte> body) => body.IndexOf("null"u8) >= 0;
}
