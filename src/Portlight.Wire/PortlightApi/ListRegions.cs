namespace Portlight.Wire.PortlightApi;

/// <summary>Lists the regions this installation has opened.</summary>
public sealed record ListRegionsRequest;

/// <summary>The answer to <see cref="ListRegionsRequest"/>.</summary>
public sealed record ListRegionsResponse
{
    public required IReadOnlyList<OpenedRegion> Regions { get; init; }
}
