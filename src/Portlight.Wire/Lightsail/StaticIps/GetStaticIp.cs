namespace Portlight.Wire.Lightsail;

/// <summary>Reads one static IP.</summary>
public sealed record GetStaticIpRequest
{
    public string? StaticIpName { get; init; }
}

/// <summary>The answer to <see cref="GetStaticIpRequest"/>.</summary>
public sealed record GetStaticIpResponse
{
    public required StaticIp StaticIp { get; init; }
}
