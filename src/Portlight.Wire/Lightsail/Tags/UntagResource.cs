namespace Portlight.Wire.Lightsail;

/// <summary>Removes tags of a resource by their keys.</summary>
public sealed record UntagResourceRequest
{
    public string? ResourceName { get; init; }

    public string? ResourceArn { get; init; }

    public IReadOnlyList<string>? TagKeys { get; init; }
}

/// <summary>The answer to <see cref="UntagResourceRequest"/>.</summary>
public sealed record UntagResourceResponse
{
    public required IReadOnlyList<Operation> Operations { get; init; }
}
