namespace Portlight.Wire.Lightsail;

/// <summary>Reads the port rules of an instance as they are desired.</summary>
public sealed record GetInstancePortStatesRequest
{
    public string? InstanceName { get; init; }
}

/// <summary>The answer to <see cref="GetInstancePortStatesRequest"/>.</summary>
public sealed record GetInstancePortStatesResponse
{
    public required IReadOnlyList<InstancePortState> PortStates { get; init; }
}
