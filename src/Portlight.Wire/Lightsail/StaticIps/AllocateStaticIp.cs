namespace Portlight.Wire.Lightsail;

/// <summary>Reserves a static IPv4 address.</summary>
public sealed record AllocateStaticIpRequest
{
    public string? StaticIpName { get; init; }
}

/// <summary>The answer to <see cref="AllocateStaticIpRequest"/>.</summary>
public sealed record AllocateStaticIpResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
