namespace Portlight.Wire.Lightsail;

/// <summary>Reads one instance.</summary>
public sealed record GetInstanceRequest
{
    public string? InstanceName { get; init; }
}

/// <summary>The answer to <see cref="GetInstanceRequest"/>.</summary>
public sealed record GetInstanceResponse
{
    public required Instance Instance { get; init; }
}
