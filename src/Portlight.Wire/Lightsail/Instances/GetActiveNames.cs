namespace Portlight.Wire.Lightsail;

/// <summary>Reads every name in use in the region; all resource types share one namespace.</summary>
public sealed record GetActiveNamesRequest
{
    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="GetActiveNamesRequest"/>.</summary>
public sealed record GetActiveNamesResponse
{
    public required IReadOnlyList<string> ActiveNames { get; init; }

    public string? NextPageToken { get; init; }
}
