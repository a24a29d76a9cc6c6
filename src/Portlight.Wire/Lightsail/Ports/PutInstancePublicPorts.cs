namespace Portlight.Wire.Lightsail;

/// <summary>Replaces every port rule of an instance: what is listed is open, everything else is closed.</summary>
public sealed record PutInstancePublicPortsRequest
{
    public string? InstanceName { get; init; }

    public IReadOnlyList<PortInfo>? PortInfos { get; init; }
}

/// <summary>The answer to <see cref="PutInstancePublicPortsRequest"/>.</summary>
public sealed record PutInstancePublicPortsResponse
{
    public required Operation Operation { get; init; }
}
