namespace Portlight.Wire.Lightsail;

/// <summary>Replaces every port rule of an instance: what is listed is open, everything else is closed.</summary>
/// <remarks>Settable, unlike the others: the JSON source generator fills init-only members through a boxed argument array, a third of what reading a Put costs.</remarks>
public sealed record PutInstancePublicPortsRequest
{
    public string? InstanceName { get; set; }

    public IReadOnlyList<PortInfo>? PortInfos { get; set; }
}

/// <summary>The answer to <see cref="PutInstancePublicPortsRequest"/>.</summary>
public sealed record PutInstancePublicPortsResponse
{
    public required Operation Operation { get; init; }
}
