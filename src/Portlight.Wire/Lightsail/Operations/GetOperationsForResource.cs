namespace Portlight.Wire.Lightsail;

/// <summary>Reads the operations of one resource, newest first.</summary>
public sealed record GetOperationsForResourceRequest
{
    public string? ResourceName { get; init; }

    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="GetOperationsForResourceRequest"/>.</summary>
public sealed record GetOperationsForResourceResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }

    public string? NextPageCount { get; init; }

    public string? NextPageToken { get; init; }
}
