using System.Text.Json.Serialization;

namespace Portlight.Wire.Lightsail;

/// <summary>Processors, disks and memory of an instance.</summary>
public sealed record InstanceHardware
{
    public required int CpuCount { get; init; }

    public IReadOnlyList<Disk> Disks { get; init; } = [];

    [JsonConverter(typeof(DecimalPointDouble))]
    public required double RamSizeInGb { get; init; }
}

/// <summary>A disk; the system disk has neither a name nor an ARN.</summary>
public sealed record Disk
{
    public string? Name { get; init; }

    public string? Arn { get; init; }

    public string? SupportCode { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public DateTimeOffset? CreatedAt { get; init; }

    public ResourceLocation? Location { get; init; }

    public string? ResourceType { get; init; }

    public IReadOnlyList<Tag>? Tags { get; init; }

    public IReadOnlyList<AddOn>? AddOns { get; init; }

    public int? SizeInGb { get; init; }

    public bool? IsSystemDisk { get; init; }

    public int? Iops { get; init; }

    public string? Path { get; init; }

    public string? State { get; init; }

    public string? AttachedTo { get; init; }

    public bool? IsAttached { get; init; }

    public string? AttachmentState { get; init; }

    public int? GbInUse { get; init; }

    public string? AutoMountStatus { get; init; }
}
