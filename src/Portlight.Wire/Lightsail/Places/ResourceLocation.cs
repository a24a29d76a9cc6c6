namespace Portlight.Wire.Lightsail;

/// <summary>Where a resource is; the zone is <c>all</c> for what lives in no zone (static IPs, key pairs).</summary>
public sealed record ResourceLocation
{
    public required string AvailabilityZone { get; init; }

    public required string RegionName { get; init; }
}
