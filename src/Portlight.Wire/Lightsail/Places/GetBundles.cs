namespace Portlight.Wire.Lightsail;

/// <summary>Reads the sizes an instance can have.</summary>
public sealed record GetBundlesRequest
{
    public bool? IncludeInactive { get; init; }

    public string? PageToken { get; init; }

    public string? AppCategory { get; init; }
}

/// <summary>The answer to <see cref="GetBundlesRequest"/>.</summary>
public sealed record GetBundlesResponse
{
    public required IReadOnlyList<Bundle> Bundles { get; init; }

    public string? NextPageToken { get; init; }
}
