namespace Portlight.Wire.Lightsail;

/// <summary>Makes a static IP the public address of an instance.</summary>
public sealed record AttachStaticIpRequest
{
    public string? StaticIpName { get; init; }

    public string? InstanceName { get; init; }
}

/// <summary>The answer to <see cref="AttachStaticIpRequest"/>.</summary>
public sealed record AttachStaticIpResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
