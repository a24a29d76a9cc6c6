namespace Portlight.Wire.Lightsail;

/// <summary>An add-on of a resource.</summary>
public sealed record AddOn
{
    public string? Name { get; init; }

    public string? Status { get; init; }

    public string? SnapshotTimeOfDay { get; init; }

    public string? NextSnapshotTimeOfDay { get; init; }

    public string? Threshold { get; init; }

    public string? Duration { get; init; }
}
