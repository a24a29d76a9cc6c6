using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Portlight.Domain;

namespace Portlight.Cli.Logs;

/// <summary>
/// One log entry as one line of UTF-8. Text is for a person at a terminal; JSON keeps every value of the entry under its own name, and leaves out the sentence
/// that is made of them where nothing is wrong: a request line is written for every request.
/// </summary>
internal sealed class LogFormat(bool isJson)
{
    /// <summary>Name under which the logging abstractions hand over the message's template.</summary>
    private const string Template = "{OriginalFormat}";

    // The default encoder escapes `+` and every letter beyond ASCII, for HTML's sake; a log is not HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly ConcurrentDictionary<string, JsonEncodedText> Names = new(StringComparer.Ordinal);

    /// <summary>A buffer that one huge entry has grown is not kept.</summary>
    private const int MaxKept = 16 * 1024;

    // A writer asks for far more room than a line takes: with a buffer for each line, those of the log were a fifth of what a request allocates.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <summary>The line, with its end.</summary>
    public byte[] Line<TState>(
        DateTimeOffset time, LogLevel level, string category, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> message)
    {
        var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
        return isJson
            ? Json(time, level, category, id, level <= LogLevel.Information && values.Count > 1 ? null : message(state, exception), values, exception)
            : Text(time, level, message(state, exception), exception);
    }

    private static byte[] Text(DateTimeOffset time, LogLevel level, string message, Exception? exception)
    {
        var text = new StringBuilder(message.Length + 40)
            .Append(time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture))
            .Append(' ').Append(Word(level)).Append(' ').Append(Line(message, " "));
        if (exception is not null)
        {
            text.Append(" | ").Append(Line(Describe(exception), " | "));
        }

        return Encoding.UTF8.GetBytes(text.Append('\n').ToString());
    }

    /// <summary>One line: what a request names is in it, and a terminal may show it.</summary>
    private static string Line(string text, string betweenLines) => UserText.Line(text.ReplaceLineEndings(betweenLines), int.MaxValue);

    private static byte[] Json(
        DateTimeOffset time, LogLevel level, string category, EventId id, string? message, IReadOnlyList<KeyValuePair<string, object?>> values, Exception? exception)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        var json = _json ??= new Utf8JsonWriter(buffer, Options);
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteString("time"u8, time.UtcDateTime.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond)));
        json.WriteString("level"u8, Word(level));
        json.WriteString("category"u8, category);
        json.WriteNumber("event"u8, id.Id);
        if (message is not null)
        {
            json.WriteString("message"u8, message);
        }

        for (var i = 0; i < values.Count; i++)
        {
            var (name, value) = values[i]; // each look at it puts a number into an object of its own
            Write(json, name, value);
        }

        if (exception is not null)
        {
            json.WriteString("exception"u8, Describe(exception));
        }

        json.WriteEndObject();
        json.Flush();
        buffer.Write("\n"u8);
        var line = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > MaxKept)
        {
            (_buffer, _json) = (null, null);
        }

        return line;
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        if (value is null || name == Template)
        {
            return;
        }

        json.WritePropertyName(Names.GetOrAdd(name, static text => JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(text))));
        switch (value)
        {
            case string text: json.WriteStringValue(text); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(Math.Round(number, 3)); break;
            case bool truth: json.WriteBooleanValue(truth); break;
            default: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }

    /// <summary>A full disk needs no stack trace; a fault of this program does.</summary>
    private static string Describe(Exception exception) => ExpectedFault.Is(exception) ? ExpectedFault.Describe(exception) : exception.ToString();

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
