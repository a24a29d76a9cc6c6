namespace Portlight.Wire.Lightsail;

/// <summary>Makes one instance for each name.</summary>
public sealed record CreateInstancesRequest
{
    public IReadOnlyList<string>? InstanceNames { get; init; }

    public string? AvailabilityZone { get; init; }

    public string? CustomImageName { get; init; }

    public string? BlueprintId { get; init; }

    public string? BundleId { get; init; }

    public string? UserData { get; init; }

    public string? KeyPairName { get; init; }

    public IReadOnlyList<Tag>? Tags { get; init; }

    public IReadOnlyList<AddOnRequest>? AddOns { get; init; }

    public string? IpAddressType { get; init; }
}

/// <summary>The answer to <see cref="CreateInstancesRequest"/>.</summary>
public sealed record CreateInstancesResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
