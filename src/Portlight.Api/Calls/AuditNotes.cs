using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portlight.Storage;

namespace Portlight.Api;

/// <summary>What the audit log is told of a call beyond the call itself, and whether it has it yet.</summary>
internal sealed class AuditNotes
{
    /// <summary>Records the call with its changes; null for one that did not come by the pipeline.</summary>
    public Action<Call, IStoreView, Changes, object?>? RecordWith { get; init; }

    /// <summary>The connection, which knows how it is encrypted.</summary>
    public HttpContext? Http { get; init; }

    /// <summary>The request's body, for as long as the pipeline holds it.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>The access key id that the request names, before anything is proven.</summary>
    public string? ClaimedAccessKeyId { get; set; }

    /// <summary>
    /// Writes the value of <c>responseElements</c>, for an operation whose answer is more than operation records and the thing that was made. Never a secret.
    /// </summary>
    public Action<Utf8JsonWriter>? Response { get; set; }

    /// <summary>Another account whose event the call is too: that of a role that somebody else assumes. Null without.</summary>
    public string? AlsoFor { get; set; }

    /// <summary>Id of the event that was recorded with the call's changes; null while there is none.</summary>
    public string? RecordedEventId { get; set; }
}
