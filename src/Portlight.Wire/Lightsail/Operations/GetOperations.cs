namespace Portlight.Wire.Lightsail;

/// <summary>Reads the operations of the region, newest first, 200 a page.</summary>
public sealed record GetOperationsRequest
{
    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="GetOperationsRequest"/>.</summary>
public sealed record GetOperationsResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }

    public string? NextPageToken { get; init; }
}
