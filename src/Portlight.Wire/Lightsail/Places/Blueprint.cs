namespace Portlight.Wire.Lightsail;

/// <summary>An image an instance can be made from.</summary>
public sealed record Blueprint
{
    public required string BlueprintId { get; init; }

    public required string Name { get; init; }

    public required string Group { get; init; }

    public required string Type { get; init; }

    public required string Description { get; init; }

    public required bool IsActive { get; init; }

    public required int MinPower { get; init; }

    public string? Version { get; init; }

    public string? VersionCode { get; init; }

    public string? ProductUrl { get; init; }

    public string? LicenseUrl { get; init; }

    public required string Platform { get; init; }

    public string? AppCategory { get; init; }
}
