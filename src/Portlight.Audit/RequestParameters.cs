using System.Text.Json;
using Portlight.Api;
using Portlight.Wire;

namespace Portlight.Audit;

/// <summary>
/// The member <c>requestParameters</c>: what of the request its operation knows, in our own spelling. Null where that is nothing, where the caller is unknown, where the
/// request was never looked at because its key asks too often, and where the body is not what the operation takes.
/// </summary>
internal static class RequestParameters
{
    /// <summary>Returns how many parameters and members were left out, because the operation does not have them.</summary>
    public static int Write(Utf8JsonWriter writer, AuditedCall audited)
    {
        var call = audited.Call;
        writer.WritePropertyName("requestParameters"u8);
        if (call.Entry is not { } entry || call.Principal.Type == PrincipalType.Anonymous || audited.Error is SerializationException or ThrottlingException)
        {
            writer.WriteNullValue();
            return 0;
        }

        var body = call.Audit.Body.Span;
        var isRefused = audited.Error is not null;
        if (call.Query is { Parameters.Count: <= 2 } || (call.Query is null && (IsEmpty(body) || (isRefused && !JsonParameters.IsReadable(body)))))
        {
            writer.WriteNullValue();
            return 0;
        }

        var parameters = new ParameterWriter(writer, entry.Parameters, isRefused);
        if (call.Query is { } form)
        {
            FormParameters.Write(parameters, form, entry.Parameters);
        }
        else
        {
            JsonParameters.Write(parameters, body, entry.Parameters);
        }

        return parameters.Unmodelled;
    }

    /// <summary>In the place of what is too much, as CloudTrail has it.</summary>
    public static void WriteOmitted(Utf8JsonWriter writer, string reason)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("omitted"u8, true);
        writer.WriteString("reason"u8, reason);
        writer.WriteEndObject();
    }

    private static bool IsEmpty(ReadOnlySpan<byte> body) => body.IsEmpty || body.SequenceEqual("{}"u8);
}
