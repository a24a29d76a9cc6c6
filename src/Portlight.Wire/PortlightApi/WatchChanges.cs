namespace Portlight.Wire.PortlightApi;

/// <summary>Waits for changes of instances of the caller's account and region.</summary>
public sealed record WatchChangesRequest
{
    /// <summary>The revision of an earlier answer (of this, of ListFleet or of GetExposure). Without it the answer comes at once, with the present one.</summary>
    public long? AfterRevision { get; init; }

    /// <summary>Seconds to wait, 0 to 25; 20 if it is not there.</summary>
    public int? WaitSeconds { get; init; }
}

/// <summary>The answer to <see cref="WatchChangesRequest"/>.</summary>
public sealed record WatchChangesResponse
{
    /// <summary>What to ask after the next time.</summary>
    public required long Revision { get; init; }

    /// <summary>Instances that have changed since, as they are now; what the kernel has confirmed within the confirm time-out is in it.</summary>
    public IReadOnlyList<InstanceStatus> Changed { get; init; } = [];

    /// <summary>Names of instances that are gone.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>More has changed than the server remembers or an answer holds: read everything again, by ListFleet.</summary>
    public bool MustReadAgain { get; init; }
}
