namespace Portlight.Domain;

/// <summary>
/// Options of the instance metadata service (Lightsail API, <c>InstanceMetadataOptions</c>). Portlight keeps and answers them; it runs no metadata service.
/// </summary>
public sealed record MetadataOptions(string HttpTokens, string HttpEndpoint, int HttpPutResponseHopLimit, string HttpProtocolIpv6)
{
    /// <summary>What a new instance has (captured from the service in 2023).</summary>
    public static MetadataOptions Default { get; } = new("optional", "enabled", 1, "disabled");
}
