using System.Buffers;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Portlight.Api;
using Portlight.Wire.Query;

namespace Portlight.Audit;

/// <summary>
/// An event as text: CloudTrail's record, version 1.11, on one line, in the order of CloudTrail's own files, and one member more, <c>portlight</c>
/// (CloudTrail user guide, record contents for management events).
/// </summary>
internal static class AuditEventJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public static byte[] Write(AuditedCall audited, DateTimeOffset at)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = _writer ??= new Utf8JsonWriter(buffer, Options);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WriteString("eventVersion"u8, "1.11"u8);
        UserIdentity.Write(writer, audited);
        WriteCall(writer, audited, at);
        WriteError(writer, audited);
        var unmodelled = RequestParameters.Write(writer, audited);
        ResponseElements.Write(writer, audited);
        WriteAdditional(writer, audited, unmodelled);
        WriteIds(writer, audited);
        AuditedResources.Write(writer, audited);
        writer.WriteString("eventType"u8, "AwsApiCall"u8);
        writer.WriteBoolean("managementEvent"u8, true);
        writer.WriteString("recipientAccountId"u8, audited.Recipient);
        if (audited.SharedEventId is { } shared)
        {
            writer.WriteString("sharedEventID"u8, shared);
        }

        writer.WriteString("eventCategory"u8, "Management"u8);
        WriteTls(writer, audited.Call.Audit);
        if (audited.Call.Principal.IsConsoleSession)
        {
            // As CloudTrail marks what was done in AWS's console: a text.
            writer.WriteString("sessionCredentialFromConsole"u8, "true"u8);
        }

        if (!audited.IsForOther)
        {
            PortlightMember.Write(writer, audited);
        }

        writer.WriteEndObject();
        writer.Flush();
        var text = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > MaxKept)
        {
            (_buffer, _writer) = (null, null);
        }

        return text;
    }

    /// <summary>A buffer that one huge event has grown is not kept.</summary>
    private const int MaxKept = 64 * 1024;

    /// <summary>ISO 8601 with whole seconds, as CloudTrail has it.</summary>
    public static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[20];
        time.UtcDateTime.TryFormat(text, out var length, "s", provider: null);
        text[length++] = (byte)'Z';
        writer.WriteString(name, text[..length]);
    }

    private static void WriteCall(Utf8JsonWriter writer, AuditedCall audited, DateTimeOffset at)
    {
        var call = audited.Call;
        WriteTime(writer, "eventTime"u8, at);
        writer.WriteString("eventSource"u8, (call.Entry?.Service ?? ApiService.Portlight).EventSource);
        writer.WriteString("eventName"u8, call.Entry?.Name ?? "Unknown");
        writer.WriteString("awsRegion"u8, audited.Region);
        writer.WriteString("sourceIPAddress"u8, AddressText(call.Origin.Source));
        if (call.Origin.UserAgent is { } agent)
        {
            writer.WriteString("userAgent"u8, BoundedText.Of(agent));
        }
    }

    private static string AddressText(IPAddress? address) => address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        _ => address.ToString(),
    };

    /// <summary>The code that the caller is told, which is another in Query services than in JSON ones.</summary>
    private static void WriteError(Utf8JsonWriter writer, AuditedCall audited)
    {
        if (audited.Error is not { } error)
        {
            return;
        }

        writer.WriteString("errorCode"u8, audited.Call.SpeaksQuery ? QueryErrorBody.CodeOf(error) : error.Type);
        writer.WriteString("errorMessage"u8, RecordedError.MessageOf(error, audited.Call));
    }

    private static void WriteAdditional(Utf8JsonWriter writer, AuditedCall audited, int unmodelled)
    {
        var first = audited.Changes is null ? audited.Call.Audit.RecordedEventId : null;
        if (first is null && audited.LeftOut == 0 && unmodelled == 0)
        {
            return;
        }

        writer.WriteStartObject("additionalEventData"u8);
        if (first is not null)
        {
            writer.WriteString("outcomeOfEventID"u8, first);
        }

        if (audited.LeftOut > 0)
        {
            writer.WriteNumber("unrecordedUnknownCalls"u8, audited.LeftOut);
        }

        if (unmodelled > 0)
        {
            writer.WriteNumber("unknownParametersOmitted"u8, unmodelled);
        }

        writer.WriteEndObject();
    }

    private static void WriteIds(Utf8JsonWriter writer, AuditedCall audited)
    {
        writer.WriteString("requestID"u8, audited.Call.RequestId);
        writer.WriteString("eventID"u8, audited.EventId);
        writer.WriteBoolean("readOnly"u8, audited.Call.Entry?.IsReadOnly ?? true);
    }

    private static void WriteTls(Utf8JsonWriter writer, AuditNotes notes)
    {
        if (notes.Http?.Features.Get<ITlsHandshakeFeature>() is not { } tls)
        {
            return;
        }

        writer.WriteStartObject("tlsDetails"u8);
        writer.WriteString("tlsVersion"u8, tls.Protocol == System.Security.Authentication.SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2");
        if (tls.NegotiatedCipherSuite is { } suite)
        {
            writer.WriteString("cipherSuite"u8, suite.ToString());
        }

        writer.WriteString("clientProvidedHostHeader"u8, BoundedText.Of(notes.Http.Request.Host.Value ?? ""));
        writer.WriteEndObject();
    }
}
