namespace Portlight.Wire.Lightsail;

/// <summary>Reads what is needed to log in to an instance.</summary>
public sealed record GetInstanceAccessDetailsRequest
{
    public string? InstanceName { get; init; }

    public string? Protocol { get; init; }
}

/// <summary>The answer to <see cref="GetInstanceAccessDetailsRequest"/>.</summary>
public sealed record GetInstanceAccessDetailsResponse
{
    public required InstanceAccessDetails AccessDetails { get; init; }
}
