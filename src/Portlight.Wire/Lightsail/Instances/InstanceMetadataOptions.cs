namespace Portlight.Wire.Lightsail;

/// <summary>How an instance's metadata service answers.</summary>
public sealed record InstanceMetadataOptions
{
    public required string State { get; init; }

    public required string HttpTokens { get; init; }

    public required string HttpEndpoint { get; init; }

    public required int HttpPutResponseHopLimit { get; init; }

    public required string HttpProtocolIpv6 { get; init; }
}
