namespace Portlight.Wire.Lightsail;

/// <summary>Reads the images an instance can be made from.</summary>
public sealed record GetBlueprintsRequest
{
    public bool? IncludeInactive { get; init; }

    public string? PageToken { get; init; }

    public string? AppCategory { get; init; }
}

/// <summary>The answer to <see cref="GetBlueprintsRequest"/>.</summary>
public sealed record GetBlueprintsResponse
{
    public required IReadOnlyList<Blueprint> Blueprints { get; init; }

    public string? NextPageToken { get; init; }
}
