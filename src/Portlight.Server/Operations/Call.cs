using Portlight.Domain;

namespace Portlight.Server.Operations;

/// <summary>One signed request on its way: who asks, where, and what for. Made by the pipeline, read by an operation.</summary>
internal sealed class Call
{
    public required string RequestId { get; init; }

    /// <summary>When the request came: the time that everything it does carries.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The operation's name without the target prefix, <c>PutInstancePublicPorts</c>.</summary>
    public string Operation { get; set; } = "";

    public Principal Principal { get; set; } = Principal.Nobody;

    public Scope Scope => new(Principal.AccountId, Principal.Region);

    /// <summary>The entity tag of the <c>If-Match</c> header without its quotes; null when there is none.</summary>
    public string? IfMatch { get; init; }

    /// <summary>Entity tag that the answer carries in <c>ETag</c>.</summary>
    public string? EntityTag { get; set; }

    /// <summary>The resource that the request is about, for the log.</summary>
    public string? Resource { get; set; }
}
