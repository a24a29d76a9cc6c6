namespace Portlight.Wire.Lightsail;

/// <summary>Takes a static IP from its instance.</summary>
public sealed record DetachStaticIpRequest
{
    public string? StaticIpName { get; init; }
}

/// <summary>The answer to <see cref="DetachStaticIpRequest"/>.</summary>
public sealed record DetachStaticIpResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
