namespace Portlight.Wire.PortlightApi;

/// <summary>Forgets the name of a network. Rules that were made with it stay as they are.</summary>
public sealed record DeleteNamedNetworkRequest
{
    public string? NetworkName { get; init; }
}

/// <summary>The answer to <see cref="DeleteNamedNetworkRequest"/>: what it was.</summary>
public sealed record DeleteNamedNetworkResponse
{
    public required NamedNetwork Network { get; init; }
}
