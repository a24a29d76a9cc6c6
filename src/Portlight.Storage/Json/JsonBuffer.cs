using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portlight.Storage;

/// <summary>A JSON writer that keeps its memory from one row to the next. One thread at a time.</summary>
internal sealed class JsonBuffer : IDisposable
{
    private readonly ArrayBufferWriter<byte> bytes = new(1024);
    private readonly Utf8JsonWriter writer;

    // What is stored is read by nobody but us: no need to escape for HTML.
    public JsonBuffer() => writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The UTF-8 text that <paramref name="write"/> makes of the value; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        bytes.ResetWrittenCount();
        writer.Reset();
        write(writer, value);
        writer.Flush();
        return bytes.WrittenSpan;
    }

    public void Dispose() => writer.Dispose();
}
