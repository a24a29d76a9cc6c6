namespace Portlight.Wire.Lightsail;

/// <summary>An add-on asked for at creation.</summary>
public sealed record AddOnRequest
{
    public string? AddOnType { get; init; }

    public AutoSnapshotAddOnRequest? AutoSnapshotAddOnRequest { get; init; }

    public StopInstanceOnIdleRequest? StopInstanceOnIdleRequest { get; init; }
}

/// <summary>When the daily snapshot is taken.</summary>
public sealed record AutoSnapshotAddOnRequest
{
    public string? SnapshotTimeOfDay { get; init; }
}

/// <summary>When an idle instance is stopped.</summary>
public sealed record StopInstanceOnIdleRequest
{
    public string? Threshold { get; init; }

    public string? Duration { get; init; }
}
