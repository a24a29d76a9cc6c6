namespace Portlight.Wire.Lightsail;

/// <summary>Restarts a running instance.</summary>
public sealed record RebootInstanceRequest
{
    public string? InstanceName { get; init; }
}

/// <summary>The answer to <see cref="RebootInstanceRequest"/>.</summary>
public sealed record RebootInstanceResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
