namespace Portlight.Wire.Lightsail;

/// <summary>Reads the instances of the region.</summary>
public sealed record GetInstancesRequest
{
    public string? PageToken { get; init; }
}

/// <summary>The answer to <see cref="GetInstancesRequest"/>.</summary>
public sealed record GetInstancesResponse
{
    public required IReadOnlyList<Instance> Instances { get; init; }

    public string? NextPageToken { get; init; }
}
