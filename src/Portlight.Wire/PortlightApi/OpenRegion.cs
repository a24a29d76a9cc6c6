namespace Portlight.Wire.PortlightApi;

/// <summary>Opens a region of the service's list on this installation.</summary>
public sealed record OpenRegionRequest
{
    public string? RegionName { get; init; }
}

/// <summary>The answer to <see cref="OpenRegionRequest"/>.</summary>
public sealed record OpenRegionResponse
{
    public required OpenedRegion Region { get; init; }
}
