namespace Portlight.Wire.Lightsail;

/// <summary>Deletes an instance.</summary>
public sealed record DeleteInstanceRequest
{
    public string? InstanceName { get; init; }

    public bool? ForceDeleteAddOns { get; init; }
}

/// <summary>The answer to <see cref="DeleteInstanceRequest"/>.</summary>
public sealed record DeleteInstanceResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
