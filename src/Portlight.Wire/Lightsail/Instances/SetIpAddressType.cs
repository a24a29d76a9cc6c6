namespace Portlight.Wire.Lightsail;

/// <summary>Chooses IPv4, IPv6 or both for a resource.</summary>
public sealed record SetIpAddressTypeRequest
{
    public string? ResourceType { get; init; }

    public string? ResourceName { get; init; }

    public string? IpAddressType { get; init; }

    public bool? AcceptBundleUpdate { get; init; }
}

/// <summary>The answer to <see cref="SetIpAddressTypeRequest"/>.</summary>
public sealed record SetIpAddressTypeResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
