using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portlight.Storage.Sqlite;

/// <summary>A JSON writer that keeps its memory from one row to the next. One thread at a time.</summary>
internal sealed class JsonBuffer : IDisposable
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1024);
    private readonly Utf8JsonWriter _writer;

    // What is stored is read by nobody but us: no need to escape for HTML.
    public JsonBuffer() => _writer = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The UTF-8 text that <paramref name="write"/> makes of the value; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        _bytes.ResetWrittenCount();
        _writer.Reset();
        write(_writer, value);
        _writer.Flush();
        return _bytes.WrittenSpan;
    }

    public void Dispose() => _writer.Dispose();
}
