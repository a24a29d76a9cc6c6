using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire;

namespace Portlight.Audit;

/// <summary>A call and what became of it: all that its event is made of.</summary>
internal sealed record AuditedCall(Call Call)
{
    public string EventId { get; } = Ids.Random().ToString();

    /// <summary>What the caller is told; null when the call succeeded, or when it is recorded together with its changes.</summary>
    public LightsailException? Error { get; init; }

    /// <summary>The account whose event it is.</summary>
    public required string Recipient { get; init; }

    public required string Region { get; init; }

    /// <summary>Calls of strangers that were not recorded since the last event that says so.</summary>
    public long LeftOut { get; init; }

    /// <summary>What the events of one call in two accounts have in common; null where there is one event.</summary>
    public string? SharedEventId { get; init; }

    /// <summary>Whether it is the event for an account that is not the caller's: that one is not shown the caller's policies.</summary>
    public bool IsForOther { get; init; }

    /// <summary>What was stored before the changes; null for a call without changes.</summary>
    public IStoreView? View { get; init; }

    public Changes? Changes { get; init; }

    /// <summary>What the preparation of the write returned.</summary>
    public object? Result { get; init; }
}
