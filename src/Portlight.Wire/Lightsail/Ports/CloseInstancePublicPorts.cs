namespace Portlight.Wire.Lightsail;

/// <summary>Removes one port rule, or some of its sources.</summary>
public sealed record CloseInstancePublicPortsRequest
{
    public string? InstanceName { get; init; }

    public PortInfo? PortInfo { get; init; }
}

/// <summary>The answer to <see cref="CloseInstancePublicPortsRequest"/>.</summary>
public sealed record CloseInstancePublicPortsResponse
{
    public required Operation Operation { get; init; }
}
