using System.Text.Json.Serialization;

namespace Portlight.Wire.Lightsail;

/// <summary>A virtual private server and everything GetInstance tells of it.</summary>
public sealed record Instance
{
    public required string Name { get; init; }

    public required string Arn { get; init; }

    public required string SupportCode { get; init; }

    [JsonConverter(typeof(EpochSeconds))]
    public required DateTimeOffset CreatedAt { get; init; }

    public required ResourceLocation Location { get; init; }

    public required string ResourceType { get; init; }

    public IReadOnlyList<Tag> Tags { get; init; } = [];

    public required string BlueprintId { get; init; }

    public required string BlueprintName { get; init; }

    public required string BundleId { get; init; }

    public IReadOnlyList<AddOn> AddOns { get; init; } = [];

    public required bool IsStaticIp { get; init; }

    public string? PrivateIpAddress { get; init; }

    public string? PublicIpAddress { get; init; }

    public IReadOnlyList<string> Ipv6Addresses { get; init; } = [];

    public string? IpAddressType { get; init; }

    public required InstanceHardware Hardware { get; init; }

    public required InstanceNetworking Networking { get; init; }

    public required InstanceState State { get; init; }

    public required string Username { get; init; }

    public required string SshKeyName { get; init; }

    public InstanceMetadataOptions? MetadataOptions { get; init; }
}
