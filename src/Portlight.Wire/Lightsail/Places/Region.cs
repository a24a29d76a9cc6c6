namespace Portlight.Wire.Lightsail;

/// <summary>A region; the zone lists are there and empty unless they were asked for.</summary>
public sealed record Region
{
    public required string ContinentCode { get; init; }

    public required string Description { get; init; }

    public required string DisplayName { get; init; }

    public required string Name { get; init; }

    public IReadOnlyList<AvailabilityZone> AvailabilityZones { get; init; } = [];

    public IReadOnlyList<AvailabilityZone> RelationalDatabaseAvailabilityZones { get; init; } = [];
}

/// <summary>A zone of a region.</summary>
public sealed record AvailabilityZone
{
    public required string ZoneName { get; init; }

    public required string State { get; init; }
}
