namespace Portlight.Wire.Lightsail;

/// <summary>Starts a stopped instance.</summary>
public sealed record StartInstanceRequest
{
    public string? InstanceName { get; init; }
}

/// <summary>The answer to <see cref="StartInstanceRequest"/>.</summary>
public sealed record StartInstanceResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
