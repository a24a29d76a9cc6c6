namespace Portlight.Wire.Lightsail;

/// <summary>Reads whether an instance runs.</summary>
public sealed record GetInstanceStateRequest
{
    public string? InstanceName { get; init; }
}

/// <summary>The answer to <see cref="GetInstanceStateRequest"/>.</summary>
public sealed record GetInstanceStateResponse
{
    public required InstanceState State { get; init; }
}
