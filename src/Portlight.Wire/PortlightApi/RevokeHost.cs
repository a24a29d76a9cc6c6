namespace Portlight.Wire.PortlightApi;

/// <summary>Ends what a host may: its certificates and tokens are of no use any more, and its agent is disconnected. What is in force there stays in force.</summary>
public sealed record RevokeHostRequest
{
    public string? HostName { get; init; }
}

/// <summary>The answer to <see cref="RevokeHostRequest"/>.</summary>
public sealed record RevokeHostResponse
{
    public required HostSummary Host { get; init; }
}
