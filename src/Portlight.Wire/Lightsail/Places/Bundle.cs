using System.Text.Json.Serialization;

namespace Portlight.Wire.Lightsail;

/// <summary>A size an instance can have.</summary>
public sealed record Bundle
{
    [JsonConverter(typeof(DecimalPointDouble))]
    public required double Price { get; init; }

    public required int CpuCount { get; init; }

    public required int DiskSizeInGb { get; init; }

    public required string BundleId { get; init; }

    public required string InstanceType { get; init; }

    public required bool IsActive { get; init; }

    public required string Name { get; init; }

    public required int Power { get; init; }

    [JsonConverter(typeof(DecimalPointDouble))]
    public required double RamSizeInGb { get; init; }

    public required int TransferPerMonthInGb { get; init; }

    public IReadOnlyList<string> SupportedPlatforms { get; init; } = [];

    public IReadOnlyList<string>? SupportedAppCategories { get; init; }

    public int? PublicIpv4AddressCount { get; init; }
}
