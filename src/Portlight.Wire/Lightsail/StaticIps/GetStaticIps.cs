namespace Portlight.Wire.Lightsail;

/// <summary>Reads the static IPs of the region.</summary>
public sealed record GetStaticIpsRequest
{
    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="GetStaticIpsRequest"/>.</summary>
public sealed record GetStaticIpsResponse
{
    public required IReadOnlyList<StaticIp> StaticIps { get; init; }

    public string? NextPageToken { get; init; }
}
