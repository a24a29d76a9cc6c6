namespace Portlight.Wire.PortlightApi;

/// <summary>Forgets a host on which no instance is any more. What it has not confirmed fails.</summary>
public sealed record RemoveHostRequest
{
    public string? HostName { get; init; }
}

/// <summary>The answer to <see cref="RemoveHostRequest"/>.</summary>
public sealed record RemoveHostResponse
{
    public required HostSummary Host { get; init; }
}
