namespace Portlight.Wire.Lightsail;

/// <summary>Changes how an instance's metadata service answers.</summary>
public sealed record UpdateInstanceMetadataOptionsRequest
{
    public string? InstanceName { get; init; }

    public string? HttpTokens { get; init; }

    public string? HttpEndpoint { get; init; }

    public int? HttpPutResponseHopLimit { get; init; }

    public string? HttpProtocolIpv6 { get; init; }
}

/// <summary>The answer to <see cref="UpdateInstanceMetadataOptionsRequest"/>.</summary>
public sealed record UpdateInstanceMetadataOptionsResponse
{
    public required Operation Operation { get; init; }
}
