namespace Portlight.Wire.Lightsail;

/// <summary>Adds one port rule, or adds sources to the rule with the same ports and protocol.</summary>
public sealed record OpenInstancePublicPortsRequest
{
    public string? InstanceName { get; init; }

    public PortInfo? PortInfo { get; init; }
}

/// <summary>The answer to <see cref="OpenInstancePublicPortsRequest"/>.</summary>
public sealed record OpenInstancePublicPortsResponse
{
    public required Operation Operation { get; init; }
}
