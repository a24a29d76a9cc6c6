namespace Portlight.Wire.PortlightApi;

/// <summary>Lists the hosts of the installation in order of name.</summary>
public sealed record ListHostsRequest
{
    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="ListHostsRequest"/>.</summary>
public sealed record ListHostsResponse
{
    public required IReadOnlyList<HostSummary> Hosts { get; init; }

    public string? NextPageToken { get; init; }
}
