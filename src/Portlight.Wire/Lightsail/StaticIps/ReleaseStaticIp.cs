namespace Portlight.Wire.Lightsail;

/// <summary>Gives a static IP back.</summary>
public sealed record ReleaseStaticIpRequest
{
    public string? StaticIpName { get; init; }
}

/// <summary>The answer to <see cref="ReleaseStaticIpRequest"/>.</summary>
public sealed record ReleaseStaticIpResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
