namespace Portlight.Wire.Lightsail;

/// <summary>Reads the regions of the service.</summary>
public sealed record GetRegionsRequest
{
    public bool? IncludeAvailabilityZones { get; init; }

    public bool? IncludeRelationalDatabaseAvailabilityZones { get; init; }
}

/// <summary>The answer to <see cref="GetRegionsRequest"/>.</summary>
public sealed record GetRegionsResponse
{
    public required IReadOnlyList<Region> Regions { get; init; }
}
