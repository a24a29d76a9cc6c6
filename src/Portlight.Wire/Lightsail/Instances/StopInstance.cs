namespace Portlight.Wire.Lightsail;

/// <summary>Stops a running instance.</summary>
public sealed record StopInstanceRequest
{
    public string? InstanceName { get; init; }

    public bool? Force { get; init; }
}

/// <summary>The answer to <see cref="StopInstanceRequest"/>.</summary>
public sealed record StopInstanceResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
